"""A diagnosis for people, and as one JSON document, ``phsm.doctor/1``."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from rich.text import Text

from ops.model.diagnosis import Diagnosis, Sign, State
from ops.model.untrusted import one_line
from ops.reports.layout import counted, flowed, moment, next_step, styled, where_from, wrapped
from ops.reports.layout import render as render_lines
from ops.reports.run_json import dumps, source_json, timestamp

_WORDS = {State.OK: ("ok", "ok"), State.PROBLEM: ("problem", "fail"), State.NOT_KNOWN: ("not known", "unknown")}
_AREAS = {
    "machine": "This machine",
    "configuration": "Configuration",
    "azure": "Azure",
    "access": "Access",
    "tickets": "Tickets",
}
_INDENT = 28


def render_text(diagnosis: Diagnosis, width: int | None, colour: bool) -> str:
    return render_lines(_lines(diagnosis, width), colour)


def _lines(diagnosis: Diagnosis, width: int | None) -> Iterator[Text]:
    source = styled((where_from(diagnosis.source), "head"))
    yield from flowed([styled(("Payment HSM doctor", "head")), styled(moment(diagnosis.observed_at)), source], 2, width)
    for area, signs in groupby(diagnosis.signs, key=lambda sign: sign.area):
        yield styled()
        yield styled((_AREAS[area], "head"))
        for sign in signs:
            yield from _sign(sign, width)
    yield styled()
    count = diagnosis.summary
    if count[State.OK] == len(diagnosis.signs):
        yield styled((f"all is well: {counted(len(diagnosis.signs), 'sign')}", "ok"))
        return
    parts = (
        (count[State.PROBLEM], counted(count[State.PROBLEM], "problem"), "fail"),
        (count[State.NOT_KNOWN], f"{count[State.NOT_KNOWN]} not known", "unknown"),
        (count[State.OK], f"{count[State.OK]} ok", "ok"),
    )
    yield from flowed([styled((said, style)) for number, said, style in parts if number], 0, width)


def _sign(sign: Sign, width: int | None) -> Iterator[Text]:
    word, style = _WORDS[sign.state]
    first, *more = wrapped(one_line(sign.says, 1000), _INDENT, width)
    head = styled("  ", (f"{word:<9}", style), f"  {sign.what:<15}")
    yield Text.assemble(head, first[_INDENT:])
    yield from more
    if sign.tip:
        yield from next_step(sign.tip, _INDENT, width)


def render_json(diagnosis: Diagnosis) -> str:
    return dumps(
        {
            "schema": "phsm.doctor/1",
            "observed_at": timestamp(diagnosis.observed_at),
            "source": source_json(diagnosis.source),
            "signs": [
                {"area": one.area, "what": one.what, "state": one.state.value, "says": one.says, "tip": one.tip or None}
                for one in diagnosis.signs
            ],
            "summary": {state.value: number for state, number in diagnosis.summary.items()},
        }
    )
