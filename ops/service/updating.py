"""What is told on tickets that are open: new evidence, a higher severity, that the cause is gone; by a plan, or by a person."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

from ops.errors import TicketProblem
from ops.model.ledger import Action, Result
from ops.model.policy import Contact, TicketSeverity
from ops.model.ticket import Plan, Sent, Ticket, Update, UpdateReceipt
from ops.ports import Desk, Ledger


def update_tickets(
    decided: Plan, desk: Desk, ledger: Ledger, contact: Contact, *, fresh: Plan
) -> Iterator[UpdateReceipt]:
    """Do the updates of a plan that still hold by ``fresh``, the plan that was made just now. Raises LedgerProblem.

    A ticket on which something could not be said is not closed: nobody would read there why.
    """
    lasting = {(update.kind, update.ticket.name, update.name) for update in fresh.updates}
    unsaid: set[str] = set()
    for update in decided.updates:
        if (update.kind, update.ticket.name, update.name) not in lasting:
            yield UpdateReceipt(update=update, skipped="it no longer holds: a new plan tells what is true now")
            continue
        if update.kind == "close" and update.ticket.id.lower() in unsaid:
            problem = "it was not closed: the message that says why was not sent for sure"
            yield UpdateReceipt(update=update, problem=problem, tip="run it again")
            continue
        receipt = _update(update, desk, ledger, contact)
        if receipt.problem:
            unsaid.add(update.ticket.id.lower())
        yield receipt


def _update(update: Update, desk: Desk, ledger: Ledger, contact: Contact) -> UpdateReceipt:
    try:
        if update.kind in ("raise", "close"):
            return _change(update, desk, ledger, contact)
        comment(update.ticket, update.name, update.subject, update.body, desk, ledger, contact)
    except TicketProblem as error:
        return UpdateReceipt(update=update, problem=error.what, tip=error.tip, may_exist=error.may_exist)
    return UpdateReceipt(update=update)


def _change(update: Update, desk: Desk, ledger: Ledger, contact: Contact) -> UpdateReceipt:
    """Where Azure lets nobody change the ticket any more, the engineer is asked to."""
    try:
        if update.severity:
            change_severity(update.ticket, update.severity, desk, ledger)
        else:
            close(update.ticket, desk, ledger)
    except TicketProblem as error:
        if not error.denied:
            raise
        comment(update.ticket, update.name, update.subject, update.body, desk, ledger, contact)
        return UpdateReceipt(update=update, asked=True)
    return UpdateReceipt(update=update)


def change_severity(ticket: Ticket, severity: TicketSeverity, desk: Desk, ledger: Ledger) -> Sent:
    """Change the severity of a ticket. Raises TicketProblem, LedgerProblem."""
    details = {"severity": severity.value}
    return _recorded(ledger, Action.RAISE, ticket, details, lambda: desk.change(ticket, severity=severity))


def comment(ticket: Ticket, name: str, subject: str, body: str, desk: Desk, ledger: Ledger, contact: Contact) -> Sent:
    """Write a communication on a ticket; one of this name that is there already is left. Raises TicketProblem, LedgerProblem."""
    return _recorded(
        ledger,
        Action.COMMENT,
        ticket,
        {"communication": name},
        lambda: desk.comment(ticket, name, subject, body, contact.email),
    )


def close(ticket: Ticket, desk: Desk, ledger: Ledger) -> Sent:
    """Close a ticket. Raises TicketProblem, LedgerProblem."""
    return _recorded(ledger, Action.CLOSE, ticket, {}, lambda: desk.change(ticket, status="closed"))


def _recorded(ledger: Ledger, action: Action, ticket: Ticket, details: dict[str, str], act: Callable[[], Sent]) -> Sent:
    """An act with its record before and after."""
    ledger.write(action, ticket.id, Result.INTENDED, details=details)
    try:
        sent = act()
    except TicketProblem as error:
        result = Result.UNCLEAR if error.may_exist else Result.REFUSED
        why = {**details, "why": error.what}
        ledger.write(action, ticket.id, result, request_ids=error.request_ids, details=why)
        raise
    result = Result.FOUND if sent.found else Result.DONE
    ledger.write(action, ticket.id, result, request_ids=sent.request_ids, details=details)
    return sent


def say_on_ticket(ticket: Ticket, subject: str, text: str, desk: Desk, ledger: Ledger, contact: Contact) -> Sent:
    """Write a person's words on a ticket, named after the words so that they are sent once. Raises as ``comment``."""
    digest = hashlib.sha256(f"{subject}\n{text}".encode("utf-8", "replace")).hexdigest()[:12]
    return comment(ticket, f"phsm-said-{digest}", subject, text, desk, ledger, contact)
