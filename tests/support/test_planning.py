from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from ops.model.fact import Gap
from ops.model.finding import Outcome, Party
from ops.model.mute import Mute
from ops.model.policy import Policy, PoolRule, SupportPolicy
from ops.model.run import Run
from ops.model.ticket import Plan
from ops.support.causes import causes
from ops.support.naming import base
from ops.support.planning import which_tickets_matter
from tests.build import SUB_1, SUB_2, estate, hsm, subscription, unread_hsm
from tests.support.build import (
    SERVICE,
    desks,
    failed_state,
    finding,
    lost_nic,
    pending,
    planned,
    run_of,
    ticket,
)

A, B = hsm("a"), hsm("b", stamp="stamp2")
DOWN = replace(A, provisioning_state="Failed", last_modified_at=datetime(2026, 11, 23, 21, 55, tzinfo=UTC))
REFUSED = Gap(subject=f"/subscriptions/{SUB_1}", what="support tickets", reason="403 AuthorizationFailed")


def one_lost_nic() -> Run:
    return run_of(estate(A, B), lost_nic(A))


def own_base(run: Run) -> str:
    return base(causes(run, ())[0])


def reasons(plan: Plan) -> list[str]:
    return [held.reason for held in plan.held_back]


def test_nothing_wrong_needs_no_ticket() -> None:
    plan = planned(run_of(estate(A, B)))
    assert (plan.to_open, plan.held_back, plan.existing, plan.updates) == ((), (), (), ())


def test_where_an_hsm_was_read_a_ticket_of_ours_may_lie_although_nothing_is_wrong() -> None:
    known = estate(A, unread_hsm("b", subscription=SUB_2))
    assert which_tickets_matter(run_of(known), Policy()) == (SUB_1,)
    shared = Policy(support=SupportPolicy(fastpath_subscription=SUB_2.upper()))
    assert which_tickets_matter(run_of(known), shared) == (SUB_1, SUB_2)
    assert which_tickets_matter(run_of(estate()), shared) == ()


def test_our_own_faults_come_first() -> None:
    for check in ("PHSM-NET-001", "PHSM-NET-003", "PHSM-NET-004", "PHSM-NET-005", "PHSM-NET-006"):
        run = run_of(estate(A, B), lost_nic(A), finding(check, A, B))
        plan = planned(run)
        assert plan.to_open == ()
        assert reasons(plan) == [f"until {check} (ours) is fixed, or --anyway"]
        assert len(planned(run, anyway=True).to_open) == 1


def test_all_own_faults_are_named_and_whose_turn_it_is() -> None:
    faults = [finding("PHSM-NET-005", A), finding("PHSM-NET-003", A), pending(SUB_1, A, party=Party.MICROSOFT)]
    plan = planned(run_of(estate(A, B), lost_nic(A), *faults))
    assert reasons(plan) == [
        "until PHSM-NET-003, PHSM-NET-005 (ours) are fixed and PHSM-SUB-003 (Microsoft) is approved, or --anyway"
    ]


def test_the_fastpath_ticket_never_waits_for_itself() -> None:
    plan = planned(run_of(estate(A, B), lost_nic(A), pending(SUB_1, A), finding("PHSM-NET-003", A)))
    assert [draft.cause.kind for draft in plan.to_open] == ["fastpath"]


def test_a_fault_about_another_hsm_holds_nothing_back() -> None:
    plan = planned(run_of(estate(A, B), lost_nic(A), finding("PHSM-NET-003", B), finding("PHSM-NET-008", A)))
    assert len(plan.to_open) == 1


def test_what_is_muted_holds_a_ticket_about_the_rest_of_the_same_cause_back() -> None:
    mute = Mute(check="PHSM-HSM-*", subject="*", reason="on its way", owner="ops", expires=date(2027, 1, 31))
    borne = replace(failed_state(DOWN), muted=mute, ticket=False)
    run = run_of(estate(DOWN, B), borne, lost_nic(DOWN))
    assert reasons(planned(run)) == [
        "PHSM-HSM-001 of a is muted until 2027-01-31 by ops; --anyway opens it all the same"
    ]
    assert [draft.cause.hsms for draft in planned(run, anyway=True).to_open] == [(DOWN.key,)]
    elsewhere = run_of(estate(DOWN, B), replace(finding("PHSM-HSM-001", B), muted=mute, ticket=False), lost_nic(DOWN))
    assert len(planned(elsewhere).to_open) == 1


def test_an_hsm_whose_provisioning_failed_waits_for_nothing() -> None:
    plan = planned(run_of(estate(DOWN, B), failed_state(DOWN), finding("PHSM-NET-003", DOWN)))
    assert len(plan.to_open) == 1


def test_a_cause_with_an_open_ticket_opens_no_second_one() -> None:
    run = one_lost_nic()
    mine = ticket(f"{own_base(run)}-1".upper())
    plan = planned(run, desks(mine), anyway=True)
    assert (plan.to_open, plan.held_back) == ((), ())
    assert [(existing.cause.kind, existing.ticket) for existing in plan.existing] == [("hsm", mine)]


def test_a_cause_whose_ticket_is_closed_opens_the_next() -> None:
    run = one_lost_nic()
    plan = planned(run, desks(ticket(f"{own_base(run)}-1", status="closed")))
    assert [draft.name for draft in plan.to_open] == [f"{own_base(run)}-2"]


def test_a_ticket_that_no_list_shows_counts_too() -> None:
    run = one_lost_nic()
    known = ticket(f"{own_base(run)}-1")
    plan = planned(run, desks(known=(known,)))
    assert plan.to_open == ()
    assert [existing.ticket for existing in plan.existing] == [known]
    closed = replace(known, status="Closed")
    assert planned(run, desks(known=(closed,))).to_open[0].name == f"{own_base(run)}-2"


def test_what_a_list_tells_of_a_ticket_comes_before_what_was_known() -> None:
    run = one_lost_nic()
    known = ticket(f"{own_base(run)}-1")
    listed = replace(known, name=known.name.upper(), status="Closed")
    assert len(planned(run, desks(listed, known=(known,))).to_open) == 1


def test_an_open_ticket_of_the_pool_covers_its_hsms() -> None:
    both = run_of(estate(A, B), lost_nic(A), lost_nic(B))
    (opened,) = planned(both).to_open
    assert opened.cause.kind == "pool"
    desk = desks(ticket(opened.name))
    assert [existing.cause.kind for existing in planned(both, desk).existing] == ["pool"]
    plan = planned(one_lost_nic(), desk)
    assert plan.to_open == ()
    assert [existing.cause.kind for existing in plan.existing] == ["hsm"]


def test_a_pool_whose_member_has_a_ticket_opens_one_for_the_other_only() -> None:
    desk = desks(ticket(f"{own_base(one_lost_nic())}-1"))
    plan = planned(run_of(estate(A, B), lost_nic(A), lost_nic(B)), desk)
    assert [draft.cause.hsms for draft in plan.to_open] == [(B.key,)]
    assert [existing.cause.hsms for existing in plan.existing] == [(A.key,)]


def test_a_pool_ticket_lives_with_its_first_failing_hsm() -> None:
    policy = Policy(pools=(PoolRule(name="cards"),))
    far = hsm("0", subscription=SUB_2, stamp="stamp2")
    run = run_of(estate(A, far, subscription(SUB_2, "other")), lost_nic(far), lost_nic(A), policy=policy)
    (draft,) = planned(run, policy=policy).to_open
    assert (draft.subscription, draft.resource_id) == (SUB_1, A.id)
    assert far.id in draft.description
    assert which_tickets_matter(run, policy) == (SUB_1, SUB_2)


def test_a_pool_member_whose_tickets_could_not_be_listed_holds_the_draft_back() -> None:
    """The open ticket of the pool may lie there."""
    policy = Policy(pools=(PoolRule(name="cards"),))
    far = hsm("far", subscription=SUB_2, stamp="stamp2")
    run = run_of(estate(A, far, subscription(SUB_2, "other")), lost_nic(A), policy=policy)
    refused = Gap(subject=f"/subscriptions/{SUB_2}", what="support tickets", reason="429 TooManyRequests")
    whole = desks()
    plan = planned(run, replace(whole, tickets={**whole.tickets, SUB_2: refused}), policy=policy)
    assert plan.to_open == ()
    assert "429 TooManyRequests" in reasons(plan)[0]
    assert plan.gaps == (refused,)


def test_a_ticket_of_the_pool_may_lie_with_a_member_that_works() -> None:
    policy = Policy(pools=(PoolRule(name="cards"),))
    far = hsm("far", subscription=SUB_2, stamp="stamp2")
    run = run_of(estate(A, far, subscription(SUB_2, "other")), lost_nic(A), policy=policy)
    assert which_tickets_matter(run, policy) == (SUB_1, SUB_2)


def test_a_ticket_of_the_pool_may_lie_with_an_hsm_that_tells_no_region() -> None:
    policy = Policy(pools=(PoolRule(name="cards"),))
    lost = replace(unread_hsm("lost", subscription=SUB_2), location="")
    run = run_of(estate(A, lost, subscription(SUB_2, "other")), lost_nic(A), policy=policy)
    assert which_tickets_matter(run, policy) == (SUB_1, SUB_2)


@pytest.mark.parametrize(("service", "service_id"), [(SERVICE.display_name, ""), ("renamed since", SERVICE.id.upper())])
def test_a_ticket_opened_by_hand_for_the_same_hsm_holds_the_draft_back(service: str, service_id: str) -> None:
    number = "2411230050009999"
    by_hand = ticket(number, number=number, resource_id=A.id.upper(), service=service, service_id=service_id)
    plan = planned(one_lost_nic(), desks(by_hand))
    assert plan.to_open == ()
    assert reasons(plan) == [
        "ticket 2411230050009999 for the same is open already (HSM is broken); --anyway opens another"
    ]
    assert len(planned(one_lost_nic(), desks(by_hand), anyway=True).to_open) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "Closed"},
        {"resource_id": B.id},
        {"resource_id": None},
        {"service": "Virtual Network", "service_id": ""},
    ],
)
def test_a_ticket_about_something_else_holds_nothing_back(changes: dict[str, Any]) -> None:
    other = replace(ticket("2411230050009999", resource_id=A.id), **changes)
    assert len(planned(one_lost_nic(), desks(other)).to_open) == 1


def test_a_fastpath_ticket_that_stands_on_the_hsm_holds_nothing_back() -> None:
    approval = ticket("phsm-fastpath-1-subscriptions-0123456789ab-1", resource_id=A.id)
    assert len(planned(one_lost_nic(), desks(approval)).to_open) == 1


def test_the_ticket_of_a_pool_that_was_renamed_is_not_opened_again() -> None:
    renamed = Policy(pools=(PoolRule(name="cards"),))
    (old,) = planned(run_of(estate(A, B), lost_nic(A), lost_nic(B))).to_open
    desk = desks(ticket(old.name, resource_id=old.resource_id))
    plan = planned(run_of(estate(A, B), lost_nic(A), lost_nic(B), policy=renamed), desk, policy=renamed)
    assert plan.to_open == ()
    assert "is open already" in reasons(plan)[0]


def test_tickets_that_could_not_be_read_hold_the_draft_back_even_anyway() -> None:
    plan = planned(one_lost_nic(), desks(tickets={SUB_1: REFUSED}), anyway=True)
    assert plan.to_open == ()
    assert reasons(plan) == [f"the tickets of subscription {SUB_1} could not be read: 403 AuthorizationFailed"]


def test_tickets_that_were_not_asked_for_are_not_taken_for_none() -> None:
    plan = planned(one_lost_nic(), desks(tickets={}), anyway=True)
    assert reasons(plan) == [f"the tickets of subscription {SUB_1} were not read"]


def test_the_case_of_a_subscription_id_does_not_hide_its_tickets() -> None:
    upper = "AAAAAAAA-0000-0000-0000-000000000001"
    one = hsm("a", subscription=upper)
    run = run_of(estate(one), lost_nic(one))
    assert which_tickets_matter(run, Policy()) == (upper.lower(),)
    assert len(planned(run, desks(tickets={upper: ()})).to_open) == 1


def test_without_the_service_nothing_is_opened() -> None:
    gap = Gap(subject="Microsoft.Support", what="services", reason="429 TooManyRequests")
    assert reasons(planned(one_lost_nic(), desks(services=gap), anyway=True)) == [
        "the support services could not be read: 429 TooManyRequests"
    ]
    assert "none of the 0 support services" in reasons(planned(one_lost_nic(), desks(services=()), anyway=True))[0]


def test_a_desk_that_answers_nothing_for_one_reason_says_so_once() -> None:
    shut = desks(services=REFUSED, classifications=REFUSED, tickets={SUB_1: REFUSED})
    assert reasons(planned(one_lost_nic(), shut, anyway=True)) == [
        "the support desk could not be read: 403 AuthorizationFailed"
    ]


def test_without_the_classifications_nothing_is_opened() -> None:
    gap = Gap(subject="Microsoft.Support", what="problem classifications", reason="500 InternalServerError")
    assert reasons(planned(one_lost_nic(), desks(classifications=gap), anyway=True)) == [
        "the problem classifications could not be read: 500 InternalServerError"
    ]
    assert reasons(planned(one_lost_nic(), desks(classifications=()), anyway=True)) == [
        "Azure Payment HSM Service has no problem classifications"
    ]


def test_several_reasons_stand_on_one_line() -> None:
    run = run_of(estate(A, B), lost_nic(A), finding("PHSM-NET-003", A))
    (reason,) = reasons(planned(run, desks(tickets={SUB_1: REFUSED})))
    assert reason.startswith("until PHSM-NET-003 (ours) is fixed, or --anyway; the tickets of")
    assert "\n" not in reason


def test_the_most_severe_come_first_then_by_name() -> None:
    third = hsm("c", subscription=SUB_2, provisioning_state="Failed")
    fourth = hsm("d", subscription=SUB_2, stamp="stamp2", provisioning_state="Failed")
    known = estate(A, B, third, fourth, subscription(SUB_2, "other"))
    plan = planned(run_of(known, pending(), lost_nic(B), failed_state(third), failed_state(fourth)))
    assert [(draft.cause.kind, draft.severity.letter) for draft in plan.to_open] == [
        ("pool", "A"),
        ("fastpath", "C"),
        ("hsm", "C"),
    ]


def test_no_more_than_the_allowed_number_is_opened_at_once() -> None:
    alone = hsm("z", subscription=SUB_2, provisioning_state="Failed")
    c, d = hsm("c", stamp="stamp2"), hsm("d")
    known = estate(A, B, c, d, alone, subscription(SUB_2, "other"))
    policy = Policy(support=SupportPolicy(max_new_tickets=2))
    plan = planned(run_of(known, lost_nic(A), lost_nic(B), failed_state(alone)), policy=policy)
    assert [(draft.cause.hsms, draft.severity.letter) for draft in plan.to_open] == [
        ((alone.key,), "B"),
        ((A.key,), "C"),
    ]
    assert [held.draft.cause.hsms for held in plan.held_back] == [(B.key,)]
    assert reasons(plan) == ["more than 2 new tickets at once (support.max_new_tickets); the most severe go first"]


def test_what_only_has_to_wait_for_its_turn_says_so() -> None:
    policy = Policy(support=SupportPolicy(max_new_tickets=0))
    (held,) = planned(one_lost_nic(), policy=policy).held_back
    assert (held.is_for_later, held.for_portal) == (True, False)
    (held,) = planned(run_of(estate(A, B), lost_nic(A), finding("PHSM-NET-003", A)), policy=policy).held_back
    assert (held.is_for_later, held.for_portal) == (False, False)


def test_an_unknown_finding_is_no_cause() -> None:
    run = run_of(estate(A, B), finding("PHSM-NET-009", A, outcome=Outcome.UNKNOWN), pending(outcome=Outcome.UNKNOWN))
    assert planned(run).to_open == ()
