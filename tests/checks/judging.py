"""Run one check on an estate and look at what it says."""

from __future__ import annotations

from ops.checks.declaration import Check
from ops.model.estate import Estate
from ops.model.finding import Outcome, Verdict
from ops.model.policy import Policy

PASS, FAIL, UNKNOWN, NOT_APPLICABLE = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN, Outcome.NOT_APPLICABLE


def judge(check: Check, estate: Estate, policy: Policy | None = None) -> dict[str, Verdict]:
    """The verdicts by the subject's name; no subject is judged twice."""
    verdicts = list(check.examine(estate, policy or Policy()))
    by_name = {verdict.subject.name: verdict for verdict in verdicts}
    assert len(by_name) == len(verdicts), [str(verdict.subject) for verdict in verdicts]
    return by_name


def outcomes(check: Check, estate: Estate, policy: Policy | None = None) -> dict[str, Outcome]:
    return {name: verdict.outcome for name, verdict in judge(check, estate, policy).items()}


def only(check: Check, estate: Estate, policy: Policy | None = None) -> Verdict:
    """The one verdict there is."""
    (verdict,) = judge(check, estate, policy).values()
    return verdict
