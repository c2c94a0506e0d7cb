from dataclasses import replace

import pytest

from ops.checks.ha_001_two_placements import two_placements
from ops.model.fact import ABSENT, Gap
from ops.model.finding import Severity
from ops.model.policy import Match, Policy, PoolRule, Role
from tests.build import SUB_1, SUB_2, estate, hsm, refused_subscription, subscription, unread_hsm
from tests.checks.judging import FAIL, PASS, UNKNOWN, judge, only, outcomes


def pool(role: Role = Role.PRODUCTION, **match: object) -> Policy:
    return Policy(pools=(PoolRule(name="cards", role=role, match=Match(**match)),))


def test_hsms_in_both_stamps_pass():
    verdict = only(two_placements, estate(hsm("a"), hsm("b", stamp="stamp2")))
    assert (verdict.outcome, verdict.evidence) == (PASS, "HSMs in stamp1 and stamp2")
    assert verdict.subject.name == "payments-prod/eastus"
    assert verdict.subject.hsms == (hsm("a").key, hsm("b").key)


def test_one_stamp_in_two_spellings_is_one_stamp():
    verdict = only(two_placements, estate(hsm("a"), hsm("b", stamp="Stamp1")))
    assert (verdict.outcome, verdict.evidence) == (FAIL, "all 2 HSMs are in stamp1")
    assert "az dedicated-hsm create" in verdict.fix


def test_single_hsm_fails_and_names_a_possible_other_half():
    verdict = judge_first(hsm("a"), hsm("b", subscription=SUB_2, stamp="stamp2"))
    assert verdict.outcome is FAIL
    assert verdict.evidence == (
        "the only HSM is in stamp1; b is in eastus too: if it is the other half, declare a pool"
    )


def judge_first(*things):
    found = estate(*things, subscription(SUB_2, "payments-2"))
    return next(v for v in two_placements.examine(found, Policy()) if v.subject.name == "payments-prod/eastus")


def test_pair_over_two_subscriptions_passes_as_a_declared_pool():
    pair = estate(hsm("a"), hsm("b", subscription=SUB_2, stamp="stamp2"), subscription(SUB_2, "payments-2"))
    assert only(two_placements, pair, pool()).outcome is PASS


def test_unread_stamp_is_unknown_never_pass():
    verdict = only(two_placements, estate(hsm("a"), hsm("b", stamp="stamp2"), unread_hsm("c")))
    assert (verdict.outcome, verdict.evidence) == (UNKNOWN, "placement of c is not known: 403 AuthorizationFailed")


def test_mixture_of_stamp_and_zone_is_unknown():
    verdict = only(two_placements, estate(hsm("a"), hsm("b", stamp=ABSENT, zones=("2",))))
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        "placement of b is not known: placed by zone, the others by stamp",
    )


def test_zones_place_within_one_subscription():
    zoned = [hsm(name, stamp=ABSENT, zones=(zone,), location="centralus") for name, zone in (("a", "1"), ("b", "2"))]
    assert only(two_placements, estate(*zoned)).evidence == "HSMs in zone 1 and zone 2"


@pytest.mark.parametrize(("other", "outcome"), [("centralus-az1", FAIL), ("centralus-az2", PASS)])
def test_zones_over_two_subscriptions_compare_by_physical_zone(other: str, outcome: object):
    found = estate(
        hsm("a", stamp=ABSENT, zones=("1",), location="centralus"),
        hsm("b", stamp=ABSENT, zones=("2",), location="centralus", subscription=SUB_2),
        subscription(SUB_1, zones={"centralus": {"1": "centralus-az1"}}),
        subscription(SUB_2, "payments-2", zones={"centralus": {"2": other}}),
    )
    assert only(two_placements, found, pool()).outcome is outcome


def test_unread_zone_mapping_is_unknown():
    gap = Gap(subject=f"/subscriptions/{SUB_2}", what="locations", reason="429 TooManyRequests")
    found = estate(
        hsm("a", stamp=ABSENT, zones=("1",)),
        hsm("b", stamp=ABSENT, zones=("2",), subscription=SUB_2),
        subscription(SUB_1, zones={"eastus": {"1": "eastus-az1"}}),
        subscription(SUB_2, "payments-2", zones=gap),
    )
    verdict = only(two_placements, found, pool())
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        "placement of b is not known: zone mappings of its subscription: 429 TooManyRequests",
    )


def test_pool_that_may_have_members_in_a_refused_subscription_is_unknown():
    found = estate(hsm("a"), refused_subscription())
    verdict = only(two_placements, found, pool(subscriptions=(SUB_1, SUB_2)))
    assert verdict.outcome is UNKNOWN
    assert "403 AuthorizationFailed" in verdict.evidence


def test_lone_dr_hsm_passes_with_a_note():
    verdict = only(two_placements, estate(hsm("a")), pool(Role.DR))
    assert (verdict.outcome, verdict.evidence) == (PASS, "a disaster recovery pool may be a single HSM")


def test_dr_hsms_that_are_being_deleted_leave_a_single_one_or_none():
    going = hsm("b", stamp="stamp2", provisioning_state="Deleting")
    assert only(two_placements, estate(hsm("a"), going), pool(Role.DR)).outcome is PASS
    verdict = only(two_placements, estate(going), pool(Role.DR))
    assert (verdict.outcome, verdict.severity, verdict.evidence) == (FAIL, Severity.LOW, "all HSMs are being deleted")


def test_non_production_in_one_stamp_is_a_low_failure():
    verdict = only(two_placements, estate(hsm("a")), pool(Role.NON_PRODUCTION))
    assert (verdict.outcome, verdict.severity) == (FAIL, Severity.LOW)


def test_hsms_being_deleted_do_not_count():
    going = hsm("b", stamp="stamp2", provisioning_state="deleting")
    assert only(two_placements, estate(hsm("a"), going)).evidence == "the only HSM is in stamp1"
    assert only(two_placements, estate(going)).evidence == "all HSMs are being deleted"


def test_a_pool_by_tag_that_looks_single_in_a_narrowed_scope_is_unknown_and_a_pair_passes():
    policy = Policy(pools=(PoolRule(name="cards"),))
    verdict = only(two_placements, replace(estate(hsm("a")), narrowed=True), policy)
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        "fewer than two placements, but members may be outside the scope of this run",
    )
    pair = replace(estate(hsm("a"), hsm("b", stamp="stamp2")), narrowed=True)
    assert only(two_placements, pair, policy).outcome is PASS


def test_of_two_refused_subscriptions_one_is_named_with_its_own_reason():
    third = "00000000-0000-0000-0000-000000000003"
    other = refused_subscription(third, "payments-test")
    busy = replace(other, gap=replace(other.gap, reason="429 TooManyRequests"))
    verdict = only(two_placements, estate(hsm("a"), refused_subscription(), busy), pool())
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        f"members may be in /subscriptions/{SUB_2}, which was not read: 403 AuthorizationFailed",
    )


@pytest.mark.parametrize("role", list(Role))
def test_hsm_that_tells_no_region_leaves_its_own_pool_and_those_that_it_may_belong_to_unknown(role: Role):
    lost, why = hsm("Lost", location=""), "the region of Lost is not told"
    for others in ((hsm("b", stamp="stamp2"),), (hsm("b"), hsm("c", stamp="stamp2")), ()):
        found = judge(two_placements, estate(lost, *others), pool(role))
        assert {(v.outcome, v.evidence) for v in found.values()} == {(UNKNOWN, why)}
        assert list(found) == [*(["cards/eastus"] if others else []), "cards/region not told"]


def test_hsm_that_tells_no_region_and_is_being_deleted_is_in_no_pool_of_another_region():
    leaving = hsm("lost", location="", provisioning_state="Deleting")
    found = outcomes(two_placements, estate(leaving, hsm("a"), hsm("b", stamp="stamp2")))
    assert found == {"payments-prod/eastus": PASS, "payments-prod/region not told": UNKNOWN}
