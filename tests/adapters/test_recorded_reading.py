"""What a well-behaved Azure answers, replayed. These recordings can be made from a real subscription too."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from ops.adapters.arm_facts import ArmFacts
from ops.adapters.azure_desk import AzureDesk
from ops.adapters.connection import Connection
from ops.adapters.network_facts import NetworkFacts
from ops.adapters.subscription_facts import SubscriptionFacts
from ops.model import arm_id
from ops.model.attachment import nic_slots
from ops.model.estate import (
    DEDICATED_HSM_FEATURE,
    FASTPATH_FEATURE,
    HSM_PROVIDER,
    HSM_TYPE,
    NETWORK_PROVIDER,
    NetworkProfile,
    Nic,
    Vnet,
)
from ops.model.fact import ABSENT, Gap
from ops.model.policy import Policy
from ops.model.surroundings import Gateway, NatGateway, RouteTable
from ops.support.classification import find_service, is_for_payment_hsms
from tests.adapters.conftest import cloud
from tests.build import SUB_1

GROUP = f"/subscriptions/{SUB_1}/resourceGroups/group-1"
NETWORK = f"{GROUP}/providers/Microsoft.Network"
GATEWAYS = ("gateway-1", "gateway-2")

pytestmark = [pytest.mark.vcr, pytest.mark.estate("paged")]


def test_an_estate_is_read_over_all_pages(recorded: Connection) -> None:
    estate = cloud(recorded).observe((), policy=Policy())
    assert estate.gaps == ()
    assert estate.notes == ()
    assert {one.name: one.features for one in estate.subscriptions.values()} == {
        "subscription-1": {FASTPATH_FEATURE: "Registered", DEDICATED_HSM_FEATURE: "Registered"},
        "subscription-2": {},
    }
    assert {(hsm.name, hsm.stamp, hsm.provisioning_state) for hsm in estate.hsms.values()} == {
        ("hsm-1", "stamp1", "Succeeded"),
        ("hsm-2", "stamp2", "Connecting"),
    }
    (vnet,) = estate.vnets.values()
    assert isinstance(vnet, Vnet)
    assert vnet.subnets is not None
    (subnet,) = vnet.subnets
    assert subnet.is_delegated_to_hsms
    for hsm in estate.hsms.values():
        assert isinstance(hsm.host, NetworkProfile)
        assert hsm.host.subnet_id == subnet.id
        for nic in hsm.host.nics:
            assert ip_address(nic.private_ip or "") in ip_network(subnet.prefixes[0])
        for slot in nic_slots(hsm):
            fact = estate.nics[arm_id.key(slot.nic_id)]
            assert fact == ABSENT if hsm.name == "hsm-2" else isinstance(fact, Nic) and fact.subnet_ids == (subnet.id,)


@pytest.mark.estate("surroundings")
def test_what_stands_around_hsm_networks_is_read(recorded: Connection) -> None:
    facts = NetworkFacts(recorded)
    fast, active = (recorded.run(facts.gateway(f"{NETWORK}/virtualNetworkGateways/{one}")) for one in GATEWAYS)
    assert isinstance(fast, Gateway)
    assert (fast.kind, fast.active_active) == ("ExpressRoute", False)
    assert {one.name: one.fastpath for one in fast.connections or ()} == {"connection-1": True, "connection-2": False}
    assert isinstance(active, Gateway)
    assert (active.kind, active.active_active, active.connections) == ("Vpn", True, None)
    table = recorded.run(facts.route_table(f"{NETWORK}/routeTables/route-table-1"))
    assert isinstance(table, RouteTable)
    ((prefix, next_hop),) = ((route.prefix, route.next_hop) for route in table.routes)
    assert (ip_network(prefix).prefixlen, next_hop) == (24, "VirtualAppliance")
    nat = recorded.run(facts.nat_gateway(f"{NETWORK}/natGateways/nat-gateway-1"))
    assert isinstance(nat, NatGateway)
    assert nat.tags == {"fastpathenabled": "True"}
    balancers = recorded.run(facts.load_balancers(SUB_1))
    assert not isinstance(balancers, Gap)
    used, empty = balancers
    assert list(used.vnets) == list(used.addresses)
    assert used.nic_ids == (f"{NETWORK}/networkInterfaces/nic-1",)
    assert (empty.addresses, empty.nic_ids) == ((), ())


@pytest.mark.estate("surroundings")
def test_what_holds_for_a_whole_subscription_is_read(recorded: Connection) -> None:
    facts = SubscriptionFacts(recorded, ArmFacts(recorded))
    assert recorded.run(facts.provider(SUB_1, HSM_PROVIDER)) == "Registering"
    assert recorded.run(facts.provider(SUB_1, NETWORK_PROVIDER)) == "Registered"
    assert recorded.run(facts.may_open_tickets(SUB_1)) is True
    assert recorded.run(facts.support_plan(SUB_1)) == "Unified"
    assert recorded.run(facts.has_support_service()) is True
    locks = recorded.run(facts.locks(SUB_1))
    assert not isinstance(locks, Gap)
    hsms = {name: f"{GROUP}/providers/{HSM_TYPE}/{name}" for name in ("hsm-1", "hsm-2")}
    covered = {
        (lock.level, name) for lock in locks for name, one in hsms.items() if arm_id.key(one).startswith(lock.scope)
    }
    assert covered == {("ReadOnly", "hsm-1"), ("ReadOnly", "hsm-2"), ("CanNotDelete", "hsm-1")}


def test_the_service_and_its_problem_types_are_found(recorded: Connection) -> None:
    desk = _desk(recorded)
    services = desk.services()
    assert not isinstance(services, Gap)
    service = find_service(services)
    assert service is not None
    assert service.display_name == "Azure Payment HSM Service"
    classifications = desk.classifications(service)
    assert not isinstance(classifications, Gap)
    assert all(one.id.startswith(f"{service.id}/problemClassifications/") for one in classifications)
    assert "Provisioning / HSM creation failed" in {one.display_name for one in classifications}


@pytest.mark.estate("surroundings")
def test_tickets_are_read_whole_and_the_closed_ones_left_out(recorded: Connection) -> None:
    subscription = cloud(recorded).scope(())[0]
    tickets = _desk(recorded).tickets(subscription, only_open=False)
    assert not isinstance(tickets, Gap)
    by_name = {ticket.name: ticket for ticket in tickets}
    assert {name: (ticket.status, ticket.is_open) for name, ticket in by_name.items()} == {
        "ticket-1": ("Open", True),
        "ticket-2": ("closed", False),
    }
    ticket = by_name["ticket-1"]
    assert (ticket.severity, ticket.service) == ("Moderate", "Azure Payment HSM Service")
    assert len(ticket.number) == 16
    assert "@" in ticket.engineer
    assert is_for_payment_hsms(ticket)


def _desk(connection: Connection) -> AzureDesk:
    return AzureDesk(connection, poll_seconds=0.01, progress=lambda line: None)
