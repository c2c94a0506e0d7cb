"""The whole way, with the real checks: an estate, evaluated, planned."""

from __future__ import annotations

from datetime import UTC, datetime

from ops.checks import collect
from ops.model.attachment import nic_slots
from ops.model.estate import FASTPATH_FEATURE, Estate
from ops.model.fact import ABSENT, Gap
from ops.model.policy import Policy, TicketSeverity
from ops.model.ticket import Desks, Plan
from ops.run import evaluate
from ops.support.planning import which_tickets_matter
from tests.build import (
    SUB_1,
    SUB_2,
    estate,
    hsm,
    peering,
    refused_subscription,
    subnet,
    subnet_id,
    subscription,
    unread_hsm,
    vnet,
    vnet_id,
)
from tests.support.build import desks, planned, ticket

A, B = hsm("a"), hsm("b", stamp="stamp2")
DOWN = hsm(
    "b",
    stamp="stamp2",
    provisioning_state="Failed",
    status_message="Resource creation failed.",
    last_modified_at=datetime(2026, 11, 23, 21, 55, tzinfo=UTC),
)
NSG = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/nsg-default"


def plan_of(known: Estate, desk: Desks | None = None, *, anyway: bool = False) -> Plan:
    return planned(evaluate(known, Policy(), collect()), desk, anyway=anyway)


def test_a_correct_estate_opens_nothing() -> None:
    plan = plan_of(estate(A, B))
    assert (plan.to_open, plan.held_back, plan.existing) == ((), (), ())


def test_a_failed_hsm_is_one_ticket_with_what_was_checked() -> None:
    (draft,) = plan_of(estate(A, DOWN)).to_open
    assert draft.severity is TicketSeverity.MODERATE
    assert draft.title == "Payment HSM b (eastus, stamp2) is Failed; production pool degraded"
    assert draft.started_at == DOWN.last_modified_at
    seen, checked = draft.description.split("What we checked on our side:\n")
    assert 'b: provisioningState Failed, status message "Resource creation failed." (PHSM-HSM-001)' in seen
    for check in ("PHSM-NET-001", "PHSM-NET-003", "PHSM-NET-005", "PHSM-SUB-003"):
        assert f"({check})" in checked
    assert "Not in order on our side:" not in draft.description


def test_a_missing_nic_behind_a_security_group_waits_for_us() -> None:
    blocked = vnet(subnets=(subnet(network_security_group=NSG),))
    known = estate(A, B, blocked, overrides={nic_slots(B)[1].nic_id: ABSENT})
    plan = plan_of(known)
    assert plan.to_open == ()
    assert [held.reason for held in plan.held_back] == ["until PHSM-NET-003 (ours) is fixed, or --anyway"]
    (draft,) = plan_of(known, anyway=True).to_open
    assert "Not in order on our side:\n- vnet-hsm/hsmsubnet: network security group nsg-default" in draft.description


def test_a_fault_in_another_vnet_does_not_hold_the_ticket_back() -> None:
    other = vnet("vnet-two", subnets=(subnet(vnet="vnet-two", network_security_group=NSG),))
    far = hsm("a", subnet=subnet_id(vnet="vnet-two"))
    known = estate(far, B, other, overrides={nic_slots(B)[1].nic_id: ABSENT})
    assert [draft.cause.hsms for draft in plan_of(known).to_open] == [(B.key,)]


def test_a_pending_feature_of_a_peer_is_one_request_and_holds_the_hsms_back() -> None:
    hub = vnet("hub", subscription=SUB_2, subnets=(), peerings=(peering(vnet_id()),))
    waiting = subscription(SUB_2, "payments-hub", features={FASTPATH_FEATURE: "Pending"})
    near = vnet(peerings=(peering(hub.id),))
    known = estate(A, B, near, hub, waiting, overrides={nic_slots(B)[1].nic_id: ABSENT})
    plan = plan_of(known)
    (draft,) = plan.to_open
    assert (draft.cause.kind, draft.cause.subscriptions, draft.resource_id) == ("fastpath", (SUB_2,), hub.id)
    assert [held.reason for held in plan.held_back] == ["until PHSM-SUB-003 (Microsoft) is approved, or --anyway"]


def test_a_feature_that_is_ours_to_register_opens_nothing() -> None:
    idle = subscription(features={FASTPATH_FEATURE: "NotRegistered"})
    assert plan_of(estate(A, B, idle)).to_open == ()


def test_what_was_not_read_opens_nothing() -> None:
    nic_id = nic_slots(A)[0].nic_id
    gap = Gap(subject=nic_id, what="network interface", reason="429 TooManyRequests")
    unread = estate(A, unread_hsm("b"), refused_subscription(), overrides={nic_id: gap})
    run = evaluate(unread, Policy(), collect())
    assert which_tickets_matter(run, Policy()) == (SUB_1,)
    plan = planned(run)
    assert (plan.to_open, plan.held_back) == ((), ())


def test_an_hsm_that_is_being_deleted_opens_nothing() -> None:
    leaving = hsm("b", stamp="stamp2", provisioning_state="Deleting")
    assert plan_of(estate(A, leaving)).to_open == ()


def test_a_lone_production_hsm_that_failed_is_capped_and_says_so() -> None:
    (draft,) = plan_of(estate(DOWN)).to_open
    assert (draft.severity, draft.would_be) == (TicketSeverity.MODERATE, TicketSeverity.CRITICAL)
    assert draft.cap_reason == "no Severity A without high availability: PHSM-HA-001: the only HSM is in stamp2"


def test_all_hsms_at_once_are_one_critical_ticket() -> None:
    first = hsm("a", provisioning_state="Failed")
    (draft,) = plan_of(estate(first, DOWN)).to_open
    assert (draft.cause.kind, draft.severity) == ("pool", TicketSeverity.CRITICAL)


def test_a_second_plan_after_opening_everything_opens_nothing() -> None:
    waiting = subscription(features={FASTPATH_FEATURE: "Pending"})
    known = estate(A, DOWN, waiting)
    plan = plan_of(known)
    assert len(plan.to_open) == 2
    opened = [
        ticket(draft.name.upper(), description=draft.description, resource_id=draft.resource_id)
        for draft in plan.to_open
    ]
    again = plan_of(known, desks(*opened), anyway=True)
    assert (again.to_open, again.held_back) == ((), ())
    assert len(again.existing) == 2
