"""What no single value can say: mistakes that two values of the configuration make together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, TypeVar

from ops.codec.shape import Path
from ops.model import arm_id
from ops.model.policy import Match, PoolRule
from ops.model.pool import region_id

CheckSettings = Mapping[str, Collection[str]]
"""By check id, the settings that the check has besides those of every check."""

_Kind = TypeVar("_Kind")

OF_EVERY_CHECK = ("severity", "ticket")

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
    if check_settings is not None:
        yield from _checks(_mapping(value, "checks"), check_settings)


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
    via = {arm_id.key(vnet): "via" for vnet in _mapping(peers, "via")}
    for n, vnet in _items(peers, "no_hsm_access", str):
        other = outside.get(arm_id.key(vnet)) or via.get(arm_id.key(vnet))
        if other:
            yield ("peers", "no_hsm_access", n), f"also in peers.{other}: leave it in one of them"


def _checks(checks: Mapping[str, Any], check_settings: CheckSettings) -> Iterator[tuple[Path, str]]:
    """Checks that do not exist, and settings that their check does not have."""
    for check, settings in checks.items():
        if check not in check_settings:
            yield ("checks", check), f"no such check; {_meant(check, check_settings)}"
            continue
        for setting in settings if isinstance(settings, dict) else ():
            if setting not in (*OF_EVERY_CHECK, *check_settings[check]):
                yield ("checks", check, setting), f"{check} has no such setting"


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
