"""What earlier runs announced and said no more of, because they were killed or heard no end: it is looked up and recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from ops.errors import LedgerProblem
from ops.model import arm_id
from ops.model.estate import Source
from ops.model.fact import Absent
from ops.model.ledger import Action, Entry, Result
from ops.model.ticket import Plan, Ticket
from ops.model.untrusted import one_line
from ops.ports import Desk, Ledger, Shelf

SETTLES = "settles"
"""The detail of a refusal that names the run whose attempt came to nothing, where it is not the run that records it."""
_STILL_AT_IT = timedelta(hours=1)
"""A write may take 15 minutes, and Azure as long to show what a killed run sent: another runner may be at it just now."""


def settle(decided: Plan, fresh: Plan, desk: Desk, ledger: Ledger, shelf: Shelf) -> Iterator[str]:
    """Record what came of the tickets of earlier runs, and remove what was kept of them for the portal; tell it, in lines.

    Before anything is opened. ``fresh`` is the plan that was made just now; a ticket that ``decided`` opens gets its own
    record. Raises LedgerProblem.
    """
    opens = {draft.ticket_id.lower() for draft in decided.to_open}
    for target, by_run in attempts(ledger.entries(), fresh.source).items():
        unsettled = _unsettled(by_run)
        found = desk.find(arm_id.subscription(target), arm_id.name(target)) if unsettled else None
        told = f"another run has not told what came of {one_line(arm_id.name(target))}"
        if isinstance(found, Ticket) and found.number:
            ledger.write(Action.OPEN, found.id, Result.FOUND, details={"number": found.number})
            yield f"{told}: it is ticket {one_line(found.number, 60)}"
        elif isinstance(found, Absent) and target not in opens:
            for attempt in unsettled:
                if fresh.made_at - attempt.at >= _STILL_AT_IT:
                    details = {"why": "there is no ticket of this name", SETTLES: attempt.run}
                    ledger.write(Action.OPEN, attempt.target, Result.REFUSED, details=details)
                    yield f"{told}: it was not opened"
    for existing in fresh.existing:
        yield from _outdated(existing.ticket, shelf)


def _outdated(ticket: Ticket, shelf: Shelf) -> Iterator[str]:
    try:
        removed = shelf.forget(ticket.name)
    except LedgerProblem as error:
        yield f"ticket {one_line(ticket.number or ticket.name, 60)} is open; do not open it by hand: {error.what}"
        return
    if removed:
        yield f"ticket {one_line(ticket.number or ticket.name, 60)} is open, so this was removed: {one_line(removed, 1000)}"


def attempts(entries: Iterable[Entry], source: Source) -> Mapping[str, Mapping[str, Entry]]:
    """By ticket id (lower case) and by run, the last word of each that opened it or may have, while none has closed it.

    The latest come last. A refusal says only that one attempt came to nothing: that of the same run, or of the run that it
    settles.
    """
    known: dict[str, dict[str, Entry]] = {}
    for entry in entries:
        if entry.source != source:
            continue
        by_run = known.setdefault(entry.target.lower(), {})
        before = by_run.get(entry.run)
        match entry.action, entry.result:
            case Action.CLOSE, Result.DONE | Result.FOUND:
                by_run.clear()
            case Action.OPEN, Result.INTENDED | Result.UNCLEAR | Result.DONE | Result.FOUND:
                by_run.pop(entry.run, None)
                by_run[entry.run] = entry
            case Action.OPEN, Result.REFUSED if SETTLES in entry.details:
                by_run.pop(entry.details[SETTLES], None)
            case Action.OPEN, Result.REFUSED if before and before.result is Result.INTENDED:
                del by_run[entry.run]
    return {target: by_run for target, by_run in known.items() if by_run}


def _unsettled(by_run: Mapping[str, Entry]) -> tuple[Entry, ...]:
    """The attempts whose end nobody told: none where a later one told that there is the ticket."""
    ended = [entry.result in (Result.DONE, Result.FOUND) for entry in by_run.values()]
    return () if ended[-1] else tuple(entry for entry, has in zip(by_run.values(), ended, strict=True) if not has)
