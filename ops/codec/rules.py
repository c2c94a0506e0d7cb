"""What no type can say about a value of the configuration: a country that exists, a time zone that Windows knows."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from ipaddress import ip_address, ip_network
from typing import Any

import pycountry
from tzlocal.windows_tz import tz_win, win_tz

from ops.codec.shape import KEY, Path
from ops.model import firmware


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a value of the right type must hold besides.

    ``says`` answers what is wanted instead, or ``""`` when the value is right. ``schema`` holds the keywords of JSON
    Schema that say the same; they refuse nothing that ``says`` takes. ``missing`` is what a value that must be given and
    is not is told; ``""`` = what ``says`` answers to an empty text.
    """

    says: Callable[[Any], str]
    schema: Mapping[str, Any]
    missing: str = ""


def _any_case(word: str) -> str:
    """A pattern for a word in any case, spelled out: JSON Schema's patterns know no flags."""
    return "".join(f"[{char.upper()}{char.lower()}]" if char.isalpha() else re.escape(char) for char in word)


# The languages that the Support API takes: azure-mgmt-support, ContactProfile.preferred_support_language.
_LANGUAGES = ("en-us", "zh-hans", "es-es", "fr-fr", "ja-jp", "ko-kr", "ru-ru", "pt-br", "it-it", "zh-tw", "de-de")
_GUID = r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"
_PROVIDERS = rf"/{_any_case('subscriptions')}/{_GUID}/{_any_case('resourceGroups')}/[^/\s]+/{_any_case('providers')}"
_VNET = rf"{_PROVIDERS}/{_any_case('Microsoft.Network')}/{_any_case('virtualNetworks')}/[^/\s]+"
_NO_NAME = r"*?\[\]<>%&\\"  # no resource of Azure's has these in its name, and patterns are made of them
_HSM_TYPE = f"{_any_case('Microsoft.HardwareSecurityModules')}/{_any_case('dedicatedHSMs')}"
_HSM = rf"{_PROVIDERS}/{_HSM_TYPE}/[^/\s{_NO_NAME}]+"
_EMAIL = r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+"
_CONTROL = r"\x00-\x1f\x7f-\x9f\u2028\u2029"  # what may not stand on one line
_NAME = rf"[^/\s{_CONTROL}]([^/{_CONTROL}]*[^/\s{_CONTROL}])?"
_HSM_NAME = rf"[^/\s{_NO_NAME}{_CONTROL}]([^/{_NO_NAME}{_CONTROL}]*[^/\s{_NO_NAME}{_CONTROL}])?"
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_PREFIX = "[0-9A-Fa-f:.]+/[0-9]{1,3}"
DRAFTING = ("PHSM-HSM-001", "PHSM-HSM-007", "PHSM-NET-009", "PHSM-NET-010", "PHSM-SUB-003")
"""The checks whose failures can draft a ticket."""
# a version, a revision number, or nothing, which is unknown by choice
_FIRMWARE = r" *([vV]? *[0-9]{1,3} *\. *[0-9]{1,3} *[A-Za-z]([ (][0-9. ()]*)?|[0-9]{4}-[0-9]{4})? *"


def rule_for(path: Path) -> Rule | None:
    """The rule of the value at a path, if it has one; ``KEY`` as the last step asks for that of a mapping's keys."""
    for steps, rule in _BY_SECTION.get((len(path), str(path[0])), ()) if path else ():
        if all(want == have or (want == "*" and have != KEY) for want, have in zip(steps, path, strict=True)):
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


def _one_to(limit: int, of_what: str) -> Rule:
    """With an end, so that no later sum of moments overflows."""
    return Rule(
        says=lambda number: "" if 1 <= number <= limit else f"wanted 1 to {limit} {of_what}".rstrip(),
        schema={"minimum": 1, "maximum": limit},
    )


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


def _prefix(text: str) -> str:
    try:
        whole = ip_network(text, strict=False) if re.fullmatch(_PREFIX, text) else None
    except ValueError:
        whole = None
    if whole is None:
        return "wanted a prefix, 10.3.1.0/24"
    return "" if ip_address(text.partition("/")[0]) == whole.network_address else f"wanted {whole}"


def _firmware(text: str) -> str:
    known = not text.strip() or firmware.parse(text) or firmware.is_revision(text)
    return "" if known and re.fullmatch(_FIRMWARE, text) else "wanted a firmware version, 2.2b"


_without_ticket = Rule(  # no schema: it describes the setting once for all checks
    says=lambda ticket: f"wanted false: only {', '.join(DRAFTING)} draft tickets" if ticket else "", schema={}
)
_subscription = _matches(_GUID, "a subscription id, 00000000-0000-0000-0000-000000000000")
_vnet = _matches(f"{_VNET}/?", "the id of a virtual network, /subscriptions/.../virtualNetworks/NAME")
_subnet = _matches(
    rf"{_VNET}/{_any_case('subnets')}/[^/\s]+/?",
    "the id of a subnet, /subscriptions/.../virtualNetworks/NAME/subnets/NAME",
)
_hsm = _matches(f"{_HSM_NAME}|{_HSM}/?", "the name or the id of an HSM, /subscriptions/.../dedicatedHSMs/NAME")
_day = _matches(_DAY, "a date, 2027-03-31")
_minutes = _one_to(525_600, "minutes")
_line = _matches(f"[^{_CONTROL}]*", "text on one line")
_text = _matches(rf"[^{_CONTROL}]*[^\s{_CONTROL}][^{_CONTROL}]*", "some text, on one line")
_phone = _matches(rf"\s*|[^{_CONTROL}]*[0-9][^{_CONTROL}]*", 'a phone number, "+44 20 7946 0000"')

_RULES: Mapping[str, Rule] = {
    "azure.endpoint": _matches(
        rf"{_any_case('https')}://[^/?#@\s]+/?", "https:// and a host, https://management.azure.com"
    ),
    "pools.*.name": _matches(_NAME, "a name without /"),
    "pools.*.match.subscriptions.*": _subscription,
    "pools.*.regions.*": _text,
    "expected.*": _hsm,
    "peers.outside.*": _vnet,
    "peers.no_hsm_access.*": _vnet,
    f"peers.via.{KEY}": _vnet,
    "peers.client_subnets.*": _subnet,
    f"peers.secured_hubs.{KEY}": _vnet,
    "peers.secured_hubs.*.prefixes.*": Rule(says=_prefix, schema={"pattern": f"^(?:{_PREFIX})$"}),
    "peers.secured_hubs.*.by": _text,
    "peers.secured_hubs.*.on": _day,
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
    "support.plan_valid_minutes": _minutes,
    "support.comment_every_hours": _one_to(8_760, "hours"),
    **{f"checks.{check}.ticket": Rule(says=lambda ticket: "", schema={}) for check in DRAFTING},
    "checks.*.ticket": _without_ticket,
    "checks.*.in_progress_minutes": _minutes,
    "checks.*.regions.*": _text,
    "checks.*.valid_days": _at_least(1, "1 day or more"),
    "mutes.*.check": _matches(r"[A-Za-z0-9*?\[\]!-]+", "a check's id or a pattern, PHSM-NET-007 or PHSM-NET-*"),
    "mutes.*.subject": _text,
    "mutes.*.reason": _text,
    "mutes.*.owner": _text,
    "mutes.*.expires": replace(_day, missing="every mute ends"),
    "mutes.*.since": _day,
    f"hsms.{KEY}": _hsm,
    "hsms.*.serial": _line,
    "hsms.*.firmware": Rule(says=_firmware, schema={"pattern": f"^(?:{_FIRMWARE})$"}),
    "hsms.*.attested": _day,
    "hsms.*.by": _line,
    "hsms.*.host_port": _one_to(65_535, ""),
    "readiness.*.by": _text,
    "readiness.*.on": _day,
    "readiness.*.valid_until": _day,
    "readiness.*.customer_id": _line,
    "readiness.*.device_licence": _line,
    "ledger.folder": _text,
}


def _by_section() -> Mapping[tuple[int, str], list[tuple[list[str], Rule]]]:
    found: dict[tuple[int, str], list[tuple[list[str], Rule]]] = {}
    for pattern, rule in _RULES.items():
        steps = pattern.split(".")
        found.setdefault((len(steps), steps[0]), []).append((steps, rule))
    return found


_BY_SECTION = _by_section()
