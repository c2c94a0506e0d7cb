from datetime import date

from ops.checks.rdy_004_end_user_guide_read import end_user_guide_read
from ops.model.finding import IssueCategory
from ops.model.policy import Attestation, Policy, Readiness
from tests.build import estate, hsm
from tests.checks.judging import FAIL, PASS, only

ATTESTED = Attestation(by="ada", on=date(2026, 9, 1))


def test_a_guide_that_was_read_passes_for_two_years():
    verdict = only(end_user_guide_read, estate(hsm()), Policy(readiness=Readiness(end_user_guide=ATTESTED)))
    assert (verdict.outcome, verdict.evidence) == (PASS, "attested by ada on 2026-09-01, through 2028-08-31")
    assert end_user_guide_read.category is IssueCategory.END_USER_GUIDE


def test_an_unread_guide_fails_and_says_where_it_is():
    verdict = only(end_user_guide_read, estate(hsm()), Policy(readiness=Readiness()))
    assert (verdict.outcome, verdict.subject.name) == (FAIL, "readiness: end user guide")
    assert "from the Thales support portal" in verdict.fix
