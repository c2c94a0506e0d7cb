"""What came of a plan that was applied, as text or as JSON (``phsm.receipts/1``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rich.text import Text

from ops.model.ticket import Plan, Receipt, UpdateReceipt
from ops.model.untrusted import one_line
from ops.reports.layout import arrow, counted, render, styled, wrapped
from ops.reports.run_json import dumps, gaps_json, source_json, timestamp

_FAILED = ("not opened", "not sent", "unclear", "not tried")
_FOUND = "it was there already, from another run"
_UPLOAD = "upload it in the Azure portal: Help + support, All support requests, the ticket, Upload file"
_UNTRIED = "the run ended before it: run it again"
_COLUMN = 14


def render_text(
    receipts: tuple[Receipt, ...], updates: tuple[UpdateReceipt, ...], width: int | None, colour: bool
) -> str:
    """What was and what was not done, each with the next step where there is one."""
    return render(_lines(receipts, updates, width), colour)


def _lines(receipts: tuple[Receipt, ...], updates: tuple[UpdateReceipt, ...], width: int | None) -> Iterator[Text]:
    yield styled()
    yield styled((_summary([_outcome(one) for one in receipts], [_outcome_of(one) for one in updates]), "head"))
    for receipt in receipts:
        yield from _receipt(receipt, width)
    for update in updates:
        yield from _update(update, width)


def _summary(tickets: Sequence[str], updates: Sequence[str]) -> str:
    sent = sum(outcome in ("told", "asked") for outcome in updates)
    parts = [f"{counted(tickets.count('opened'), 'ticket')} opened"] if tickets or not updates else []
    parts += [f"{tickets.count('found')} open already"] if "found" in tickets else []
    parts += [f"{counted(sent, 'update')} sent"] if updates else []
    parts += [f"{updates.count('found')} told already"] if "found" in updates else []
    parts += [f"{count} {outcome}" for outcome in _FAILED if (count := tickets.count(outcome) + updates.count(outcome))]
    return ", ".join(parts)


def _outcome(receipt: Receipt) -> str:
    if receipt.untried:
        return "not tried"
    if receipt.problem:
        return "unclear" if receipt.may_exist else "not opened"
    if receipt.gone:
        return "not needed"
    return "found" if receipt.found else "opened"


def _receipt(receipt: Receipt, width: int | None) -> Iterator[Text]:
    outcome, draft = _outcome(receipt), receipt.draft
    title = one_line(draft.title)
    if outcome in ("opened", "found"):
        number = one_line(receipt.ticket.number) if receipt.ticket else ""
        line = f"{outcome:<12}{number or 'no number yet'}  severity {draft.severity.letter}  {title}"
        yield from wrapped(line, 2, width, "ok", hang=12)
    else:
        yield from wrapped(f"{outcome:<12}{title}", 2, width, "fail" if outcome in _FAILED else None, hang=12)
    if outcome == "found":
        yield from wrapped(_FOUND, _COLUMN, width)
    if outcome == "not needed":
        yield from wrapped("its cause is gone", _COLUMN, width)
    if receipt.unrecorded:
        yield from wrapped(f"it is not recorded: {one_line(receipt.unrecorded, 500)}", _COLUMN, width, "fail")
    yield from _trouble(receipt.problem, receipt.tip, width)
    if receipt.unattached:
        yield from wrapped(f"its evidence is not attached: {one_line(receipt.unattached, 500)}", _COLUMN, width, "fail")
    if receipt.kept:
        yield from wrapped(f"kept, ready for the portal: {one_line(receipt.kept, 1000)}", _COLUMN, width)
    if receipt.unattached and receipt.kept:
        yield from _trouble("", _UPLOAD, width)
    if receipt.outdated:
        yield from wrapped(one_line(receipt.outdated, 1000), _COLUMN, width)
    if receipt.untried:
        yield from wrapped(_UNTRIED, _COLUMN, width)


def _outcome_of(receipt: UpdateReceipt) -> str:
    if receipt.untried:
        return "not tried"
    if receipt.problem:
        return "unclear" if receipt.may_exist else "not sent"
    if receipt.skipped:
        return "not needed"
    if receipt.found:
        return "found"
    return "asked" if receipt.asked else "told"


def _update(receipt: UpdateReceipt, width: int | None) -> Iterator[Text]:
    update, outcome = receipt.update, _outcome_of(receipt)
    style = "fail" if outcome in _FAILED else None if outcome == "not needed" else "ok"
    words = _done(receipt) if outcome in ("told", "asked", "found") else update.kind
    line = f"{outcome:<12}{one_line(update.ticket.number)}  {words}  {one_line(update.ticket.title)}"
    yield from wrapped(line, 2, width, style, hang=12)
    yield from wrapped(one_line(receipt.skipped or update.reason, 500), _COLUMN, width)
    if receipt.untried:
        yield from wrapped(_UNTRIED, _COLUMN, width)
    if outcome == "found":
        yield from wrapped(_FOUND, _COLUMN, width)
    yield from _trouble(receipt.problem, receipt.tip, width)


def _done(receipt: UpdateReceipt) -> str:
    update = receipt.update
    severity = f"severity {update.severity.letter}" if update.severity else "severity"
    match update.kind:
        case "raise":
            return f"a message asks for {severity}" if receipt.asked else f"now {severity}"
        case "close":
            return "a message asks to close it" if receipt.asked else "closed"
        case "gone":
            return "its cause is gone"
        case _:
            return "what is new"


def _trouble(problem: str, tip: str, width: int | None) -> Iterator[Text]:
    if problem:
        yield from wrapped(one_line(problem, 1000), _COLUMN, width)
    if tip:
        yield styled(f"{'':{_COLUMN}}{arrow(width)}{one_line(tip, 1000)}")


def render_json(receipts: Iterable[Receipt], updates: Iterable[UpdateReceipt], plan: Plan) -> str:
    """``outcome`` is the word that the text has too."""
    return dumps(
        {
            "schema": "phsm.receipts/1",
            "made_at": timestamp(plan.made_at),
            "source": source_json(plan.source),
            "receipts": [_receipt_json(receipt) for receipt in receipts],
            "updates": [_update_json(receipt) for receipt in updates],
            "held_back": [{"name": held.draft.name, "reason": held.reason} for held in plan.held_back],
            "existing": [existing.ticket.number for existing in plan.existing],
            "gaps": gaps_json(plan.gaps),
        }
    )


def _receipt_json(receipt: Receipt) -> dict[str, Any]:
    return {
        "name": receipt.draft.name,
        "title": receipt.draft.title,
        "outcome": _outcome(receipt),
        "ticket": receipt.ticket.number if receipt.ticket else None,
        "found": receipt.found,
        "gone": receipt.gone,
        "problem": receipt.problem or None,
        "may_exist": receipt.may_exist,
        "tip": receipt.tip or None,
        "unattached": receipt.unattached or None,
        "unrecorded": receipt.unrecorded or None,
        "kept": receipt.kept or None,
        "outdated": receipt.outdated or None,
    }


def _update_json(receipt: UpdateReceipt) -> dict[str, Any]:
    update = receipt.update
    return {
        "ticket": update.ticket.number,
        "name": update.name,
        "kind": update.kind,
        "reason": update.reason,
        "outcome": _outcome_of(receipt),
        "severity": update.severity.value if update.severity else None,
        "asked": receipt.asked,
        "found": receipt.found,
        "skipped": receipt.skipped or None,
        "problem": receipt.problem or None,
        "may_exist": receipt.may_exist,
        "tip": receipt.tip or None,
    }
