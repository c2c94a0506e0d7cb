"""What is not known after a run, why, and what would make it known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from ops.model import arm_id
from ops.model.estate import Estate
from ops.model.fact import Gap
from ops.model.finding import Finding, Outcome
from ops.model.run import Run
from ops.model.untrusted import one_line
from ops.reports.layout import counted

_REFUSED = re.compile(
    r"""(?: (?<! entry\ under\ hsms:\ could\ not\ be\ ) \b read:\  # that entry is in the configuration
          | :\ (?= [45][0-9]{2}\ [a-zA-Z])
        ) ([0-9]{3} \b)?""",
    re.VERBOSE,
)
_STATUS = re.compile(r"[0-9]{3}\b")
_OUT_OF_SCOPE = re.compile(r"(?:not in|outside) the scope of this run")
_WIDEN = "run it on the whole scope: without --subscription and --management-group"
_UNSEEN = "give this identity the Reader role on the subscription, or correct the configuration, which names it"
_LATER = "run it again; if it stays so: phsm doctor"
_DECLARE = "declare the virtual network under peers.outside"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotKnown:
    """One fact that is not known. ``checks`` (ids) ask for it; none = it could not be read, and no check asks for it.

    ``what``: the checks in few words, or what could not be read. ``step``: what would make it known. ``findings`` counts
    the findings that say so. All text is untrusted.
    """

    checks: tuple[str, ...]
    what: str
    subject: str
    reason: str
    step: str
    findings: int


def not_known(run: Run) -> tuple[NotKnown, ...]:
    """What is not known, one fact each however many checks ask for it; then the gaps that no finding mentions.

    What takes the same step stands together.
    """
    findings = sorted(
        (f for f in run.findings if f.outcome is Outcome.UNKNOWN), key=lambda f: (f.subject.key, f.evidence)
    )
    gaps = run.estate.gaps
    steps = _Steps(
        estate=run.estate,
        subjects=frozenset(arm_id.key(gap.subject) for gap in gaps),
        places=_places(gaps),
    )
    rows = [*_asked_for(findings, steps), *_unasked(gaps, findings, steps)]
    first = {row.step: n for n, row in reversed(list(enumerate(rows)))}
    return tuple(sorted(rows, key=lambda row: first[row.step]))


def _asked_for(findings: list[Finding], steps: _Steps) -> Iterator[NotKnown]:
    for _, group in groupby(findings, key=lambda f: (f.subject.key, f.evidence)):
        same = list(group)
        one, more = same[0], len(same) - 1
        yield NotKnown(
            checks=tuple(dict.fromkeys(finding.check for finding in same)),
            what=f"{one.check} and {counted(more, 'other check')}" if more else one.check,
            subject=one.subject.name,
            reason=one.evidence,
            step=steps.after(one.evidence, one.subject.key) or f"phsm checks explain {one.check}",
            findings=len(same),
        )


def _unasked(gaps: tuple[Gap, ...], findings: list[Finding], steps: _Steps) -> Iterator[NotKnown]:
    seen = " ".join(one_line(finding.evidence, 2000) for finding in findings)
    for gap in gaps:
        if one_line(gap.reason) not in seen:
            step = steps.after(f"read: {gap.reason}", arm_id.key(gap.subject))
            yield NotKnown(checks=(), what=gap.what, subject=gap.subject, reason=gap.reason, step=step, findings=0)


def _places(gaps: tuple[Gap, ...]) -> Mapping[str, frozenset[str]]:
    """The subscriptions in which something was refused, by status."""
    found: dict[str, set[str]] = {}
    for gap in gaps:
        status, place = _STATUS.match(gap.reason), arm_id.subscription(gap.subject)
        if status and place:
            found.setdefault(status[0], set()).add(place)
    return {status: frozenset(places) for status, places in found.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Steps:
    """``subjects``: those (keys) of all gaps. ``places``: as ``_places`` has it."""

    estate: Estate
    subjects: frozenset[str]
    places: Mapping[str, frozenset[str]]

    def after(self, reason: str, subject: str) -> str:
        """What to do when this is the reason why something about a subject (key) is not known; ``""`` = no advice."""
        if _OUT_OF_SCOPE.search(reason):
            return _WIDEN if self.estate.narrowed else _UNSEEN
        refusal = _REFUSED.search(reason)
        if refusal is None:
            return ""
        status = refusal[1]
        places = self._where(status, subject)
        # what lies outside the scope was met at the other end of a peering
        is_peer = bool(places) and places.isdisjoint(self.estate.scope)
        if status == "401":
            foreign = f"if it is in another tenant, and known to be fine, {_DECLARE}"
            return foreign if is_peer else "sign in to the tenant of these subscriptions: phsm doctor"
        if status in ("403", "404"):
            role = f"give this identity the Reader role {self._named(places)}"
            return f"{role}, or, if it is known to be fine, {_DECLARE}" if is_peer else f"{role}: phsm doctor"
        return _LATER

    def _where(self, status: str | None, subject: str) -> frozenset[str]:
        """The subscription in which the refused thing is; several where it may be in any of them."""
        places, own = self.places.get(status or "", frozenset()), arm_id.subscription(subject)
        is_there = own in places or (own and subject in self.subjects)
        return frozenset((own,)) if is_there else places

    def _named(self, places: frozenset[str]) -> str:
        if len(places) != 1:
            return "where it was refused"
        (place,) = places
        known = self.estate.subscriptions.get(place)
        return f"on {one_line(known.name if known else place, 80)}"
