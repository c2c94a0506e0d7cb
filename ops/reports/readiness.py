"""The checklist of what the guide asks of the customer: for people, as markdown, and as JSON, ``phsm.readiness/1``."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from datetime import UTC

from rich.text import Text

from ops.checks import collect
from ops.checks.attested import Standing, State, valid_days
from ops.checks.checklist import Checklist
from ops.checks.duties import DUTIES, Duty
from ops.model.finding import Outcome
from ops.model.untrusted import one_line
from ops.reports.layout import arrow, counted, flowed, styled, wrapped
from ops.reports.layout import render as render_lines
from ops.reports.run_json import dumps
from ops.reports.run_markdown import text as cell

_STYLES = {Outcome.PASS: "ok", Outcome.FAIL: "fail", Outcome.NOT_APPLICABLE: "unknown"}
_INDENT = 37
_SECTION_WIDTH = 80
_EXAMPLES = {"customer_id": "C-1234", "device_licence": "L-1234"}
_START = "the configuration has no readiness: section, so nothing of this is known to hold"
_HOW = "put this into the configuration; where a line is true take its # away, and say who attests it and since when"


def render_text(checklist: Checklist, width: int | None, colour: bool) -> str:
    """All duties, those that fail with what to do; without a readiness section the one to start with."""
    return render_lines(_lines(checklist, width), colour)


def _lines(checklist: Checklist, width: int | None) -> Iterator[Text]:
    head = [styled(("Payment HSM readiness", "head")), styled(_day(checklist)), styled(one_line(checklist.where, 120))]
    yield from flowed(head, 2, width)
    yield styled()
    if checklist.policy.readiness is None:
        yield from wrapped(_START, 0, width, "unknown")
        yield from wrapped(f"{arrow(width)}{_HOW}", 0, width)
        yield styled()
        yield from (styled(line) for line in section(checklist).splitlines())
        return
    items = checklist.items
    for heading, early in (("Before the start", True), ("From then on", False)):
        yield styled((heading, "head"))
        for item in items:
            if item.duty.is_prerequisite is early:
                yield from _item(item, width)
        yield styled()
    yield from flowed(_summary(items), 0, width)
    failing = [item for item in items if item.state.outcome is Outcome.FAIL]
    if failing:
        yield styled((f"Explain one: phsm checks explain {failing[0].duty.check}", "quiet"))


def _item(item: Standing, width: int | None) -> Iterator[Text]:
    failed = item.state.outcome is Outcome.FAIL
    says = f"{_says(item)} ({item.duty.check})" if failed else _says(item)
    first, *more = wrapped(says, _INDENT, width)
    state = (f"{_word(item.state):<12}", _STYLES[item.state.outcome])
    yield Text.assemble(styled("  ", state, f"  {item.duty.name:<{_INDENT - 16}}"), first[_INDENT:])
    yield from more
    if failed:
        yield from wrapped(f"{arrow(width)}{item.fix}", _INDENT, width)


def _says(item: Standing) -> str:
    """The evidence without the word that the column before it says already, and the note of who attested."""
    note = one_line(item.attestation.note, 200) if item.attestation else ""
    evidence = item.evidence.removeprefix("attested ").removeprefix("declared as not needed ")
    return f"{evidence}; {note}" if note else evidence


def _summary(items: Sequence[Standing]) -> list[Text]:
    if all(item.state.outcome is Outcome.PASS for item in items):
        return [styled((f"all {len(items)} hold", "ok")), *_soon(items)]
    states = [item.state for item in items]
    hold = sum(state.outcome is Outcome.PASS for state in states)
    failing = (State.MISSING, State.RAN_OUT, State.NOT_ACCEPTED)
    cells = [styled((f"{states.count(state)} {_word(state)}", "fail")) for state in failing if state in states]
    return [*cells, *([styled((f"{hold} hold", "ok"))] if hold else []), *_soon(items)]


def _soon(items: Sequence[Standing]) -> list[Text]:
    soon = [item for item in items if item.state is State.RUNS_OUT]
    return [styled(f"{counted(len(soon), 'runs', 'run')} out within a month")] if soon else []


def _word(state: State) -> str:
    return state.value.replace("_", " ")


def _day(checklist: Checklist) -> str:
    return checklist.at.astimezone(UTC).strftime("%d %b %Y")


def _iso_day(checklist: Checklist) -> str:
    return checklist.at.astimezone(UTC).date().isoformat()


def section(checklist: Checklist) -> str:
    """A readiness section in YAML to paste, all of it behind # signs: what nobody has attested must not look as if."""
    titles = {check.id: check.title for check in collect()}
    lines = ["readiness:"]
    for duty in DUTIES:
        days = valid_days(duty, checklist.policy)
        lines += textwrap.wrap(
            f"{titles[duty.check]}. {duty.check}, holds for {counted(days, 'day')}.",
            _SECTION_WIDTH,
            initial_indent="  # ",
            subsequent_indent="  # ",
            break_on_hyphens=False,
        )
        lines += [f"  #{entry}" for entry in _entries(duty, _iso_day(checklist))]
    return "\n".join(lines) + "\n"


def _entries(duty: Duty, day: str) -> Iterator[str]:
    attested = f"by: Ada Okafor, on: {day}"
    wanted = f", {duty.wants}: {_EXAMPLES[duty.wants]}" if duty.wants else ""
    yield f"{duty.key}: {{{attested}{wanted}}}"
    if duty.may_be_unneeded:
        yield f"{duty.key}: {{{attested}, needed: false}}"


def render_markdown(checklist: Checklist) -> str:
    """A table for a job summary or an audit file; text of the configuration is shown as ``run_markdown.text`` shows it."""
    lines = ["# Payment HSM readiness", "", f"{_day(checklist)}, {cell(checklist.where)}", ""]
    if checklist.policy.readiness is None:
        lines += [f"**{_START}**", "", f"{_HOW}:", "", "```yaml", section(checklist) + "```"]
        return "\n".join(lines) + "\n"
    checks = {check.id: check for check in collect()}
    lines += ["| state | check | holds when | evidence | next |", "|---|---|---|---|---|"]
    for item in checklist.items:
        check = checks[item.duty.check]
        link = f"[{check.id}]({check.source})"
        lines.append(f"| {_word(item.state)} | {link} | {check.title} | {cell(_says(item))} | {cell(item.fix, 1000)} |")
    lines += ["", ", ".join(part.plain for part in _summary(checklist.items))]
    return "\n".join(lines) + "\n"


def render_json(checklist: Checklist) -> str:
    """All items; ``section`` is the YAML to start with, null where there is a readiness section."""
    titles = {check.id: check.title for check in collect()}
    undeclared = checklist.policy.readiness is None
    items = checklist.items
    return dumps(
        {
            "schema": "phsm.readiness/1",
            "day": _iso_day(checklist),
            "configuration": checklist.where,
            "items": [
                {
                    "check": item.duty.check,
                    "key": item.duty.key,
                    "title": titles[item.duty.check],
                    "state": item.state.value,
                    "outcome": item.state.outcome.value,
                    "evidence": item.evidence,
                    "next": item.fix or None,
                    "by": item.attestation.by if item.attestation else None,
                    "on": item.attestation.on.isoformat() if item.attestation else None,
                    "last_day": item.last.isoformat() if item.last else None,
                    "note": item.attestation.note if item.attestation else None,
                }
                for item in items
            ],
            "summary": {state.value: sum(item.state is state for item in items) for state in State},
            "section": section(checklist) if undeclared else None,
        }
    )
