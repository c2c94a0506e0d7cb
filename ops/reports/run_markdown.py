"""A run as GitHub-flavoured markdown: for a job summary, and to be pasted into an issue.

Text from Azure stands in it in one of two ways: as it is, where it holds nothing that markdown or GitHub gives a
meaning; else as code, in which GitHub makes no link, no mention and no picture of anything. Nothing is escaped by
backslash or entity: what is written between the backticks is what is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ops.model.estate import Estate
from ops.model.finding import Finding, Party
from ops.model.mute import Mute
from ops.model.pool import Pool, placement
from ops.model.run import Run
from ops.model.untrusted import one_line
from ops.model.working import working
from ops.reports.layout import EVIDENCE, WHO_ACTS, counted, moment, step_parts, where_from
from ops.reports.mutes import NEXT_STEP, history, lapse, unused
from ops.reports.not_known import not_known
from ops.reports.notes import notes
from ops.reports.run_text import survives_a_stamp, trouble

LIMIT = 1024 * 1024
"""Bytes: GitHub takes no longer job summary."""
_ROW_COUNTS = (1000, 300, 100, 30, 10)
"""Rows per table, the longest first. With the last every run fits, for every cell is cut at a length."""
_NOTES = 5
_HSMS_IN_A_CELL = 8

_PLAIN = re.compile(
    r"""(?: [a-zA-Z0-9 .,;()"'/=+%?!\x80-\U0010ffff-]
          | (?<=[a-zA-Z0-9]) _ (?=[a-zA-Z0-9])  # inside a word it is no emphasis
          | : (?= \ | $ )                       # elsewhere it may be a link or an emoji
        )*""",
    re.VERBOSE,
)
_LINKED = re.compile(r"www\.|\bGH-\d", re.IGNORECASE)
_PIPE_AFTER_BACKSLASH = re.compile(r"\\(?=\|)")


def render(run: Run) -> str:
    """At most LIMIT bytes in UTF-8: tables too long for that end early, and say how many rows are left out."""
    texts = ("\n".join(_lines(run, most)) + "\n" for most in _ROW_COUNTS)
    return next(text for text in texts if len(text.encode()) <= LIMIT)


def text(value: str, limit: int = 300) -> str:
    """Untrusted text for a cell of a table."""
    line = one_line(value, limit)
    return line if _PLAIN.fullmatch(line) and not _LINKED.search(line) else code(line, limit)


def code(value: str, limit: int = 300) -> str:
    """Untrusted text for a cell of a table, as code."""
    line = one_line(value, limit)
    # A table takes `\|` for a pipe even in code, and offers no way to write a backslash before one.
    line = _PIPE_AFTER_BACKSLASH.sub(r"\\ ", line).replace("|", r"\|")
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}" if line else ""


def _lines(run: Run, most: int) -> Iterator[str]:
    yield "# Payment HSM check"
    yield ""
    yield _summary(run)
    for note in run.estate.notes[:_NOTES]:
        yield ""
        yield f"Note: {text(note)}"
    yield from _table("Pools", ("pool", "role", "HSMs", "survives losing a stamp"), _pools(run), most)
    for party in (Party.MICROSOFT, Party.THALES, Party.CUSTOMER):
        failures = sorted((f for f in run.failures if f.party is party), key=lambda f: (-f.severity.rank, f.check))
        heading = f"{WHO_ACTS[party]} to act"
        yield from _table(heading, ("severity", "check", "subject", "evidence", "next"), map(_failure, failures), most)
    muted = [_muted(finding, finding.muted) for finding in run.muted if finding.muted]
    yield from _table("Muted", ("severity", "check", "subject", "evidence", "mute"), muted, most)
    unknown = [
        (text(row.what), text(row.subject), text(row.reason, EVIDENCE), _step(row.step)) for row in not_known(run)
    ]
    yield from _table("Not known", ("what", "subject", "why", "next"), unknown, most)
    noted = [(_link(note.check, note.source), text(note.subject), text(note.says, EVIDENCE)) for note in notes(run)]
    yield from _table("Notes", ("check", "subject", "note"), noted, most)
    support = [(text(item.pool), _granted(item.severity_a), text(item.because)) for item in run.support]
    yield from _table("Support for production", ("pool", "Severity A", "because"), support, most)
    idle = [(text(mute.check), text(mute.subject), text(unused(mute, run)), NEXT_STEP) for mute in run.unused_mutes]
    yield from _table("Mutes that match no failure", ("check", "subject", "mute", "next"), idle, most)


def _summary(run: Run) -> str:
    count = run.summary
    estate = run.estate
    parts = [f"**{count['fail']} fail**", f"{count['unknown']} unknown" if count["unknown"] else ""]
    parts += [f"{count['pass']} pass", f"{count['not_applicable']} not applicable" if count["not_applicable"] else ""]
    parts += [f"{count['muted']} muted" if count["muted"] else ""]
    parts += [
        "" if estate.hsms or estate.clusters else "no payment HSM was found in this scope: nothing is known to hold"
    ]
    size = f"{counted(len(estate.scope), 'subscription')}, {counted(len(estate.hsms), 'HSM')}"
    result = ", ".join(part for part in parts if part)
    return f"{result}. {moment(estate.observed_at)}, {size}, {text(where_from(estate.source))}"


def _table(heading: str, columns: Sequence[str], rows: Iterable[Sequence[str]], most: int) -> Iterator[str]:
    """A section with its count and the first ``most`` rows; nothing at all without a row."""
    known = list(rows)
    if not known:
        return
    yield ""
    yield f"## {heading} ({len(known)})"
    yield ""
    yield _row(columns)
    yield _row(["---"] * len(columns))
    yield from map(_row, known[:most])
    if len(known) > most:
        yield ""
        yield f"and {counted(len(known) - most, 'more row')}, left out for length: `phsm check --format json` has all"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


_SURVIVES = {True: "yes", False: "no", None: "not known"}


def _pools(run: Run) -> list[tuple[str, ...]]:
    """Those that do not survive the loss of a stamp first."""
    rows = [(survives_a_stamp(pool, run.estate), pool) for pool in run.pools]
    rows.sort(key=lambda row: row[0] is True)
    return [
        (text(pool.label), pool.role.value, _hsms(pool, run.estate), _SURVIVES[survives]) for survives, pool in rows
    ]


def _hsms(pool: Pool, estate: Estate) -> str:
    label = placement(pool, estate).label
    cells = []
    for hsm in sorted(pool.members(estate), key=lambda hsm: (label.get(hsm.key, "~"), hsm.name)):
        word = trouble(hsm, working(hsm, estate))
        place = text(label.get(hsm.key, "placement not known"), 60)
        cells.append(f"{place} {text(hsm.name, 60)}{f' {text(word)}' if word else ''}")
    rest = [f"and {len(cells) - _HSMS_IN_A_CELL} more"] if len(cells) > _HSMS_IN_A_CELL else []
    return ", ".join(cells[:_HSMS_IN_A_CELL] + rest)


def _failure(finding: Finding) -> tuple[str, ...]:
    link = _link(finding.check, finding.source)
    evidence = text(finding.evidence, EVIDENCE)
    if finding.lapsed:
        evidence = f"{evidence}; {text(lapse(finding.lapsed), 1000)}"
    return finding.severity.value, link, text(finding.subject.name), evidence, _next(finding)


def _muted(finding: Finding, mute: Mute) -> tuple[str, ...]:
    link, evidence = _link(finding.check, finding.source), text(finding.evidence, EVIDENCE)
    return finding.severity.value, link, text(finding.subject.name), evidence, text(history(mute), 1000)


def _next(finding: Finding) -> str:
    if finding.ticket:
        return "a ticket is drafted: `phsm tickets plan`"
    return _step(finding.fix)


def _step(step: str) -> str:
    """The command that ends a next step as code, the words before it as text."""
    words, command = step_parts(step)
    return ": ".join(part for part in (text(words, 1000), code(command, 2000)) if part)


def _link(check: str, source: str) -> str:
    return f"[{check}]({source})"


def _granted(severity_a: bool | None) -> str:
    return {True: "available", False: "not available", None: "not known"}[severity_a]
