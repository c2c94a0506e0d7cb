"""Values of any type of the model, for property tests: read from the types, so that a new fact is covered by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta, timezone
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)  # half a surrogate pair is no text
ZONES = st.one_of(st.just(UTC), st.integers(-840, 840).map(lambda minutes: timezone(timedelta(minutes=minutes))))
LEAVES = {
    str: WORDS,
    float: st.floats(allow_nan=False, allow_infinity=False),
    datetime: st.datetimes(min_value=datetime(1970, 1, 2), timezones=ZONES),  # noqa: DTZ001
}


def values(kind: Any, **fixed: Any) -> st.SearchStrategy[Any]:
    """Any value of a type; ``fixed`` names fields of a dataclass that have one value."""
    origin, args = get_origin(kind), get_args(kind)
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return st.builds(
            kind, **{f.name: st.just(fixed[f.name]) if f.name in fixed else values(hints[f.name]) for f in fields(kind)}
        )
    if origin in (Union, UnionType):
        return st.one_of(*map(values, args))
    if origin is tuple:
        return st.lists(values(args[0]), max_size=2).map(tuple)
    if origin is Mapping:
        return st.dictionaries(values(args[0]), values(args[1]), max_size=2)
    if origin is Literal:
        return st.sampled_from(args)
    return LEAVES[kind] if kind in LEAVES else st.from_type(kind)
