"""Snapshots: an estate, and the policy that judges it, as one JSON text that is read back to the same values.

The file holds ``schema`` (``phsm.estate/1``), ``tool``, ``digest`` (over all the rest), ``policy`` and ``estate``. The
policy is there because the same facts are judged differently by other pools; whom Microsoft calls is no part of it.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NoReturn

from pydantic import TypeAdapter, ValidationError

from ops.codec.redaction import REDACTED
from ops.errors import UsageProblem
from ops.model.estate import Estate
from ops.model.policy import AzureSettings, Policy
from ops.model.untrusted import one_line

_VERSION = 1
SCHEMA = f"phsm.estate/{_VERSION}"
_SCHEMAS = re.compile(r"phsm\.estate/([0-9]{1,6})")
_AGAIN = "fetch it again from where it was saved; what was changed cannot be replayed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What a snapshot holds. ``tool`` is the product and version that saved it, ``digest`` is ``sha256:...``."""

    tool: str
    digest: str
    policy: Policy
    estate: Estate

    @property
    def redacted(self) -> bool:
        return REDACTED in self.estate.notes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    schema: str
    tool: str
    policy: Policy
    estate: Estate


def snapshot_text(estate: Estate, policy: Policy, tool: str) -> str:
    """The estate as JSON, ASCII only; the same values give the same text.

    An estate that comes from a snapshot is saved as what it was before. Half a surrogate pair, which no JSON can carry,
    becomes a question mark; everything else is read back as it is.
    """
    content = _Content(
        schema=SCHEMA,
        tool=tool,
        policy=replace(policy, azure=AzureSettings(), support=replace(policy.support, contact=None)),
        estate=replace(estate, source=estate.source.original or estate.source),
    )
    plain = json.dumps(_adapter().dump_python(content, mode="json"), ensure_ascii=False)
    document = json.loads(plain.encode("utf-8", "replace"))
    head = {"schema": document.pop("schema"), "tool": document.pop("tool")}
    whole = {**head, "digest": _digest(head | document), **document}
    return json.dumps(whole, indent=1, ensure_ascii=True) + "\n"


def snapshot_from(text: str, where: str) -> Snapshot:
    """The snapshot that the text holds. ``where`` names the text in messages.

    Raises UsageProblem for a text that is damaged, is no snapshot, or was made by a newer version.
    """
    document = _document(text, where)
    _require_schema(document, where)
    digest = document.pop("digest", None)
    if digest != _digest(document):
        raise UsageProblem(f"{where} is damaged: its content does not match its digest", tip=_AGAIN)
    try:
        content = _adapter().validate_json(json.dumps(document), strict=True, extra="forbid")
    except ValidationError as error:
        _refuse(error, document, where)
    return Snapshot(tool=content.tool, digest=digest, policy=content.policy, estate=content.estate)


@cache
def _adapter() -> TypeAdapter[_Content]:
    return TypeAdapter(_Content)


def _digest(document: dict[str, Any]) -> str:
    """Over the values and their order, not the spaces between them."""
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=True)
    return f"sha256:{hashlib.sha256(text.encode('ascii')).hexdigest()}"


def _document(text: str, where: str) -> dict[str, Any]:
    if not text.strip():
        raise UsageProblem(f"{where} is empty", tip=_AGAIN)
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageProblem(f"{where} is damaged: not JSON from line {error.lineno} on", tip=_AGAIN) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, brackets without end
        raise UsageProblem(f"{where} is damaged: no such JSON was ever saved", tip=_AGAIN) from error
    if not isinstance(document, dict):
        raise _no_snapshot(where, "it is not an object")
    return document


def _require_schema(document: dict[str, Any], where: str) -> None:
    schema = document.get("schema")
    found = _SCHEMAS.fullmatch(schema) if isinstance(schema, str) else None
    if found is None:
        told = f"its schema is {one_line(schema, 60)}" if isinstance(schema, str) else "it names no schema"
        raise _no_snapshot(where, told)
    if int(found[1]) > _VERSION:
        raise UsageProblem(
            f"{where} was made by a newer phsm: {one_line(document.get('tool', 'not told'), 60)}, schema {found[0]}",
            tip=f"update phsm; this one reads {SCHEMA}",
        )
    if int(found[1]) < _VERSION:
        raise _no_snapshot(where, f"there was never a schema {found[0]}")


def _no_snapshot(where: str, why: str) -> UsageProblem:
    return UsageProblem(f"{where} is no snapshot: {why}", tip="a snapshot is what this writes: phsm snapshot save FILE")


def _refuse(error: ValidationError, document: dict[str, Any], where: str) -> NoReturn:
    """The digest is right, so the file is as it was written: by a version that knows other facts, or by hand."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = one_line(".".join(str(step) for step in first["loc"]), 300)
    says = "is not known here" if first["type"] == "unexpected_keyword_argument" else one_line(first["msg"], 100)
    raise UsageProblem(
        f"{where} does not hold what {SCHEMA} says, at {place}: {says}",
        tip=f"update phsm: the file was made by {one_line(document.get('tool', 'an unknown tool'), 60)}",
    ) from error
