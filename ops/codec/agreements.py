"""What no single value can say: mistakes that two values of the configuration make together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any, TypeVar

from ops.codec.shape import Path, keys
from ops.model import arm_id
from ops.model.policy import Match, PoolRule, Readiness
from ops.model.pool import region_id

CheckSettings = Mapping[str, Collection[str]]
"""By check id, the settings that the check has besides those of every check."""

_Kind = TypeVar("_Kind")

OF_EVERY_CHECK = ("severity", "ticket")

_MAY_BE_UNNEEDED = ("tmd", "custom_firmware")
_BELONGS_TO = {"customer_id": "thales_portal", "device_licence": "custom_firmware"}
_ITEMS = keys(Readiness)
_NOTHING: Mapping[str, Any] = {"maxLength": 0}
_A_PHONE: Mapping[str, Any] = {"required": ["phone"], "properties": {"phone": {"type": "string", "pattern": r"\S"}}}
SCHEMAS: Mapping[Path, Mapping[str, Any]] = {
    ("support",): {
        "if": {"properties": {"without_ha_at_most": {"const": "critical"}}, "required": ["without_ha_at_most"]},
        "then": {"properties": {"contact": _A_PHONE}},
    },
    ("support", "contact"): {
        "if": {"properties": {"method": {"const": "phone"}}, "required": ["method"]},
        "then": _A_PHONE,
    },
    ("expected",): {"uniqueItems": True},
    ("hsms", "*"): {
        "if": {"properties": {"firmware": {"type": "string", "pattern": r"\S"}}, "required": ["firmware"]},
        "then": {
            "required": ["attested", "by"],
            "properties": {"attested": {"type": "string"}, "by": {"type": "string", "pattern": r"\S"}},
        },
    },
    **{("readiness", item, "needed"): {"enum": [True]} for item in _ITEMS if item not in _MAY_BE_UNNEEDED},
    **{
        ("readiness", item, key): _NOTHING
        for item in _ITEMS
        for key, belongs_to in _BELONGS_TO.items()
        if item != belongs_to
    },
}
"""What JSON Schema can say of this, by the path of the value that holds both."""


def broken_agreements(
    value: Mapping[str, Any], mistaken: Collection[Path], check_settings: CheckSettings | None
) -> Iterator[tuple[Path, str]]:
    """The mistakes of a whole configuration, as plain values; a pool in which one was found already is left alone."""
    yield from _phone(_mapping(value, "support"))
    again = dict(_names(value))
    yield from again.items()
    yield from _pools(value, {path[1] for path in (*mistaken, *again) if path[0:1] == ("pools",) and len(path) > 1})
    yield from _peers(_mapping(value, "peers"))
    yield from _twice(value)
    yield from _firmware(_mapping(value, "hsms"))
    yield from _mutes(value)
    yield from _readiness(_mapping(value, "readiness"))
    if check_settings is not None:
        yield from _checks(_mapping(value, "checks"), check_settings)
        yield from _muted_checks(value, check_settings)


def _phone(support: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    contact = support.get("contact")
    if not isinstance(contact, dict) or str(contact.get("phone", "")).strip():
        return
    if contact.get("method") == "phone":
        yield ("support", "contact", "phone"), "missing: method is phone"
    elif support.get("without_ha_at_most") == "critical":
        says = "missing: without_ha_at_most is critical, severity A, and that needs a phone"
        yield ("support", "contact", "phone"), says


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A pool, or what one of the subscriptions that it names gives it."""

    path: Path
    shown: str
    rule: PoolRule


def _names(value: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    first: dict[str, int] = {}
    for n, pool in _items(value, "pools", dict):
        name = pool.get("name")
        if isinstance(name, str) and first.setdefault(name.lower(), n) != n:
            yield ("pools", n, "name"), f'"{name}": pools[{first[name.lower()]}] has this name already'


def _pools(value: Mapping[str, Any], mistaken: Collection[str | int]) -> Iterator[tuple[Path, str]]:
    """Pools that an earlier one leaves without an HSM: the first that matches has it."""
    earlier: dict[int, PoolRule] = {}
    for n, pool in _items(value, "pools", dict):
        if n in mistaken:
            continue
        match = pool.get("match", {})
        rule = PoolRule(
            name=pool["name"],
            match=Match(tags=match.get("tags", {}), subscriptions=tuple(match.get("subscriptions", ()))),
            regions=tuple(pool.get("regions", ())),
        )
        for part in _parts(n, rule):
            before = next((at for at, other in earlier.items() if _has_all_of(other, part.rule)), None)
            if before is not None:
                yield part.path, f"{part.shown}never matches: pools[{before}] has its HSMs already"
        earlier[n] = rule


def _parts(n: int, rule: PoolRule) -> Iterator[_Part]:
    if not rule.match.subscriptions:
        yield _Part(path=("pools", n), shown="", rule=rule)
    for at, subscription in enumerate(rule.match.subscriptions):
        narrow = replace(rule, match=replace(rule.match, subscriptions=(subscription,)))
        yield _Part(path=("pools", n, "match", "subscriptions", at), shown=f'"{subscription}": ', rule=narrow)


def _has_all_of(first: PoolRule, second: PoolRule) -> bool:
    """Whether every HSM that the second could hold belongs to the first."""
    tags = {tag.lower(): text for tag, text in second.match.tags.items()}
    return (
        _takes(map(region_id, first.regions), map(region_id, second.regions))
        and _takes(map(str.lower, first.match.subscriptions), map(str.lower, second.match.subscriptions))
        and all(tags.get(tag.lower()) == text for tag, text in first.match.tags.items())
    )


def _takes(first: Iterator[str], second: Iterator[str]) -> bool:
    """Whether what one list allows holds all that the other does; an empty list allows all."""
    allowed, wanted = set(first), set(second)
    return not allowed or (bool(wanted) and wanted <= allowed)


def _peers(peers: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    outside = {arm_id.key(vnet): f"outside[{n}]" for n, vnet in _items(peers, "outside", str)}
    keyed = {arm_id.key(vnet): key for key in ("secured_hubs", "via") for vnet in _mapping(peers, key)}
    for n, vnet in _items(peers, "no_hsm_access", str):
        other = outside.get(arm_id.key(vnet)) or keyed.get(arm_id.key(vnet))
        if other:
            yield ("peers", "no_hsm_access", n), f"also in peers.{other}: leave it in one of them"


def _twice(value: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """HSMs that are expected twice, or described twice, in whatever case. A name and an id may be two HSMs."""
    first: dict[str, int] = {}
    for n, entry in _items(value, "expected", str):
        if first.setdefault(arm_id.key(entry), n) != n:
            yield ("expected", n), f'"{entry}": also expected[{first[arm_id.key(entry)]}]: leave it in one of them'
    before: dict[str, str] = {}
    for entry in _mapping(value, "hsms"):
        if before.setdefault(arm_id.key(entry), entry) != entry:
            yield ("hsms", entry), f"also hsms.{before[arm_id.key(entry)]}: leave it in one of them"


def _firmware(hsms: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """A version that nobody vouches for."""
    for entry, facts in hsms.items():
        if not isinstance(facts, dict) or not str(facts.get("firmware", "")).strip():
            continue
        if not str(facts.get("by", "")).strip():
            yield ("hsms", entry, "by"), "missing: who says which firmware it has"
        if "attested" not in facts:
            yield ("hsms", entry, "attested"), "missing: the date on which it had this firmware, 2026-10-01"


def _mutes(value: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    for n, mute in _items(value, "mutes", dict):
        since, expires = _day(mute.get("since")), _day(mute.get("expires"))
        if since and expires and since > expires:
            yield ("mutes", n, "since"), f"{since}: after it expires, {expires}"


def _readiness(readiness: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    for item, attested in readiness.items():
        if not isinstance(attested, dict):
            continue
        on, until = _day(attested.get("on")), _day(attested.get("valid_until"))
        if on and until and until < on:
            yield ("readiness", item, "valid_until"), f"{until}: before it was attested, {on}"
        if attested.get("needed") is False and item not in _MAY_BE_UNNEEDED:
            yield ("readiness", item, "needed"), f"false: only {' and '.join(_MAY_BE_UNNEEDED)} can be unneeded"
        for key, belongs_to in _BELONGS_TO.items():
            if item != belongs_to and attested.get(key):
                yield ("readiness", item, key), f"belongs to readiness.{belongs_to} alone"


def _day(text: Any) -> date | None:
    """None for what is missing, or is a mistake already."""
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        return None


def _checks(checks: Mapping[str, Any], check_settings: CheckSettings) -> Iterator[tuple[Path, str]]:
    """Checks that do not exist, and settings that their check does not have."""
    for check, settings in checks.items():
        if check not in check_settings:
            yield ("checks", check), f"no such check; {_meant(check, check_settings)}"
            continue
        for setting in settings if isinstance(settings, dict) else ():
            if setting not in (*OF_EVERY_CHECK, *check_settings[check]):
                yield ("checks", check, setting), f"{check} has no such setting"


def _muted_checks(value: Mapping[str, Any], check_settings: CheckSettings) -> Iterator[tuple[Path, str]]:
    for n, mute in _items(value, "mutes", dict):
        pattern = mute.get("check")
        if isinstance(pattern, str) and not any(fnmatchcase(one.lower(), pattern.lower()) for one in check_settings):
            meant = "phsm checks list shows them" if set(pattern) & set("*?[") else _meant(pattern, check_settings)
            yield ("mutes", n, "check"), f'"{pattern}": no such check; {meant}'


def _meant(check: str, known: Collection[str]) -> str:
    close = get_close_matches(check.upper(), known, n=1, cutoff=0.5)
    return f"did you mean {close[0]}?" if close else "phsm checks list shows them"


def _mapping(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def _items(value: Mapping[str, Any], key: str, kind: type[_Kind]) -> Iterator[tuple[int, _Kind]]:
    """The items of a list that are of the right kind; the others are mistakes already."""
    found = value.get(key)
    return ((n, item) for n, item in enumerate(found if isinstance(found, list) else ()) if isinstance(item, kind))
