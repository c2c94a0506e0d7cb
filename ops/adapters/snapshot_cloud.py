"""A snapshot in the place of the cloud: it is observed as it was, and cannot be asked anything new."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Literal, NoReturn

from ops.codec.snapshot import Snapshot
from ops.errors import UsageProblem
from ops.model.estate import Estate, Source
from ops.model.fact import Absent, Gap
from ops.model.ledger import Action, Entry, Result
from ops.model.policy import Contact, Policy, TicketSeverity
from ops.model.ticket import (
    Communication,
    Draft,
    Evidence,
    ProblemClassification,
    Sent,
    SupportService,
    Ticket,
    ticket_id,
)

_NOT_ASKED = "it is not asked from a snapshot"


class SnapshotCloud:
    """The estate of a snapshot. ``name`` is the file's, for reports."""

    def __init__(self, snapshot: Snapshot, name: str) -> None:
        saved = snapshot.estate
        self._estate = replace(saved, source=Source(kind="snapshot", name=name, original=saved.source))

    @property
    def source(self) -> Source:
        return self._estate.source

    def scope(self, subscriptions: tuple[str, ...]) -> tuple[str, ...]:
        """The subscriptions that were in scope when the snapshot was taken."""
        return self._estate.scope

    def observe(self, subscriptions: tuple[str, ...], *, policy: Policy) -> Estate:
        """The estate as it was saved, whatever is asked for: a snapshot is replayed whole."""
        return self._estate

    def confirm(self, estate: Estate, *, hsms: Collection[str], subscriptions: Collection[str]) -> Estate:
        """Raises UsageProblem: a cause is confirmed by Azure or not at all."""
        refuse_tickets()


class SnapshotDesk:
    """No support desk: every question is answered by a Gap that says so."""

    def services(self) -> tuple[SupportService, ...] | Gap:
        return Gap(subject="Microsoft.Support", what="support services", reason=_NOT_ASKED)

    def classifications(self, service: SupportService) -> tuple[ProblemClassification, ...] | Gap:
        return Gap(subject="Microsoft.Support", what="problem classifications", reason=_NOT_ASKED)

    def tickets(self, subscription: str, *, only_open: bool) -> tuple[Ticket, ...] | Gap:
        return Gap(subject=f"/subscriptions/{subscription}", what="support tickets", reason=_NOT_ASKED)

    def open_elsewhere(self) -> tuple[str, ...] | Gap:
        return Gap(subject="Microsoft.ResourceGraph", what="support tickets", reason=_NOT_ASKED)

    def find(self, subscription: str, name: str) -> Ticket | Absent | Gap:
        return Gap(subject=ticket_id(subscription, name), what="support ticket", reason=_NOT_ASKED)

    def communications(self, ticket: Ticket) -> tuple[Communication, ...] | Gap:
        return Gap(subject=ticket.id, what="communications", reason=_NOT_ASKED)

    def attach(self, subscription: str, workspace: str, name: str, content: bytes) -> Sent:
        """Raises UsageProblem, as all that writes."""
        refuse_tickets()

    def open(self, draft: Draft, contact: Contact, workspace: str | None) -> Sent:
        refuse_tickets()

    def comment(self, ticket: Ticket, name: str, subject: str, body: str, sender: str) -> Sent:
        refuse_tickets()

    def change(
        self, ticket: Ticket, *, severity: TicketSeverity | None = None, status: Literal["open", "closed"] | None = None
    ) -> Sent:
        refuse_tickets()


class SnapshotLedger:
    """No audit trail: nothing was ever done to a snapshot, and nothing will be."""

    def write(
        self,
        action: Action,
        target: str,
        result: Result,
        *,
        request_ids: tuple[str, ...] = (),
        details: Mapping[str, str] | None = None,
    ) -> None:
        """Raises UsageProblem."""
        refuse_tickets()

    def entries(self) -> tuple[Entry, ...]:
        return ()


class SnapshotShelf:
    """Nothing of a snapshot is sent, so nothing is packed or kept. Raises UsageProblem."""

    def pack(self, evidence: Evidence) -> bytes:
        refuse_tickets()

    def keep(self, draft: Draft, why: str) -> str:
        refuse_tickets()

    def keep_evidence(self, name: str, evidence: Evidence) -> str:
        refuse_tickets()

    def forget(self, name: str, evidence: Evidence | None = None) -> str:
        refuse_tickets()


def refuse_tickets() -> NoReturn:
    """Raises UsageProblem: the support desk has no past that could be asked, and a ticket needs a cause that is there now."""
    raise UsageProblem(
        "the support desk is not asked from a snapshot, and a cause is read again from Azure before its ticket is opened",
        tip="leave out --snapshot; what would be drafted: phsm --snapshot FILE tickets plan",
    )
