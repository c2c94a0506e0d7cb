"""What a look at the audit trail found, for people and as one JSON document, ``phsm.ledger/1``."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from ops.codec.ledger import Verification
from ops.model.untrusted import one_line
from ops.reports.layout import arrow, counted, styled, wrapped
from ops.reports.layout import render as render_lines
from ops.reports.run_json import dumps

_SHOWN = 20
_STEP = (
    "keep the folder as it is, compare it with your copy, find out who changed it, and begin another: PHSM_LEDGER_DIR"
)


def render_text(found: Verification, folder: str, width: int | None, colour: bool) -> str:
    """The head's hash is there to be kept elsewhere."""
    return render_lines(_lines(found, folder, width), colour)


def _lines(found: Verification, folder: str, width: int | None) -> Iterator[Text]:
    if not found.entries and not found.flaws:
        yield from wrapped(f"no ledger yet at {one_line(folder, 1000)}", 0, width, "unknown")
    else:
        size = f"ledger: {counted(len(found.entries), 'record')} over {counted(found.days, 'day')}"
        if found.flaws:
            yield styled((f"{size}, not in order", "fail"))
        else:
            yield from wrapped(f"{size}, head sha256 {found.head.hash}, all in order", 0, width)
    if found.note:
        yield from wrapped(f"note: {found.note}", 0, width, "quiet")
    for flaw in found.flaws[:_SHOWN]:
        place = f"{flaw.file} line {flaw.line}" if flaw.line else flaw.file
        yield from wrapped(f"{place}: {flaw.says}", 2, width)
    if len(found.flaws) > _SHOWN:
        yield styled(f"  and {len(found.flaws) - _SHOWN} more: --format json")
    if found.flaws:
        yield from wrapped(f"{arrow(width)}{_STEP}", 0, width)


def render_json(found: Verification, folder: str) -> str:
    """``head`` is null, and ``in_order`` false, where there is no record yet."""
    return dumps(
        {
            "schema": "phsm.ledger/1",
            "folder": folder,
            "records": len(found.entries),
            "days": found.days,
            "head": found.head.hash if found.entries and not found.flaws else None,
            "in_order": bool(found.entries) and not found.flaws,
            "flaws": [
                {"file": flaw.file, "line": flaw.line or None, "record": flaw.seq, "says": flaw.says}
                for flaw in found.flaws
            ],
            "note": found.note or None,
        }
    )
