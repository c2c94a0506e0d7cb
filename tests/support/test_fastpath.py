from __future__ import annotations

from dataclasses import replace

from ops.codec.snapshot import estate_digest
from ops.model.estate import Estate
from ops.model.fact import Gap
from ops.model.finding import IssueCategory, Outcome
from ops.model.policy import Policy, SupportPolicy, TicketSeverity
from ops.model.run import Run
from ops.support.planning import which_tickets_matter
from ops.support.told import digest
from tests.build import NOW, SUB_1, SUB_2, estate, hsm, subscription, vnet
from tests.support.build import CLASSIFICATIONS, desks, pending, planned, run_of, ticket

SUB_3 = "00000000-0000-0000-0000-000000000003"
HSM = hsm("payshield-1")
HUB = vnet("hub", subscription=SUB_2)
NAMED = "phsm-fastpath-2-subscriptions-0123456789ab-1"


def known() -> Estate:
    return estate(HSM, HUB, subscription(SUB_2, "payments-hub"), subscription(SUB_3, "payments-spoke"))


def waiting(*subscriptions: str) -> Run:
    return run_of(known(), *(pending(one) for one in subscriptions))


def test_the_request_names_every_pending_subscription_on_its_own_line() -> None:
    run = waiting(SUB_3, SUB_1, SUB_2)
    (draft,) = planned(run, desks(tickets={SUB_1: (), SUB_2: (), SUB_3: ()})).to_open
    assert draft.title == "Approve FastPathEnabled for 3 subscriptions with access to Azure Payment HSM"
    assert draft.description == (
        f"""\
Impact: Azure Payment HSM cannot be reached as designed from 3 subscriptions before the feature is approved.
Since: seen 2026-11-23 22:14 UTC.
What we see: Microsoft.Network/FastPathEnabled is registered on our side and Pending (PHSM-SUB-003) in:
{SUB_1} payments-prod: HSM payshield-1, VNet vnet-hsm
{SUB_2} payments-hub: VNet hub
{SUB_3} payments-spoke: nothing that was read
Request: please approve Microsoft.Network/FastPathEnabled for every subscription in this list. No device has to be \
touched for it, and nothing may be reallocated, released or deleted.
Findings: {digest(draft.cause.findings)}
Tool: payment-hsm-ops 0.1.0, snapshot {estate_digest(run.estate, Policy()).replace(":", " ")}"""
    )


def test_the_request_is_a_minimal_ticket_on_its_own_topic() -> None:
    (draft,) = planned(waiting(SUB_1)).to_open
    assert (draft.severity, draft.would_be) == (TicketSeverity.MINIMAL, None)
    assert (draft.category, draft.classification) == (IssueCategory.NETWORKING, CLASSIFICATIONS[2])
    assert draft.started_at == NOW
    assert draft.title.startswith("Approve FastPathEnabled for 1 subscription with")


def test_the_request_lives_with_the_first_pending_subscription_on_an_hsm_or_a_vnet() -> None:
    (draft,) = planned(waiting(SUB_2, SUB_1)).to_open
    assert (draft.subscription, draft.resource_id) == (SUB_1, HSM.id)
    (draft,) = planned(waiting(SUB_2)).to_open
    assert (draft.subscription, draft.resource_id) == (SUB_2, HUB.id)


def test_the_request_lives_where_the_configuration_says() -> None:
    policy = Policy(support=SupportPolicy(fastpath_subscription=SUB_3))
    run = waiting(SUB_1)
    assert which_tickets_matter(run, policy) == (SUB_1, SUB_3)
    (draft,) = planned(run, desks(tickets={SUB_1: (), SUB_3: ()}), policy=policy).to_open
    assert (draft.subscription, draft.resource_id) == (SUB_3, None)
    refused = Gap(subject=SUB_3, what="support tickets", reason="403 AuthorizationFailed")
    plan = planned(run, desks(tickets={SUB_1: (), SUB_3: refused}), policy=policy)
    assert plan.to_open == ()


def test_the_tickets_of_subscriptions_approved_since_then_matter_too() -> None:
    run = run_of(known(), pending(SUB_1, outcome=Outcome.PASS), pending(SUB_2))
    assert which_tickets_matter(run, Policy()) == (SUB_1, SUB_2)
    shared = ticket(NAMED, description=f"{SUB_1}\n{SUB_2}")
    assert planned(run, desks(shared)).to_open == ()


def test_subscriptions_that_an_open_ticket_names_are_not_asked_for_again() -> None:
    run = waiting(SUB_1, SUB_2)
    first = ticket(NAMED, description=f"please: {SUB_1.upper()}")
    plan = planned(run, desks(first))
    assert [existing.cause.subscriptions for existing in plan.existing] == [(SUB_1,)]
    (draft,) = plan.to_open
    assert draft.cause.subscriptions == (SUB_2,)
    assert [finding.subject.id for finding in draft.cause.findings] == [f"/subscriptions/{SUB_2}"]
    assert SUB_1 not in draft.description


def test_the_case_of_an_id_in_a_description_does_not_matter() -> None:
    hexed = "abcdef00-0000-0000-0000-000000000001"
    run = run_of(estate(hsm("a", subscription=hexed), subscription(hexed, "payments-hex")), pending(hexed))
    named = ticket(NAMED, subscription=hexed, description=f"please: {hexed.upper()}")
    assert planned(run, desks(tickets={hexed: (named,)})).to_open == ()


def test_opening_what_was_drafted_leaves_nothing_to_open() -> None:
    run = waiting(SUB_1, SUB_2)
    (draft,) = planned(run).to_open
    opened = ticket(draft.name, description=draft.description)
    plan = planned(run, desks(opened))
    assert (plan.to_open, plan.held_back) == ((), ())
    assert [existing.ticket for existing in plan.existing] == [opened]


def test_a_closed_request_covers_nothing() -> None:
    run = waiting(SUB_1)
    (draft,) = planned(run).to_open
    closed = ticket(draft.name, description=draft.description, status="Closed")
    (again,) = planned(run, desks(closed)).to_open
    assert again.name == draft.name.removesuffix("1") + "2"


def test_a_request_by_hand_holds_the_draft_back() -> None:
    by_hand = ticket("2411230050009999", title="FastPath", description=f"approve it for {SUB_1}")
    run = waiting(SUB_1)
    plan = planned(run, desks(by_hand))
    assert plan.to_open == ()
    assert "ticket 2411230050001234 for the same is open already" in plan.held_back[0].reason
    assert len(planned(run, desks(by_hand), anyway=True).to_open) == 1


def test_a_ticket_of_ours_about_an_hsm_is_no_request_for_fastpath() -> None:
    about_hsm = ticket("phsm-hsm-a-0123456789ab-1", description=f"{HSM.id}: feature FastPathEnabled is Registered")
    assert len(planned(waiting(SUB_1), desks(about_hsm)).to_open) == 1


def test_a_ticket_by_hand_about_something_else_holds_nothing_back() -> None:
    by_hand = ticket("2411230050009999", title="FastPath", description=f"approve it for {SUB_1}")
    for other in (
        replace(by_hand, description=f"approve it for {SUB_2}"),
        replace(by_hand, title="HSM is down"),
        replace(by_hand, service="Virtual Network", service_id=""),
        replace(by_hand, status="Closed"),
    ):
        assert len(planned(waiting(SUB_1), desks(other)).to_open) == 1


def test_so_many_subscriptions_that_one_ticket_cannot_name_them_get_more_tickets() -> None:
    ids = [f"00000000-0000-0000-0000-{n:012}" for n in range(1, 201)]
    crowd = estate(HSM, *(subscription(one, "n" * 60) for one in ids))
    desk = desks(tickets=dict.fromkeys(ids, ()))
    plan = planned(run_of(crowd, *(pending(one) for one in ids)), desk)
    assert len(plan.to_open) == 3
    assert all(len(draft.description) <= 10_000 for draft in plan.to_open)
    assert all(one in "".join(draft.description for draft in plan.to_open) for one in ids)
    assert len({draft.name for draft in plan.to_open}) == 3
