from dataclasses import replace

import pytest

from ops.checks.ha_004_a_second_region import a_second_region
from ops.model.finding import Party, Severity
from ops.model.policy import Match, Policy, PoolRule, Role
from tests.build import SUB_1, SUB_2, estate, hsm, refused_subscription, subscription, unread_hsm
from tests.checks.judging import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, judge, only

EAST, WEST = hsm("e"), hsm("w", location="westus")
DR = hsm("dr", location="westus", subscription=SUB_2)
SECOND = subscription(SUB_2, "payments-dr")
CARDS = PoolRule(name="cards", match=Match(subscriptions=(SUB_1,)))
RECOVERY = PoolRule(name="standby", role=Role.DR, match=Match(subscriptions=(SUB_2,)))


def test_pool_in_two_regions_passes():
    verdict = only(a_second_region, estate(EAST, WEST), Policy(pools=(CARDS,)))
    assert (verdict.outcome, verdict.evidence) == (PASS, "HSMs in eastus and westus")
    assert verdict.subject.name == "cards/eastus and westus"
    assert verdict.subject.hsms == (EAST.key, WEST.key)


def test_subscription_is_an_application_where_nothing_is_declared():
    verdict = only(a_second_region, estate(EAST, WEST))
    assert (verdict.outcome, verdict.subject.name) == (PASS, "payments-prod/eastus and westus")


def test_pool_in_one_region_fails_and_names_its_hsms():
    verdict = only(a_second_region, estate(EAST, hsm("f", stamp="stamp2")))
    assert (verdict.outcome, verdict.evidence) == (FAIL, "HSMs in eastus alone")
    assert (verdict.subject.name, verdict.subject.hsms) == ("payments-prod/eastus", (EAST.key, hsm("f").key))
    assert "az dedicated-hsm create" in verdict.fix
    assert (a_second_region.severity, a_second_region.party) == (Severity.MEDIUM, Party.CUSTOMER)
    assert not a_second_region.ticket


def test_dr_pool_of_another_name_in_another_region_counts_and_is_named():
    found = judge(a_second_region, estate(EAST, DR, SECOND), Policy(pools=(RECOVERY,)))
    verdict = found["payments-prod/eastus"]
    assert (verdict.outcome, verdict.evidence) == (
        PASS,
        "HSMs in eastus, for disaster recovery in westus (pool standby)",
    )
    assert found["standby/westus"].outcome is NOT_APPLICABLE


def test_dr_pool_of_the_same_region_does_not_count():
    near = hsm("dr", subscription=SUB_2)
    found = judge(a_second_region, estate(EAST, near, SECOND), Policy(pools=(RECOVERY,)))
    assert found["payments-prod/eastus"].outcome is FAIL


def test_production_pool_of_another_application_does_not_count_but_is_hinted_at():
    found = judge(a_second_region, estate(EAST, DR, SECOND))
    assert {name: verdict.outcome for name, verdict in found.items()} == {
        "payments-prod/eastus": FAIL,
        "payments-dr/westus": FAIL,
    }
    assert found["payments-prod/eastus"].evidence == (
        "HSMs in eastus alone; payments-dr has HSMs in westus: if they serve the same application, declare a pool"
    )


def test_declared_pool_gets_no_hint():
    found = judge(a_second_region, estate(EAST, DR, SECOND), Policy(pools=(CARDS,)))
    assert found["cards/eastus"].evidence == "HSMs in eastus alone"


def test_only_production_needs_a_second_region():
    policy = Policy(pools=(PoolRule(name="trial", role=Role.NON_PRODUCTION),))
    verdict = only(a_second_region, estate(EAST), policy)
    assert (verdict.outcome, verdict.evidence) == (
        NOT_APPLICABLE,
        "a non-production pool; only production needs a second region",
    )


def test_non_production_pool_elsewhere_is_no_disaster_recovery():
    trial = PoolRule(name="trial", role=Role.NON_PRODUCTION, match=Match(subscriptions=(SUB_2,)))
    found = judge(a_second_region, estate(EAST, DR, SECOND), Policy(pools=(trial,)))
    assert found["payments-prod/eastus"].outcome is FAIL


def test_hsms_being_deleted_do_not_count():
    leaving = replace(WEST, provisioning_state="deleting")
    verdict = only(a_second_region, estate(EAST, leaving))
    assert (verdict.outcome, verdict.subject.hsms) == (FAIL, (EAST.key,))
    verdict = only(a_second_region, estate(leaving))
    assert (verdict.outcome, verdict.evidence) == (NOT_APPLICABLE, "all HSMs are being deleted")
    assert verdict.subject.name == f"payments-prod/{leaving.location}"
    gone = replace(DR, provisioning_state="Deleting")
    found = judge(a_second_region, estate(EAST, gone, SECOND), Policy(pools=(RECOVERY,)))
    assert found["payments-prod/eastus"].outcome is FAIL


def test_hsm_that_failed_counts_because_another_check_judges_it():
    assert only(a_second_region, estate(EAST, replace(WEST, provisioning_state="Failed"))).outcome is PASS


@pytest.mark.parametrize(
    ("lost", "why"),
    [
        (replace(unread_hsm("w"), location="westus"), "w: payment HSM could not be read: 403 AuthorizationFailed"),
        (replace(WEST, provisioning_state=None), "w: its provisioning state is not known"),
        (replace(WEST, location=""), "w: its region is not told"),
    ],
)
def test_second_region_that_rests_on_what_was_not_read_is_unknown(lost, why):
    verdict = only(a_second_region, estate(EAST, lost))
    assert (verdict.outcome, verdict.evidence) == (UNKNOWN, f"HSMs in eastus alone, as far as is known: {why}")
    assert only(a_second_region, estate(lost)).outcome is UNKNOWN
    elsewhere = replace(lost, id=DR.id)
    found = judge(a_second_region, estate(EAST, elsewhere, SECOND), Policy(pools=(RECOVERY,)))
    assert found["payments-prod/eastus"].outcome is UNKNOWN


def test_unread_hsm_of_the_same_region_does_not_matter():
    assert only(a_second_region, estate(EAST, unread_hsm("f"))).outcome is FAIL
    assert only(a_second_region, estate(EAST, WEST, unread_hsm("f"))).outcome is PASS


def test_subscription_that_may_hold_members_elsewhere_and_was_not_read_is_unknown():
    by_tag = Policy(pools=(PoolRule(name="cards"),))
    verdict = only(a_second_region, estate(EAST, refused_subscription()), by_tag)
    assert verdict.outcome is UNKNOWN
    assert verdict.evidence == (
        "HSMs in eastus alone, as far as is known: members may be in "
        f"/subscriptions/{SUB_2}, which was not read: 403 AuthorizationFailed"
    )
    assert only(a_second_region, estate(EAST, WEST, refused_subscription()), by_tag).outcome is PASS


def test_list_of_the_own_subscription_that_was_cut_off_is_unknown():
    assert only(a_second_region, estate(EAST, refused_subscription(SUB_1))).outcome is UNKNOWN


def test_rule_that_allows_one_region_only_can_hide_nothing_elsewhere():
    one_region = Policy(pools=(PoolRule(name="cards", regions=("East US",)),))
    assert only(a_second_region, estate(EAST, refused_subscription()), one_region).outcome is FAIL


def test_dr_pool_that_may_be_in_an_unread_subscription_is_unknown():
    policy = Policy(pools=(CARDS, RECOVERY))
    verdict = only(a_second_region, estate(EAST, refused_subscription()), policy)
    assert verdict.outcome is UNKNOWN
    assert verdict.evidence == (
        "HSMs in eastus alone, as far as is known: pool standby: "
        f"/subscriptions/{SUB_2} was not read: 403 AuthorizationFailed"
    )
    same_region = Policy(pools=(CARDS, replace(RECOVERY, regions=("eastus",))))
    assert only(a_second_region, estate(EAST, refused_subscription()), same_region).outcome is FAIL


def test_unread_pool_of_another_application_does_not_matter():
    other = replace(RECOVERY, name="loans", role=Role.PRODUCTION)
    assert only(a_second_region, estate(EAST, refused_subscription()), Policy(pools=(CARDS, other))).outcome is FAIL


def test_dr_pool_whose_subscription_the_run_was_not_asked_for_is_unknown():
    verdict = only(a_second_region, estate(EAST), Policy(pools=(RECOVERY,)))
    assert verdict.outcome is UNKNOWN
    assert "not in the scope of this run" in verdict.evidence


@pytest.mark.parametrize("role", [Role.PRODUCTION, Role.DR])
def test_rule_by_tag_in_a_narrowed_run_may_reach_further(role):
    by_tag = PoolRule(name="tagged", role=role, match=Match(tags={"app": "cards"}))
    east = hsm("e", tags={"app": "cards"} if role is Role.PRODUCTION else {})
    narrowed = replace(estate(east), narrowed=True)
    assert only(a_second_region, narrowed, Policy(pools=(by_tag,))).outcome is UNKNOWN
    assert only(a_second_region, estate(east), Policy(pools=(by_tag,))).outcome is FAIL


def test_narrowed_run_without_such_a_rule_is_answered():
    assert only(a_second_region, replace(estate(EAST), narrowed=True)).outcome is FAIL


def test_names_of_regions_and_pools_stand_on_one_line():
    loud = replace(DR, location="west\n::error::us")
    policy = Policy(pools=(replace(RECOVERY, name="dr\x1b[31m"),))
    evidence = judge(a_second_region, estate(EAST, loud, SECOND), policy)["payments-prod/eastus"].evidence
    assert evidence == "HSMs in eastus, for disaster recovery in west : :error::us (pool dr [31m)"


def test_hsm_that_tells_no_region_may_be_the_second_region_of_a_rule_that_could_hold_it():
    rules = (
        PoolRule(name="cards-dr", role=Role.DR, match=Match(tags={"app": "cards"}), regions=("westus",)),
        PoolRule(name="cards", match=Match(tags={"app": "cards"}), regions=("eastus",)),
    )
    tags = {"app": "cards"}
    state = estate(hsm("a", tags=tags), hsm("lost", location="", tags=tags))
    verdict = judge(a_second_region, state, Policy(pools=rules))["cards/eastus"]
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        "HSMs in eastus alone, as far as is known: pool cards-dr: the region of lost is not told",
    )
    other = estate(hsm("a", tags=tags), hsm("lost", location=""))
    assert judge(a_second_region, other, Policy(pools=rules))["cards/eastus"].outcome is FAIL
