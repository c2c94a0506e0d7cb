"""JSON documents that tell whether they are whole: a schema, the tool that wrote them, and a digest over all the rest."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from pydantic import TypeAdapter, ValidationError

from ops.errors import UsageProblem
from ops.model.untrusted import one_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of document. ``name``: ``phsm.estate``; ``noun``: what people call it; ``tip``: where a whole one comes from;
    ``again``: what to do with a damaged one.
    """

    name: str
    version: int
    noun: str
    tip: str
    again: str

    @property
    def schema(self) -> str:
        return f"{self.name}/{self.version}"


def sealed(kind: Kind, tool: str, content: Mapping[str, Any]) -> str:
    """The content (plain values) as JSON, ASCII only; the same values give the same text.

    Half a surrogate pair, which no JSON can carry, becomes a question mark. Of two number signs the first is escaped: a
    plan is printed too, and a workflow's runner reads ``##[command]`` anywhere in a line.
    """
    plain = json.dumps(content, ensure_ascii=False)
    document = json.loads(plain.encode("utf-8", "replace"))
    head = {"schema": kind.schema, "tool": tool}
    whole = {**head, "digest": digest(head | document), **document}
    return re.sub("#(?=#)", r"\\u0023", json.dumps(whole, indent=1, ensure_ascii=True)) + "\n"


def unsealed(kind: Kind, text: str, where: str) -> tuple[str, str, dict[str, Any]]:
    """The tool, the digest and the content of a document; ``where`` names the text in messages.

    Raises UsageProblem for a text that is damaged, is of another kind, or was made by a newer version.
    """
    document = _document(kind, text, where)
    _require_schema(kind, document, where)
    told = document.pop("digest", None)
    if told != digest(document):
        raise UsageProblem(f"{where} is damaged: its content does not match its digest", tip=kind.again)
    del document["schema"]
    return str(document.pop("tool", "")), str(told), document


def digest(document: Mapping[str, Any]) -> str:
    """``sha256:...`` over the values and their order, not the spaces between them."""
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=True)
    return f"sha256:{hashlib.sha256(text.encode('ascii')).hexdigest()}"


def values_of(kind: Kind, adapter: TypeAdapter[Any], tool: str, content: Mapping[str, Any], where: str) -> Any:
    """The values that the content holds, strictly. Raises UsageProblem: the digest is right, so the file is as it was
    written, by a version that knows other facts, or by hand.
    """
    try:
        return adapter.validate_json(json.dumps(content), strict=True, extra="forbid")
    except ValidationError as error:
        _refuse(kind, error, tool, where)


def _document(kind: Kind, text: str, where: str) -> dict[str, Any]:
    if not text.strip():
        raise UsageProblem(f"{where} is empty", tip=kind.again)
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageProblem(f"{where} is damaged: not JSON from line {error.lineno} on", tip=kind.again) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, brackets without end
        raise UsageProblem(f"{where} is damaged: no such JSON was ever saved", tip=kind.again) from error
    if not isinstance(document, dict):
        raise _none(kind, where, "it is not an object")
    return document


def _require_schema(kind: Kind, document: dict[str, Any], where: str) -> None:
    schema = document.get("schema")
    pattern = rf"{re.escape(kind.name)}/([0-9]{{1,6}})"
    found = re.fullmatch(pattern, schema) if isinstance(schema, str) else None
    if found is None:
        told = f"its schema is {one_line(schema, 60)}" if isinstance(schema, str) else "it names no schema"
        raise _none(kind, where, told)
    if int(found[1]) > kind.version:
        raise UsageProblem(
            f"{where} was made by a newer phsm: {one_line(document.get('tool', 'not told'), 60)}, schema {found[0]}",
            tip=f"update phsm; this one reads {kind.schema}",
        )
    if int(found[1]) < kind.version:
        raise _none(kind, where, f"there was never a schema {found[0]}")


def _none(kind: Kind, where: str, why: str) -> UsageProblem:
    return UsageProblem(f"{where} is no {kind.noun}: {why}", tip=kind.tip)


def _refuse(kind: Kind, error: ValidationError, tool: str, where: str) -> NoReturn:
    first = error.errors(include_url=False, include_input=False)[0]
    place = one_line(".".join(str(step) for step in first["loc"]), 300)
    says = "is not known here" if first["type"] == "unexpected_keyword_argument" else one_line(first["msg"], 100)
    raise UsageProblem(
        f"{where} does not hold what {kind.schema} says, at {place}: {says}",
        tip=f"update phsm: the file was made by {one_line(tool or 'an unknown tool', 60)}",
    ) from error
