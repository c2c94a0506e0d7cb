"""Files for a person at the portal: kept where no ticket can be opened, and removed once there is one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ops.errors import LedgerProblem
from ops.model.fact import Gap
from ops.model.ledger import Action, Result
from ops.model.support_plan import TICKET_ROLE
from ops.model.ticket import Draft, HeldBack, Plan, Receipt
from ops.ports import Ledger, Shelf
from ops.service.recording import unrecorded


def keep_for_portal(decided: Plan, ledger: Ledger, shelf: Shelf, *, fresh: Plan) -> Iterator[Receipt]:
    """Keep the drafts that the API cannot open at all, and those of which the desk does not tell whether they have a ticket.

    ``fresh`` is the plan that was made just now: a desk that it could read is no reason any more.
    """
    unread = {held.draft.name for held in fresh.held_back if held.is_unread}
    for held in decided.held_back:
        if held.for_portal:
            yield _kept(held, "open it in the portal", ledger, shelf)
        elif held.is_unread and held.draft.name in unread:
            yield _kept(held, next_step(held.draft, fresh.gaps), ledger, shelf)


def _kept(held: HeldBack, tip: str, ledger: Ledger, shelf: Shelf) -> Receipt:
    target, why = held.draft.ticket_id, {"why": held.reason}
    lost = unrecorded(ledger, Action.HOLD, target, Result.REFUSED, request_ids=(), details=why)
    receipt = Receipt(draft=held.draft, problem=held.reason, tip=tip, unrecorded=lost, may_exist=held.is_unread)
    return kept_for_portal(receipt, shelf)


def kept_for_portal(receipt: Receipt, shelf: Shelf) -> Receipt:
    """The draft was not opened: it is kept whole. What cannot be kept either does not hide why it was not opened."""
    try:
        return replace(receipt, kept=shelf.keep(receipt.draft, receipt.problem))
    except LedgerProblem as error:
        return replace(receipt, problem=f"{receipt.problem}; {error.what}")


def next_step(draft: Draft, gaps: Iterable[Gap]) -> str:
    """The same as where a ticket is refused; the list of the draft's own subscription tells most, that of services least."""
    own = f"/subscriptions/{draft.subscription}".lower()
    known = sorted(gaps, key=lambda gap: (gap.subject.lower() != own, not gap.subject.startswith("/subscriptions/")))
    if any(gap.reason.startswith("401") for gap in known):
        return "az login, then run it again"
    refused = [gap for gap in known if gap.reason.startswith("403")]
    if not refused:
        return "run it again"
    subject = refused[0].subject
    scope = subject if subject.count("/") == 2 else f"/subscriptions/{draft.subscription}"
    return f"az role assignment create --role '{TICKET_ROLE}' --assignee OBJECT-ID --scope {scope}"


def without_outdated(receipt: Receipt, shelf: Shelf) -> Receipt:
    """Nobody shall open by hand what has a ticket. Evidence stays, unless the ticket was opened with it just now."""
    if receipt.ticket is None or receipt.problem:
        return receipt
    has_evidence = not (receipt.found or receipt.unattached)
    try:
        removed = shelf.forget(receipt.draft.name, receipt.draft.evidence if has_evidence else None)
    except LedgerProblem as error:
        return replace(receipt, outdated=f"do not open it by hand: {error.what}")
    return replace(receipt, outdated=f"removed, for there is a ticket: {removed}") if removed else receipt
