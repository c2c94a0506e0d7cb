from datetime import date

from ops.checks.rdy_014_architecture_reviewed import architecture_reviewed
from ops.model.finding import IssueCategory
from ops.model.policy import Attestation, Policy, Readiness
from tests.build import estate, hsm
from tests.checks.judging import FAIL, PASS, only

ATTESTED = Attestation(by="ada", on=date(2026, 9, 1))


def test_a_review_passes_for_a_year():
    verdict = only(architecture_reviewed, estate(hsm()), Policy(readiness=Readiness(architecture_review=ATTESTED)))
    assert (verdict.outcome, verdict.evidence) == (PASS, "attested by ada on 2026-09-01, through 2027-09-01")
    assert architecture_reviewed.category is IssueCategory.NETWORKING


def test_an_architecture_that_nobody_reviewed_fails():
    verdict = only(architecture_reviewed, estate(hsm()), Policy(readiness=Readiness()))
    assert (verdict.outcome, verdict.subject.name) == (FAIL, "readiness: architecture review")
    assert "before production" in verdict.fix
