"""From failures to causes: one thing that is wrong gets one ticket, however many checks see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ops.model import arm_id
from ops.model.finding import Finding
from ops.model.once import once
from ops.model.pool import Pool
from ops.model.run import Run
from ops.model.ticket import Cause, Ticket
from ops.support.naming import base, base_of

FASTPATH_CHECK = "PHSM-SUB-003"
HSM_CHECKS = ("PHSM-HSM-001", "PHSM-HSM-007", "PHSM-NET-009", "PHSM-NET-010")
"""The checks whose failures on one HSM are one cause; the first that fails names the topic of the ticket."""


def concerns(finding: Finding, hsms: Iterable[str]) -> bool:
    """Whether a finding is about one of these HSMs (keys)."""
    about = {arm_id.key(hsm) for hsm in finding.subject.hsms} | {finding.subject.key}
    return not about.isdisjoint(hsms)


def about(run: Run, hsms: Iterable[str]) -> tuple[Finding, ...]:
    """The findings that concern any of these HSMs (keys), in the order of the run."""
    places = _places(run)
    return tuple(run.findings[place] for place in sorted({place for hsm in hsms for place in places.get(hsm, ())}))


@once
def _places(run: Run) -> Mapping[str, list[int]]:
    """Where in the findings each key is spoken of: a run has more findings than a draft may walk through."""
    places: dict[str, list[int]] = {}
    for place, finding in enumerate(run.findings):
        for key in {*map(arm_id.key, finding.subject.hsms), finding.subject.key}:
            places.setdefault(key, []).append(place)
    return places


def is_provisioning(cause: Cause, hsm: str) -> bool:
    """Whether the provisioning state of this HSM (key) is among the failures behind a cause."""
    return any(finding.check == HSM_CHECKS[0] and concerns(finding, [hsm]) for finding in cause.findings)


def pool_of(run: Run, hsm: str) -> Pool:
    """The pool that an HSM (key) belongs to."""
    return _pools_by_hsm(run)[hsm]


@once
def _pools_by_hsm(run: Run) -> Mapping[str, Pool]:
    return {hsm: pool for pool in run.pools for hsm in pool.hsms}


def causes(run: Run, tickets: Iterable[Ticket]) -> tuple[Cause, ...]:
    """All causes in a run: of HSMs and pools by key, then FastPath.

    ``tickets`` are those that exist: where one HSM of a pool has its own open ticket, the others get their own too,
    because a ticket for the pool would open a second one for the same thing.
    """
    by_hsm = {hsm: _hsm_cause(hsm, findings) for hsm, findings in _failures(run).items()}
    taken = {base_of(ticket.name) for ticket in tickets if ticket.is_open}
    result = []
    for pool in run.pools:
        members = [by_hsm[hsm] for hsm in pool.hsms if hsm in by_hsm]
        alive = pool.alive(run.estate)
        if len(members) >= 2 and 2 * len(members) > len(alive) and not any(base(cause) in taken for cause in members):
            result.append(joined(pool, members))
        else:
            result.extend(members)
    return (*result, *_fastpath(run))


def _failures(run: Run) -> Mapping[str, tuple[Finding, ...]]:
    """The failures behind each HSM's cause, in the order of HSM_CHECKS."""
    by_hsm = {}
    for hsm in run.estate.hsms:
        drafting = [finding for finding in about(run, [hsm]) if finding.ticket and finding.is_failure_of(*HSM_CHECKS)]
        if drafting:
            by_hsm[hsm] = tuple(sorted(drafting, key=lambda finding: HSM_CHECKS.index(finding.check)))
    return by_hsm


def _hsm_cause(hsm: str, findings: tuple[Finding, ...]) -> Cause:
    return Cause(kind="hsm", subject=hsm, hsms=(hsm,), subscriptions=(arm_id.subscription(hsm),), findings=findings)


def joined(pool: Pool, members: Sequence[Cause]) -> Cause:
    """The causes of HSMs of a pool as one cause of the pool."""
    hsms = sorted(hsm for cause in members for hsm in cause.hsms)
    findings = dict.fromkeys(finding for cause in members for finding in cause.findings)
    return Cause(
        kind="pool",
        subject=pool.label,
        hsms=tuple(hsms),
        subscriptions=tuple(sorted({arm_id.subscription(hsm) for hsm in hsms})),
        findings=tuple(sorted(findings, key=lambda finding: HSM_CHECKS.index(finding.check))),
    )


def _fastpath(run: Run) -> tuple[Cause, ...]:
    findings = [finding for finding in run.findings if finding.ticket and finding.is_failure_of(FASTPATH_CHECK)]
    if not findings:
        return ()
    pending = sorted({arm_id.subscription(finding.subject.key) for finding in findings})
    return (Cause(kind="fastpath", subject="", hsms=(), subscriptions=tuple(pending), findings=tuple(findings)),)


def narrowed(cause: Cause, subscriptions: Iterable[str]) -> Cause:
    """A FastPath cause for some of its subscriptions only."""
    kept = tuple(sorted(subscriptions))
    findings = tuple(f for f in cause.findings if arm_id.subscription(f.subject.key) in kept)
    return replace(cause, subscriptions=kept, findings=findings)
