from datetime import date

from ops.checks.rdy_008_logs_backed_up import logs_backed_up
from ops.model.finding import IssueCategory
from ops.model.policy import Attestation, Policy, Readiness
from tests.build import estate, hsm
from tests.checks.judging import FAIL, PASS, only

ATTESTED = Attestation(by="ada", on=date(2026, 9, 1))


def test_logs_that_are_backed_up_pass_for_a_year():
    verdict = only(logs_backed_up, estate(hsm()), Policy(readiness=Readiness(log_backup=ATTESTED)))
    assert (verdict.outcome, verdict.evidence) == (PASS, "attested by ada on 2026-09-01, through 2027-09-01")
    assert logs_backed_up.category is IssueCategory.LOG_BACKUP


def test_logs_that_are_not_backed_up_fail():
    verdict = only(logs_backed_up, estate(hsm()), Policy(readiness=Readiness()))
    assert (verdict.outcome, verdict.subject.name) == (FAIL, "readiness: log backup")
    assert "as they arise" in verdict.fix
