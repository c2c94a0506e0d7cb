import sys
from dataclasses import replace

import pytest

from ops.model.fact import ABSENT, Gap
from ops.model.policy import Match, Policy, PoolRule, Role
from ops.model.pool import may_reach_further, placement, pools, region_id, unplaced_hsms, unread_subscriptions
from tests.build import SUB_1, SUB_2, estate, hsm, refused_subscription, subscription, unread_hsm

PROD_2 = subscription(SUB_2, "payments-two")


def only_pool(state, policy=None):
    (pool,) = pools(state, policy or Policy())
    return pool


def places(state, policy=None):
    return placement(only_pool(state, policy), state)


def test_without_rules_each_subscription_and_region_is_a_production_pool():
    state = estate(hsm("a"), hsm("b", location="westus"), hsm("c", subscription=SUB_2), PROD_2)
    found = {pool.label: pool for pool in pools(state, Policy())}
    assert list(found) == ["payments-prod/eastus", "payments-prod/westus", "payments-two/eastus"]
    assert {pool.role for pool in found.values()} == {Role.PRODUCTION}


def test_two_subscriptions_of_one_name_are_two_pools():
    state = estate(hsm("a"), hsm("b", subscription=SUB_2, stamp="stamp2"), subscription(SUB_2, "Payments-Prod"))
    assert [len(pool.hsms) for pool in pools(state, Policy())] == [1, 1]
    assert len({pool.label for pool in pools(state, Policy())}) == 2


def test_a_declared_pool_joins_subscriptions_and_is_split_by_region():
    policy = Policy(pools=(PoolRule(name="cards", match=Match(subscriptions=(SUB_1.upper(), SUB_2))),))
    state = estate(hsm("a"), hsm("b", subscription=SUB_2), hsm("c", location="westus"), PROD_2)
    assert [pool.label for pool in pools(state, policy)] == ["cards/eastus", "cards/westus"]


def test_a_rule_matches_tag_names_in_any_case_and_regions_by_display_name():
    policy = Policy(pools=(PoolRule(name="cards", match=Match(tags={"App": "cards"}), regions=("East US",)),))
    state = estate(hsm("a", tags={"app": "cards"}), hsm("b", tags={"app": "Cards"}))
    assert {pool.label: pool.declared for pool in pools(state, policy)} == {
        "cards/eastus": True,
        "payments-prod/eastus": False,
    }


def test_the_first_rule_that_holds_an_hsm_has_it():
    rules = (PoolRule(name="first"), PoolRule(name="second", role=Role.DR))
    assert only_pool(estate(hsm()), Policy(pools=rules)).name == "first"


def test_a_refused_subscription_may_hide_members_of_a_declared_pool_only():
    state = estate(hsm("a"), refused_subscription(SUB_2))
    assert only_pool(state).unread == ()
    by_tag = Policy(pools=(PoolRule(name="cards"),))
    assert [gap.reason for gap in only_pool(state, by_tag).unread] == ["403 AuthorizationFailed"]
    elsewhere = Policy(pools=(PoolRule(name="cards", match=Match(subscriptions=(SUB_1,))),))
    assert only_pool(state, elsewhere).unread == ()


def test_stamps_are_compared_without_case():
    assert set(places(estate(hsm("a", stamp="Stamp1"), hsm("b", stamp="stamp1"))).label.values()) == {"stamp1"}


def test_an_hsm_that_is_being_deleted_stands_nowhere():
    state = estate(hsm("a"), hsm("b", stamp="stamp2", provisioning_state="deleting"))
    where = places(state)
    assert list(where.label.values()) == ["stamp1"]
    assert not where.untold


def test_members_that_are_not_being_deleted_are_alive_whatever_else_is_known_of_them():
    state = estate(hsm("a", provisioning_state="DELETING"), hsm("b", provisioning_state=None), unread_hsm("c"))
    assert [one.name for one in only_pool(state).alive(state)] == ["b", "c"]


def test_a_rule_without_an_hsm_may_have_its_hsms_in_what_was_not_read():
    named = PoolRule(name="dr", match=Match(subscriptions=(SUB_2.upper(),)))
    by_tag = PoolRule(name="cards", match=Match(tags={"app": "cards"}))
    refused = estate(hsm("a"), refused_subscription(SUB_2))
    for rule in (named, by_tag):
        assert [gap.reason for gap in unread_subscriptions(rule, refused)] == ["403 AuthorizationFailed"]
    (outside,) = unread_subscriptions(named, estate(hsm("a")))
    assert outside.reason == "not in the scope of this run"
    assert unread_subscriptions(by_tag, estate(hsm("a"))) == ()
    narrowed = replace(estate(hsm("a")), narrowed=True)
    assert [may_reach_further(rule, narrowed) for rule in (named, by_tag)] == [False, True]
    assert not may_reach_further(by_tag, estate(hsm("a")))


def test_a_default_pool_whose_own_list_was_cut_off_may_have_more_members():
    state = estate(hsm("a"), hsm("b", subscription=SUB_2), refused_subscription(SUB_2))
    assert [len(pool.unread) for pool in pools(state, Policy())] == [1, 0]
    assert pools(state, Policy())[0].name == "payments-dr"


def test_a_stamp_that_was_not_read_or_is_not_told_is_untold():
    assert list(places(estate(hsm("a"), unread_hsm("b"))).untold.values()) == ["403 AuthorizationFailed"]
    assert list(places(estate(hsm("a"), hsm("b", stamp=ABSENT))).untold.values()) == ["no stamp is told"]
    assert len(places(estate(hsm("a", stamp=ABSENT), hsm("b", stamp=ABSENT))).untold) == 2


def test_a_mixture_of_stamp_and_zone_is_untold():
    state = estate(hsm("a"), hsm("b", stamp=ABSENT, zones=("1",)))
    assert list(places(state).untold.values()) == ["placed by zone, the others by stamp"]


def test_zones_of_one_subscription_are_compared_as_they_are():
    state = estate(hsm("a", stamp=ABSENT, zones=("1",)), hsm("b", stamp=ABSENT, zones=("2",)))
    assert sorted(places(state).label.values()) == ["zone 1", "zone 2"]


def test_zones_of_two_subscriptions_are_compared_by_physical_zone():
    policy = Policy(pools=(PoolRule(name="cards"),))
    one = subscription(SUB_1, zones={"eastus": {"1": "eastus-az3"}})
    two = subscription(SUB_2, "payments-two", zones={"eastus": {"2": "eastus-az3"}})
    pair = (hsm("a", stamp=ABSENT, zones=("1",)), hsm("b", subscription=SUB_2, stamp=ABSENT, zones=("2",)))
    assert set(places(estate(*pair, one, two), policy).label.values()) == {"physical zone eastus-az3"}

    unmapped = places(estate(*pair, one, replace(two, zones=None)), policy)
    assert list(unmapped.untold.values()) == ["the physical zone is not told for its subscription"]

    refused = replace(two, zones=Gap(subject=f"/subscriptions/{SUB_2}", what="zones", reason="403 AuthorizationFailed"))
    assert "403" in next(iter(places(estate(*pair, one, refused), policy).untold.values()))


def test_regions_are_known_by_id_and_by_display_name():
    assert region_id("East US") == region_id("eastus") == "eastus"


def test_a_subscription_that_a_rule_names_and_the_run_was_not_asked_for_is_unread():
    policy = Policy(pools=(PoolRule(name="cards", match=Match(subscriptions=(SUB_1, SUB_2))),))
    (gap,) = only_pool(estate(hsm("a")), policy).unread
    assert (gap.subject, gap.reason) == (f"/subscriptions/{SUB_2}", "not in the scope of this run")


def test_a_default_pool_is_never_called_as_a_declared_one():
    policy = Policy(pools=(PoolRule(name="Payments-Prod", match=Match(tags={"app": "cards"})),))
    labels = [pool.label for pool in pools(estate(hsm("a", tags={"app": "cards"}), hsm("b")), policy)]
    assert len({label.lower() for label in labels}) == 2


def test_stamps_are_compared_without_blanks_and_a_blank_one_is_none():
    assert set(places(estate(hsm("a"), hsm("b", stamp="stamp1 "))).label.values()) == {"stamp1"}
    where = places(estate(hsm("a"), hsm("b", stamp=" ")))
    assert (list(where.label.values()), list(where.untold.values())) == (["stamp1"], ["no stamp is told"])


@pytest.mark.parametrize("zones", [("1", "2"), ("2", " 1 ")])
def test_an_hsm_with_several_zones_stands_in_none_that_is_told(zones):
    one = {"stamp": ABSENT}
    where = places(estate(hsm("a", zones=zones, **one), hsm("b", zones=(" 1", "1", ""), **one)))
    assert list(where.label.values()) == ["zone 1"]
    assert list(where.untold.values()) == ["several zones are told: 1, 2"]
    mixed = places(estate(hsm("a", zones=zones, **one), hsm("b")))
    assert list(mixed.untold.values()) == ["no stamp is told"]


@pytest.mark.parametrize("zones", [("",), (" ", "")])
def test_a_blank_zone_is_no_zone(zones):
    where = places(estate(hsm("a", stamp=ABSENT, zones=zones)))
    assert (where.label, list(where.untold.values())) == ({}, ["neither a stamp nor a zone is told"])


def test_the_first_rule_has_an_hsm_however_the_rules_are_told_apart():
    rules = (
        PoolRule(name="two-tags", match=Match(tags={"env": "prod", "App": "cards"})),
        PoolRule(name="of-west", match=Match(tags={"env": "prod"}), regions=("West US",)),
        PoolRule(name="named", match=Match(subscriptions=(SUB_2.upper(),), tags={"app": "pin"})),
        PoolRule(name="by-tag", match=Match(tags={"env": "prod"})),
        PoolRule(name="by-subscription", match=Match(subscriptions=(SUB_2, SUB_1))),
        PoolRule(name="rest"),
    )
    wanted = {
        "two-tags": hsm("a", tags={"ENV": "prod", "app": "cards"}),
        "of-west": hsm("b", tags={"env": "prod"}, location="westus"),
        "named": hsm("c", subscription=SUB_2, tags={"app": "pin", "env": "prod"}),
        "by-tag": hsm("d", tags={"app": "pin", "env": "prod"}),
        "by-subscription": hsm("e", tags={"env": "Prod"}),
    }
    found = pools(estate(*wanted.values(), PROD_2), Policy(pools=rules))
    assert {pool.name: pool.hsms for pool in found} == {name: (one.key,) for name, one in wanted.items()}


def test_no_hsm_is_compared_with_all_rules():
    small, large = (_calls(count) for count in (50, 200))
    assert large < 5 * small


def _calls(count):
    """The calls that it takes to put the HSMs of so many rules into their pools."""
    rules = [PoolRule(name=f"app-{n}", match=Match(tags={"env": "prod", "app": f"{n}"})) for n in range(count)]
    owners = [hsm(f"hsm-{n}", tags={"env": "prod", "app": f"{n}"}) for n in range(count)]
    state, policy = estate(*owners), Policy(pools=tuple(rules))
    calls = 0

    def counted(frame, event, argument):
        nonlocal calls
        calls += event == "call"

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        found = pools(state, policy)
    finally:
        sys.setprofile(before)
    assert len(found) == count
    return calls


def test_an_hsm_that_tells_no_region_may_be_in_every_pool_of_its_application_and_in_no_other():
    state = estate(
        hsm("a"), hsm("b", location="westus"), hsm("c", subscription=SUB_2), hsm("Lost", location=""), PROD_2
    )
    found = {pool.label: pool for pool in pools(state, Policy())}
    lost = hsm("Lost").id
    assert {label: pool.unplaced for label, pool in found.items()} == {
        "payments-prod/eastus": (lost,),
        "payments-prod/region not told": (lost,),
        "payments-prod/westus": (lost,),
        "payments-two/eastus": (),
    }
    assert [label for label, pool in found.items() if not pool.may_have_more] == ["payments-two/eastus"]


def test_an_hsm_that_tells_no_region_may_be_held_by_any_rule_up_to_the_first_for_all_regions():
    east, rest, last = PoolRule(name="east", regions=("East US",)), PoolRule(name="rest"), PoolRule(name="last")
    lost = hsm("lost", location="")
    assert set(unplaced_hsms(estate(lost), Policy(pools=(east, rest, last)))) == {("east", True), ("rest", True)}
    assert only_pool(estate(lost), Policy(pools=(east, rest, last))).name == "rest"
    policy = Policy(pools=(east,))
    assert set(unplaced_hsms(estate(lost), policy)) == {("east", True), ("payments-prod", False)}
    assert {pool.label: len(pool.unplaced) for pool in pools(estate(lost, hsm("a")), policy)} == {
        "east/eastus": 1,
        "payments-prod/region not told": 1,
    }
