from datetime import date

from ops.checks.rdy_013_recovery_tested import recovery_tested
from ops.model.finding import IssueCategory
from ops.model.policy import Attestation, Policy, Readiness
from tests.build import estate, hsm
from tests.checks.judging import FAIL, PASS, only

ATTESTED = Attestation(by="ada", on=date(2026, 9, 1))


def test_a_test_passes_for_a_year():
    verdict = only(recovery_tested, estate(hsm()), Policy(readiness=Readiness(recovery_test=ATTESTED)))
    assert (verdict.outcome, verdict.evidence) == (PASS, "attested by ada on 2026-09-01, through 2027-09-01")
    assert recovery_tested.category is IssueCategory.KEY_BACKUP


def test_a_recovery_that_was_never_tested_fails():
    verdict = only(recovery_tested, estate(hsm()), Policy(readiness=Readiness()))
    assert (verdict.outcome, verdict.subject.name) == (FAIL, "readiness: recovery test")
    assert "rehearse the loss of an HSM" in verdict.fix
