from dataclasses import replace

import pytest

from ops.checks.ha_005_same_sku_in_a_pool import same_sku_in_a_pool
from ops.checks.skus import SKUS
from ops.model.finding import Severity
from ops.model.policy import Match, Policy, PoolRule
from tests.build import SUB_2, estate, hsm, refused_subscription, subscription, unread_hsm
from tests.checks.judging import FAIL, PASS, UNKNOWN, judge, only

FAST = "payShield10K_LMK1_CPS2500"
BY_TAG = Policy(pools=(PoolRule(name="cards"),))


def pair(sku, other):
    return hsm("a", sku=sku), hsm("b", stamp="stamp2", sku=other)


@pytest.mark.parametrize("sku", [sku.name for sku in SKUS])
def test_equal_skus_pass_in_any_case(sku):
    assert only(same_sku_in_a_pool, estate(*pair(sku, sku.upper()))).outcome is PASS


def test_pass_says_what_all_have():
    verdict = only(same_sku_in_a_pool, estate(*pair("payShield10K_LMK2_CPS250", "payShield10K_LMK2_CPS250")))
    assert verdict.evidence == "all 2 HSMs have 2 LMKs and 250 CPS"
    assert verdict.subject.name == "payments-prod/eastus"


@pytest.mark.parametrize(
    ("other", "told"), [(FAST, "1 LMK and 2500 CPS"), ("payShield10K_LMK2_CPS60", "2 LMKs and 60 CPS")]
)
def test_another_level_or_lmk_count_fails_and_names_both(other, told):
    verdict = only(same_sku_in_a_pool, estate(*pair("payShield10K_LMK1_CPS60", other)))
    assert (verdict.outcome, verdict.evidence) == (FAIL, f"1 LMK and 60 CPS: a; {told}: b")
    assert verdict.subject.hsms == (hsm("a").key, hsm("b").key)
    assert verdict.fix
    assert (same_sku_in_a_pool.severity, same_sku_in_a_pool.ticket) == (Severity.LOW, False)


def test_each_pool_is_compared_by_itself():
    far = (hsm("c", location="westus", sku=FAST), hsm("d", location="westus", sku=FAST))
    found = judge(same_sku_in_a_pool, estate(hsm("a"), hsm("b"), *far))
    assert {name: verdict.outcome for name, verdict in found.items()} == {
        "payments-prod/eastus": PASS,
        "payments-prod/westus": PASS,
    }


def test_pair_over_two_subscriptions_is_compared():
    state = estate(hsm("a"), hsm("b", subscription=SUB_2, sku=FAST), subscription(SUB_2, "payments-2"))
    assert only(same_sku_in_a_pool, state, BY_TAG).outcome is FAIL


def test_lone_hsm_and_one_beside_an_hsm_that_is_being_deleted_have_nothing_to_compare():
    leaving = hsm("b", sku=FAST, provisioning_state="Deleting")
    assert judge(same_sku_in_a_pool, estate(hsm("a"))) == {}
    assert judge(same_sku_in_a_pool, estate(hsm("a"), leaving)) == {}


@pytest.mark.parametrize(
    ("lost", "why"),
    [
        (unread_hsm("b"), "b: payment HSM could not be read: 403 AuthorizationFailed"),
        (hsm("b", sku=" "), "b: its SKU is not told"),
        (hsm("b", sku="payShield9K"), "b: SKU payShield9K is none of the six (PHSM-HSM-002)"),
    ],
)
def test_sku_that_is_not_known_is_unknown_where_it_decides(lost, why):
    verdict = only(same_sku_in_a_pool, estate(hsm("a"), lost))
    assert (verdict.outcome, verdict.evidence) == (UNKNOWN, f"whether all are equal is not known: {why}")
    assert only(same_sku_in_a_pool, estate(hsm("a"), lost, hsm("c", sku=FAST))).outcome is FAIL


def test_pool_without_any_known_sku_is_unknown():
    assert only(same_sku_in_a_pool, estate(*pair("x", "x"))).outcome is UNKNOWN


def test_members_that_were_not_read_may_have_another():
    hidden = estate(hsm("a"), hsm("b"), refused_subscription())
    assert only(same_sku_in_a_pool, hidden, BY_TAG).outcome is UNKNOWN
    assert only(same_sku_in_a_pool, hidden).outcome is PASS
    narrowed = replace(estate(hsm("a"), hsm("b")), narrowed=True)
    verdict = only(same_sku_in_a_pool, narrowed, BY_TAG)
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        "whether all are equal is not known: members may be outside the scope of this run",
    )
    differing = estate(*pair(FAST, "payShield10K_LMK1_CPS60"), refused_subscription())
    assert only(same_sku_in_a_pool, differing, BY_TAG).outcome is FAIL
    in_sub_2 = Policy(pools=(PoolRule(name="cards", match=Match(subscriptions=(SUB_2,))),))
    assert only(same_sku_in_a_pool, hidden, in_sub_2).outcome is PASS


def test_names_stand_on_one_line():
    loud = hsm("b\nc", sku=FAST)
    assert only(same_sku_in_a_pool, estate(hsm("a"), loud)).evidence.endswith("1 LMK and 2500 CPS: b c")


def test_hsm_that_tells_no_region_may_stand_in_for_any_of_its_application():
    lost = [hsm(name, location="", sku=sku) for name, sku in (("l1", "payShield10K_LMK1_CPS60"), ("l2", FAST))]
    found = judge(same_sku_in_a_pool, estate(hsm("a"), *lost))
    assert {name: v.outcome for name, v in found.items()} == {
        "payments-prod/eastus": UNKNOWN,
        "payments-prod/region not told": UNKNOWN,
    }
    assert {v.evidence for v in found.values()} == {
        "whether all are equal is not known: the region of l1 is not told",
    }
    told = judge(same_sku_in_a_pool, estate(hsm("a"), hsm("b", sku=FAST), *lost))["payments-prod/eastus"]
    assert told.outcome is FAIL
