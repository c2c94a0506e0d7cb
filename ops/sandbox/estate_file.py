"""Estate files: what Azure holds in a sandbox, and how it misbehaves.

Strict about the file's own keys, and keeps everything in a resource body as it stands there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ops.errors import ConfigProblem
from ops.sandbox import yaml_text
from ops.sandbox.estate_values import GUID, EstateFile
from ops.sandbox.fleet import FLEET, fleet

_SHIPPED = Path(__file__).parent / "estates"
_RESOURCE_ID = re.compile(
    rf"^/subscriptions/(?P<subscription>{GUID[1:-1]})(?P<group>/resourceGroups/[^/]+)?(/providers/[^/]+(/[^/]+/[^/]+)+)*$",
    re.IGNORECASE,
)


def estates() -> Mapping[str, str]:
    """The shipped estates: what each is for, by name."""
    found = {path.stem: yaml_text.head(path, "description") for path in sorted(_SHIPPED.glob("*.yaml"))}
    return found | {FLEET: "as many subscriptions with as many HSMs each, all in order: fleet:200x4"}


def load(name_or_file: str) -> EstateFile:
    """The estate with this name, or in this file.

    Raises ``ConfigProblem`` with all mistakes, each with its line and its key path.
    """
    if name_or_file.startswith("fleet:"):
        return fleet(name_or_file)
    shipped = _SHIPPED / f"{name_or_file}.yaml"
    names = ", ".join(estates())
    path = shipped if "/" not in name_or_file and shipped.is_file() else Path(name_or_file)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigProblem(
            f"{name_or_file}: no such sandbox estate, and no such file", tip=f"there are: {names}"
        ) from None
    except (OSError, UnicodeDecodeError) as problem:
        raise ConfigProblem(f"{name_or_file}: cannot be read: {problem}") from None
    return parse(text, name_or_file)


def parse(text: str, origin: str) -> EstateFile:
    """The estate in this YAML text; raises ``ConfigProblem`` as ``load`` does."""
    raw = yaml_text.read(text, origin)
    if not isinstance(raw, dict):
        raise ConfigProblem(
            f"{origin} is no estate file", ("1  a mapping with subscriptions and resources is expected",)
        )
    mistakes: list[tuple[tuple[str | int, ...], str]] = []
    estate: EstateFile | None = None
    try:
        estate = EstateFile.model_validate(raw)
    except ValidationError as problem:
        mistakes = [(error["loc"], _message(error["msg"])) for error in problem.errors()]
    else:
        mistakes = _mistakes(estate)
    if mistakes or estate is None:
        count = "1 mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        lines = yaml_text.places(text, [place for place, _ in mistakes])
        told = (
            f"{line}  {_path(place)}  {message}"
            for line, (place, message) in sorted(zip(lines, mistakes, strict=True), key=lambda item: item[0])
        )
        raise ConfigProblem(f"{origin} has {count}", tuple(told))
    return estate


def _message(text: str) -> str:
    known = {"Extra inputs are not permitted": "no such key here", "Field required": "is missing"}
    return known.get(text, text.removeprefix("Value error, "))


def _path(place: tuple[str | int, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")


def _mistakes(estate: EstateFile) -> list[tuple[tuple[str | int, ...], str]]:
    """What the types alone do not tell: ids that are none, are there twice, or belong to no subscription of the file."""
    found: list[tuple[tuple[str | int, ...], str]] = []
    known: set[str] = set()
    for index, subscription in enumerate(estate.subscriptions):
        if subscription.id.lower() in known:
            found.append((("subscriptions", index, "id"), f"{subscription.id} is there twice"))
        known.add(subscription.id.lower())
    seen: set[str] = set()
    bodies: list[tuple[tuple[str | int, ...], dict[str, Any]]]
    bodies = [(("resources", index), body) for index, body in enumerate(estate.resources)]
    bodies += [(("support", "tickets", index), body) for index, body in enumerate(estate.support.tickets)]
    for place, body in bodies:
        found += [((*place, *where), message) for where, message in _mistakes_of_body(body, known, seen)]
    return found


def _mistakes_of_body(
    body: Mapping[str, Any], subscriptions: set[str], seen: set[str]
) -> list[tuple[tuple[str, ...], str]]:
    given = body.get("id")
    match = _RESOURCE_ID.match(given) if isinstance(given, str) else None
    if not isinstance(given, str) or match is None:
        return [(("id",), f"{given!r} is no ARM id" if given is not None else "is missing")]
    found: list[tuple[tuple[str, ...], str]] = []
    if given.lower() in seen:
        found.append((("id",), f"{given} is there twice"))
    seen.add(given.lower())
    if match["subscription"].lower() not in subscriptions:
        found.append((("id",), f"subscription {match['subscription']} is not among the file's subscriptions"))
    if isinstance(name := body.get("name"), str) and not given.lower().endswith(f"/{name.rpartition('/')[2]}".lower()):
        found.append((("name",), f"{name!r} is not the name in the id"))
    tags = body.get("tags")
    for tag, value in tags.items() if isinstance(tags, dict) else ():
        if not isinstance(value, str):
            found.append((("tags", tag), f"a tag is text: write {str(value)!r} in quotes"))
    return found
