"""Tickets as Azure has them: a list, or one whole, as text or as JSON (``phsm.tickets/1``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from rich.text import Text

from ops.model.fact import Gap
from ops.model.ticket import Communication, Ticket
from ops.model.untrusted import one_line
from ops.reports.layout import counted, moment, render, styled, wrapped
from ops.reports.mail import lines_of
from ops.reports.plan import letter
from ops.reports.run_json import dumps, gaps_json, timestamp

_MESSAGES, _LINES = 20, 60
_MORE = "phsm tickets show --format json"


def render_list(tickets: tuple[Ticket, ...], gaps: tuple[Gap, ...], width: int | None, colour: bool) -> str:
    return render(_list(tickets, gaps, width), colour)


def _list(tickets: tuple[Ticket, ...], gaps: tuple[Gap, ...], width: int | None) -> Iterator[Text]:
    yield styled((counted(len(tickets), "ticket"), "head"))
    for ticket in tickets:
        yield styled()
        yield from _head(ticket, width)
    if gaps:
        yield styled()
        yield styled((f"Could not be read ({len(gaps)})", "unknown"))
        for gap in gaps:
            yield from wrapped(f"{one_line(gap.what)} {one_line(gap.subject)}: {one_line(gap.reason)}", 2, width)


def _head(ticket: Ticket, width: int | None) -> Iterator[Text]:
    since = f"   {moment(ticket.created_at)}" if ticket.created_at else ""
    yield styled(
        (one_line(ticket.number), "head"), f"  severity {letter(ticket.severity)}  {one_line(ticket.status)}{since}"
    )
    yield from wrapped(one_line(ticket.title), 2, width)
    yield from wrapped(f"{one_line(ticket.service)} > {one_line(ticket.classification)}", 2, width, "quiet")
    yield from wrapped(
        f"name {one_line(ticket.name)}   subscription {one_line(ticket.subscription, 60)}", 2, width, "quiet"
    )


def render_one(ticket: Ticket, communications: tuple[Communication, ...] | Gap, width: int | None, colour: bool) -> str:
    """A ticket, and what was written on it, the oldest first; of many messages the latest, of a long one the beginning."""
    return render(_one(ticket, communications, width), colour)


def _one(ticket: Ticket, communications: tuple[Communication, ...] | Gap, width: int | None) -> Iterator[Text]:
    yield from _head(ticket, width)
    if ticket.resource_id:
        yield styled(f"  resource {one_line(ticket.resource_id)}")
    yield styled(f"  engineer {one_line(ticket.engineer) or 'not assigned yet'}")
    yield styled(f"  support plan {one_line(ticket.plan) or 'not told'}")
    yield styled()
    yield from _body(lines_of(ticket.description, is_text=_is_ours(ticket.name)), 2, width)
    yield styled()
    if isinstance(communications, Gap):
        yield styled(("messages could not be read", "unknown"))
        yield from wrapped(f"{one_line(communications.what)}: {one_line(communications.reason)}", 2, width)
        return
    yield styled((counted(len(communications), "message"), "head"))
    earlier = len(communications) - _MESSAGES
    if earlier > 0:
        yield styled(f"  {earlier} earlier: {_MORE}")
    for message in sorted(communications, key=_sent_at)[-_MESSAGES:]:
        yield styled()
        yield from _message(message, width)


def _sent_at(message: Communication) -> datetime:
    """One without a time is among the latest: it must not be hidden."""
    return message.created_at or datetime.max.replace(tzinfo=UTC)


def _message(message: Communication, width: int | None) -> Iterator[Text]:
    when = moment(message.created_at) if message.created_at else "time not told"
    sender = f" ({one_line(message.sender, 120)})" if message.sender else ""
    yield from wrapped(f"{when}  from {_author(message)}{sender}", 2, width, "head")
    yield from wrapped(one_line(message.subject), 2, width, "head")
    lines = lines_of(message.body, is_text=_is_ours(message.name))
    yield from _body(lines[:_LINES], 4, width)
    if len(lines) > _LINES:
        yield styled(f"    and {counted(len(lines) - _LINES, 'more line')}: {_MORE}")


def _body(lines: Iterable[str], indent: int, width: int | None) -> Iterator[Text]:
    for line in lines:
        text = line.lstrip()
        yield from wrapped(text, indent + len(line) - len(text), width) if text else [styled()]


def _is_ours(name: str) -> bool:
    """Whether this product named it, and so wrote it, as plain text."""
    return name.lower().startswith("phsm-")


def _author(message: Communication) -> str:
    """Azure calls what a customer writes outbound; what this product writes it knows by the name."""
    if _is_ours(message.name):
        return "us, by phsm"
    return {"outbound": "us", "inbound": "Microsoft"}.get(message.direction.lower(), one_line(message.direction, 40))


def render_json(
    tickets: tuple[Ticket, ...],
    gaps: tuple[Gap, ...],
    communications: Mapping[str, tuple[Communication, ...] | Gap] | None = None,
) -> str:
    """``communications`` are those of tickets by name. A ticket has ``messages`` only where they were asked for."""
    told = communications or {}
    unread = (*gaps, *(answer for answer in told.values() if isinstance(answer, Gap)))
    return dumps(
        {
            "schema": "phsm.tickets/1",
            "tickets": [_json(ticket) | _messages_json(told.get(ticket.name)) for ticket in tickets],
            "gaps": gaps_json(unread),
        }
    )


def _messages_json(answer: tuple[Communication, ...] | Gap | None) -> dict[str, Any]:
    """null where they could not be read."""
    if answer is None:
        return {}
    if isinstance(answer, Gap):
        return {"messages": None}
    return {"messages": [_message_json(message) for message in sorted(answer, key=_sent_at)]}


def _message_json(message: Communication) -> dict[str, Any]:
    return {
        "name": message.name,
        "subject": message.subject,
        "direction": message.direction,
        "sender": message.sender or None,
        "created_at": timestamp(message.created_at) if message.created_at else None,
        "body": message.body,
    }


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
