"""What came of an act, recorded after it: a ledger that fails then takes nothing back, so it must not hide what was done."""

from __future__ import annotations

from collections.abc import Mapping

from ops.errors import LedgerProblem
from ops.model.ledger import Action, Result
from ops.ports import Ledger

INTERRUPTED = "it was interrupted on its way: what came of it is not known"
UNRECORDED_TIP = "see to the ledger (room, access, phsm ledger verify), then run it again: what is there is found"


def unrecorded(
    ledger: Ledger,
    action: Action,
    target: str,
    result: Result,
    *,
    request_ids: tuple[str, ...],
    details: Mapping[str, str],
) -> str:
    """Record the end of an act, and tell why it could not be recorded; ``""`` = it was."""
    try:
        ledger.write(action, target, result, request_ids=request_ids, details=details)
    except LedgerProblem as error:
        return error.what
    return ""
