from dataclasses import replace

import pytest

from ops.checks.ha_003_two_hsms_per_stamp import two_hsms_per_stamp
from ops.model.fact import ABSENT, Gap
from tests.build import SUB_1, SUB_2, estate, hsm, refused_subscription, subscription, unread_hsm
from tests.checks.judging import FAIL, PASS, UNKNOWN, judge, only, outcomes

STAMP = "payments-prod/eastus/stamp1"


def trio(**changes):
    return tuple(hsm(name, **changes) for name in ("a", "b", "c"))


def test_head_room_is_told_for_each_stamp():
    found = judge(two_hsms_per_stamp, estate(hsm("a"), hsm("b"), hsm("c", stamp="stamp2")))
    assert {name: (v.outcome, v.evidence) for name, v in found.items()} == {
        STAMP: (PASS, "2 of 2 in stamp1 of eastus"),
        "payments-prod/eastus/stamp2": (PASS, "1 of 2 in stamp2 of eastus"),
    }
    assert found[STAMP].subject.hsms == (hsm("a").key, hsm("b").key)


def test_three_in_a_stamp_fail_in_any_spelling():
    verdict = only(two_hsms_per_stamp, estate(hsm("a"), hsm("b", stamp="Stamp1"), hsm("c")))
    assert (verdict.outcome, verdict.evidence) == (FAIL, "3 of 2 in stamp1 of eastus")
    assert verdict.subject.hsms == tuple(one.key for one in trio())
    assert "az dedicated-hsm create" in verdict.fix


def test_each_region_and_each_subscription_has_its_own_places():
    second = subscription(SUB_2, "payments-2")
    spread = (hsm("a"), hsm("b"), hsm("c", location="westus"), hsm("d", subscription=SUB_2))
    assert outcomes(two_hsms_per_stamp, estate(*spread, second)) == {
        STAMP: PASS,
        "payments-prod/westus/stamp1": PASS,
        "payments-2/eastus/stamp1": PASS,
    }


def test_subscriptions_of_one_name_are_told_apart_by_id():
    found = estate(hsm("a"), hsm("b", subscription=SUB_2), subscription(SUB_2, "Payments-Prod"))
    assert set(judge(two_hsms_per_stamp, found)) == {
        f"payments-prod {SUB_1}/eastus/stamp1",
        f"Payments-Prod {SUB_2}/eastus/stamp1",
    }


def test_where_a_region_places_by_zone_the_zone_counts_as_the_stamp():
    by_zone = [hsm(name, stamp=ABSENT, zones=("1",), location="centralus") for name in ("a", "b", "c")]
    verdict = only(two_hsms_per_stamp, estate(*by_zone))
    assert (verdict.outcome, verdict.evidence) == (FAIL, "3 of 2 in zone 1 of centralus")
    assert only(two_hsms_per_stamp, estate(*by_zone[:2])).outcome is PASS


def test_hsm_that_is_being_deleted_keeps_its_place_until_it_is_gone():
    leaving = hsm("c", provisioning_state="Deleting")
    verdict = only(two_hsms_per_stamp, estate(hsm("a"), hsm("b"), leaving))
    assert (verdict.outcome, verdict.evidence) == (FAIL, "3 of 2 in stamp1 of eastus, 1 of them being deleted")
    verdict = only(two_hsms_per_stamp, estate(hsm("a"), leaving))
    assert (verdict.outcome, verdict.evidence) == (PASS, "2 of 2 in stamp1 of eastus, 1 of them being deleted")
    assert "being deleted" in two_hsms_per_stamp.page


@pytest.mark.parametrize(
    "lost",
    [unread_hsm("c"), hsm("c", stamp=None, zones=None), hsm("c", stamp=ABSENT), hsm("c", stamp=ABSENT, zones=())],
)
def test_untold_placement_is_unknown_and_so_is_a_stamp_that_it_could_overfill(lost):
    found = judge(two_hsms_per_stamp, estate(hsm("a"), hsm("b"), lost))
    assert {name: v.outcome for name, v in found.items()} == {STAMP: UNKNOWN, "c": UNKNOWN}
    assert found[STAMP].evidence == "2 of 2 in stamp1 of eastus, and 1 more whose place is not known"


def test_stamp_that_an_untold_hsm_cannot_overfill_passes_and_says_so():
    found = judge(two_hsms_per_stamp, estate(hsm("a"), unread_hsm("c")))
    assert {name: v.outcome for name, v in found.items()} == {STAMP: PASS, "c": UNKNOWN}
    assert found[STAMP].evidence == "1 of 2 in stamp1 of eastus, 1 more at most, whose place is not known"
    assert found["c"].evidence == "payment HSM could not be read: 403 AuthorizationFailed"


def test_untold_hsm_of_another_region_does_not_matter():
    elsewhere = hsm("c", location="westus", stamp=ABSENT)
    found = judge(two_hsms_per_stamp, estate(hsm("a"), hsm("b"), elsewhere))
    assert (found[STAMP].outcome, found[STAMP].evidence) == (PASS, "2 of 2 in stamp1 of eastus")


def test_overfull_stamp_fails_whatever_else_is_untold():
    assert outcomes(two_hsms_per_stamp, estate(*trio(), unread_hsm("d"))) == {STAMP: FAIL, "d": UNKNOWN}


def test_mixture_of_stamp_and_zone_in_a_region_is_unknown():
    found = judge(two_hsms_per_stamp, estate(hsm("a"), hsm("b"), hsm("c", stamp=ABSENT, zones=("1",))))
    assert {name: v.outcome for name, v in found.items()} == {STAMP: UNKNOWN, "c": UNKNOWN}
    assert found["c"].evidence == "placed by zone, others of its region by stamp"


def test_list_that_was_cut_off_leaves_the_head_room_unknown():
    cut = refused_subscription(SUB_1, "payments-prod")
    verdict = only(two_hsms_per_stamp, estate(hsm("a"), cut))
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        "1 of 2 in stamp1 of eastus, and there may be more: subscription could not be read: 403 AuthorizationFailed",
    )
    assert only(two_hsms_per_stamp, estate(*trio(), cut)).outcome is FAIL


def test_gap_of_a_subscription_that_leaves_the_list_whole_does_not_matter():
    gap = Gap(subject=f"/subscriptions/{SUB_1}", what="features", reason="429 TooManyRequests")
    assert only(two_hsms_per_stamp, estate(hsm("a"), subscription(gap=gap))).outcome is PASS


def test_hsms_of_one_region_without_any_placement_are_unknown_one_by_one():
    by_none = [hsm(name, stamp=ABSENT, zones=()) for name in ("a", "b")]
    assert outcomes(two_hsms_per_stamp, estate(*by_none)) == {"a": UNKNOWN, "b": UNKNOWN}


def test_one_place_in_two_spellings_is_one_and_several_zones_are_none():
    verdict = only(two_hsms_per_stamp, estate(hsm("a"), hsm("b", stamp=" Stamp1 "), hsm("c")))
    assert (verdict.outcome, verdict.evidence) == (FAIL, "3 of 2 in stamp1 of eastus")
    zoned = [hsm(name, stamp=ABSENT, zones=zones) for name, zones in (("a", ("1",)), ("b", ("1 ",)), ("c", ("1", "2")))]
    found = judge(two_hsms_per_stamp, estate(*zoned))
    assert {name: (v.outcome, v.evidence) for name, v in found.items()} == {
        "c": (UNKNOWN, "several zones are told: 1, 2"),
        "payments-prod/eastus/zone 1": (
            UNKNOWN,
            "2 of 2 in zone 1 of eastus, and 1 more whose place is not known",
        ),
    }


def test_hsm_that_tells_no_region_is_unknown_and_may_overfill_a_stamp_of_any_region_of_its_subscription():
    lost = hsm("lost", location="")
    found = judge(two_hsms_per_stamp, estate(lost, hsm("a"), hsm("b"), hsm("c", location="westus")))
    assert {name: (v.outcome, v.evidence) for name, v in found.items()} == {
        "lost": (UNKNOWN, "its region is not told"),
        STAMP: (UNKNOWN, "2 of 2 in stamp1 of eastus, and 1 more whose place is not known"),
        "payments-prod/westus/stamp1": (PASS, "1 of 2 in stamp1 of westus, 1 more at most, whose place is not known"),
    }
    apart = estate(lost, hsm("d", subscription=SUB_2), hsm("e", subscription=SUB_2), subscription(SUB_2, "payments-2"))
    assert outcomes(two_hsms_per_stamp, apart)["payments-2/eastus/stamp1"] is PASS
    unread = judge(two_hsms_per_stamp, estate(replace(unread_hsm("lost"), location="")))["lost"]
    assert unread.evidence == "payment HSM could not be read: 403 AuthorizationFailed"
