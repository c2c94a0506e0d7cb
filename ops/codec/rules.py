"""What no type can say about a value of the configuration: a country that exists, a time zone that Windows knows."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import pycountry
from tzlocal.windows_tz import tz_win, win_tz

from ops.codec.shape import KEY, Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a value of the right type must hold besides.

    ``says`` answers what is wanted instead, or ``""`` when the value is right. ``schema`` holds the keywords of JSON
    Schema that say the same; they refuse nothing that ``says`` takes.
    """

    says: Callable[[Any], str]
    schema: Mapping[str, Any]


def _any_case(word: str) -> str:
    """A pattern for a word in any case, spelled out: JSON Schema's patterns know no flags."""
    return "".join(f"[{char.upper()}{char.lower()}]" if char.isalpha() else re.escape(char) for char in word)


# The languages that the Support API takes: azure-mgmt-support, ContactProfile.preferred_support_language.
_LANGUAGES = ("en-us", "zh-hans", "es-es", "fr-fr", "ja-jp", "ko-kr", "ru-ru", "pt-br", "it-it", "zh-tw", "de-de")
_GUID = r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"
_VNET = (
    rf"/{_any_case('subscriptions')}/{_GUID}/{_any_case('resourceGroups')}/[^/\s]+"
    rf"/{_any_case('providers')}/{_any_case('Microsoft.Network')}/{_any_case('virtualNetworks')}/[^/\s]+/?"
)
_EMAIL = r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+"
_CONTROL = r"\x00-\x1f\x7f-\x9f\u2028\u2029"  # what may not stand on one line


def rule_for(path: Path) -> Rule | None:
    """The rule of the value at a path, if it has one; ``KEY`` as the last step asks for that of a mapping's keys."""
    for pattern, rule in _RULES.items():
        steps = pattern.split(".")
        if len(steps) == len(path) and all(
            want == have or (want == "*" and have != KEY) for want, have in zip(steps, path, strict=True)
        ):
            return rule
    return None


def _matches(pattern: str, wanted: str) -> Rule:
    expression = re.compile(pattern)
    return Rule(
        says=lambda text: "" if expression.fullmatch(text) else f"wanted {wanted}",
        schema={"pattern": f"^(?:{pattern})$", "patternErrorMessage": f"wanted {wanted}"},  # the message is for editors
    )


def _at_least(limit: int, wanted: str) -> Rule:
    return Rule(says=lambda number: "" if limit <= number else f"wanted {wanted}", schema={"minimum": limit})


def _above(limit: float, wanted: str) -> Rule:
    return Rule(
        says=lambda number: "" if limit < number < math.inf else f"wanted {wanted}", schema={"exclusiveMinimum": limit}
    )


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
_text = _matches(rf"[^{_CONTROL}]*[^\s{_CONTROL}][^{_CONTROL}]*", "some text, on one line")
_phone = _matches(rf"\s*|[^{_CONTROL}]*[0-9][^{_CONTROL}]*", 'a phone number, "+44 20 7946 0000"')

_RULES: Mapping[str, Rule] = {
    "azure.endpoint": _matches(
        rf"{_any_case('https')}://[^/?#@\s]+/?", "https:// and a host, https://management.azure.com"
    ),
    "pools.*.name": _matches(rf"[^/\s{_CONTROL}]([^/{_CONTROL}]*[^/\s{_CONTROL}])?", "a name without /"),
    "pools.*.match.subscriptions.*": _subscription,
    "pools.*.regions.*": _text,
    "peers.outside.*": _vnet,
    "peers.no_hsm_access.*": _vnet,
    f"peers.via.{KEY}": _vnet,
    "support.contact.first_name": _text,
    "support.contact.last_name": _text,
    "support.contact.email": _matches(_EMAIL, "an e-mail address, hsm-oncall@example.com"),
    "support.contact.country": Rule(
        says=_country, schema={"enum": sorted(country.alpha_3 for country in pycountry.countries)}
    ),
    "support.contact.time_zone": Rule(says=_time_zone, schema={"enum": sorted(win_tz)}),
    "support.contact.phone": _phone,
    "support.contact.language": Rule(says=_language, schema={"enum": list(_LANGUAGES)}),
    "support.max_new_tickets": _at_least(0, "0 or more"),
    "support.poll_seconds": _above(0, "more than 0 seconds"),
    "support.fastpath_subscription": _subscription,
    "support.classifications.*.*": _text,
    "checks.*.in_progress_minutes": _at_least(1, "1 minute or more"),
}
