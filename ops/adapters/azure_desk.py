"""The support desk of Azure: Microsoft.Support through its SDK. Only ``open`` writes.

A ticket is created by an operation: 202 at once, and minutes later it has succeeded or failed. Whatever happens in
between, the answer says whether the ticket exists, does not, or may.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Coroutine
from typing import Any, TypeVar

from azure.core.exceptions import AzureError, DeserializationError, HttpResponseError, ResourceNotFoundError
from azure.core.polling.base_polling import OperationFailed
from azure.mgmt.support.aio import MicrosoftSupport
from azure.mgmt.support.models import (
    CheckNameAvailabilityInput,
    ContactProfile,
    SupportTicketDetails,
    TechnicalTicketDetails,
)

from ops.adapters.connection import Connection
from ops.adapters.failure import reason
from ops.adapters.list_shape import require_list
from ops.adapters.one_host_policy import ForeignHostRefused
from ops.adapters.ticket_refusal import name_not_free, refusal, refused_unsent, unclear
from ops.errors import CloudUnreadable, TicketProblem
from ops.model.estate import Gap
from ops.model.policy import Consent, Contact, TicketSeverity
from ops.model.ticket import Draft, ProblemClassification, SupportService, Ticket
from ops.ports import Progress

_NO_SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"  # the lists of services are the tenant's; the SDK wants one
_PAGE = 100
_LOOKS = 4
_ReadT = TypeVar("_ReadT")

# What the SDK's models raise at an answer of another shape than theirs is among them.
_BAD_SHAPE = (DeserializationError, TypeError, AttributeError, KeyError)
_FAILURES = (AzureError, ValueError, OSError, zlib.error, *_BAD_SHAPE)


class AzureDesk:
    """Implements ``ops.ports.Desk``.

    ``poll_seconds``: between two looks at an operation that names no time itself. ``deadline_seconds``: how long one
    ticket may take from the moment it is sent. ``consent``: what the ticket lets Microsoft do.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        poll_seconds: float,
        consent: Consent,
        progress: Progress,
        deadline_seconds: float = 900.0,
    ) -> None:
        self._connection = connection
        self._poll_seconds = poll_seconds
        self._consent = consent
        self._progress = progress
        self._deadline_seconds = deadline_seconds

    def services(self) -> tuple[SupportService, ...] | Gap:
        async def read() -> tuple[SupportService, ...]:
            found = self._client(_NO_SUBSCRIPTION).services.list(raw_response_hook=require_list)
            return tuple([
                SupportService(id=item.id or "", name=item.name or "", display_name=item.display_name or "")
                async for item in found
            ])  # fmt: skip

        self._progress("reading the services of the support desk")
        return self._read("Microsoft.Support", "support services", read())

    def classifications(self, service: SupportService) -> tuple[ProblemClassification, ...] | Gap:
        async def read() -> tuple[ProblemClassification, ...]:
            found = self._client(_NO_SUBSCRIPTION).problem_classifications.list(
                service.name, raw_response_hook=require_list
            )
            return tuple([
                ProblemClassification(id=item.id or "", display_name=item.display_name or "") async for item in found
            ])  # fmt: skip

        self._progress("reading the problem types of the support desk")
        return self._read(service.id, "problem classifications", read())

    def tickets(self, subscription: str, *, only_open: bool) -> tuple[Ticket, ...] | Gap:
        async def read() -> tuple[Ticket, ...]:
            wanted = "status eq 'Open'" if only_open else None
            found = self._client(subscription).support_tickets.list(
                top=_PAGE, filter=wanted, raw_response_hook=require_list
            )
            return tuple([_ticket(item, subscription) async for item in found])

        self._progress(f"reading the tickets of {subscription}")
        tickets = self._read(f"/subscriptions/{subscription}", "support tickets", read())
        if isinstance(tickets, Gap):
            return tickets
        return tuple(ticket for ticket in tickets if ticket.is_open or not only_open)

    def open(self, draft: Draft, contact: Contact) -> Ticket:
        problem = refused_unsent(draft, contact)
        if problem is not None:
            raise problem
        return self._connection.run(self._open(draft, contact))

    def _client(self, subscription: str) -> MicrosoftSupport:
        return self._connection.client(MicrosoftSupport, subscription)

    def _read(self, subject: str, what: str, reading: Coroutine[Any, Any, _ReadT]) -> _ReadT | Gap:
        try:
            return self._connection.run(reading)
        except _FAILURES as error:
            return Gap(subject=subject, what=what, reason=_why(error))

    async def _open(self, draft: Draft, contact: Contact) -> Ticket:
        client = self._client(draft.subscription)
        self._progress(f"asking whether the ticket name {draft.name} is free")
        await _require_free_name(client, draft)
        self._progress(f"opening the ticket {draft.name}")
        try:
            async with asyncio.timeout(self._deadline_seconds):
                details = await self._create(client, draft, contact)
        except TimeoutError:
            return await self._look_for(client, draft, f"no end after {self._deadline_seconds:g} s")
        except ForeignHostRefused as error:
            raise unclear(draft, f"Azure's answer points to another host, {error.host}; it was not asked") from error
        except (*_FAILURES, CloudUnreadable) as error:
            return await self._look_for(client, draft, _why(error))
        if not details.support_ticket_id:
            return await self._look_for(client, draft, "Azure gave it no number")
        return _ticket(details, draft.subscription)

    async def _create(self, client: MicrosoftSupport, draft: Draft, contact: Contact) -> SupportTicketDetails:
        """Send the ticket and wait to the end. Raises TicketProblem only where there is no ticket for certain."""
        try:
            poller = await client.support_tickets.begin_create(
                draft.name, _body(draft, contact, self._consent), polling_interval=self._poll_seconds
            )
        except HttpResponseError as error:
            # 408 and 5xx may come after the write, and an unreadable 2xx comes after it.
            if error.status_code is not None and 300 <= error.status_code < 500 and error.status_code != 408:
                raise refusal(draft, error) from error
            raise
        self._progress(f"waiting until Azure has created the ticket {draft.name}")
        try:
            return await poller.result()
        except HttpResponseError as error:
            if isinstance(error.__cause__, OperationFailed):
                raise refusal(draft, error) from error
            raise  # the operation could not be read, which says nothing about the ticket

    async def _look_for(self, client: MicrosoftSupport, draft: Draft, why: str) -> Ticket:
        """The ticket, if it is there under its name. Creating one takes half a minute, so one look is not enough."""
        found: SupportTicketDetails | None = None
        for look in range(_LOOKS):
            if look:
                await asyncio.sleep(self._poll_seconds)
            self._progress(f"looking for the ticket {draft.name}: {why}")
            try:
                found = await client.support_tickets.get(draft.name)
            except ResourceNotFoundError:
                continue
            except (*_FAILURES, CloudUnreadable) as error:
                why = f"{why}; looking for it: {_why(error)}" if look == 0 else why
                continue
            if found.support_ticket_id:
                break
        if found is None:
            raise unclear(draft, why)
        return _ticket(found, draft.subscription)


def _why(error: Exception) -> str:
    if isinstance(error, CloudUnreadable):
        return error.what
    return "the answer is not what the Support API answers" if isinstance(error, _BAD_SHAPE) else reason(error)


async def _require_free_name(client: MicrosoftSupport, draft: Draft) -> None:
    """Raises TicketProblem; nothing was sent then."""
    asked = CheckNameAvailabilityInput(name=draft.name, type="Microsoft.Support/supportTickets")
    try:
        answer = await client.support_tickets.check_name_availability(asked)
    except HttpResponseError as error:
        raise refusal(draft, error) from error
    except CloudUnreadable as error:
        raise TicketProblem(f"the ticket {draft.name} was not opened: {error.what}", error.tip) from error
    except _FAILURES as error:
        raise TicketProblem(
            f"the ticket {draft.name} was not opened: {_why(error)}", "run it again; nothing was sent"
        ) from error
    if not answer.name_available:  # an answer without a yes is no yes
        raise name_not_free(draft, answer.reason or "", answer.message or "")


def _body(draft: Draft, contact: Contact, consent: Consent) -> SupportTicketDetails:
    """What is sent. Nothing empty in it: Microsoft.Support refuses empty strings."""
    assert draft.service is not None
    assert draft.classification is not None
    return SupportTicketDetails(
        title=draft.title,
        description=draft.description,
        severity=draft.severity.value,
        service_id=draft.service.id,
        problem_classification_id=draft.classification.id,
        problem_start_time=draft.started_at.replace(microsecond=0),
        advanced_diagnostic_consent="Yes" if consent.diagnostics else "No",
        # With severity A somebody must answer around the clock, on both sides; with C Azure refuses it.
        require24_x7_response=True if draft.severity is TicketSeverity.CRITICAL else None,
        technical_ticket_details=TechnicalTicketDetails(resource_id=draft.resource_id) if draft.resource_id else None,
        contact_details=ContactProfile(
            first_name=contact.first_name,
            last_name=contact.last_name,
            primary_email_address=contact.email,
            phone_number=contact.phone.strip() or None,
            preferred_contact_method=contact.method,
            preferred_time_zone=contact.time_zone,
            preferred_support_language=contact.language,
            country=contact.country,
        ),
    )


def _ticket(details: SupportTicketDetails, subscription: str) -> Ticket:
    technical = details.technical_ticket_details
    engineer = details.support_engineer
    return Ticket(
        name=details.name or "",
        number=details.support_ticket_id or "",
        subscription=subscription,
        title=details.title or "",
        description=details.description or "",
        severity=details.severity or "",
        status=details.status or "",
        service=details.service_display_name or "",
        service_id=details.service_id or "",
        classification=details.problem_classification_display_name or "",
        resource_id=(technical.resource_id if technical else None) or None,
        created_at=details.created_date,
        modified_at=details.modified_date,
        engineer=(engineer.email_address if engineer else None) or "",
        plan=details.support_plan_display_name or details.support_plan_type or "",
    )
