from dataclasses import replace
from datetime import date

from ops.checks.rdy_003_tmd_at_hand import tmd_at_hand
from ops.model.finding import IssueCategory
from ops.model.policy import Attestation, Policy, Readiness
from tests.build import estate, hsm
from tests.checks.judging import FAIL, PASS, only

ATTESTED = Attestation(by="ada", on=date(2026, 9, 1))


def test_a_device_at_hand_passes_for_two_years():
    verdict = only(tmd_at_hand, estate(hsm()), Policy(readiness=Readiness(tmd=ATTESTED)))
    assert (verdict.outcome, verdict.evidence) == (PASS, "attested by ada on 2026-09-01, through 2028-08-31")
    assert tmd_at_hand.category is IssueCategory.TMD


def test_neither_a_device_nor_a_decision_fails():
    verdict = only(tmd_at_hand, estate(hsm()), Policy(readiness=Readiness()))
    assert (verdict.outcome, verdict.subject.name) == (FAIL, "readiness: TMD")
    assert "needed: false" in verdict.fix


def test_who_does_not_need_it_says_so_and_says_it_again_when_that_has_run_out():
    unneeded = replace(ATTESTED, needed=False)
    verdict = only(tmd_at_hand, estate(hsm()), Policy(readiness=Readiness(tmd=unneeded)))
    assert (verdict.outcome, verdict.evidence) == (
        PASS,
        "declared as not needed by ada on 2026-09-01, through 2028-08-31",
    )
    stale = replace(unneeded, on=date(2024, 9, 1))
    verdict = only(tmd_at_hand, estate(hsm()), Policy(readiness=Readiness(tmd=stale)))
    assert (verdict.outcome, verdict.evidence) == (
        FAIL,
        "declared as not needed by ada on 2024-09-01, ran out on 2026-09-01",
    )
