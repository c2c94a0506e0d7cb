"""A run as CSV (RFC 4180, UTF-8), one row per finding, all four outcomes: for a spreadsheet.

A spreadsheet runs a cell that begins with ``=``, ``+``, ``-`` or ``@`` as a formula, and a formula can fetch a page or start
a program. Such a cell gets a leading apostrophe, which spreadsheets show as text. A cell is guarded after every
semicolon too, because a spreadsheet set to another language splits cells there.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from ops.model.finding import Finding
from ops.model.mute import Mute
from ops.model.run import Run
from ops.model.untrusted import one_line

COLUMNS = (
    "check",
    "title",
    "subject_name",
    "subject_id",
    "outcome",
    "severity",
    "party",
    "evidence",
    "fix",
    "source",
    "mute",
    "mute_owner",
    "mute_since",
    "mute_expires",
    "mute_reason",
    "ticket",
    "note",
)
"""``mute`` is ``holds``, ``expired``, or empty where there is none. ``ticket`` (a ticket is drafted for it) and ``note`` (a
pass that people are told of) are ``yes`` or empty."""
_FORMULA = re.compile(r"(^|;)(?=[\s\"']*[=+\-@＝＋－＠])")  # the wide ones count where Japanese or Chinese is set
_CELL = 2000


class _Line:
    """What csv writes to: ``writerow`` returns what ``write`` returns, so every row comes back as text."""

    def write(self, line: str) -> str:
        return line


def render(run: Run) -> str:
    """Rows in the order of the checks' ids; lines end in CR LF, as the RFC has it."""
    return "".join(_rows(run))


def _rows(run: Run) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield str(writer.writerow(COLUMNS))
    for finding in run.findings:
        yield str(writer.writerow([_cell(value) for value in _values(finding)]))


def _values(finding: Finding) -> tuple[str, ...]:
    return (
        finding.check,
        finding.title,
        finding.subject.name,
        finding.subject.id or "",
        finding.outcome.value,
        finding.severity.value,
        finding.party.value,
        finding.evidence,
        finding.fix,
        finding.source,
        *_mute(finding.muted, finding.lapsed),
        "yes" if finding.ticket else "",
        "yes" if finding.note else "",
    )


def _mute(muted: Mute | None, lapsed: Mute | None) -> tuple[str, ...]:
    mute = muted or lapsed
    if mute is None:
        return "", "", "", "", ""
    since = mute.since.isoformat() if mute.since else ""
    return "holds" if muted else "expired", mute.owner, since, mute.expires.isoformat(), mute.reason


def _cell(value: str) -> str:
    return _FORMULA.sub(r"\1'", one_line(value, _CELL))
