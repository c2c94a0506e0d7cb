from datetime import date

from ops.checks.rdy_006_operators_trained import operators_trained
from ops.model.finding import IssueCategory
from ops.model.policy import Attestation, Policy, Readiness
from tests.build import estate, hsm
from tests.checks.judging import FAIL, PASS, only

ATTESTED = Attestation(by="ada", on=date(2026, 9, 1))


def test_trained_operators_pass_for_two_years():
    verdict = only(operators_trained, estate(hsm()), Policy(readiness=Readiness(training=ATTESTED)))
    assert (verdict.outcome, verdict.evidence) == (PASS, "attested by ada on 2026-09-01, through 2028-08-31")
    assert operators_trained.category is IssueCategory.PAYSHIELD_MANAGER


def test_untrained_operators_fail_and_who_trains_is_named():
    verdict = only(operators_trained, estate(hsm()), Policy(readiness=Readiness()))
    assert (verdict.outcome, verdict.subject.name) == (FAIL, "readiness: training")
    assert "at Thales or a partner" in verdict.fix
