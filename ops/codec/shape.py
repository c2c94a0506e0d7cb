"""The shape of the configuration, read from the types of its values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import is_dataclass
from difflib import get_close_matches
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

Path = tuple[str | int, ...]
"""Where a value stands: keys, and positions in lists."""

KEY = "[key]"
"""The last step of a path that means the key itself and not what stands under it."""


def inner(kind: Any, step: str | int) -> Any:
    """The type that stands under ``step`` of a type of the policy; None where there is none."""
    for option in _options(kind):
        if fields := _fields(option):
            return fields.get(str(step))
        if get_origin(option) is tuple:
            return get_args(option)[0]
        if get_origin(option) is Mapping:
            return get_args(option)[1]
    return None


def keys(kind: Any) -> tuple[str, ...]:
    """The keys that a type allows; none where any key may stand, or none at all."""
    return next((tuple(fields) for option in _options(kind) if (fields := _fields(option))), ())


@cache
def _fields(kind: Any) -> Mapping[str, Any]:
    """The fields of a dataclass with their types; none of other types. Kept, because every node of a text asks for them."""
    return get_type_hints(kind) if is_dataclass(kind) else {}


def _options(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)


def nearest(word: str, known: Collection[str]) -> str:
    """What a mistyped word was meant to be, or all that it could have been."""
    close = get_close_matches(word, known, n=1, cutoff=0.5)
    return f"did you mean {close[0]}?" if close else f"there are: {', '.join(known)}"
