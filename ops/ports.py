"""The two things outside: the cloud that is read and the desk that is written to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Literal, Protocol

from ops.model.estate import Estate
from ops.model.fact import Absent, Gap
from ops.model.ledger import Action, Entry, Result
from ops.model.policy import Contact, Policy, TicketSeverity
from ops.model.ticket import Communication, Draft, Evidence, ProblemClassification, Sent, SupportService, Ticket

Progress = Callable[[str], None]
"""Told one short line about what is being done now, for a person who waits."""


class Cloud(Protocol):
    """Reads the estate. Never writes."""

    def scope(self, subscriptions: tuple[str, ...]) -> tuple[str, ...]:
        """The ids of these subscriptions, or of all that are visible. Raises CloudUnreadable."""

    def observe(self, subscriptions: tuple[str, ...], *, policy: Policy) -> Estate:
        """Everything in these subscriptions (empty = all that are visible), and what the policy names besides.

        VNets that the policy declares ``outside`` are not read, nor are peers that it declares to need no HSMs.

        Raises CloudUnreadable when nothing at all could be read.
        """

    def confirm(self, estate: Estate, *, hsms: Collection[str], subscriptions: Collection[str]) -> Estate:
        """The estate with these HSMs (keys), their NICs, and the features of these subscriptions read again from ARM.

        An HSM that the estate lacks is asked for too. One of which ARM says that it does not exist is left out.
        """


class Desk(Protocol):
    """The support desk of the cloud. What writes says so, and raises TicketProblem with what to do next."""

    def services(self) -> tuple[SupportService, ...] | Gap:
        """All services that tickets can be opened for."""

    def classifications(self, service: SupportService) -> tuple[ProblemClassification, ...] | Gap:
        """The problem classifications of a service."""

    def tickets(self, subscription: str, *, only_open: bool) -> tuple[Ticket, ...] | Gap:
        """The tickets of a subscription, closed ones too unless ``only_open``; all services."""

    def open_elsewhere(self) -> tuple[str, ...] | Gap:
        """The ids of our open tickets in all visible subscriptions, by a source that may be hours late or not to be had."""

    def find(self, subscription: str, name: str) -> Ticket | Absent | Gap:
        """The ticket of this name, also one that no list shows yet."""

    def communications(self, ticket: Ticket) -> tuple[Communication, ...] | Gap:
        """The messages on a ticket, the oldest first."""

    def attach(self, subscription: str, workspace: str, name: str, content: bytes) -> Sent:
        """Writes: put a file into a workspace, which is made where there is none. A ticket's own bears its number."""

    def open(self, draft: Draft, contact: Contact, workspace: str | None) -> Sent:
        """Writes: ask whether the name is free, create the ticket, wait to the end, and give it with its number.

        A name that is taken is no problem where a ticket is found under it: then that is the answer.
        """

    def comment(self, ticket: Ticket, name: str, subject: str, body: str, sender: str) -> Sent:
        """Writes: a communication of this name; one that is there already is left as it is."""

    def change(
        self, ticket: Ticket, *, severity: TicketSeverity | None = None, status: Literal["open", "closed"] | None = None
    ) -> Sent:
        """Writes: the severity or the status. A problem is ``denied`` where Azure lets nobody change it any more."""


class Ledger(Protocol):
    """The audit trail. Append-only; whole on disk when ``write`` returns. Raises LedgerProblem."""

    def write(
        self,
        action: Action,
        target: str,
        result: Result,
        *,
        request_ids: tuple[str, ...] = (),
        details: Mapping[str, str] | None = None,
    ) -> None:
        """One act of this run, now."""

    def entries(self) -> tuple[Entry, ...]:
        """All acts, the oldest first, those of other runs too."""


class Shelf(Protocol):
    """Where what goes out is packed, and what could not be sent is kept for the portal."""

    def pack(self, evidence: Evidence) -> bytes:
        """One archive of the files of the evidence; the same files give the same bytes."""

    def keep(self, draft: Draft, why: str) -> str:
        """Write a draft with its evidence to files, ready for the portal, and tell where. Raises LedgerProblem."""

    def keep_evidence(self, name: str, evidence: Evidence) -> str:
        """Write the archive of a ticket of this name, to be uploaded by hand, and tell where. Raises LedgerProblem."""

    def forget(self, name: str, evidence: Evidence | None = None) -> str:
        """Remove the page of a ticket of this name, which nobody has to open any more, and tell which; ``""`` = none.

        The archive goes too where the ticket is given with the ``evidence`` that it has. Raises LedgerProblem.
        """
