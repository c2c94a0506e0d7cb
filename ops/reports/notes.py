"""What holds, and somebody should hear of all the same: alike in every report for people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC

from ops.model.finding import Finding
from ops.model.notice import ends_soon
from ops.model.run import Run
from ops.model.untrusted import one_line
from ops.reports.layout import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One note of one check, however many subjects it is about. ``source``: the check's page at Microsoft.

    ``subject`` and ``says`` are untrusted.
    """

    check: str
    source: str
    subject: str
    says: str


def notes(run: Run) -> tuple[Note, ...]:
    """The passes that their checks have marked, and the mutes that end soon; in the order of the checks' ids."""
    alike: dict[tuple[str, str], list[Finding]] = {}
    for finding, says in (*_marked(run), *_mutes_that_end(run)):
        alike.setdefault((finding.check, says), []).append(finding)
    return tuple(
        Note(check=check, source=same[0].source, subject=_subjects(same), says=says)
        for (check, says), same in sorted(alike.items(), key=lambda item: item[0][0])
    )


def _marked(run: Run) -> Iterator[tuple[Finding, str]]:
    return ((finding, finding.evidence) for finding in run.findings if finding.note)


def _mutes_that_end(run: Run) -> Iterator[tuple[Finding, str]]:
    today = run.estate.observed_at.astimezone(UTC).date()
    for finding in run.muted:
        if finding.muted and (when := ends_soon(finding.muted.expires, today)):
            yield finding, f"muted by {one_line(finding.muted.owner, 100)}, which ends {when}"


def _subjects(findings: list[Finding]) -> str:
    more = len(findings) - 1
    return f"{findings[0].subject.name} and {counted(more, 'other')}" if more else findings[0].subject.name
