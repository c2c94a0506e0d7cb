"""One ticket: its evidence, the ticket itself, and what of it stands in the ledger; or its files, ready for the portal."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

from ops.errors import TicketProblem
from ops.model.ledger import Action, Result
from ops.model.policy import Contact
from ops.model.ticket import Draft, Plan, Receipt
from ops.ports import Desk, Ledger, Shelf


def open_ticket(draft: Draft, desk: Desk, ledger: Ledger, shelf: Shelf, contact: Contact) -> Receipt:
    """Send a draft with its evidence, and record it; what is refused is kept for the portal. Raises LedgerProblem."""
    workspace, unattached = _attach(draft, desk, ledger, shelf)
    target = draft.ticket_id
    about = {"title": draft.title, "severity": draft.severity.value}
    ledger.write(Action.OPEN, target, Result.INTENDED, details=about)
    try:
        sent = desk.open(draft, contact, workspace)
    except TicketProblem as error:
        result = Result.UNCLEAR if error.may_exist else Result.REFUSED
        ledger.write(Action.OPEN, target, result, request_ids=error.request_ids, details={"why": error.what})
        kept = "" if error.may_exist else shelf.keep(draft, error.what)
        return Receipt(draft=draft, problem=error.what, tip=error.tip, may_exist=error.may_exist, kept=kept)
    ticket = sent.ticket
    number = {"number": ticket.number} if ticket else {}
    ledger.write(
        Action.OPEN, target, Result.FOUND if sent.found else Result.DONE, request_ids=sent.request_ids, details=number
    )
    if ticket and sent.found and not ticket.is_open:
        problem = f"its name belongs to a ticket that is closed: {ticket.number}"
        return Receipt(draft=draft, problem=problem, tip="run it again: the next gets the next name")
    return Receipt(draft=draft, ticket=ticket, found=sent.found, unattached=unattached)


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


def keep_for_portal(decided: Plan, shelf: Shelf) -> Iterator[Receipt]:
    """Keep the drafts that the API cannot open at all. Raises LedgerProblem."""
    for held in decided.held_back:
        if held.for_portal:
            kept = shelf.keep(held.draft, held.reason)
            yield Receipt(draft=held.draft, problem=held.reason, tip="open it in the portal", kept=kept)
