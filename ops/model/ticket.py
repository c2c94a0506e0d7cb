"""Tickets: what the Support API knows, what would be opened and why, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ops.model.estate import Gap, Source
from ops.model.finding import Finding, IssueCategory
from ops.model.policy import TicketSeverity


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportService:
    """A service of the Support API. ``id`` is ``/providers/Microsoft.Support/services/<guid>``, ``name`` the bare GUID."""

    id: str
    name: str
    display_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemClassification:
    """A problem type of a service; the display name joins type and subtype with `` / ``."""

    id: str
    display_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A ticket as Azure has it. ``name`` is the resource name, ``number`` the 16 digits that people quote.

    ``service`` and ``classification`` are display names, as Azure names them; ``service_id`` is what identifies the
    service. All text is untrusted.
    """

    name: str
    number: str
    subscription: str
    title: str
    description: str
    severity: str
    status: str
    service: str
    service_id: str
    classification: str
    resource_id: str | None
    created_at: datetime | None
    modified_at: datetime | None
    engineer: str
    plan: str

    @property
    def is_open(self) -> bool:
        return self.status.lower() != "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One thing that is wrong, and gets one ticket: a ``kind`` (``hsm``, ``pool``, ``fastpath``) and what it is about.

    ``subject`` is an HSM key, a pool label, or ``""``; ``hsms`` are keys; ``subscriptions`` are ids. ``findings`` are
    the failures behind it.
    """

    kind: str
    subject: str
    hsms: tuple[str, ...]
    subscriptions: tuple[str, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A ticket that would be opened. ``name`` is made from the cause, so that the same cause always gets the same name.

    ``would_be`` is the severity by impact where ``severity`` is capped, with the reason in ``cap_reason``.
    ``classification_note`` says how the problem classification was chosen, if not by a pattern of its category.
    """

    name: str
    cause: Cause
    title: str
    description: str
    severity: TicketSeverity
    would_be: TicketSeverity | None
    cap_reason: str
    category: IssueCategory
    subscription: str
    resource_id: str | None
    started_at: datetime
    service: SupportService | None = None
    classification: ProblemClassification | None = None
    classification_note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """A draft that is not opened now, and why."""

    draft: Draft
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Existing:
    """A cause that has an open ticket already."""

    cause: Cause
    ticket: Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The whole decision: what would be opened (the most severe first), what is held back, what exists.

    ``gaps``: what the support desk did not tell; while there are any, a cause may already have a ticket.
    """

    source: Source
    made_at: datetime
    to_open: tuple[Draft, ...]
    held_back: tuple[HeldBack, ...]
    existing: tuple[Existing, ...]
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Desks:
    """What the support desk said while a plan was made: its service, the classifications, and the tickets by subscription."""

    services: tuple[SupportService, ...] | Gap
    classifications: tuple[ProblemClassification, ...] | Gap
    tickets: Mapping[str, tuple[Ticket, ...] | Gap]

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What could not be read."""
        return tuple(
            answer
            for answer in (self.services, self.classifications, *self.tickets.values())
            if isinstance(answer, Gap)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What came of a draft: the ticket, or ``problem`` with what to do next.

    ``gone``: the cause had gone, nothing was sent. ``may_exist``: it is unclear whether Azure took it all the same.
    """

    draft: Draft
    ticket: Ticket | None = None
    problem: str = ""
    tip: str = ""
    gone: bool = False
    may_exist: bool = False
