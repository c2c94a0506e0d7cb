"""What others did meanwhile: no ticket is sent beside one for the same, whatever name that has, nor while nobody can tell."""

from dataclasses import replace

import pytest

from ops.model.estate import FASTPATH_FEATURE
from ops.model.policy import PoolRule, Role
from tests.build import SUB_1, SUB_2, estate, hsm, peering, subnet_id, subscription, vnet, vnet_id
from tests.service.remembering import FAILED, MESS, POLICY, REPAIRED, WELL, Office, ticket_of

BROKEN = replace(WELL, provisioning_state="Failed")
BOTH = estate(BROKEN, FAILED)
TEST_POOL = replace(POLICY, pools=(PoolRule(name="test", role=Role.NON_PRODUCTION),))
"""Not production, so its tickets are minimal however many HSMs fail: only their names differ."""


def test_an_approved_draft_is_held_back_whatever_the_cause_is_called_by_now():
    waiting = {FASTPATH_FEATURE: "Pending"}
    hub = vnet("hub", subscription=SUB_2, subnets=(), peerings=(peering(vnet_id()),))
    near = vnet(peerings=(peering(hub.id),))
    first = estate(WELL, near, hub, subscription(features=waiting), subscription(SUB_2, "payments-hub"))
    office = Office(first)
    _, plan = office.plan()
    number = "2411240050009999"
    by_hand = ticket_of(plan.to_open[0], name=number, number=number, title="FastPath", description=f"for {SUB_1}")
    office.desk.held.append(by_hand)
    both = subscription(SUB_2, "payments-hub", features=waiting)
    office.cloud.first = estate(WELL, near, hub, subscription(features=waiting), both)
    (receipt,) = office.open(plan)
    assert receipt.problem.startswith(f"it is held back now: ticket {number} for the same is open already")
    assert office.desk.held == [by_hand]


def test_the_next_ticket_for_a_cause_is_not_opened_while_nobody_tells_which_there_are():
    office = Office()
    office.open()
    office.desk.held[0] = replace(office.desk.held[0], status="Closed")
    _, plan = office.plan()
    assert plan.to_open[0].name.endswith("-2")
    office.desk.silent = True
    (receipt,) = office.open(plan)
    assert "could not be read: 403 AuthorizationFailed" in receipt.problem
    assert len(office.desk.held) == 1


def test_a_cause_that_the_newest_look_did_not_see_is_not_opened_because_the_next_one_did():
    """For what was not seen nobody asked which tickets there are."""
    _, plan = Office().plan()
    office = Office(REPAIRED, MESS)
    (receipt,) = office.open(plan)
    assert (receipt.problem, office.desk.held) == ("what it says has changed since it was planned", [])


def test_one_hsm_gets_no_ticket_when_the_last_look_makes_it_a_pool():
    office = Office(MESS, BOTH, policy=TEST_POOL)
    (receipt,) = office.open()
    assert (receipt.problem, office.desk.held) == ("what it says has changed since it was planned", [])


def test_a_runner_that_saw_less_opens_no_ticket_beside_that_of_the_pool():
    office = Office(policy=TEST_POOL)
    run, plan = office.plan()
    office.cloud.first = BOTH
    (pool,) = office.open()
    office.cloud.first = MESS
    (receipt,) = office.apply(run, plan)
    assert (receipt.found, receipt.ticket, office.desk.held) == (True, pool.ticket, [pool.ticket])
    assert office.deeds[-1] == ("open", "found")


def test_a_runner_that_saw_more_opens_no_ticket_for_the_pool_beside_that_of_an_hsm():
    office = Office(BOTH, policy=TEST_POOL)
    run, plan = office.plan()
    office.cloud.first = MESS
    (alone,) = office.open()
    office.cloud.first = BOTH
    (receipt,) = office.apply(run, plan)
    assert (receipt.problem, office.desk.held) == ("what it says has changed since it was planned", [alone.ticket])
    assert [receipt.draft.cause.hsms for receipt in office.open() if receipt.ticket] == [(BROKEN.key,)]


def test_the_ticket_of_a_pool_is_found_in_another_subscription_of_the_pool():
    far = hsm("far", subscription=SUB_2, subnet=subnet_id(vnet="vnet-far", subscription=SUB_2))
    there = (vnet("vnet-far", subscription=SUB_2), subscription(SUB_2, "payments-far"))
    broken = replace(far, provisioning_state="Failed")
    office = Office(estate(WELL, broken, *there), policy=TEST_POOL)
    run, plan = office.plan()
    office.cloud.first = estate(BROKEN, broken, *there)
    (pool,) = office.open()
    office.cloud.first = run.estate
    (receipt,) = office.apply(run, plan)
    assert (pool.ticket.subscription, plan.to_open[0].subscription) == (SUB_1, SUB_2)
    assert (receipt.found, receipt.ticket) == (True, pool.ticket)


def test_the_other_hsm_of_a_pool_gets_its_ticket_though_no_list_shows_that_of_the_first():
    office = Office(policy=TEST_POOL)
    office.open()
    office.desk.hidden.add(office.desk.held[0].name)
    office.cloud.first = BOTH
    (receipt,) = office.open()
    assert (receipt.problem, receipt.draft.cause.hsms, len(office.desk.held)) == ("", (BROKEN.key,), 2)


@pytest.mark.parametrize(("number", "sends"), [("2411240050000000", False), ("", True)])
def test_one_of_its_own_name_is_found_without_sending_once_it_is_whole(number, sends):
    office = Office()
    run, plan = office.plan()
    office.desk.held.append(ticket_of(plan.to_open[0], number=number))
    (receipt,) = office.apply(run, plan)
    assert (receipt.found, receipt.ticket, len(office.desk.held)) == (True, office.desk.held[0], 1)
    assert ("desk open" in office.diary) is sends
    assert office.deeds[-1] == ("open", "found")


def test_a_ticket_for_the_same_that_has_no_number_yet_is_waited_for():
    office = Office(policy=TEST_POOL)
    run, plan = office.plan()
    office.cloud.first = BOTH
    office.open()
    office.desk.held[0] = replace(office.desk.held[0], number="")
    office.cloud.first = MESS
    (receipt,) = office.apply(run, plan)
    assert receipt.problem == f"{office.desk.held[0].name} for the same is being opened by another run"
    assert len(office.desk.held) == 1


def test_what_cannot_be_asked_again_just_before_is_not_sent():
    office = Office()
    run, plan = office.plan()
    office.desk.silent = True
    (receipt,) = office.apply(run, plan)
    assert receipt.problem == "whether it has a ticket by now could not be read: 403 AuthorizationFailed"
    assert (office.desk.held, office.deeds) == ([], [("hold", "refused")])
