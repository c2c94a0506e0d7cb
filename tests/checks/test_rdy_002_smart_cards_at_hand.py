from datetime import date

from ops.checks.rdy_002_smart_cards_at_hand import smart_cards_at_hand
from ops.model.finding import IssueCategory
from ops.model.policy import Attestation, Policy, Readiness
from tests.build import estate, hsm
from tests.checks.judging import FAIL, PASS, only

ATTESTED = Attestation(by="ada", on=date(2026, 9, 1))


def test_cards_and_a_reader_pass_for_two_years():
    verdict = only(smart_cards_at_hand, estate(hsm()), Policy(readiness=Readiness(smart_cards=ATTESTED)))
    assert (verdict.outcome, verdict.evidence) == (PASS, "attested by ada on 2026-09-01, through 2028-08-31")
    assert smart_cards_at_hand.category is IssueCategory.SMART_CARD


def test_missing_cards_fail_and_the_least_that_is_needed_is_named():
    verdict = only(smart_cards_at_hand, estate(hsm()), Policy(readiness=Readiness()))
    assert (verdict.outcome, verdict.subject.name) == (FAIL, "readiness: smart cards")
    assert "one reader and five payShield Manager cards" in verdict.fix
