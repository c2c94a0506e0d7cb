"""Evaluate an estate: every check, every verdict stamped, nothing lost, nothing unread turned green."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date

from ops.checks import collect
from ops.checks.declaration import Check
from ops.model.estate import Estate
from ops.model.finding import Finding, Outcome, Severity, Subject, Verdict, not_applicable, unknown
from ops.model.mute import Mute, Muting, muting
from ops.model.policy import CheckSettings, Policy
from ops.model.pool import pools
from ops.model.run import Run
from ops.support.entitlement import entitlements


def evaluate(estate: Estate, policy: Policy, checks: Sequence[Check]) -> Run:
    """Judge the estate by these checks. Pure: the same estate gives the same run."""
    with _no_collector():
        return _evaluate(estate, policy, checks)


@contextmanager
def _no_collector() -> Iterator[None]:
    """Nothing here makes a cycle, and to look for one in thousands of HSMs again and again takes a seventh of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _evaluate(estate: Estate, policy: Policy, checks: Sequence[Check]) -> Run:
    today = estate.observed_at.astimezone(UTC).date()
    findings: list[Finding] = []
    used: set[Mute] = set()
    for check in checks:
        mutes = muting(check.id, policy.mutes)
        for finding in _findings(check, estate, policy):
            findings.append(_muted(finding, mutes, today, used) if finding.outcome is Outcome.FAIL else finding)
    found = pools(estate, policy)
    return Run(
        estate=estate,
        pools=found,
        findings=tuple(findings),
        support=entitlements(estate, policy, found),
        unused_mutes=tuple(mute for mute in _judged(estate, policy, checks, findings) if mute not in used),
    )


def exit_code(run: Run, fail_on: Severity = Severity.LOW) -> int:
    """3 when a failure is at or above ``fail_on``; else 4 when something was not read or there was nothing; else 0."""
    if any(finding.severity.rank >= fail_on.rank for finding in run.failures):
        return 3
    return 0 if run.is_complete else 4


def _muted(finding: Finding, mutes: Muting, today: date, used: set[Mute]) -> Finding:
    """A failure with the mute that covers it, or covered it; every mute that matches it is put into ``used``."""
    matching = mutes.of(finding.subject.name, finding.subject.key, str(finding.subject))
    if not matching:
        return finding
    used.update(matching)
    longest = matching[0]
    if longest.holds_on(today):
        return replace(finding, muted=longest, ticket=False)
    return replace(finding, lapsed=longest)


def _judged(estate: Estate, policy: Policy, checks: Sequence[Check], findings: Sequence[Finding]) -> Iterator[Mute]:
    """The mutes that would have met their failures, if there were any: all of their checks were run, on all, and saw all."""
    if estate.narrowed or not policy.mutes:
        return
    run = {check.id for check in checks}
    known = run | {check.id for check in collect()}
    blind = {finding.check for finding in findings if finding.outcome is Outcome.UNKNOWN}
    for mute in policy.mutes:
        meant = {check for check in known if mute.names(check)}
        if meant and meant <= run and not meant & blind:
            yield mute


def _findings(check: Check, estate: Estate, policy: Policy) -> Iterator[Finding]:
    settings = policy.checks.get(check.id, CheckSettings())
    verdicts = [*_refused(estate), *_examine(check, estate, policy)]
    if not verdicts:
        verdicts.append(not_applicable(Subject(name="estate"), "nothing here for this check to look at"))
    for verdict in verdicts:
        yield _stamp(check, settings, verdict)


def _refused(estate: Estate) -> Iterator[Verdict]:
    """A subscription that could not be read leaves every check without an answer there."""
    for subscription in estate.subscriptions.values():
        gap = subscription.gap
        if gap is not None and gap.whole_subscription:
            subject = Subject(name=subscription.name, id=f"/subscriptions/{subscription.id}")
            yield unknown(subject, f"{gap.what} could not be read: {gap.reason}")


def _examine(check: Check, estate: Estate, policy: Policy) -> Iterable[Verdict]:
    verdicts = []
    try:
        for verdict in check.examine(estate, policy):
            verdicts.append(verdict)
    except Exception as error:  # a check that crashes must not take the others with it, nor pass for good
        reason = f"the check itself failed, please report it: {type(error).__name__}: {error}"
        verdicts.append(unknown(Subject(name="estate"), reason))
    return verdicts


def _stamp(check: Check, settings: CheckSettings, verdict: Verdict) -> Finding:
    ticket = check.ticket if verdict.ticket is None else verdict.ticket
    return Finding(
        check=check.id,
        title=check.title,
        subject=verdict.subject,
        outcome=verdict.outcome,
        severity=settings.severity or verdict.severity or check.severity,
        party=verdict.party or check.party,
        category=check.category,
        ticket=ticket and verdict.outcome is Outcome.FAIL and settings.ticket is not False,
        evidence=verdict.evidence,
        fix=verdict.fix,
        source=check.source,
        note=verdict.note,
    )
