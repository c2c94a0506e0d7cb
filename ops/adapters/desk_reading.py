"""What the support desk tells: its services, tickets and messages as our values. An answer that is none raises."""

from __future__ import annotations

from azure.mgmt.support.aio import MicrosoftSupport
from azure.mgmt.support.models import CommunicationDetails, SupportTicketDetails
from azure.mgmt.support.models import ProblemClassification as ClassificationDetails

from ops.adapters.desk_failure import existing
from ops.adapters.list_shape import require_list
from ops.adapters.wire_value import WireProblem
from ops.model.fact import Absent, Gap
from ops.model.ticket import Communication, ProblemClassification, SupportService, Ticket, ticket_id

_TICKETS_ON_A_PAGE = 100
_MESSAGES_ON_A_PAGE = 10


async def services(client: MicrosoftSupport) -> tuple[SupportService, ...]:
    found = client.services.list(raw_response_hook=require_list)
    return tuple([
        SupportService(id=item.id or "", name=item.name or "", display_name=item.display_name or "")
        async for item in found
    ])  # fmt: skip


async def classifications(client: MicrosoftSupport, service: str) -> tuple[ProblemClassification, ...]:
    found = client.problem_classifications.list(service, raw_response_hook=require_list)
    return tuple([_classification(item) async for item in found])


async def tickets(client: MicrosoftSupport, subscription: str, *, only_open: bool) -> tuple[Ticket, ...]:
    """Closed ones are left out here as well: Azure may not filter as it is asked to."""
    wanted = "status eq 'Open'" if only_open else None
    found = client.support_tickets.list(top=_TICKETS_ON_A_PAGE, filter=wanted, raw_response_hook=require_list)
    listed = [ticket_of(item, subscription) async for item in found]
    return tuple(ticket for ticket in listed if ticket.is_open or not only_open)


async def find(client: MicrosoftSupport, subscription: str, name: str) -> Ticket | Absent | Gap:
    async def read() -> Ticket:
        ticket = ticket_of(await client.support_tickets.get(name), subscription)
        if ticket.name.lower() != name.lower():
            raise WireProblem("the answer is another ticket")
        return ticket

    return await existing(read(), ticket_id(subscription, name), "support ticket")


async def communications(client: MicrosoftSupport, ticket: str) -> tuple[Communication, ...]:
    """All pages, the oldest first; those without a time, which Azure always gives, come first."""
    found = client.communications.list(ticket, top=_MESSAGES_ON_A_PAGE, raw_response_hook=require_list)
    told = [communication_of(item) async for item in found]
    return tuple(sorted(told, key=lambda one: (one.created_at.timestamp() if one.created_at else 0.0, one.name)))


def ticket_of(details: SupportTicketDetails | None, subscription: str) -> Ticket:
    """Raises WireProblem for an answer that names no ticket; the SDK has None for one that is empty."""
    if details is None:
        raise WireProblem("the answer is empty")
    name = str(details.name or "")
    if not name:
        raise WireProblem("the answer names no ticket")
    technical = details.technical_ticket_details
    engineer = details.support_engineer
    return Ticket(
        name=name,
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


def communication_of(details: CommunicationDetails | None) -> Communication:
    """Raises WireProblem for an answer that names no message."""
    if details is None:
        raise WireProblem("the answer is empty")
    name = str(details.name or "")
    if not name:
        raise WireProblem("the answer names no communication")
    return Communication(
        name=name,
        subject=details.subject or "",
        body=details.body or "",
        direction=details.communication_direction or "",
        sender=details.sender or "",
        created_at=details.created_date,
    )


def _classification(details: ClassificationDetails) -> ProblemClassification:
    asked = details.secondary_consent_enabled or []
    return ProblemClassification(
        id=details.id or "",
        display_name=details.display_name or "",
        secondary_consents=tuple(one.type for one in asked if one.type),
    )
