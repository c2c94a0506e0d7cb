"""The life of a ticket of ours after it was opened: what is new, a higher severity, a cause that is gone or is back.

Nothing is told twice: what was said is read from the ticket and from our own communications on it, never from memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from ops.model.fact import Gap
from ops.model.policy import Policy, TicketSeverity
from ops.model.run import Run
from ops.model.ticket import Cause, Communication, Existing, Ticket, Update
from ops.support import messages
from ops.support.causes import joined, pool_of
from ops.support.gone import Gone, gone
from ops.support.impact import assess
from ops.support.naming import base_of
from ops.support.sight import change
from ops.support.told import digest, digest_in

EVIDENCE, _RAISE, _GONE, _CLOSE = "phsm-evidence-", "phsm-raise-", "phsm-gone-", "phsm-close-"
_FAREWELLS = (_GONE, _CLOSE)
_SEVERITIES = {severity.value: severity for severity in TicketSeverity}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What we said on a ticket: its description, then our communications, the oldest first.

    ``recorded_at``: when news was sent last by the ledger, listed or not.
    """

    ticket: Ticket
    ours: tuple[Communication, ...]
    recorded_at: datetime | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        """What was said to be wrong."""
        about = (one for one in self.ours if not one.name.lower().startswith(_FAREWELLS))
        return self.ticket.description, *(one.body for one in about)

    @property
    def last(self) -> str:
        """The text that told last what is wrong; ``""`` after we said that it is gone."""
        return "" if self.has_ended else next((text for text in reversed(self.texts) if digest_in(text)), "")

    @property
    def has_ended(self) -> bool:
        """Whether our last word was that the cause is gone."""
        return bool(self.ours) and self.ours[-1].name.lower().startswith(_FAREWELLS)

    @property
    def last_at(self) -> datetime | None:
        """When we wrote our last communication."""
        return max((one.created_at for one in self.ours if one.created_at), default=None)

    def next_name(self, prefix: str) -> str:
        """The name of the next communication of a kind: another for each, and the same for whoever says the same now."""
        return f"{prefix}{sum(one.name.lower().startswith(prefix) for one in self.ours) + 1}"

    def has_asked(self, prefix: str) -> bool:
        """Whether a communication with such a name was sent since we last said that the cause is gone."""
        for one in reversed(self.ours):
            if one.name.lower().startswith(prefix):
                return True
            if one.name.lower().startswith(_GONE):
                return False
        return False


def whose_life_matters(run: Run, existing: Iterable[Existing], tickets: Iterable[Ticket]) -> tuple[Ticket, ...]:
    """The open tickets of ours about which something may have to be said, whatever was said already."""
    found = [
        ticket for ticket, cause in _lives(run, existing, tickets) if cause or gone(ticket, [ticket.description], run)
    ]
    return tuple(found)


def updates(
    run: Run,
    policy: Policy,
    existing: Iterable[Existing],
    tickets: Iterable[Ticket],
    communications: Mapping[str, tuple[Communication, ...] | Gap],
    told_at: Mapping[str, datetime],
    tool: str,
) -> tuple[Update, ...]:
    """What to do about open tickets of ours, by name; nothing about one whose communications were not read.

    ``existing`` is what covers the causes of the run, ``communications`` those of tickets by name, ``told_at`` as in
    ``Desks``, ``tool`` the words of the last line.
    """
    told = {name.lower(): answer for name, answer in communications.items()}
    result: list[Update] = []
    for ticket, cause in _lives(run, existing, tickets):
        answer = told.get(ticket.name.lower())
        if answer is None or isinstance(answer, Gap):
            continue
        said = _Said(ticket=ticket, ours=_ours(answer), recorded_at=told_at.get(ticket.id.lower()))
        result += _of_cause(cause, said, run, policy, tool) if cause else _of_none(said, run, policy, tool)
    return tuple(result)


def _ours(communications: Sequence[Communication]) -> tuple[Communication, ...]:
    """Those that bear a name that we give; Microsoft's mails may quote our words."""
    ours = [one for one in communications if one.name.lower().startswith((EVIDENCE, _RAISE, _GONE, _CLOSE))]
    ours.sort(key=lambda one: (one.created_at is not None, one.created_at or datetime.min.replace(tzinfo=UTC)))
    return tuple(ours)


def _lives(run: Run, existing: Iterable[Existing], tickets: Iterable[Ticket]) -> Iterator[tuple[Ticket, Cause | None]]:
    """Our open tickets, by name, each with all that it covers as one cause, or None."""
    covered: dict[str, list[Cause]] = {}
    for one in existing:
        covered.setdefault(one.ticket.id.lower(), []).append(one.cause)
    ours = {ticket.id.lower(): ticket for ticket in tickets if ticket.is_open and base_of(ticket.name)}
    for ticket_id, ticket in sorted(ours.items(), key=lambda item: (item[1].name.lower(), item[0])):
        causes = covered.get(ticket_id, [])
        if len(causes) > 1:
            yield ticket, joined(pool_of(run, causes[0].hsms[0]), causes)
        else:
            yield ticket, causes[0] if causes else None


def _of_cause(cause: Cause, said: _Said, run: Run, policy: Policy, tool: str) -> Iterator[Update]:
    """A higher severity goes first: where it has to be asked for, the message holds the news too."""
    ticket, now = said.ticket, run.estate.observed_at
    differs = change(ticket, said.last, cause, run)
    told, has = digest(cause.findings), _SEVERITIES.get(ticket.severity.lower())
    wanted = TicketSeverity.MINIMAL if cause.kind == "fastpath" else assess(cause, run, policy).severity
    asked = f"{_RAISE}{wanted.value}-"
    if has and wanted.rank > has.rank and not said.has_asked(asked):
        yield Update(
            kind="raise",
            ticket=ticket,
            cause=cause,
            reason=f"severity {wanted.letter} by its impact now, the ticket has {has.letter}",
            name=said.next_name(asked),
            subject=messages.subject(f"Severity {wanted.letter}", ticket),
            body=messages.raised(cause, run, policy, wanted, differs.hidden, tool),
            severity=wanted,
        )
    is_new = not said.has_ended and digest_in(said.last) != told and differs.is_known
    if (said.has_ended or is_new) and not _is_too_soon(
        said, (said.recorded_at, ticket.created_at if is_new else None), now, policy
    ):
        reason = "its cause is back, after we said that it is gone" if said.has_ended else "what we see has changed"
        opening = "What this ticket is about is back." if said.has_ended else "What we see has changed."
        yield Update(
            kind="evidence",
            ticket=ticket,
            cause=cause,
            reason=reason,
            name=said.next_name(f"{EVIDENCE}{told}-"),
            subject=messages.subject("Back" if said.has_ended else "News", ticket),
            body=messages.changed(cause, run, policy, opening, differs.hidden, tool),
        )


def _of_none(said: _Said, run: Run, policy: Policy, tool: str) -> Iterator[Update]:
    ticket, now = said.ticket, run.estate.observed_at
    ended = gone(ticket, said.texts, run)
    if ended is None:
        return
    if not said.has_ended:
        if _is_too_soon(said, (), now, policy):
            return
        yield _farewell("gone", said.next_name(_GONE), "Gone", messages.ended(ended, run, tool), ended, ticket)
    if policy.support.close_when_gone and not said.has_asked(_CLOSE):
        name = said.next_name(_CLOSE)
        yield _farewell("close", name, "Please close", messages.closing(ended, run, tool), ended, ticket)


def _farewell(kind: Literal["gone", "close"], name: str, what: str, body: str, ended: Gone, ticket: Ticket) -> Update:
    return Update(
        kind=kind,
        ticket=ticket,
        cause=None,
        reason=ended.reason,
        name=name,
        subject=messages.subject(what, ticket),
        body=body,
    )


def _is_too_soon(said: _Said, also: Iterable[datetime | None], now: datetime, policy: Policy) -> bool:
    """Whether we wrote within the time in which we write once: on the list, or at one of the moments ``also`` told."""
    spell = timedelta(hours=policy.support.comment_every_hours)
    return any(now - moment < spell for moment in (said.last_at, *also) if moment is not None)
