"""Resource Graph as a second list of tickets: it knows some that the Support API does not list yet, and the other way round."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from azure.mgmt.resourcegraph.aio import ResourceGraphClient

from ops.adapters import resource_graph
from ops.adapters.connection import Connection
from ops.adapters.desk_failure import why
from ops.adapters.together import attempt
from ops.adapters.wire_value import text_of
from ops.errors import CloudUnreadable
from ops.model import arm_id
from ops.model.fact import Gap
from ops.support.naming import base_of

TICKETS = (
    "SupportResources | where type =~ 'microsoft.support/supporttickets' "
    "| project id, name, type, status = properties.status | order by id asc"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A ticket of ours that Resource Graph knows; what it says of it may be hours old."""

    name: str
    is_open: bool


async def our_tickets(connection: Connection) -> Mapping[str, tuple[Seen, ...]] | Gap:
    """By subscription, in all that are visible; a gap where Resource Graph cannot be used."""
    client = connection.client(ResourceGraphClient)
    try:
        rows = await attempt(resource_graph.rows(client, TICKETS, ()))
    except CloudUnreadable as error:
        rows = error
    if isinstance(rows, Exception):
        return Gap(subject="Microsoft.ResourceGraph", what="support tickets", reason=why(rows))
    found: dict[str, tuple[Seen, ...]] = {}
    for row in rows:
        ticket = text_of(row, "id") or ""
        name, subscription = arm_id.name(ticket), arm_id.subscription(ticket)
        if subscription and base_of(name) is not None:
            seen = Seen(name=name, is_open=(text_of(row, "status") or "").lower() != "closed")
            found[subscription] = (*found.get(subscription, ()), seen)
    return found
