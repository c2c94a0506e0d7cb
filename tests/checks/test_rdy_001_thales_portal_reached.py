from dataclasses import replace
from datetime import date

from ops.checks.rdy_001_thales_portal_reached import thales_portal_reached
from ops.model.finding import IssueCategory
from ops.model.policy import Attestation, Policy, Readiness
from tests.build import estate, hsm
from tests.checks.judging import FAIL, PASS, only

ATTESTED = Attestation(by="ada", on=date(2026, 9, 1), customer_id="C-1234")


def test_a_known_customer_id_passes():
    verdict = only(thales_portal_reached, estate(hsm()), Policy(readiness=Readiness(thales_portal=ATTESTED)))
    assert (verdict.outcome, verdict.evidence) == (
        PASS,
        "attested by ada on 2026-09-01, customer id C-1234, through 2028-08-31",
    )
    assert thales_portal_reached.category is IssueCategory.DOCUMENTATION


def test_a_portal_that_nobody_can_reach_fails():
    verdict = only(thales_portal_reached, estate(hsm()), Policy(readiness=Readiness()))
    assert (verdict.outcome, verdict.subject.name) == (FAIL, "readiness: Thales portal")
    assert "log in to the Thales support portal" in verdict.fix


def test_without_a_customer_id_it_does_not_hold():
    for customer_id in ("", "  "):
        unnamed = replace(ATTESTED, customer_id=customer_id)
        verdict = only(thales_portal_reached, estate(hsm()), Policy(readiness=Readiness(thales_portal=unnamed)))
        assert (verdict.outcome, verdict.evidence) == (FAIL, "attested by ada on 2026-09-01, without a customer id")
