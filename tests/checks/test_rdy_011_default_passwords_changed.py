from datetime import date

from ops.checks.rdy_011_default_passwords_changed import default_passwords_changed
from ops.model.finding import IssueCategory
from ops.model.policy import Attestation, Policy, Readiness
from tests.build import estate, hsm
from tests.checks.judging import FAIL, PASS, only

ATTESTED = Attestation(by="ada", on=date(2026, 9, 1))


def test_changed_passwords_pass_for_a_year():
    verdict = only(default_passwords_changed, estate(hsm()), Policy(readiness=Readiness(default_passwords=ATTESTED)))
    assert (verdict.outcome, verdict.evidence) == (PASS, "attested by ada on 2026-09-01, through 2027-09-01")
    assert default_passwords_changed.category is IssueCategory.PAYSHIELD_MANAGER


def test_unchanged_passwords_fail():
    verdict = only(default_passwords_changed, estate(hsm()), Policy(readiness=Readiness()))
    assert (verdict.outcome, verdict.subject.name) == (FAIL, "readiness: default passwords")
    assert "on every HSM" in verdict.fix
