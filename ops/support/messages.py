"""The words of communications on tickets of ours: what is new, a higher severity, a cause that is gone.

Each ends with the lines by which a later run knows what was said (``told``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ops.model.policy import Policy, TicketSeverity
from ops.model.run import Run
from ops.model.ticket import Cause, Ticket
from ops.model.untrusted import one_line
from ops.support import fastpath, told
from ops.support.gone import Gone
from ops.support.impact import assess
from ops.support.wording import checked, fitted, impact_line, moment

_SUBJECT_LIMIT = 200


def subject(what: str, ticket: Ticket) -> str:
    """The subject of a communication: what it is, and the title of its ticket."""
    return one_line(f"{what}: {ticket.title}", _SUBJECT_LIMIT)


def changed(cause: Cause, run: Run, policy: Policy, opening: str, hidden: Sequence[str], tool: str) -> str:
    """What we see now, after one sentence on why we write. ``hidden``: what was told before and could not be checked again."""

    def lines(most: int) -> Iterator[str]:
        yield opening
        yield from _state(cause, run, policy, most)
        if hidden:
            yield "What we told before and could not check again:"
            yield from told.some(hidden, most)
        yield from told.ending(cause.findings, tool)

    return fitted(lines)


def raised(cause: Cause, run: Run, policy: Policy, severity: TicketSeverity, hidden: Sequence[str], tool: str) -> str:
    """The request for a higher severity, for where Azure lets nobody but its engineers change it."""
    name = severity.value.capitalize()
    return changed(
        cause,
        run,
        policy,
        f"Please raise the severity of this ticket to {severity.letter} ({name}), by its impact.",
        hidden,
        tool,
    )


def ended(gone: Gone, run: Run, tool: str) -> str:
    """That the cause is gone, and what shows it."""

    def lines(most: int) -> Iterator[str]:
        yield f"What this ticket is about is gone, seen {moment(run.estate.observed_at)}:"
        yield from told.some(gone.lines, most)
        yield "Nothing has to be done to a device for it any more. The ticket may be closed if you have no question left."
        yield from told.ending((), tool)

    return fitted(lines)


def closing(gone: Gone, run: Run, tool: str) -> str:
    """The request to close the ticket, for where Azure does not let us."""
    return "\n".join(
        (
            f"Please close this ticket: what it is about is gone, seen {moment(run.estate.observed_at)}.",
            *told.ending((), tool),
        )
    )


def _state(cause: Cause, run: Run, policy: Policy, most: int) -> Iterator[str]:
    if cause.kind == "fastpath":
        yield f"Seen {moment(run.estate.observed_at)}."
        yield from fastpath.waiting(cause, run.estate)
        return
    yield impact_line(assess(cause, run, policy))
    yield f"What we see, {moment(run.estate.observed_at)}:"
    yield from told.some(map(told.seen, cause.findings), most)
    yield from checked(run, cause.hsms, most)
