"""Snapshots: an estate, and the policy that judges it, as one JSON text that is read back to the same values.

The file holds ``schema`` (``phsm.estate/1``), ``tool``, ``digest`` (over all the rest), ``policy`` and ``estate``. The
policy is there because the same facts are judged differently by other pools; whom Microsoft calls, how to log in and
where the audit trail lies are no part of it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from ops.codec.redaction import REDACTED
from ops.codec.sealed import Kind, digest, sealed, unsealed, values_of
from ops.model.estate import Estate
from ops.model.once import once
from ops.model.policy import AzureSettings, LedgerSettings, Policy

KIND = Kind(
    name="phsm.estate",
    version=1,
    noun="snapshot",
    tip="a snapshot is what this writes: phsm snapshot save FILE",
    again="fetch it again from where it was saved; what was changed cannot be replayed",
)
SCHEMA = KIND.schema


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
    policy: Policy
    estate: Estate


def snapshot_text(estate: Estate, policy: Policy, tool: str) -> str:
    """The estate as JSON, ASCII only; the same values give the same text.

    An estate that comes from a snapshot is saved as what it was before. Half a surrogate pair, which no JSON can carry,
    becomes a question mark; everything else is read back as it is.
    """
    return sealed(KIND, tool, _content(estate, policy))


@once
def estate_digest(estate: Estate, policy: Policy) -> str:
    """``sha256:...`` over what a snapshot would hold: the same facts and the same policy give the same digest."""
    plain = json.dumps(_content(estate, policy), ensure_ascii=False).encode("utf-8", "replace")
    return digest(json.loads(plain))


def _content(estate: Estate, policy: Policy) -> dict[str, Any]:
    content = _Content(
        policy=replace(
            policy, azure=AzureSettings(), ledger=LedgerSettings(), support=replace(policy.support, contact=None)
        ),
        estate=replace(estate, source=estate.source.original or estate.source),
    )
    found: dict[str, Any] = _adapter().dump_python(content, mode="json")
    return found


def snapshot_from(text: str, where: str) -> Snapshot:
    """The snapshot that the text holds. ``where`` names the text in messages.

    Raises UsageProblem for a text that is damaged, is no snapshot, or was made by a newer version.
    """
    tool, told, document = unsealed(KIND, text, where)
    content: _Content = values_of(KIND, _adapter(), tool, document, where)
    return Snapshot(tool=tool, digest=told, policy=content.policy, estate=content.estate)


@cache
def _adapter() -> TypeAdapter[_Content]:
    return TypeAdapter(_Content)
