"""What stands around the HSMs on a bad day: a fact that is true or a Gap that says why, each where it was expected."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ops.model import arm_id
from ops.model.estate import HSM_PROVIDER, NETWORK_PROVIDER, Estate, Vnet
from ops.model.fact import ABSENT, Gap
from ops.model.policy import Peers, Policy, SupportPolicy
from ops.sandbox.child import running
from tests.adapters import arm_json
from tests.adapters.conftest import Arm
from tests.adapters.test_surroundings import (
    CLIENTS,
    CLUSTER,
    EXPRESSROUTE,
    HUB_TABLE,
    NAT,
    POLICY,
    SUB_3,
    TABLE,
    VPN,
    document,
    read,
)
from tests.build import SUB_1, SUB_2

Serve = Callable[[str | dict[str, Any]], Arm]
HERE = f"/subscriptions/{SUB_1}/providers"
REFUSED = "403 AuthorizationFailed"


def _answer(path: str, body: object) -> dict[str, Any]:
    headers = {"content-type": "application/json"}
    return {"method": "GET", "path": path, "status": 200, "body": json.dumps(body), "headers": headers}


def _fault(path: str, status: int, code: str | None = None) -> dict[str, Any]:
    return {"method": "GET", "path": path, "status": status, **({"code": code} if code else {})}


def _serving(folder: Any, *faults: dict[str, Any]) -> Iterator[Estate]:
    file = folder / "estate.yaml"
    file.write_text(json.dumps(document(*faults)), encoding="utf-8")
    with running(str(file)) as serving:
        yield read(Arm(serving))


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    yield from _serving(
        tmp_path_factory.mktemp("refused"),
        _fault(VPN, 403),
        _answer(f"{EXPRESSROUTE}/connections", {}),
        _fault(TABLE, 403),
        _answer(HUB_TABLE, {"properties": {"routes": [{"name": "r", "properties": {"nextHopType": "None"}}]}}),
        _fault(NAT, 401, "InvalidAuthenticationTokenTenant"),
        _answer("*/loadBalancers", {}),
        _fault(f"{HERE}/{HSM_PROVIDER}", 403),
        _answer(f"{HERE}/{NETWORK_PROVIDER}", {"namespace": NETWORK_PROVIDER}),
        _answer(f"{HERE}/Microsoft.Authorization/locks", {}),
        _fault(f"{HERE}/Microsoft.Authorization/permissions", 403),
        _answer(f"{HERE}/Microsoft.Support/supportTickets", {}),
        _answer("/providers/Microsoft.Support/services", {}),
        _fault(CLUSTER, 400, "NoRegisteredProviderFound"),
        _fault(f"{HERE}/Microsoft.Insights/*", 403),
        _answer(f"/subscriptions/{SUB_2}/providers/Microsoft.Insights/*", {"value": ["an event"]}),
    )


def _reason(fact: object, what: str, estate: Estate) -> str:
    assert isinstance(fact, Gap)
    assert fact.what == what
    assert fact in estate.gaps
    return fact.reason


def test_what_is_refused_is_a_gap_where_it_was_expected(refused: Estate) -> None:
    gateways, tables, nats = refused.gateways, refused.route_tables, refused.nat_gateways
    assert _reason(gateways[arm_id.key(VPN)], "gateway", refused) == REFUSED
    assert _reason(tables[arm_id.key(TABLE)], "route table", refused) == REFUSED
    tenant = "401 InvalidAuthenticationTokenTenant"
    assert _reason(nats[arm_id.key(NAT)], "NAT gateway", refused) == tenant
    assert _reason(refused.deletions[SUB_1], "activity log", refused) == REFUSED
    assert refused.deletions[SUB_3] == ()


def test_a_list_that_holds_no_list_is_not_taken_for_an_empty_one(refused: Estate) -> None:
    holder = refused.subscriptions[SUB_1]
    for fact, what in (
        (refused.load_balancers[SUB_1], "load balancers"),
        (refused.gateways[arm_id.key(EXPRESSROUTE)], "gateway"),  # without its connections it is not read
        (holder.locks, "locks"),
        (holder.support_plan, "support tickets"),
        (refused.has_support_service, "support services"),
    ):
        assert _reason(fact, what, refused) == "the answer holds no list"


def test_an_answer_that_leaves_out_what_it_is_asked_for_is_a_gap(refused: Estate) -> None:
    table = refused.route_tables[arm_id.key(HUB_TABLE)]
    assert _reason(table, "route table", refused) == "a route names no prefix or no next hop"
    assert _reason(refused.deletions[SUB_2], "activity log", refused) == "the answer is not an object"
    state = refused.subscriptions[SUB_1].providers[NETWORK_PROVIDER]
    assert _reason(state, f"resource provider {NETWORK_PROVIDER}", refused) == "the answer names no registration state"


def test_rights_and_registrations_may_be_refused(refused: Estate) -> None:
    holder = refused.subscriptions[SUB_1]
    assert _reason(holder.providers[HSM_PROVIDER], f"resource provider {HSM_PROVIDER}", refused) == REFUSED
    assert _reason(holder.may_open_tickets, "permissions", refused) == REFUSED


def test_a_cluster_that_cannot_be_read_is_kept_as_the_list_knows_it(refused: Estate) -> None:
    cluster = refused.clusters[arm_id.key(CLUSTER)]
    assert _reason(cluster.gap, "payment HSM cluster", refused) == "400 NoRegisteredProviderFound"
    assert (cluster.name, cluster.location, cluster.sku) == ("v2", "eastus2", "Standard_B1v2")
    assert (cluster.nodes, cluster.endpoints, cluster.activation_state) == (None, None, None)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """Nothing is refused, and little is there."""
    gone = (VPN, TABLE, NAT, CLUSTER)
    yield from _serving(
        tmp_path_factory.mktemp("bare"),
        *(_fault(one, 404, "ResourceNotFound") for one in gone),
        _answer(f"{HERE}/Microsoft.Support/supportTickets", {"value": []}),
        _answer("/providers/Microsoft.Support/services", {"value": []}),
        _answer(f"{HERE}/Microsoft.Authorization/permissions", {"value": [{"actions": ["*/read"], "notActions": []}]}),
        {**_fault("*1/resources", 404, "InvalidResourceType"), "times": 1},
        {"method": "POST", "path": "*ResourceGraph*", "status": 403},
    )


def test_what_arm_does_not_know_is_absent_and_a_cluster_that_is_gone_is_left_out(bare: Estate) -> None:
    assert bare.gaps == ()
    assert bare.gateways[arm_id.key(VPN)] == ABSENT
    assert bare.route_tables[arm_id.key(TABLE)] == ABSENT
    assert bare.nat_gateways[arm_id.key(NAT)] == ABSENT
    assert bare.clusters == {}


def test_a_reader_may_not_open_tickets_no_ticket_tells_a_plan_and_no_service_is_there(bare: Estate) -> None:
    holder = bare.subscriptions[SUB_1]
    assert holder.may_open_tickets is False
    assert holder.support_plan == ABSENT
    assert bare.has_support_service is False


def test_hsms_are_listed_also_where_the_type_of_clusters_is_hidden(bare: Estate) -> None:
    assert list(bare.hsms) == [arm_id.key(arm_json.HSM)]


def test_an_estate_of_clusters_alone_is_read_without_graph_too(serve: Serve) -> None:
    made = document({"method": "POST", "path": "*ResourceGraph*", "status": 403})
    arm = serve(arm_json.without(made, arm_json.HSM))
    estate = read(arm, Policy())
    assert list(estate.clusters) == [arm_id.key(CLUSTER)]
    assert estate.hsms == {}
    assert estate.has_support_service is None
    assert estate.subscriptions[SUB_1].providers == {}
    assert arm.log(containing="supportTickets") == []


def test_what_stands_in_a_vnet_that_is_declared_outside_is_not_read(serve: Serve) -> None:
    arm = serve(document())
    outside = (arm_json.HUB.upper(), CLIENTS)
    estate = read(arm, Policy(peers=Peers(outside=outside, client_subnets=POLICY.peers.client_subnets)))
    assert arm_id.key(CLIENTS) not in estate.vnets
    assert (arm_id.key(VPN) in estate.gateways, arm_id.key(HUB_TABLE) in estate.route_tables) == (False, False)
    assert estate.nat_gateways == {}
    assert estate.gaps == ()


def test_what_no_check_needs_is_not_read_and_may_be_refused(serve: Serve) -> None:
    arm = serve(
        document(
            _fault(f"/subscriptions/{SUB_2}/resourceGroups/*", 403),
            _fault(f"/subscriptions/{SUB_2}/providers/Microsoft.Features/*", 403),
            _fault(f"{HERE}/Microsoft.Support/supportTickets", 403),
            _fault(f"/subscriptions/{SUB_3}/providers/{HSM_PROVIDER}", 429, "TooManyRequests"),
        )
    )
    peers = Peers(no_hsm_access=(arm_json.HUB.upper(), arm_json.HUB.replace("/hub", "/spoke")))
    estate = read(arm, Policy(peers=peers, support=SupportPolicy(plan="Unified")))
    assert estate.gaps == ()
    assert list(estate.vnets) == [arm_id.key(arm_json.VNET)]
    assert list(estate.route_tables) == [arm_id.key(TABLE)]
    assert estate.subscriptions[SUB_1].support_plan is None
    assert arm.log("GET", "supportTickets") == []
    assert arm.log("GET", f"/subscriptions/{SUB_2}/resourceGroups/") == []
    assert arm.log("GET", f"/subscriptions/{SUB_2}/providers/") == []


def test_a_vnet_of_hsms_is_read_even_where_its_peers_need_no_hsm_of_it(serve: Serve) -> None:
    arm = serve(document())
    peers = Peers(no_hsm_access=(arm_json.VNET, arm_json.HUB))
    estate = read(arm, Policy(peers=peers))
    assert isinstance(estate.vnets[arm_id.key(arm_json.VNET)], Vnet)
    assert arm_id.key(TABLE) in estate.route_tables
    assert (arm_id.key(arm_json.HUB) in estate.vnets, arm_id.key(HUB_TABLE) in estate.route_tables) == (False, False)


def test_a_peering_that_does_not_tell_whose_gateways_it_uses_may_use_those_of_the_other_side(serve: Serve) -> None:
    made = document()
    own = next(one for one in made["resources"] if one["id"] == arm_json.VNET)
    for peering in own["properties"]["virtualNetworkPeerings"]:
        for name in ("useRemoteGateways", "allowVirtualNetworkAccess", "peeringSyncLevel"):
            del peering["properties"][name]
    estate = read(serve(made), Policy())
    vnet = estate.vnets[arm_id.key(arm_json.VNET)]
    assert isinstance(vnet, Vnet)
    assert vnet.peerings is not None
    assert {(one.sync_level, one.allows_access, one.uses_remote_gateways) for one in vnet.peerings} == {(None,) * 3}
    spoke = VPN.replace("gw-vpn", "gw-spoke")
    assert estate.gateways[arm_id.key(spoke)] == ABSENT


def test_the_log_of_a_subscription_that_is_refused_as_a_whole_is_not_asked_for_a_name(serve: Serve) -> None:
    arm = serve(document({"method": "*", "path": f"/subscriptions/{SUB_3}/*", "status": 403}))
    estate = read(arm)
    assert estate.subscriptions[SUB_3].gap is not None
    assert set(estate.deletions) == {SUB_1, SUB_2}


def test_of_many_activity_logs_the_first_fifty_are_read_and_the_report_says_so(serve: Serve) -> None:
    made = arm_json.estate()
    more = [f"00000000-0000-0000-0000-{number:012d}" for number in range(100, 160)]
    made["subscriptions"] += [{"id": one, "displayName": one} for one in more]
    estate = read(serve(made), Policy(expected=("gone",)))
    assert len(estate.deletions) == 50
    assert SUB_1 in estate.deletions
    assert estate.notes == ("who deleted a missing HSM was looked for in 50 of 62 activity logs",)
