"""A plan of tickets as people read it; the file of a plan is its JSON."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator

from rich.text import Text

from ops.model.fact import Gap
from ops.model.ticket import Cause, Draft, Evidence, HeldBack, Plan, Ticket, Update
from ops.model.untrusted import one_line
from ops.reports.layout import arrow, counted, flowed, moment, render, styled, where_from, wrapped


def render_text(plan: Plan, width: int | None, colour: bool, *, whole: bool = False, saved: str = "") -> str:
    """``whole`` prints the text of each ticket and update too, as Microsoft would read it.

    ``saved``: the file that the plan was written to, which the next step names.
    """
    return render(_lines(plan, width, whole, saved), colour)


def _lines(plan: Plan, width: int | None, whole: bool, saved: str) -> Iterator[Text]:
    source = styled((where_from(plan.source), "head"))
    yield from flowed([styled(("Support tickets", "head")), styled(moment(plan.made_at)), source], 2, width)
    yield styled()
    yield styled((_to_open(plan), "head"))
    if plan.updates:
        yield styled((f"{counted(len(plan.updates), 'update')} of open tickets", "head"))
    if plan.held_back or plan.existing:
        yield styled(f"{len(plan.held_back)} held back, {len(plan.existing)} open already")
    for warning in plan.warnings:
        yield from wrapped(f"warning: {one_line(warning, 500)}", 0, width, "unknown", hang=9)
    for number, draft in enumerate(plan.to_open, 1):
        yield styled()
        yield from _draft(number, draft, width, whole)
    yield from _section("updates", (_update(update, width, whole) for update in plan.updates))
    yield from _section("held back", (_held(held, width, whole) for held in plan.held_back))
    yield from _section("already open", (_open(existing.ticket, width) for existing in plan.existing))
    yield from _section("could not be read", (_gap(gap, width) for gap in plan.gaps))
    if saved and (plan.to_open or plan.updates):
        yield styled()
        what = "open them" if plan.to_open else "tell them"
        command = f"phsm tickets open --plan {shlex.quote(one_line(saved, 1000))} --apply"
        yield styled((f"{arrow(width)}{what}: {command}", "quiet"))


def _to_open(plan: Plan) -> str:
    """A message that was not read says nothing about new tickets."""
    if plan.to_open:
        return f"{counted(len(plan.to_open), 'ticket')} to open"
    if any(gap.what != "communications" for gap in plan.gaps):
        return "nothing can be opened: the support desk could not be read"
    return "nothing to open"


def _section(title: str, entries: Iterable[Iterable[Text]]) -> Iterator[Text]:
    """Nothing at all without an entry."""
    lines = [line for entry in entries for line in entry]
    if lines:
        yield styled()
        yield styled((title, "head"))
        yield from lines


def _update(update: Update, width: int | None, whole: bool) -> Iterator[Text]:
    head = f"{update.kind:<9} {one_line(update.ticket.number)}  {one_line(update.ticket.title)}"
    yield from wrapped(head, 2, width, hang=10)
    yield from wrapped(one_line(update.reason, 500), 12, width)
    if whole:
        yield from _text(update.body)


def _held(held: HeldBack, width: int | None, whole: bool) -> Iterator[Text]:
    draft = held.draft
    yield from wrapped(f"severity {draft.severity.letter}  {one_line(draft.title)}", 2, width, hang=12)
    yield from wrapped(one_line(held.reason, 500), 14, width, "unknown")
    if whole:
        yield from _text(draft.description)


def _open(ticket: Ticket, width: int | None) -> Iterator[Text]:
    since = f"open since {moment(ticket.created_at)}, " if ticket.created_at else ""
    line = f"{one_line(ticket.number)}  {one_line(ticket.title)}  {since}severity {letter(ticket.severity)}"
    yield from wrapped(line, 2, width, hang=18)


def _gap(gap: Gap, width: int | None) -> Iterator[Text]:
    yield from wrapped(f"{one_line(gap.what)} {one_line(gap.subject)}: {one_line(gap.reason)}", 2, width, hang=2)


def _draft(number: int, draft: Draft, width: int | None, whole: bool) -> Iterator[Text]:
    yield from wrapped(f"{number}  severity {draft.severity.letter}  {one_line(draft.title)}", 0, width, "head", hang=3)
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
    yield from wrapped(f"evidence: {_evidence(draft.evidence)}", 3, width, hang=10)
    if whole:
        yield from _text(draft.description)


def _evidence(evidence: Evidence | None) -> str:
    """What goes out, with its size before it is packed, and what does not."""
    if evidence is None:
        return "none"
    files = [
        f"{one_line(file.name, 120)} {kib(len(file.text.encode('utf-8', 'replace')))} KiB" for file in evidence.files
    ]
    left_out = f"; left out: {'; '.join(one_line(cut) for cut in evidence.cut)}" if evidence.cut else ""
    return f"{', '.join(files)}, packed as {one_line(evidence.name, 120)}{left_out}"


def kib(size: int) -> int:
    """Whole KiB of a number of bytes, rounded up."""
    return -(-size // 1024)


def _text(text: str) -> Iterator[Text]:
    yield styled()
    for line in text.splitlines():
        yield styled(f"   | {one_line(line, 2000)}")


def letter(severity: str) -> str:
    """The portal's letter for a severity of the Support API, in any case; an unknown one stays as it is."""
    return {"minimal": "C", "moderate": "B", "critical": "A", "highestcriticalimpact": "A (emergency)"}.get(
        severity.lower(), one_line(severity, 40)
    )


def _checks(cause: Cause) -> str:
    return ", ".join(sorted({finding.check for finding in cause.findings}))
