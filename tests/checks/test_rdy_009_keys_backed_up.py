from datetime import date

from ops.checks.rdy_009_keys_backed_up import keys_backed_up
from ops.model.finding import IssueCategory
from ops.model.policy import Attestation, Policy, Readiness
from tests.build import estate, hsm
from tests.checks.judging import FAIL, PASS, only

ATTESTED = Attestation(by="ada", on=date(2026, 9, 1))


def test_keys_that_are_backed_up_pass_for_a_year():
    verdict = only(keys_backed_up, estate(hsm()), Policy(readiness=Readiness(key_backup=ATTESTED)))
    assert (verdict.outcome, verdict.evidence) == (PASS, "attested by ada on 2026-09-01, through 2027-09-01")
    assert keys_backed_up.category is IssueCategory.KEY_BACKUP


def test_keys_that_are_not_backed_up_fail():
    verdict = only(keys_backed_up, estate(hsm()), Policy(readiness=Readiness()))
    assert (verdict.outcome, verdict.subject.name) == (FAIL, "readiness: key backup")
    assert "back up the keys" in verdict.fix
