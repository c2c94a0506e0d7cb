"""The values in ARM's JSON, whatever Azure is known to vary: the case of any key, null for an empty list. Pure.

Strict where a guess would hide something: what is no object, no list or has no properties is a WireProblem.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

Body = Mapping[str, object]


class WireProblem(ValueError):
    """An answer that does not say what it should. The message is a short lower-case sentence."""


def as_object(value: object) -> Body:
    if not isinstance(value, Mapping):
        raise WireProblem("the answer is not an object")
    return value


def properties_of(body: Body) -> Body:
    properties = value_of(body, "properties")
    if not isinstance(properties, Mapping):
        raise WireProblem("the answer has no properties")
    return properties


def value_of(body: Body, name: str) -> object:
    """The value of a key in any case; Azure writes both ``privateIpAddress`` and ``privateIPAddress``."""
    if name in body:
        return body[name]
    return next((value for key, value in body.items() if key.lower() == name.lower()), None)


def holds(body: Body, name: str) -> bool:
    """Whether there is such a key, in any case; its value may be null."""
    return any(key.lower() == name.lower() for key in body)


def object_of(body: Body, name: str) -> Body:
    """An object, empty where there is none."""
    value = value_of(body, name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise WireProblem(f"{name} is not an object")
    return value


def list_of(body: Body, name: str) -> list[Any]:
    value = value_of(body, name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise WireProblem(f"{name} is not a list")
    return value


def objects_of(body: Body, name: str) -> Iterator[Body]:
    return (as_object(item) for item in list_of(body, name))


def text_of(body: Body, name: str) -> str | None:
    """Without blanks around it; None where nothing else is there."""
    value = value_of(body, name)
    return None if value is None or isinstance(value, (Mapping, list)) else str(value).strip() or None


def flag_of(body: Body, name: str) -> bool | None:
    """A yes or no; None where the answer tells neither."""
    value = value_of(body, name)
    return value if isinstance(value, bool) else None


def id_of(body: Body) -> str | None:
    return text_of(body, "id") or text_of(body, "resourceId")


def tags_of(body: Body) -> Mapping[str, str]:
    return {str(tag): "" if value is None else str(value) for tag, value in object_of(body, "tags").items()}


def moment(value: object) -> datetime | None:
    """A timestamp, with up to seven fractional digits; None when it cannot be read."""
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        return None
    if found.year == 1:  # .NET's way to say that there is none
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
