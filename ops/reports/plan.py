"""A plan of tickets, and what came of it, as text or as JSON (``phsm.plan/1``, ``phsm.receipts/1``)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.text import Text

from ops.model.ticket import Cause, Draft, Plan, Receipt
from ops.model.untrusted import one_line
from ops.reports.layout import arrow, counted, flowed, moment, render, styled, where_from, wrapped
from ops.reports.run_json import dumps, source_json, timestamp


def render_text(plan: Plan, width: int | None, colour: bool, *, whole: bool = False) -> str:
    """``whole`` prints the text of each ticket too, as Microsoft would read it."""
    return render(_lines(plan, width, whole), colour)


def render_next(width: int | None, colour: bool) -> str:
    """What to do with a plan that has something to open."""
    return render([styled(), styled((f"{arrow(width)}open them: phsm tickets open --apply", "quiet"))], colour)


def _lines(plan: Plan, width: int | None, whole: bool) -> Iterator[Text]:
    source = styled((where_from(plan.source), "head"))
    yield from flowed([styled(("Support tickets", "head")), styled(moment(plan.made_at)), source], 2, width)
    yield styled()
    nothing = "nothing can be opened: the support desk could not be read" if plan.gaps else "nothing to open"
    yield styled((f"{counted(len(plan.to_open), 'ticket')} to open" if plan.to_open else nothing, "head"))
    if plan.held_back or plan.existing:
        yield styled(f"{len(plan.held_back)} held back, {len(plan.existing)} open already")
    for number, draft in enumerate(plan.to_open, 1):
        yield styled()
        yield from _draft(number, draft, width, whole)
    if plan.held_back:
        yield styled()
        yield styled(("held back", "head"))
        for held in plan.held_back:
            yield from wrapped(f"{_severity(held.draft)}  {one_line(held.draft.title)}", 2, width, hang=12)
            yield from wrapped(one_line(held.reason, 500), 14, width, "unknown")
            if whole:
                yield from _text(held.draft)
    if plan.existing:
        yield styled()
        yield styled(("already open", "head"))
        for existing in plan.existing:
            ticket = existing.ticket
            since = f"open since {moment(ticket.created_at)}, " if ticket.created_at else ""
            yield from wrapped(
                f"{one_line(ticket.number)}  {one_line(ticket.title)}  {since}severity {letter(ticket.severity)}",
                2,
                width,
                hang=18,
            )


def _draft(number: int, draft: Draft, width: int | None, whole: bool) -> Iterator[Text]:
    yield from wrapped(f"{number}  {_severity(draft)}  {one_line(draft.title)}", 0, width, "head", hang=3)
    service = one_line(draft.service.display_name) if draft.service else "service not known"
    topic = one_line(draft.classification.display_name) if draft.classification else "not known"
    yield from wrapped(f"Technical > {service} > {topic}", 3, width)
    if draft.classification_note:
        yield from wrapped(one_line(draft.classification_note), 3, width, "unknown")
    if draft.would_be:
        yield from wrapped(
            f"by its impact it would be severity {draft.would_be.letter} ({draft.would_be}): {one_line(draft.cap_reason, 500)}",
            3,
            width,
            "unknown",
        )
    yield from wrapped(f"causes: {_checks(draft.cause)}   subscription: {one_line(draft.subscription, 60)}", 3, width)
    if whole:
        yield from _text(draft)


def _text(draft: Draft) -> Iterator[Text]:
    yield styled()
    for line in draft.description.splitlines():
        yield styled(f"   | {one_line(line, 2000)}")


def _severity(draft: Draft) -> str:
    return f"severity {draft.severity.letter}"


def letter(severity: str) -> str:
    """The portal's letter for a severity of the Support API, in any case; an unknown one stays as it is."""
    return {"minimal": "C", "moderate": "B", "critical": "A", "highestcriticalimpact": "A (emergency)"}.get(
        severity.lower(), one_line(severity, 40)
    )


def _checks(cause: Cause) -> str:
    return ", ".join(sorted({finding.check for finding in cause.findings}))


def render_json(plan: Plan) -> str:
    return dumps(
        {
            "schema": "phsm.plan/1",
            "made_at": timestamp(plan.made_at),
            "source": source_json(plan.source),
            "to_open": [_draft_json(draft) for draft in plan.to_open],
            "held_back": [{**_draft_json(held.draft), "reason": held.reason} for held in plan.held_back],
            "existing": [
                {
                    "ticket": existing.ticket.number,
                    "name": existing.ticket.name,
                    "title": existing.ticket.title,
                    "status": existing.ticket.status,
                    "causes": _causes_json(existing.cause),
                }
                for existing in plan.existing
            ],
        }
    )


def _causes_json(cause: Cause) -> list[dict[str, str]]:
    return [{"check": finding.check, "subject": str(finding.subject)} for finding in cause.findings]


def _draft_json(draft: Draft) -> dict[str, Any]:
    return {
        "name": draft.name,
        "title": draft.title,
        "description": draft.description,
        "severity": draft.severity.value,
        "would_be": draft.would_be.value if draft.would_be else None,
        "cap_reason": draft.cap_reason or None,
        "category": draft.category.value,
        "subscription": draft.subscription,
        "resource": draft.resource_id,
        "service": draft.service.display_name if draft.service else None,
        "classification": draft.classification.display_name if draft.classification else None,
        "classification_note": draft.classification_note or None,
        "causes": _causes_json(draft.cause),
    }


def render_receipts(receipts: tuple[Receipt, ...], width: int | None, colour: bool) -> str:
    """What was and what was not done, one line each."""
    return render(_receipts(receipts, width), colour)


def _receipts(receipts: tuple[Receipt, ...], width: int | None) -> Iterator[Text]:
    opened = sum(receipt.ticket is not None for receipt in receipts)
    yield styled()
    yield styled((f"{counted(opened, 'ticket')} opened" + _rest(receipts), "head"))
    for receipt in receipts:
        title = one_line(receipt.draft.title)
        if receipt.ticket is not None:
            opened_as = f"{one_line(receipt.ticket.number)}  {_severity(receipt.draft)}  {title}"
            yield from wrapped(f"opened      {opened_as}", 2, width, "ok", hang=12)
        elif receipt.gone:
            yield from wrapped(f"not needed  its cause is gone: {title}", 2, width)
        else:
            yield from wrapped(
                f"{'unclear   ' if receipt.may_exist else 'not opened'}  {title}", 2, width, "fail", hang=12
            )
            yield from wrapped(one_line(receipt.problem, 1000), 14, width)
            if receipt.tip:
                yield styled(f"{'':14}{arrow(width)}{one_line(receipt.tip, 1000)}")


def _rest(receipts: tuple[Receipt, ...]) -> str:
    failed = sum(bool(receipt.problem) for receipt in receipts)
    return f", {failed} not opened" if failed else ""


def receipts_json(receipts: tuple[Receipt, ...], plan: Plan) -> str:
    return dumps(
        {
            "schema": "phsm.receipts/1",
            "made_at": timestamp(plan.made_at),
            "source": source_json(plan.source),
            "receipts": [
                {
                    "name": receipt.draft.name,
                    "title": receipt.draft.title,
                    "ticket": receipt.ticket.number if receipt.ticket else None,
                    "gone": receipt.gone,
                    "problem": receipt.problem or None,
                    "may_exist": receipt.may_exist,
                    "tip": receipt.tip or None,
                }
                for receipt in receipts
            ],
            "held_back": [{"name": held.draft.name, "reason": held.reason} for held in plan.held_back],
            "existing": [existing.ticket.number for existing in plan.existing],
        }
    )
