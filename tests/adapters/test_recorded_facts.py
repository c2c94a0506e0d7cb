"""What Azure answers to one reading on a bad day, replayed: a fact, or a Gap that says why there is none."""

from __future__ import annotations

import time

import pytest
from azure.core.exceptions import HttpResponseError
from azure.mgmt.resourcegraph.aio import ResourceGraphClient

from ops.adapters import failure, resource_graph
from ops.adapters.arm_facts import ArmFacts
from ops.adapters.connection import Connection
from ops.adapters.network_facts import NetworkFacts
from ops.model.estate import FASTPATH_FEATURE, Vnet
from ops.model.fact import ABSENT, Absent, Gap
from ops.model.policy import Policy
from tests.adapters.conftest import cloud
from tests.build import SUB_1, SUB_2

NOWHERE = "00000000-0000-0000-0000-000000000009"

pytestmark = [pytest.mark.vcr, pytest.mark.estate("facts")]


def _id(vnet: str, *, group: str = "group-1", subscription: str = SUB_1) -> str:
    return f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network/virtualNetworks/{vnet}"


def _read(connection: Connection, vnet_id: str) -> Vnet | Absent | Gap:
    return connection.run(NetworkFacts(connection).vnet(vnet_id))


def _gap(vnet_id: str, reason: str) -> Gap:
    return Gap(subject=vnet_id, what="virtual network", reason=reason)


def test_a_throttled_reading_comes_back_when_azure_says_and_not_before(recorded: Connection) -> None:
    begun = time.monotonic()
    fact = _read(recorded, _id("vnet-1"))
    assert isinstance(fact, Vnet)
    assert fact.tags == {"fastpathenabled": "True"}
    assert time.monotonic() - begun >= 1


def test_a_throttled_reading_comes_back_by_itself_when_azure_names_no_time(recorded: Connection) -> None:
    assert isinstance(_read(recorded, _id("vnet-2")), Vnet)


def test_throttling_without_end_is_a_gap_after_three_attempts(recorded: Connection) -> None:
    assert _read(recorded, _id("vnet-3")) == _gap(_id("vnet-3"), "429 SubscriptionRequestsThrottled")


def test_throttling_for_an_hour_is_a_gap_at_once(recorded: Connection) -> None:
    assert _read(recorded, _id("vnet-4")) == _gap(_id("vnet-4"), "429 SubscriptionRequestsThrottled")


def test_a_refused_reading_is_a_gap(recorded: Connection) -> None:
    assert _read(recorded, _id("vnet-5")) == _gap(_id("vnet-5"), "403 AuthorizationFailed")


def test_a_page_of_html_in_the_place_of_an_answer_is_a_gap(recorded: Connection) -> None:
    assert _read(recorded, _id("vnet-6")) == _gap(_id("vnet-6"), "502 not JSON")


def test_a_page_of_html_that_comes_once_leaves_no_trace(recorded: Connection) -> None:
    assert isinstance(_read(recorded, _id("vnet-7")), Vnet)


def test_a_network_that_does_not_exist_is_absent(recorded: Connection) -> None:
    assert _read(recorded, _id("vnet-9")) == ABSENT


def test_a_network_whose_group_does_not_exist_is_absent(recorded: Connection) -> None:
    assert _read(recorded, _id("vnet-1", group="group-9")) == ABSENT


def test_a_network_in_a_subscription_that_cannot_be_seen_is_a_gap_and_not_absent(recorded: Connection) -> None:
    unseen = _id("vnet-1", subscription=NOWHERE)
    assert _read(recorded, unseen) == _gap(unseen, "404 SubscriptionNotFound")


def test_a_namespace_that_is_not_registered_is_a_gap_and_is_not_registered_by_reading(recorded: Connection) -> None:
    unregistered = _id("vnet-1", subscription=SUB_2)
    assert _read(recorded, unregistered) == _gap(unregistered, "409 MissingSubscriptionRegistration")


def test_a_subscription_that_was_never_let_in_holds_no_hsms_and_that_is_no_error(recorded: Connection) -> None:
    assert recorded.run(ArmFacts(recorded).listing(SUB_2)) == ([], None)


@pytest.mark.estate("graph-throttled")
def test_a_graph_that_is_throttled_without_end_gives_a_reason_and_no_rows(recorded: Connection) -> None:
    client = recorded.client(ResourceGraphClient)
    with pytest.raises(HttpResponseError) as caught:
        recorded.run(resource_graph.rows(client, resource_graph.HSMS_AND_CLUSTERS, (SUB_1,)))
    assert failure.reason(caught.value) == "429 RateLimiting"


@pytest.mark.estate("bad-day")
def test_a_graph_that_is_throttled_for_a_while_is_waited_for_and_a_refused_subscription_is_a_gap(
    recorded: Connection,
) -> None:
    estate = cloud(recorded).observe((), policy=Policy())
    assert estate.notes == ()
    assert estate.scope == (SUB_1, SUB_2)
    refused = Gap(
        subject=f"/subscriptions/{SUB_2}",
        what="list of payment HSMs",
        reason="403 AuthorizationFailed",
        whole_subscription=True,
    )
    assert estate.gaps == (refused,)
    assert [one.gap for one in estate.subscriptions.values()] == [None, refused]
    (hsm,) = estate.hsms.values()
    assert (hsm.name, hsm.provisioning_state, hsm.stamp) == ("hsm-1", "Failed", "stamp1")
    assert hsm.management == ABSENT
    assert set(estate.nics.values()) == {ABSENT}
    assert estate.subscriptions[SUB_1].features[FASTPATH_FEATURE] == "Registered"
