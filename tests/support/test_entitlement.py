from __future__ import annotations

from ops.model.policy import Match, Policy, PoolRule, Role
from ops.model.pool import pools
from ops.support.entitlement import entitlements
from tests.build import SUB_2, estate, hsm, refused_subscription, subscription, unread_hsm


def test_production_in_two_stamps_is_entitled() -> None:
    known = estate(hsm("a"), hsm("b", stamp="stamp2"))
    (answer,) = entitlements(known, Policy(), pools(known, Policy()))
    assert answer.severity_a is True
    assert (answer.pool, answer.because) == ("payments-prod/eastus", "PHSM-HA-001: HSMs in stamp1 and stamp2")


def test_production_in_one_stamp_is_not() -> None:
    known = estate(hsm("a"), hsm("b"))
    (answer,) = entitlements(known, Policy(), pools(known, Policy()))
    assert answer.severity_a is False
    assert answer.because == "PHSM-HA-001: all 2 HSMs are in stamp1"


def test_an_unread_hsm_leaves_it_open() -> None:
    known = estate(hsm("a"), unread_hsm("b"))
    (answer,) = entitlements(known, Policy(), pools(known, Policy()))
    assert answer.severity_a is None
    assert "403 AuthorizationFailed" in answer.because


def test_a_refused_subscription_that_may_hold_members_leaves_it_open() -> None:
    policy = Policy(pools=(PoolRule(name="cards"),))
    known = estate(hsm("a"), refused_subscription())
    (answer,) = entitlements(known, policy, pools(known, policy))
    assert answer.severity_a is None


def test_only_production_is_asked() -> None:
    policy = Policy(pools=(PoolRule(name="dr", role=Role.DR, match=Match(subscriptions=(SUB_2,))),))
    known = estate(hsm("a"), hsm("b", stamp="stamp2"), hsm("c", subscription=SUB_2), subscription(SUB_2, "payments-dr"))
    assert [answer.pool for answer in entitlements(known, policy, pools(known, policy))] == ["payments-prod/eastus"]


def test_an_hsm_that_tells_no_region_leaves_it_open_for_every_pool_it_may_belong_to() -> None:
    known = estate(hsm("a", location=""), hsm("b", stamp="stamp2"))
    answers = {answer.pool: answer.severity_a for answer in entitlements(known, Policy(), pools(known, Policy()))}
    assert answers == {"payments-prod/eastus": None, "payments-prod/region not told": None}
