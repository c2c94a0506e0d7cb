"""Tickets as Azure has them: a list, or one whole, as text or as JSON (``phsm.tickets/1``)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.text import Text

from ops.model.estate import Gap
from ops.model.ticket import Ticket
from ops.model.untrusted import one_line
from ops.reports.layout import counted, moment, render, styled, wrapped
from ops.reports.plan import letter
from ops.reports.run_json import dumps, gaps_json, timestamp


def render_list(tickets: tuple[Ticket, ...], gaps: tuple[Gap, ...], width: int | None, colour: bool) -> str:
    return render(_list(tickets, gaps, width), colour)


def _list(tickets: tuple[Ticket, ...], gaps: tuple[Gap, ...], width: int | None) -> Iterator[Text]:
    yield styled((counted(len(tickets), "ticket"), "head"))
    for ticket in tickets:
        yield styled()
        since = f"   {moment(ticket.created_at)}" if ticket.created_at else ""
        yield styled(
            (one_line(ticket.number), "head"), f"  severity {letter(ticket.severity)}  {one_line(ticket.status)}{since}"
        )
        yield from wrapped(one_line(ticket.title), 2, width)
        yield from wrapped(f"{one_line(ticket.service)} > {one_line(ticket.classification)}", 2, width, "quiet")
        yield from wrapped(
            f"name {one_line(ticket.name)}   subscription {one_line(ticket.subscription, 60)}", 2, width, "quiet"
        )
    yield from _gaps(gaps, width)


def _gaps(gaps: tuple[Gap, ...], width: int | None) -> Iterator[Text]:
    if gaps:
        yield styled()
        yield styled((f"Could not be read ({len(gaps)})", "unknown"))
        for gap in gaps:
            yield from wrapped(f"{one_line(gap.what)} {one_line(gap.subject)}: {one_line(gap.reason)}", 2, width)


def render_one(ticket: Ticket, width: int | None, colour: bool) -> str:
    return render(_one(ticket, width), colour)


def _one(ticket: Ticket, width: int | None) -> Iterator[Text]:
    yield from list(_list((ticket,), (), width))[2:]
    if ticket.resource_id:
        yield styled(f"  resource {one_line(ticket.resource_id)}")
    yield styled(f"  engineer {one_line(ticket.engineer) or 'not assigned yet'}")
    yield styled(f"  support plan {one_line(ticket.plan) or 'not told'}")
    yield styled()
    for line in ticket.description.splitlines():
        yield from wrapped(one_line(line, 2000), 2, width)


def render_json(tickets: tuple[Ticket, ...], gaps: tuple[Gap, ...]) -> str:
    document = {"schema": "phsm.tickets/1", "tickets": [_json(ticket) for ticket in tickets], "gaps": gaps_json(gaps)}
    return dumps(document)


def _json(ticket: Ticket) -> dict[str, Any]:
    return {
        "number": ticket.number,
        "name": ticket.name,
        "title": ticket.title,
        "status": ticket.status,
        "severity": ticket.severity,
        "service": ticket.service,
        "classification": ticket.classification,
        "subscription": ticket.subscription,
        "resource": ticket.resource_id,
        "created_at": timestamp(ticket.created_at) if ticket.created_at else None,
        "modified_at": timestamp(ticket.modified_at) if ticket.modified_at else None,
        "engineer": ticket.engineer or None,
        "support_plan": ticket.plan or None,
        "description": ticket.description,
    }
