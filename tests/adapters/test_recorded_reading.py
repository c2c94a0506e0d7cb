"""What a well-behaved Azure answers, replayed. These recordings can be made from a real subscription too."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from ops.adapters.azure_desk import AzureDesk
from ops.adapters.connection import Connection
from ops.model import arm_id
from ops.model.attachment import nic_slots
from ops.model.estate import ABSENT, DEDICATED_HSM_FEATURE, FASTPATH_FEATURE, Gap, NetworkProfile, Nic, Vnet
from ops.model.policy import Consent
from ops.support.classification import find_service, is_for_payment_hsms
from tests.adapters.conftest import cloud

pytestmark = [pytest.mark.vcr, pytest.mark.estate("paged")]


def test_an_estate_is_read_over_all_pages(recorded: Connection) -> None:
    estate = cloud(recorded).observe((), outside=())
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
    return AzureDesk(connection, poll_seconds=0.01, consent=Consent(), progress=lambda line: None)
