"""The text stands in every field where Azure or an operator can put text: a new field is named here until it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, get_type_hints

from tests.hostile_estate import estate_of, policy_of

TEXT = "a text of somebody's"
OURS = {
    "AzureSettings.credential_scope": "never shown",
    "AzureSettings.endpoint": "never shown; it has to be a URL",
    "Contact.language": "one of a list",
    "Contact.method": "one of two",
    "Hsm.request_id": "in tickets alone, as an id of Azure's",
    "Match.subscriptions": "decides which HSMs belong to the pool, so they would be others",
    "Mute.check": "a glob over ids of checks; one that meets none is refused",
    "Policy.checks": "ids of checks alone",
    "PoolRule.regions": "decides which HSMs belong to the pool, so they would be others",
    "Source.kind": "one of three",
    "SupportPolicy.evidence": "one of three",
}


def test_the_text_stands_everywhere() -> None:
    found: dict[str, bool] = {}
    for name, value in (*_walk(estate_of(TEXT)), *_walk(policy_of(TEXT))):
        found[name] = found.get(name, False) or TEXT in value
    assert {name for name, has in found.items() if not has} == set(OURS)


def _walk(value: Any) -> Iterator[tuple[str, str]]:
    """Every string in a value, with the class and the field that hold it."""
    if is_dataclass(value):
        hints = get_type_hints(type(value))
        for field in fields(value):
            name, held = f"{type(value).__name__}.{field.name}", getattr(value, field.name)
            yield from ((name, text) for text in _strings(held))
            if "str" in str(hints[field.name]) and not held:
                yield name, ""
            yield from _walk(held)
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _walk(one)
    elif isinstance(value, tuple):
        for one in value:
            yield from _walk(one)


def _strings(held: Any) -> Iterator[str]:
    if type(held) is str:  # a StrEnum is one of a list
        yield held
    elif isinstance(held, Mapping):
        for key, one in held.items():
            yield str(key)
            yield from _strings(one)
    elif isinstance(held, tuple):
        for one in held:
            yield from _strings(one)
