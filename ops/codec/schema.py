"""The configuration as JSON Schema, for editors: the types give the shape, the rules the values, the page the words."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, Protocol

from pydantic import TypeAdapter

from ops.codec.agreements import OF_EVERY_CHECK, SCHEMAS
from ops.codec.rules import rule_for
from ops.codec.shape import KEY, Path, inner, keys
from ops.codec.sheet import Sheet, value_of
from ops.model.policy import Policy


class Configurable(Protocol):
    """What the schema says of a check."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def parameters(self) -> Collection[str]: ...


def render(page: str, checks: Iterable[Configurable]) -> str:
    """The schema, draft 2020-12, as JSON text. ``page`` is the commented configuration: what stands above a key describes it.

    It refuses nothing that ``examine`` takes. Some mistakes it cannot say: pools that never match, names that stand twice.
    """
    raw = TypeAdapter(Policy).json_schema()
    whole = _Writing(defs=raw["$defs"], told=descriptions(page)).value(raw, ())
    settings = whole["properties"]["checks"]
    of_a_check = settings.pop("additionalProperties")["properties"]
    settings["properties"] = {check.id: _settings(check) for check in checks}
    settings["additionalProperties"] = False
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "Generated: phsm config schema",
        "title": "The configuration of phsm",
        **_or_nothing(whole),
        "$defs": of_a_check,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def descriptions(page: str) -> Mapping[Path, str]:
    """By path, ``*`` for positions and free keys, the comment that stands right above each key of the page.

    The page explains the keys of several values of one type (``readiness``) at the first of them.
    """
    text = uncommented(page)
    lines = text.splitlines()
    sheet = Sheet()
    value_of(text, sheet)
    found: dict[Path, str] = {}
    for path, number in [item for item in sheet.lines.items() if item[0]]:
        where = _general(path)
        above = number - 1
        while above and lines[above - 1].lstrip().startswith("# "):
            above -= 1
        words = " ".join(line.lstrip(" #") for line in lines[above : number - 1])
        if words and where[-1] != "*":
            for one in (where, *_alike(where)):
                found.setdefault(one, words)
    return found


def _alike(path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The same key of the neighbours that have the type of what the key is in."""
    if len(path) > 1:
        *above, parent, key = path
        kind = reduce(inner, above, Policy)
        yield from ((*above, other, key) for other in keys(kind) if inner(kind, other) == inner(kind, parent))


def uncommented(page: str) -> str:
    """The page with its examples in force; its lines keep their numbers."""
    return re.sub(r"(?m)^( *)#(?=[^\s#])", r"\1", page)


def _general(path: Path) -> tuple[str, ...]:
    kind: Any = Policy
    general: list[str] = []
    for step in path:
        general.append(str(step) if step in keys(kind) else "*")
        kind = inner(kind, step)
    return tuple(general)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writing:
    """Writes pydantic's schema anew, in place of its references, with descriptions and rules."""

    defs: Mapping[str, Any]
    told: Mapping[Path, str]

    def value(self, raw: Mapping[str, Any], path: Path) -> dict[str, Any]:
        node = self._resolved(raw)
        found: dict[str, Any] = {"description": self.told[path]} if path in self.told else {}
        found |= {word: node[word] for word in ("type", "enum", "default") if node.get(word) is not None}
        if "anyOf" in node:
            found["anyOf"] = [self.value(option, path) for option in node["anyOf"]]
        if rule := rule_for(path):
            found |= rule.schema
        if "properties" in node:
            required = node.get("required", [])
            below = {name: self.value(inside, (*path, name)) for name, inside in node["properties"].items()}
            found["properties"] = {
                name: inside if name in required else _or_nothing(inside) for name, inside in below.items()
            }
            found |= {"required": required} if required else {}
            found["additionalProperties"] = False
        elif "additionalProperties" in node:
            if rule := rule_for((*path, KEY)):
                found["propertyNames"] = rule.schema
            elif "propertyNames" in node:
                found["propertyNames"] = self.value(node["propertyNames"], (*path, KEY))
            found["additionalProperties"] = self.value(node["additionalProperties"], (*path, "*"))
        if "items" in node:
            found["items"] = self.value(node["items"], (*path, "*"))
        return {**found, **SCHEMAS.get(path, {})}

    def _resolved(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Without a reference, and without the null of ``X | None``: a key without a value is added for all alike."""
        options = [option for option in raw.get("anyOf", ()) if option != {"type": "null"}]
        if len(options) == 1:
            return self._resolved({**options[0], **{word: raw[word] for word in raw if word != "anyOf"}})
        if "$ref" in raw:
            named = self.defs[raw["$ref"].removeprefix("#/$defs/")]
            return {**named, **{word: raw[word] for word in raw if word != "$ref"}}
        return {**raw, "anyOf": options} if options else dict(raw)


def _or_nothing(schema: dict[str, Any]) -> dict[str, Any]:
    """The same, or no value at all: that is the default."""
    if "type" not in schema:
        return {**schema, "anyOf": [*schema["anyOf"], {"type": "null"}]}
    changed: dict[str, Any] = {"type": [schema["type"], "null"]}
    if "enum" in schema:
        changed["enum"] = [*schema["enum"], None]
    return {**schema, **changed}


def _settings(check: Configurable) -> dict[str, Any]:
    return {
        "description": check.title,
        "type": "object",
        "properties": {name: {"$ref": f"#/$defs/{name}"} for name in (*OF_EVERY_CHECK, *check.parameters)},
        "additionalProperties": False,
    }
