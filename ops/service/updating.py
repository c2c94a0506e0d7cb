"""What is told on tickets that are open: new evidence, a higher severity, that the cause is gone; by a plan, or by a person."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

from ops.errors import TicketProblem
from ops.model.estate import FASTPATH_FEATURE
from ops.model.fact import Gap
from ops.model.ledger import Action, Result
from ops.model.policy import Contact, TicketSeverity
from ops.model.run import Run
from ops.model.ticket import Plan, Sent, Ticket, Update, UpdateReceipt
from ops.model.untrusted import one_line
from ops.ports import Cloud, Desk, Ledger
from ops.service.recording import INTERRUPTED, UNRECORDED_TIP, unrecorded
from ops.support.gone import left_out

_ON_ITS_WAY = ("pending", "registering")


def update_tickets(
    decided: Plan, run: Run, cloud: Cloud, desk: Desk, ledger: Ledger, contact: Contact, *, fresh: Plan
) -> Iterator[UpdateReceipt]:
    """Do the updates of a plan that still hold by ``fresh``, the plan that ``run`` made just now. Raises LedgerProblem.

    Nobody is told that something is gone because a list lacks it: ARM is asked for it just before. A ticket on which
    something could not be said is not closed: nobody would read there why. One receipt for each update, in order, as
    ``open_tickets`` gives them.
    """
    lasting = {(update.kind, update.ticket.name, update.name) for update in fresh.updates}
    unsaid: set[str] = set()
    asked: set[str] = set()
    for update in decided.updates:
        ticket = update.ticket.id.lower()
        if (update.kind, update.ticket.name, update.name) not in lasting:
            yield UpdateReceipt(update=update, skipped="it no longer holds: a new plan tells what is true now")
            continue
        if update.kind == "evidence" and ticket in asked:
            yield UpdateReceipt(update=update, skipped="the message that asks for the severity tells it")
            continue
        there = _still_there(update, run, cloud) if update.kind in ("gone", "close") else None
        if there is None and update.kind == "close" and ticket in unsaid:
            problem = "it was not closed: the message that says why was not sent for sure"
            yield UpdateReceipt(update=update, problem=problem, tip="run it again")
            continue
        try:
            receipt = there or _update(update, desk, ledger, contact)
        except KeyboardInterrupt:
            tip = "run it again: what is there is found, and nothing is sent twice"
            yield UpdateReceipt(update=update, problem=INTERRUPTED, tip=tip, may_exist=True)
            raise
        if receipt.problem:
            unsaid.add(ticket)
        if receipt.asked:
            asked.add(ticket)
        yield receipt


def _still_there(update: Update, run: Run, cloud: Cloud) -> UpdateReceipt | None:
    """Why the cause of a ticket is not gone, or may not be, though no list shows any more what the ticket is about."""
    hsms, subscriptions = left_out(update.ticket, run)
    if not hsms and not subscriptions:
        return None
    again = cloud.confirm(run.estate, hsms=hsms, subscriptions=subscriptions)
    found = [again.hsms[hsm] for hsm in sorted(hsms) if hsm in again.hsms]
    states = {one: again.subscriptions[one].features.get(FASTPATH_FEATURE) for one in sorted(subscriptions)}
    unread = [(hsm.name, hsm.gap) for hsm in found if hsm.gap]
    unread += [(one, state) for one, state in states.items() if isinstance(state, Gap)]
    waiting = [one for one, state in states.items() if isinstance(state, str) and state.lower() in _ON_ITS_WAY]
    if unread:
        what, gap = unread[0]
        problem = f"it may not be gone: {one_line(what, 80)} could not be read: {one_line(gap.reason)}"
        return UpdateReceipt(update=update, problem=problem, tip="let phsm read it, or close the ticket by hand")
    if found:
        return UpdateReceipt(
            update=update, skipped=f"{one_line(found[0].name, 80)} is in Azure, though no list shows it"
        )
    if waiting:
        return UpdateReceipt(update=update, skipped=f"{waiting[0]} still waits for the approval")
    return None


def _update(update: Update, desk: Desk, ledger: Ledger, contact: Contact) -> UpdateReceipt:
    try:
        if update.kind in ("raise", "close"):
            return _change(update, desk, ledger, contact)
        sent = comment(update.ticket, update.name, update.subject, update.body, desk, ledger, contact)
    except TicketProblem as error:
        return UpdateReceipt(update=update, problem=error.what, tip=error.tip, may_exist=error.may_exist)
    return UpdateReceipt(update=update, found=sent.found)


def _change(update: Update, desk: Desk, ledger: Ledger, contact: Contact) -> UpdateReceipt:
    """Where Azure lets nobody change the ticket any more, the engineer is asked to."""
    try:
        if update.severity:
            sent = change_severity(update.ticket, update.severity, desk, ledger)
        else:
            sent = close(update.ticket, desk, ledger)
    except TicketProblem as error:
        if not error.denied:
            raise
        sent = comment(update.ticket, update.name, update.subject, update.body, desk, ledger, contact)
        return UpdateReceipt(update=update, asked=True, found=sent.found)
    return UpdateReceipt(update=update, found=sent.found)


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
    """An act with its record before and after. What was done is told, also where it cannot be recorded any more."""
    ledger.write(action, ticket.id, Result.INTENDED, details=details)
    try:
        sent = act()
    except TicketProblem as error:
        result = Result.UNCLEAR if error.may_exist else Result.REFUSED
        why = {**details, "why": error.what}
        if lost := unrecorded(ledger, action, ticket.id, result, request_ids=error.request_ids, details=why):
            error.what = f"{error.what}; it is not recorded: {lost}"
        raise
    result = Result.FOUND if sent.found else Result.DONE
    if lost := unrecorded(ledger, action, ticket.id, result, request_ids=sent.request_ids, details=details):
        problem = f"ticket {one_line(ticket.number, 60)}: it was done, but it is not recorded: {lost}"
        raise TicketProblem(problem, UNRECORDED_TIP, may_exist=True, request_ids=sent.request_ids)
    return sent


def say_on_ticket(ticket: Ticket, subject: str, text: str, desk: Desk, ledger: Ledger, contact: Contact) -> Sent:
    """Write a person's words on a ticket, named after the words so that they are sent once. Raises as ``comment``."""
    digest = hashlib.sha256(f"{subject}\n{text}".encode("utf-8", "replace")).hexdigest()[:12]
    return comment(ticket, f"phsm-said-{digest}", subject, text, desk, ledger, contact)
