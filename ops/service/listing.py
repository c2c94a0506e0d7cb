"""Tickets for people: which there are, and the one that somebody means."""

from __future__ import annotations

from ops.errors import CloudUnreadable, UsageProblem
from ops.model import arm_id
from ops.model.fact import Gap
from ops.model.ticket import Ticket
from ops.ports import Desk
from ops.support.classification import is_for_payment_hsms


def list_tickets(
    desk: Desk, subscriptions: tuple[str, ...], *, only_open: bool
) -> tuple[tuple[Ticket, ...], tuple[Gap, ...]]:
    """The Payment HSM tickets of these subscriptions, the newest first, and what could not be read."""
    found: list[Ticket] = []
    gaps: list[Gap] = []
    for subscription in subscriptions:
        tickets = desk.tickets(subscription, only_open=only_open)
        if isinstance(tickets, Gap):
            gaps.append(tickets)
        else:
            found.extend(ticket for ticket in tickets if is_for_payment_hsms(ticket))
    found.sort(key=lambda ticket: (ticket.created_at is not None, ticket.created_at, ticket.name), reverse=True)
    return tuple(found), tuple(gaps)


def find_ticket(desk: Desk, subscriptions: tuple[str, ...], wanted: str) -> Ticket:
    """The Payment HSM ticket whose number, name or id is ``wanted``, closed ones too.

    A name is unique in its subscription only. Raises UsageProblem where there is none or more than one, CloudUnreadable
    where it may be among what could not be read.
    """
    if not wanted.strip():  # a new ticket has no number yet
        raise UsageProblem("no ticket is named", tip="phsm tickets list --all")
    if "/" in wanted:
        subscriptions = tuple(one for one in subscriptions if one.lower() == arm_id.subscription(wanted))
    tickets, gaps = list_tickets(desk, subscriptions, only_open=False)
    found = [ticket for ticket in tickets if _is_called(ticket, wanted)]
    if len(found) > 1:
        raise UsageProblem(
            f"{len(found)} Payment HSM tickets are called {wanted}: {', '.join(ticket.id for ticket in found)}",
            tip="give the whole id of the one that is meant",
        )
    if found:
        return found[0]
    if gaps:
        raise CloudUnreadable(
            f"ticket {wanted} was not found, and {gaps[0].subject} could not be read: {gaps[0].reason}"
        )
    raise UsageProblem(f"there is no Payment HSM ticket {wanted} in this scope", tip="phsm tickets list --all")


def _is_called(ticket: Ticket, wanted: str) -> bool:
    if "/" in wanted:
        return arm_id.same(ticket.id, wanted)
    return wanted == ticket.number or wanted.lower() == ticket.name.lower()
