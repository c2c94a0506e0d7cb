"""A ledger of three days, as it is written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ops.codec.ledger import START, Head, Verification, day_of, head_text, record_line, verify
from ops.model.estate import Source
from ops.model.ledger import Action, Actor, Entry, Result

TICKET = (
    "/subscriptions/00000000-0000-0000-0000-000000000001/providers/Microsoft.Support/supportTickets/phsm-5f0c0000-we-2"
)
ACTOR = Actor(object_id="11111111-0000-0000-0000-000000000001", application_id="22222222-0000-0000-0000-000000000002")
SOURCE = Source(kind="sandbox", name="degraded")
PIECE = b'{"action":"open","actor"'
"""What a writer leaves of a record that is killed in the middle of it."""
DAYS = ("2026-11-23", "2026-11-24", "2026-11-26")


def entry(day: int = 24, second: int = 0, **changes: Any) -> Entry:
    facts: dict[str, Any] = {
        "at": datetime(2026, 11, day, 22, 14, second, 5, UTC),
        "run": "run-1",
        "actor": ACTOR,
        "source": SOURCE,
        "action": Action.OPEN,
        "target": TICKET,
        "result": Result.INTENDED,
        "request_ids": ("5f0c",),
        "details": {"title": "payshield-we-2 is Failed", "plan": "sha256:ab12"},
    }
    return Entry(**(facts | changes))


def lines_of(*entries: Entry, after: Head = START) -> tuple[list[bytes], Head]:
    lines = []
    for one in entries:
        line, after = record_line(one, after)
        lines.append(line)
    return lines, after


ENTRIES = tuple(entry(day, second) for day in (23, 24, 26) for second in range(3))
LINES, HEAD = lines_of(*ENTRIES)


def files_of(lines: list[bytes] = LINES, entries: tuple[Entry, ...] = ENTRIES) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for line, one in zip(lines, entries, strict=True):
        name = f"{day_of(one)}.jsonl"
        files[name] = files.get(name, b"") + line
    return files


def verified(
    files: Mapping[str, bytes], head: Head | bytes | None = HEAD, announced: Head | bytes | None = None
) -> Verification:
    return verify(sorted(files.items()), _content(head), _content(announced))


def _content(head: Head | bytes | None) -> bytes | None:
    return head_text(head) if isinstance(head, Head) else head
