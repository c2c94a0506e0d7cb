"""Opening a ticket, and changing one.

A ticket is created by an operation: 202 at once, and minutes later it has succeeded or failed. Whatever happens in
between, the answer says whether the ticket exists, does not, or may.
"""

from __future__ import annotations

from typing import Literal

from azure.mgmt.support.models import (
    CheckNameAvailabilityInput,
    ContactProfile,
    SecondaryConsent,
    SupportTicketDetails,
    TechnicalTicketDetails,
    UpdateSupportTicket,
)

from ops.adapters import desk_reading
from ops.adapters.desk_acts import Act, changing, opening
from ops.adapters.desk_writing import AlreadyThere, Counter, EndUnknown
from ops.adapters.ticket_refusal import not_found, not_known
from ops.adapters.wire_value import WireProblem
from ops.errors import TicketProblem
from ops.model.fact import Absent, Gap
from ops.model.policy import Contact, TicketSeverity
from ops.model.ticket import Draft, Sent, Ticket

Status = Literal["open", "closed"]


async def open_ticket(counter: Counter, draft: Draft, contact: Contact, workspace: str | None) -> Sent:
    """Ask for the name, send, wait to the end. Raises TicketProblem."""
    act = opening(draft, contact)
    client = counter.client
    asked = CheckNameAvailabilityInput(name=draft.name, type="Microsoft.Support/supportTickets")
    counter.progress(f"asking whether the ticket name {draft.name} is free")
    if not await counter.name_is_free(act, client.support_tickets.check_name_availability(asked)):
        found = await _looked_for(counter, act, draft, "its name is taken")
        if isinstance(found, str):
            raise not_found(act, found)
        return Sent(ticket=found, found=True)
    counter.progress(act.doing)
    body = _body(draft, contact, workspace)
    begin = client.support_tickets.begin_create(draft.name, body, polling_interval=counter.poll_seconds)
    is_there = False
    try:
        ticket = desk_reading.ticket_of(await counter.created(act, begin), draft.subscription)
        why = "Azure gave it no number"
        if ticket.number:
            return Sent(ticket=ticket)
    except WireProblem as error:
        why = str(error)
    except EndUnknown as error:
        why = str(error)
    except AlreadyThere as error:
        why, is_there = str(error), True
    found = await _looked_for(counter, act, draft, why)
    if isinstance(found, str):
        raise not_found(act, found) if is_there else not_known(act, found)
    return Sent(ticket=found, found=is_there)


async def _looked_for(counter: Counter, act: Act, draft: Draft, why: str) -> Ticket | str:
    async def look() -> Ticket | Absent | Gap:
        return await desk_reading.find(counter.client, draft.subscription, draft.name)

    return await counter.looked_for(act, why, look, lambda ticket: bool(ticket.number))


async def change_ticket(
    counter: Counter, ticket: Ticket, severity: TicketSeverity | None, status: Status | None
) -> Sent:
    """Change it by one request. Raises TicketProblem, ``denied`` where Azure lets nobody do that any more."""
    act = changing(ticket, severity, status)

    def is_so(found: Ticket) -> bool:
        is_severe = severity is None or found.severity.lower() == severity.value
        return is_severe and (status is None or found.is_open == (status == "open"))

    async def look() -> Ticket | Absent | Gap:
        return await desk_reading.find(counter.client, ticket.subscription, ticket.name)

    change = UpdateSupportTicket(severity=severity.value if severity else None, status=status)
    counter.progress(act.doing)
    try:
        async with counter.deadline():
            answer = await counter.sent(act, counter.client.support_tickets.update(ticket.name, change))
        changed = desk_reading.ticket_of(answer, ticket.subscription)
        if is_so(changed):
            return Sent(ticket=changed)
        why = "Azure took it, and the ticket is as it was"
    except TicketProblem as problem:
        if problem.denied and isinstance(found := await counter.look(look), Ticket) and is_so(found):
            return Sent(ticket=found, found=True)
        raise
    except (WireProblem, EndUnknown, AlreadyThere) as error:
        why = str(error)
    found_so = await counter.looked_for(act, why, look, is_so)
    if isinstance(found_so, str) or not is_so(found_so):
        raise not_known(act, found_so if isinstance(found_so, str) else why)
    return Sent(ticket=found_so)


def _body(draft: Draft, contact: Contact, workspace: str | None) -> SupportTicketDetails:
    """What is sent. Nothing empty in it: Microsoft.Support refuses empty strings and lists."""
    assert draft.service is not None
    assert draft.classification is not None
    return SupportTicketDetails(
        title=draft.title,
        description=draft.description,
        severity=draft.severity.value,
        service_id=draft.service.id,
        problem_classification_id=draft.classification.id,
        problem_start_time=draft.started_at.replace(microsecond=0),
        file_workspace_name=workspace or None,
        advanced_diagnostic_consent="Yes" if draft.consent.diagnostics else "No",
        # Some problem types ask for more consents. Nobody has given them, and silence means no.
        secondary_consent=[
            SecondaryConsent(type=one, user_consent="No") for one in draft.classification.secondary_consents
        ]
        or None,
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
