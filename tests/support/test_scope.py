"""A run that was not asked for everything opens no ticket that may be there already, and knows where to look for one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ops.model.estate import Estate
from ops.model.fact import Gap
from ops.model.finding import Outcome
from ops.model.policy import Match, Policy, PoolRule, SupportPolicy
from ops.model.run import Run
from ops.model.ticket import ticket_id
from ops.support.planning import which_tickets_matter
from tests.build import SUB_1, SUB_2, estate, hsm, refused_subscription, subscription
from tests.support.build import desks, lost_nic, pending, planned, run_of, ticket

A = hsm("a")
NEAR, FAR = (ticket_id(one, "phsm-fastpath-2-subscriptions-0123456789ab-1") for one in (SUB_1, SUB_2))
BY_TAGS = Policy(pools=(PoolRule(name="cards"),))
NAMED = Policy(pools=(PoolRule(name="cards", match=Match(subscriptions=(SUB_1, SUB_2))),))
AT_HOME = Policy(support=SupportPolicy(fastpath_subscription=SUB_1))
ADVICE = "leave out --subscription and --management-group"


def narrowed(known: Estate) -> Estate:
    return replace(known, narrowed=True)


def one_lost_nic(known: Estate, policy: Policy) -> Run:
    return run_of(known, lost_nic(A), policy=policy)


def test_a_pool_that_may_have_hsms_outside_the_scope_waits_for_a_run_that_sees_them() -> None:
    run = one_lost_nic(narrowed(estate(A)), BY_TAGS)
    plan = planned(run, policy=BY_TAGS)
    assert plan.to_open == ()
    assert plan.held_back[0].reason == (
        f"the ticket for pool cards/eastus may lie outside the scope of this run: {ADVICE}, "
        "or name its subscriptions under pools, or --anyway"
    )
    assert len(planned(run, policy=BY_TAGS, anyway=True).to_open) == 1


@pytest.mark.parametrize("policy", [Policy(), NAMED], ids=["default pool", "a pool that names its subscriptions"])
def test_a_pool_that_is_known_whole_waits_for_nothing(policy: Policy) -> None:
    assert len(planned(one_lost_nic(narrowed(estate(A)), policy), policy=policy).to_open) == 1


def test_the_request_for_fastpath_waits_for_a_run_that_sees_all_unless_its_place_is_known() -> None:
    run = run_of(narrowed(estate(A)), pending())
    plan = planned(run)
    assert plan.to_open == ()
    assert plan.held_back[0].reason == (
        f"the ticket for FastPath may lie outside the scope of this run: {ADVICE}, "
        "or set support.fastpath_subscription, or --anyway"
    )
    assert len(planned(run, policy=AT_HOME).to_open) == 1


@pytest.mark.parametrize(
    ("known", "policy"),
    [(narrowed(estate(A)), NAMED), (estate(A, refused_subscription(SUB_2)), BY_TAGS)],
    ids=["not asked for", "refused"],
)
def test_the_ticket_of_a_pool_may_lie_with_a_member_that_was_not_read(known: Estate, policy: Policy) -> None:
    run = one_lost_nic(known, policy)
    assert which_tickets_matter(run, policy) == (SUB_1, SUB_2)
    refused = Gap(subject=f"/subscriptions/{SUB_2}", what="support tickets", reason="403 AuthorizationFailed")
    plan = planned(run, desks(tickets={SUB_1: (), SUB_2: refused}), policy=policy, anyway=True)
    assert plan.to_open == ()
    assert plan.held_back[0].reason.startswith(f"the tickets of subscription {SUB_2} could not be read")


def test_a_ticket_of_a_renamed_pool_covers_every_hsm_that_it_names() -> None:
    """The default pool of a subscription is called after it, and a run that does not see a namesake calls it shorter."""
    other = hsm("b", stamp="stamp2")
    old = ticket("phsm-pool-before-eastus-0123456789ab-1", resource_id=other.id, description=f"{other.id}\n{A.id}")
    plan = planned(run_of(estate(A, other), lost_nic(A)), desks(old))
    assert plan.to_open == ()
    assert "for the same is open already" in plan.held_back[0].reason


def test_tickets_of_ours_are_looked_for_where_no_hsm_is_left() -> None:
    run = run_of(estate(subscription(SUB_2, "payments-old"), A))
    assert which_tickets_matter(run, Policy()) == (SUB_1,)
    assert which_tickets_matter(run, Policy(), [FAR.upper()]) == (SUB_1, SUB_2)


def test_where_this_run_sees_nothing_is_asked_only_when_a_ticket_there_may_cover_a_cause() -> None:
    known = narrowed(estate(A))
    assert which_tickets_matter(run_of(known), Policy(), [NEAR, FAR]) == (SUB_1,)
    assert which_tickets_matter(run_of(known, lost_nic(A)), Policy(), [NEAR, FAR]) == (SUB_1,)
    assert which_tickets_matter(run_of(known, pending()), Policy(), [NEAR, FAR]) == (SUB_1, SUB_2)
    assert which_tickets_matter(one_lost_nic(known, BY_TAGS), BY_TAGS, [NEAR, FAR]) == (SUB_1, SUB_2)


def test_where_nobody_tells_which_tickets_are_open_they_are_looked_for_where_fastpath_was_judged() -> None:
    run = run_of(estate(A, subscription(SUB_2, "payments-hub")), pending(SUB_2, outcome=Outcome.PASS))
    assert which_tickets_matter(run, Policy()) == (SUB_1,)
    assert which_tickets_matter(run, Policy(), all_told=False) == (SUB_1, SUB_2)
    assert which_tickets_matter(run, AT_HOME, all_told=False) == (SUB_1,)
