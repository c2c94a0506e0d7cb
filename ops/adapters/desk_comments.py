"""Writing a communication to a ticket, once."""

from __future__ import annotations

import re

from azure.mgmt.support.models import CheckNameAvailabilityInput, CommunicationDetails

from ops.adapters.desk_acts import commenting
from ops.adapters.desk_failure import existing
from ops.adapters.desk_reading import communication_of
from ops.adapters.desk_writing import AlreadyThere, Counter, EndUnknown
from ops.adapters.ticket_refusal import not_found, not_known
from ops.model.fact import Absent, Gap
from ops.model.ticket import Communication, Sent, Ticket

_TAG = re.compile(r"<(?=[A-Za-z/!?])")


async def write_comment(counter: Counter, ticket: Ticket, name: str, subject: str, body: str, sender: str) -> Sent:
    """A name that is taken is a communication that was sent already. Raises TicketProblem."""
    act = commenting(ticket, name)
    client = counter.client.communications
    asked = CheckNameAvailabilityInput(name=name, type="Microsoft.Support/communications")
    counter.progress(f"asking whether {act.subject} is there already")
    if not await counter.name_is_free(act, client.check_name_availability(ticket.name, asked)):
        return Sent(ticket=ticket, found=True)
    # Only a service principal has to name a sender, and Microsoft.Support refuses an empty one.
    message = CommunicationDetails(subject=subject, body=_as_text(body), sender=sender or None)

    async def look() -> Communication | Absent | Gap:
        async def read() -> Communication:
            return communication_of(await client.get(ticket.name, name))

        return await existing(read(), f"{ticket.id}/communications/{name}", "communication")

    counter.progress(act.doing)
    begin = client.begin_create(ticket.name, name, message, polling_interval=counter.poll_seconds)
    try:
        await counter.created(act, begin)
    except (EndUnknown, AlreadyThere) as error:
        is_there = isinstance(error, AlreadyThere)
        found = await counter.looked_for(act, str(error), look)
        if isinstance(found, str):
            raise (not_found if is_there else not_known)(act, found) from error
        return Sent(ticket=ticket, found=is_there)
    return Sent(ticket=ticket)


def _as_text(body: str) -> str:
    """Azure puts a ``<pre>`` around it, and may not escape it: a ``<`` with a space behind it begins no tag either way."""
    return _TAG.sub("< ", body)
