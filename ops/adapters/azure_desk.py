"""The support desk of Azure: Microsoft.Support through its SDK. Only ``attach``, ``open``, ``comment`` and ``change`` write."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from azure.mgmt.support.aio import MicrosoftSupport

from ops.adapters import desk_reading
from ops.adapters.connection import Connection
from ops.adapters.desk_comments import write_comment
from ops.adapters.desk_failure import known
from ops.adapters.desk_files import upload
from ops.adapters.desk_graph import Seen, our_tickets
from ops.adapters.desk_tickets import Status, change_ticket, open_ticket
from ops.adapters.desk_writing import Counter
from ops.adapters.request_ids import noted
from ops.adapters.ticket_refusal import refused_unsent
from ops.adapters.together import together
from ops.errors import TicketProblem
from ops.model.fact import Absent, Gap
from ops.model.policy import Contact, TicketSeverity
from ops.model.ticket import Communication, Draft, ProblemClassification, Sent, SupportService, Ticket, ticket_id
from ops.ports import Progress

_NO_SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"  # the lists of services are the tenant's; the SDK wants one
_ReadT = TypeVar("_ReadT")


class AzureDesk:
    """Implements ``ops.ports.Desk``.

    ``poll_seconds``: between two looks at an operation that names no time itself. ``deadline_seconds``: how long one
    write may take from the moment it is sent.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        poll_seconds: float,
        progress: Progress,
        deadline_seconds: float = 900.0,
    ) -> None:
        self._connection = connection
        self._poll_seconds = poll_seconds
        self._progress = progress
        self._deadline_seconds = deadline_seconds
        self._in_graph: Mapping[str, tuple[Seen, ...]] | Gap | None = None

    def services(self) -> tuple[SupportService, ...] | Gap:
        self._progress("reading the services of the support desk")
        reading = desk_reading.services(self._client(_NO_SUBSCRIPTION))
        return self._read("Microsoft.Support", "support services", reading)

    def classifications(self, service: SupportService) -> tuple[ProblemClassification, ...] | Gap:
        self._progress("reading the problem types of the support desk")
        reading = desk_reading.classifications(self._client(_NO_SUBSCRIPTION), service.name)
        return self._read(service.id, "problem classifications", reading)

    def tickets(self, subscription: str, *, only_open: bool) -> tuple[Ticket, ...] | Gap:
        self._progress(f"reading the tickets of {subscription}")
        reading = desk_reading.tickets(self._client(subscription), subscription, only_open=only_open)
        listed = self._read(f"/subscriptions/{subscription}", "support tickets", reading)
        if isinstance(listed, Gap):
            return listed
        unlisted = self._connection.run(self._unlisted(subscription, listed, only_open=only_open))
        return unlisted if isinstance(unlisted, Gap) else (*listed, *unlisted)

    async def _unlisted(
        self, subscription: str, listed: tuple[Ticket, ...], *, only_open: bool
    ) -> tuple[Ticket, ...] | Gap:
        """Tickets of ours that Resource Graph knows and the list has not. One that cannot be read is a gap, unless closed."""
        in_graph = await self._graph()
        names = {ticket.name.lower() for ticket in listed}
        seen = [
            one
            for one in (() if isinstance(in_graph, Gap) else in_graph.get(subscription.lower(), ()))
            if one.name.lower() not in names and (one.is_open or not only_open)
        ]
        client = self._client(subscription)
        answers = await together([desk_reading.find(client, subscription, one.name) for one in seen])
        found: list[Ticket] = []
        for one, answer in zip(seen, answers, strict=True):
            if isinstance(answer, Ticket) and (answer.is_open or not only_open):
                found.append(answer)
            elif isinstance(answer, Gap) and one.is_open:
                return answer
        return tuple(found)

    async def _graph(self) -> Mapping[str, tuple[Seen, ...]] | Gap:
        """What Resource Graph tells, which is asked once: it is only a second source, and late."""
        if self._in_graph is None:
            self._in_graph = await our_tickets(self._connection)
        return self._in_graph

    def open_elsewhere(self) -> tuple[str, ...] | Gap:
        self._progress("looking for our tickets in all subscriptions")
        known = self._connection.run(self._graph())
        if isinstance(known, Gap):
            return known
        return tuple(
            ticket_id(subscription, one.name) for subscription, seen in known.items() for one in seen if one.is_open
        )

    def find(self, subscription: str, name: str) -> Ticket | Absent | Gap:
        self._progress(f"looking for the ticket {name}")
        return self._connection.run(desk_reading.find(self._client(subscription), subscription, name))

    def communications(self, ticket: Ticket) -> tuple[Communication, ...] | Gap:
        self._progress(f"reading the messages on the ticket {ticket.name}")
        reading = desk_reading.communications(self._client(ticket.subscription), ticket.name)
        return self._read(ticket.id, "communications", reading)

    def attach(self, subscription: str, workspace: str, name: str, content: bytes) -> Sent:
        return self._write(upload(self._counter(subscription), subscription, workspace, name, content))

    def open(self, draft: Draft, contact: Contact, workspace: str | None) -> Sent:
        problem = refused_unsent(draft, contact)
        if problem is not None:
            raise problem
        return self._write(open_ticket(self._counter(draft.subscription), draft, contact, workspace))

    def comment(self, ticket: Ticket, name: str, subject: str, body: str, sender: str) -> Sent:
        return self._write(write_comment(self._counter(ticket.subscription), ticket, name, subject, body, sender))

    def change(self, ticket: Ticket, *, severity: TicketSeverity | None = None, status: Status | None = None) -> Sent:
        return self._write(change_ticket(self._counter(ticket.subscription), ticket, severity, status))

    def _client(self, subscription: str) -> MicrosoftSupport:
        return self._connection.client(MicrosoftSupport, subscription)

    def _counter(self, subscription: str) -> Counter:
        return Counter(
            client=self._client(subscription),
            poll_seconds=self._poll_seconds,
            deadline_seconds=self._deadline_seconds,
            progress=self._progress,
        )

    def _read(self, subject: str, what: str, reading: Coroutine[Any, Any, _ReadT]) -> _ReadT | Gap:
        return self._connection.run(known(reading, subject, what))

    def _write(self, writing: Coroutine[Any, Any, Sent]) -> Sent:
        """Whatever the end is, it bears Azure's ids of the requests."""

        async def write() -> Sent:
            with noted() as ids:
                try:
                    sent = await writing
                except TicketProblem as problem:
                    problem.request_ids = tuple(ids)
                    raise
            return replace(sent, request_ids=tuple(ids))

        return self._connection.run(write())
