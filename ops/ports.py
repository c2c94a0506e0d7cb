"""The two things outside: the cloud that is read and the desk that is written to."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Protocol

from ops.model.estate import Estate, Gap
from ops.model.policy import Contact
from ops.model.ticket import Draft, ProblemClassification, SupportService, Ticket

Progress = Callable[[str], None]
"""Told one short line about what is being done now, for a person who waits."""


class Cloud(Protocol):
    """Reads the estate. Never writes."""

    def scope(self, subscriptions: tuple[str, ...]) -> tuple[str, ...]:
        """The ids of these subscriptions, or of all that are visible. Raises CloudUnreadable."""

    def observe(self, subscriptions: tuple[str, ...], *, outside: Collection[str]) -> Estate:
        """Everything in these subscriptions (empty = all that are visible). VNets in ``outside`` are not read.

        Raises CloudUnreadable when nothing at all could be read.
        """

    def confirm(self, estate: Estate, *, hsms: Collection[str], subscriptions: Collection[str]) -> Estate:
        """The estate with these HSMs (keys), their NICs, and the features of these subscriptions read again from ARM."""


class Desk(Protocol):
    """The support desk of the cloud. Only ``open`` writes."""

    def services(self) -> tuple[SupportService, ...] | Gap:
        """All services that tickets can be opened for."""

    def classifications(self, service: SupportService) -> tuple[ProblemClassification, ...] | Gap:
        """The problem classifications of a service."""

    def tickets(self, subscription: str, *, only_open: bool) -> tuple[Ticket, ...] | Gap:
        """The tickets of a subscription, closed ones too unless ``only_open``; all services."""

    def open(self, draft: Draft, contact: Contact) -> Ticket:
        """Ask whether the name is free, create the ticket, wait to the end, and return it with its number.

        Raises TicketProblem with what to do next; a name that is taken is such a problem.
        """
