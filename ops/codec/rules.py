"""What no type can say about a value of the configuration: a country that exists, a time zone that Windows knows."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

import pycountry
from tzlocal.windows_tz import tz_win, win_tz

from ops.codec.shape import Path

Rule = Callable[[Any], str]
"""Says what is wanted instead of a value of the right type, or ``""`` when the value is right."""

# The languages that the Support API takes: azure-mgmt-support, ContactProfile.preferred_support_language.
_LANGUAGES = ("en-us", "zh-hans", "es-es", "fr-fr", "ja-jp", "ko-kr", "ru-ru", "pt-br", "it-it", "zh-tw", "de-de")
_GUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_VNET = rf"/subscriptions/{_GUID}/resourceGroups/[^/\s]+/providers/Microsoft\.Network/virtualNetworks/[^/\s]+/?"
_EMAIL = r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+"


def rule_for(path: Path) -> Rule | None:
    """The rule of the value at a path, if it has one."""
    for pattern, rule in _RULES.items():
        steps = pattern.split(".")
        if len(steps) == len(path) and all(want in ("*", have) for want, have in zip(steps, path, strict=True)):
            return rule
    return None


def _matches(pattern: str, wanted: str) -> Rule:
    expression = re.compile(pattern, re.IGNORECASE)
    return lambda text: "" if expression.fullmatch(text) else f"wanted {wanted}"


def _above(limit: float, wanted: str) -> Rule:
    return lambda number: "" if limit < number < math.inf else f"wanted {wanted}"


def _country(text: str) -> str:
    if text.isupper() and pycountry.countries.get(alpha_3=text):
        return ""
    try:
        return f"wanted an ISO 3166-1 alpha-3 code, {pycountry.countries.lookup(text).alpha_3}"
    except LookupError:
        return "wanted an ISO 3166-1 alpha-3 code, such as GBR"


def _time_zone(text: str) -> str:
    if text in win_tz:
        return ""
    name = tz_win.get(text) if text else None
    if not name:
        by_case = {zone.lower(): zone for zone in win_tz}
        close = get_close_matches(text.lower(), by_case, n=1, cutoff=0.6)
        name = by_case[close[0]] if close else "such as GMT Standard Time"
    return f"wanted a Windows time zone name, {name}"


def _language(text: str) -> str:
    return "" if text in _LANGUAGES else f"wanted one of {', '.join(_LANGUAGES)}"


_subscription = _matches(_GUID, "a subscription id, 00000000-0000-0000-0000-000000000000")
_vnet = _matches(_VNET, "the id of a virtual network, /subscriptions/.../virtualNetworks/NAME")
_text = _matches(r".*\S.*", "some text, on one line")

_RULES: Mapping[str, Rule] = {
    "azure.endpoint": _matches(r"https://[^/?#@\s]+/?", "https:// and a host, https://management.azure.com"),
    "pools.*.name": _matches(r"[^/\s]|[^/\s][^/\x00-\x1f]*[^/\s]", "a name without /"),
    "pools.*.match.subscriptions.*": _subscription,
    "pools.*.regions.*": _text,
    "peers.outside.*": _vnet,
    "peers.no_hsm_access.*": _vnet,
    "support.contact.first_name": _text,
    "support.contact.last_name": _text,
    "support.contact.email": _matches(_EMAIL, "an e-mail address, hsm-oncall@example.com"),
    "support.contact.country": _country,
    "support.contact.time_zone": _time_zone,
    "support.contact.language": _language,
    "support.max_new_tickets": _above(-1, "0 or more"),
    "support.poll_seconds": _above(0, "more than 0 seconds"),
    "support.fastpath_subscription": _subscription,
    "support.classifications.*.*": _text,
    "checks.*.in_progress_minutes": _above(0, "1 minute or more"),
}
