"""What really came of a run, held against what the run said and what its ledger says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ops.adapters.ledger_file import verify_ledger
from ops.errors import LedgerProblem
from ops.model.ledger import Action, Entry, Result
from ops.model.ticket import Receipt, UpdateReceipt
from ops.support.naming import base_of
from tests.campaign.run import Outcome, is_bug

Tickets = Mapping[str, Mapping[str, Any]]
_KINDS = ("phsm-evidence-", "phsm-raise-", "phsm-gone-", "phsm-close-")


def by_id(tickets: list[dict[str, Any]]) -> Tickets:
    """The tickets of a sandbox by id in lower case."""
    return {str(one["id"]).lower(): one for one in tickets}


def is_open(ticket: Mapping[str, Any]) -> bool:
    return bool(ticket["properties"]["status"] != "Closed")


def open_names(tickets: Tickets) -> list[str]:
    """The names of the open tickets of ours."""
    return [str(one["name"]) for one in tickets.values() if is_open(one) and base_of(one["name"])]


def opened_twice(tickets: Tickets) -> Iterator[str]:
    """Causes with more than one open ticket, each as often as there is one too many."""
    bases = Counter(base_of(name) for name in open_names(tickets))
    yield from (f"{count} open tickets {base}" for base, count in bases.items() for _ in range(count - 1))


def said_twice(tickets: Tickets) -> Iterator[str]:
    """As ``opened_twice``, and what stands more than once on a ticket that had no reason to be told it again."""
    yield from opened_twice(tickets)
    for ticket in tickets.values():
        names = [str(one["name"]) for one in ticket["communications"]]
        for kind in _KINDS:
            count = sum(name.startswith(kind) for name in names)
            yield from (f"{kind} {count} times on {ticket['name']}" for _ in range(count - 1))


def lies(outcome: Outcome, folder: Path, tickets: Tickets) -> Iterator[str]:
    """Where a run says what is not so: the way it ended, its receipts, its ledger."""
    if is_bug(outcome):
        yield f"it ended with {outcome.error!r}"
    for receipt in outcome.opened:
        yield from _of_receipt(receipt, tickets)
    for update in outcome.updated:
        yield from _of_update(update, tickets)
    yield from lies_in_ledger(folder, tickets, outcome.run)


def lies_in_ledger(folder: Path, tickets: Tickets, run: str | None = None) -> Iterator[str]:
    """Where the last word about a target is not true, of one run or of all, and what is wrong with the ledger itself."""
    try:
        found = verify_ledger(folder)
    except LedgerProblem as error:
        yield f"the ledger cannot be read: {error.what}"
        return
    yield from (f"the ledger is broken: {flaw.file} {flaw.line} {flaw.says}" for flaw in found.flaws)
    last: dict[tuple[Action, str, str], Entry] = {}
    for entry in found.entries:
        if run is None or entry.run == run:
            last[entry.action, entry.target.lower(), entry.details.get("communication", "")] = entry
    for entry in last.values():
        is_so = _is_so(entry, tickets)
        if is_so is not None and (
            (entry.result in (Result.DONE, Result.FOUND) and not is_so) or (entry.result is Result.REFUSED and is_so)
        ):
            yield f"the ledger says {entry.action} {entry.result} of {entry.target.rpartition('/')[2]} {entry.details}"


def unsettled(folder: Path, run: str) -> Iterator[str]:
    """What a run announced in its ledger and said no more of, though nobody killed it."""
    last: dict[tuple[Action, str], Entry] = {}
    for entry in verify_ledger(folder).entries:
        if entry.run == run:
            last[entry.action, entry.target] = entry
    yield from (
        f"{one.action} of {one.target} stays intended" for one in last.values() if one.result is Result.INTENDED
    )


def _is_so(entry: Entry, tickets: Tickets) -> bool | None:
    """Whether what an entry is about has happened; None = that cannot be seen."""
    ticket = tickets.get(entry.target.lower())
    match entry.action:
        case Action.OPEN:
            return ticket is not None
        case Action.COMMENT if ticket:
            return any(one["name"] == entry.details["communication"] for one in ticket["communications"])
        case Action.RAISE if ticket:
            return bool(ticket["properties"]["severity"].lower() == entry.details["severity"])
        case Action.CLOSE if ticket:
            return not is_open(ticket)
    return None


def _of_receipt(receipt: Receipt, tickets: Tickets) -> Iterator[str]:
    ticket = tickets.get(receipt.draft.ticket_id.lower())
    name = receipt.draft.name
    if receipt.ticket is not None and receipt.ticket.id.lower() not in tickets:
        yield f"the receipt of {name} names a ticket that is not there"
    if receipt.ticket is not None and not receipt.ticket.number:
        yield f"the receipt of {name} names no number"
    if receipt.problem and not receipt.may_exist and ticket is not None and is_open(ticket):
        yield f"the receipt of {name} says that it was not opened, and it is there: {receipt.problem}"
    if receipt.problem and not receipt.tip:
        yield f"the receipt of {name} has no next step: {receipt.problem}"
    if ticket is not None and receipt.ticket is not None and not (receipt.unattached or receipt.found):
        evidence = receipt.draft.evidence
        if evidence is not None and evidence.name not in ticket["files"]:
            yield f"the receipt of {name} keeps quiet about evidence that is not on the ticket"


def _of_update(receipt: UpdateReceipt, tickets: Tickets) -> Iterator[str]:
    update = receipt.update
    ticket = tickets[update.ticket.id.lower()]
    is_said = any(one["name"] == update.name for one in ticket["communications"])
    match update.kind:
        case "raise" if update.severity:
            is_so = ticket["properties"]["severity"].lower() == update.severity.value or is_said
        case "close":
            is_so = not is_open(ticket) or is_said
        case _:
            is_so = is_said
    if is_so and receipt.problem and not receipt.may_exist:
        yield f"the receipt of {update.name} says that it was not done, and it was: {receipt.problem}"
    if not is_so and not (receipt.problem or receipt.skipped):
        yield f"the receipt of {update.name} says that it was done, and it was not"
