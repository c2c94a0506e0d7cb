"""Tickets: what the Support API knows, what would be opened and why, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from ops.model.estate import Source
from ops.model.fact import Gap
from ops.model.finding import Finding, IssueCategory
from ops.model.policy import Consent, TicketSeverity


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportService:
    """A service of the Support API. ``id`` is ``/providers/Microsoft.Support/services/<guid>``, ``name`` the bare GUID."""

    id: str
    name: str
    display_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemClassification:
    """A problem type of a service; the display name joins type and subtype with `` / ``.

    ``secondary_consents``: what a ticket of this type must answer with a yes or no, by Azure's names.
    """

    id: str
    display_name: str
    secondary_consents: tuple[str, ...] = ()


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
    def id(self) -> str:
        """The ARM id, as it is made from the name."""
        return ticket_id(self.subscription, self.name)

    @property
    def is_open(self) -> bool:
        return self.status.lower() != "closed"


def ticket_id(subscription: str, name: str) -> str:
    """The ARM id of a ticket."""
    return f"/subscriptions/{subscription}/providers/Microsoft.Support/supportTickets/{name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Communication:
    """A message on a ticket. ``direction`` as Azure has it, which calls our own ``Outbound``; ``body`` may be HTML. Untrusted."""

    name: str
    subject: str
    body: str
    direction: str
    sender: str
    created_at: datetime | None


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
class EvidenceFile:
    """A file of the bundle that is attached to a ticket; ``text`` is all of it."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is attached to a ticket, as one archive ``name``; ``cut`` says in words what was left out, and why."""

    name: str
    files: tuple[EvidenceFile, ...]
    cut: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A ticket that would be opened. ``name`` is made from the cause, so that the same cause always gets the same name.

    ``would_be`` is the severity by impact where ``severity`` is capped, with the reason in ``cap_reason``.
    ``classification_note`` says how the problem classification was chosen, if not by a pattern of its category.
    ``consent`` is what the description tells and what is sent, whatever the configuration says by then.
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
    consent: Consent
    service: SupportService | None = None
    classification: ProblemClassification | None = None
    classification_note: str = ""
    evidence: Evidence | None = None

    @property
    def ticket_id(self) -> str:
        """The ARM id that the ticket will have."""
        return ticket_id(self.subscription, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """A draft that is not opened now, and why.

    ``is_for_later``: only because too many are opened at once. ``for_portal``: it cannot be opened by the API at all.
    ``is_unread``: only because the support desk could not be read, so that nobody knows whether it has a ticket.
    """

    draft: Draft
    reason: str
    is_for_later: bool = False
    for_portal: bool = False
    is_unread: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Existing:
    """A cause that has an open ticket already."""

    cause: Cause
    ticket: Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """What would be done about an open ticket of ours, and why: ``reason``, in words.

    ``evidence``: a communication with what is new. ``raise``: the severity becomes ``severity``, or the communication asks
    for it where Azure does not let us. ``gone``: a communication says that the cause is gone; ``close``: and it is closed.
    ``name`` is the communication's, made from what it says, so that nothing is sent twice; ``cause`` None = it is gone.
    """

    kind: Literal["evidence", "raise", "gone", "close"]
    ticket: Ticket
    cause: Cause | None
    reason: str
    name: str
    subject: str
    body: str
    severity: TicketSeverity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The whole decision: what would be opened (the most severe first), what is held back, what exists, what is told.

    ``gaps``: what the support desk did not tell; while there are any, a cause may already have a ticket. ``estate``: the
    digest of the estate that it was made from (``sha256:...``).
    """

    source: Source
    made_at: datetime
    to_open: tuple[Draft, ...]
    held_back: tuple[HeldBack, ...]
    existing: tuple[Existing, ...]
    gaps: tuple[Gap, ...] = ()
    updates: tuple[Update, ...] = ()
    estate: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Desks:
    """What the support desk said while a plan was made: its service, the classifications, and the tickets by subscription.

    ``known``: tickets that no list showed, found by names that the ledger tells. ``communications``: by ticket name.
    ``told_at``: by ticket id (lower case), when the ledger says that news was sent last: it may not be listed yet.
    """

    services: tuple[SupportService, ...] | Gap
    classifications: tuple[ProblemClassification, ...] | Gap
    tickets: Mapping[str, tuple[Ticket, ...] | Gap]
    known: tuple[Ticket, ...] = ()
    communications: Mapping[str, tuple[Communication, ...] | Gap] = field(default_factory=dict)
    told_at: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What could not be read."""
        return tuple(
            answer
            for answer in (
                self.services,
                self.classifications,
                *self.tickets.values(),
                *self.communications.values(),
            )
            if isinstance(answer, Gap)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What Azure answered to a write: the ticket as it is then, and Azure's ids of the requests.

    ``found``: what was to be written was there already, and nothing was sent.
    """

    ticket: Ticket | None = None
    request_ids: tuple[str, ...] = ()
    found: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What came of a draft: the ticket, or ``problem`` with what to do next.

    ``found``: the ticket was there already, from another run. ``gone``: the cause had gone, nothing was sent.
    ``may_exist``: whether there is a ticket is unclear: Azure may have taken it, or the desk could not be read.
    ``unattached``: why the evidence is not on the ticket. ``unrecorded``: why the ledger does not tell what came of it.
    ``kept``: the file in which what was not sent or attached lies ready for the portal. ``outdated``: what became of the
    file of an earlier run for the portal, now that there is a ticket. ``untried``: the run ended before it.
    """

    draft: Draft
    ticket: Ticket | None = None
    problem: str = ""
    tip: str = ""
    gone: bool = False
    may_exist: bool = False
    found: bool = False
    unattached: str = ""
    unrecorded: str = ""
    kept: str = ""
    outdated: str = ""
    untried: bool = False

    @property
    def is_done(self) -> bool:
        """Whether nothing is left that a person has to do."""
        return not (self.problem or self.unattached or self.unrecorded or self.untried)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateReceipt:
    """What came of an update: done, or ``problem`` with what to do next.

    ``asked``: the severity could not be changed, so a communication asked for it. ``skipped``: why nothing was sent.
    ``found``: it was there already, from another run. ``untried``: the run ended before it.
    """

    update: Update
    problem: str = ""
    tip: str = ""
    asked: bool = False
    skipped: str = ""
    may_exist: bool = False
    found: bool = False
    untried: bool = False
