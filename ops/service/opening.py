"""One ticket: its evidence, the ticket itself, and what of it stands in the ledger; or its files, ready for the portal."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from ops.errors import LedgerProblem, TicketProblem
from ops.model.ledger import Action, Result
from ops.model.policy import Contact
from ops.model.ticket import Draft, Receipt
from ops.ports import Desk, Ledger, Shelf
from ops.service.keeping import kept_for_portal
from ops.service.recording import UNRECORDED_TIP, unrecorded


def open_ticket(draft: Draft, desk: Desk, ledger: Ledger, shelf: Shelf, contact: Contact) -> Receipt:
    """Send a draft with its evidence, and record it; what is refused, or not attached, is kept for the portal.

    Raises LedgerProblem where it cannot be recorded before it is sent.
    """
    workspace, unattached = _attach(draft, desk, ledger, shelf)
    target = draft.ticket_id
    about = {"title": draft.title, "severity": draft.severity.value}
    ledger.write(Action.OPEN, target, Result.INTENDED, details=about)
    try:
        sent = desk.open(draft, contact, workspace)
    except TicketProblem as error:
        result = Result.UNCLEAR if error.may_exist else Result.REFUSED
        lost = unrecorded(
            ledger, Action.OPEN, target, result, request_ids=error.request_ids, details={"why": error.what}
        )
        refused = Receipt(draft=draft, problem=error.what, tip=error.tip, may_exist=error.may_exist, unrecorded=lost)
        return _without_evidence(refused, unattached, shelf) if error.may_exist else kept_for_portal(refused, shelf)
    ticket = sent.ticket
    number = {"number": ticket.number} if ticket else {}
    result = Result.FOUND if sent.found else Result.DONE
    lost = unrecorded(ledger, Action.OPEN, target, result, request_ids=sent.request_ids, details=number)
    if ticket and sent.found and not ticket.is_open:
        problem = f"its name belongs to a ticket that is closed: {ticket.number}"
        return Receipt(draft=draft, problem=problem, tip="run it again: the next gets the next name", unrecorded=lost)
    tip = UNRECORDED_TIP if lost else ""
    opened = Receipt(draft=draft, ticket=ticket, found=sent.found, unrecorded=lost, tip=tip)
    return opened if sent.found else _without_evidence(opened, unattached, shelf)


def _without_evidence(receipt: Receipt, unattached: str, shelf: Shelf) -> Receipt:
    """The ticket is there, or may be: its evidence alone is kept, where it is not attached."""
    evidence = receipt.draft.evidence
    if not unattached or evidence is None:
        return receipt
    try:
        return replace(receipt, unattached=unattached, kept=shelf.keep_evidence(receipt.draft.name, evidence))
    except LedgerProblem as error:
        return replace(receipt, unattached=f"{unattached}; {error.what}")


def _attach(draft: Draft, desk: Desk, ledger: Ledger, shelf: Shelf) -> tuple[str | None, str]:
    """The workspace that holds the evidence, or why there is none: a ticket without it is better than none.

    It is nobody else's: a runner beside this one would write over the file that a ticket takes over at that moment.
    """
    if draft.evidence is None:
        return None, ""
    target, name, workspace = draft.ticket_id, draft.evidence.name, f"{draft.name}-{uuid4().hex}"
    ledger.write(Action.ATTACH, target, Result.INTENDED, details={"file": name})
    try:
        sent = desk.attach(draft.subscription, workspace, name, shelf.pack(draft.evidence))
    except TicketProblem as error:
        result = Result.UNCLEAR if error.may_exist else Result.REFUSED
        ledger.write(Action.ATTACH, target, result, request_ids=error.request_ids, details={"why": error.what})
        return None, error.what
    ledger.write(Action.ATTACH, target, Result.DONE, request_ids=sent.request_ids, details={"file": name})
    return workspace, ""
