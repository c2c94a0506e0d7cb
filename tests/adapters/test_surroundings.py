"""What stands around the HSMs, read over HTTPS from an estate that has one of everything, one to a page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ops.adapters.azure_cloud import AzureCloud
from ops.model import arm_id
from ops.model.cluster import Cluster, ClusterNode, EndpointConnection
from ops.model.estate import HSM_PROVIDER, NETWORK_PROVIDER, Deletion, Estate, Source, Vnet
from ops.model.fact import ABSENT
from ops.model.policy import Peers, Policy
from ops.model.surroundings import Connection as GatewayConnection
from ops.model.surroundings import Gateway, LoadBalancer, NatGateway, Route, RouteTable
from ops.sandbox.child import running
from tests.adapters import arm_json
from tests.adapters.arm_json import GROUP, HSM, HUB, NICS, SUBNET, VNET
from tests.adapters.conftest import Arm
from tests.build import SUB_1, SUB_2

SUB_3 = "00000000-0000-0000-0000-000000000003"
_NETWORK = f"{GROUP}/providers/Microsoft.Network"
_FAR = f"/subscriptions/{SUB_2}/resourceGroups/rg-hub/providers/Microsoft.Network"
SPOKE, CLIENTS = HUB.replace("/hub", "/spoke"), HUB.replace("/hub", "/clients")
EXPRESSROUTE, VPN = f"{_NETWORK}/virtualNetworkGateways/gw-er", f"{_FAR}/virtualNetworkGateways/gw-vpn"
TABLE, HUB_TABLE, NAT = f"{_NETWORK}/routeTables/rt-app", f"{_FAR}/routeTables/rt-hub", f"{_FAR}/natGateways/nat1"
CLUSTER = (
    f"/subscriptions/{SUB_3}/resourceGroups/rg-v2/providers/Microsoft.HardwareSecurityModules/paymentHsmClusters/v2"
)
CLIENT_SUBNET = f"{CLIENTS}/subnets/apps"
LOCK = "/providers/Microsoft.Authorization/locks/keep"
DELETED = HSM.replace("hsm1", "hsm-gone")
NOW = datetime.now(UTC).replace(microsecond=0)  # the sandbox keeps its log for 90 days, as Azure does


def _resource(resource_id: str, **properties: Any) -> dict[str, Any]:
    kind = "/".join(resource_id.rpartition("/providers/")[2].split("/")[:2])
    return {"id": resource_id, "name": arm_id.name(resource_id), "type": kind, "properties": properties}


def _subnet(vnet: str, name: str, **properties: Any) -> dict[str, Any]:
    return {"id": f"{vnet}/subnets/{name}", "name": name, "properties": {"addressPrefix": "10.3.2.0/24", **properties}}


def _gateway_subnet(vnet: str, gateway: str) -> dict[str, Any]:
    users = [{"id": f"{gateway}/ipConfigurations/{name}"} for name in ("one", "TWO")]
    return _subnet(vnet, "GatewaySubnet", ipConfigurations=[*users, {"id": f"{NICS}/vm/ipConfigurations/a"}])


def _peering(remote: str, **properties: Any) -> dict[str, Any]:
    state = {"peeringState": "Connected", "remoteVirtualNetwork": {"id": remote}}
    return {"name": arm_id.name(remote), "properties": {**state, **properties}}


def _networks() -> Iterator[dict[str, Any]]:
    own = arm_json.vnet(subnets=("hsmsubnet",))
    own["properties"]["addressSpace"] = {"addressPrefixes": ["10.3.0.0/16", "fd00::/48"]}
    own["properties"]["subnets"] += [
        _gateway_subnet(VNET, EXPRESSROUTE),
        _subnet(VNET, "app", routeTable={"id": TABLE}, privateEndpoints=[{"id": f"{_NETWORK}/privateEndpoints/logs"}]),
    ]
    own["properties"]["virtualNetworkPeerings"] = [
        _peering(HUB, useRemoteGateways=True, allowVirtualNetworkAccess=True, peeringSyncLevel="RemoteNotInSync"),
        _peering(SPOKE, useRemoteGateways=False, allowVirtualNetworkAccess=False, peeringSyncLevel="FullyInSync"),
    ]
    hub, spoke, clients = arm_json.vnet(HUB), arm_json.vnet(SPOKE), arm_json.vnet(CLIENTS)
    hub["properties"]["subnets"] = [_gateway_subnet(HUB, VPN), _subnet(HUB, "fw", routeTable={"id": HUB_TABLE})]
    spoke["properties"]["subnets"] = [_gateway_subnet(SPOKE, f"{_FAR}/virtualNetworkGateways/gw-spoke")]
    clients["properties"]["subnets"] = [
        _subnet(CLIENTS, "apps", natGateway={"id": NAT.upper()}),
        _subnet(CLIENTS, "other", natGateway={"id": f"{_FAR}/natGateways/nat2"}, routeTable={"id": f"{HUB_TABLE}2"}),
    ]
    yield from (own, hub, spoke, clients, arm_json.hsm() | {"name": "HSM1"})


def _surroundings() -> Iterator[dict[str, Any]]:
    yield _resource(EXPRESSROUTE, gatewayType="ExpressRoute", activeActive=False)
    yield _resource(VPN, gatewayType="Vpn", activeActive=True)
    for name, gateway, bypass in (("fast", EXPRESSROUTE, True), ("slow", EXPRESSROUTE, None), ("vpn", VPN, None)):
        end = {"virtualNetworkGateway1": {"id": gateway.lower()}, "connectionType": "ExpressRoute"}
        connection = f"{GROUP}/providers/Microsoft.Network/connections/{name}"
        yield _resource(connection, **end, **({} if bypass is None else {"expressRouteGatewayBypass": bypass}))
    to_firewall = {"addressPrefix": "10.3.1.0/24", "nextHopType": "VirtualAppliance", "nextHopIpAddress": "10.9.0.4"}
    yield _resource(TABLE, routes=[{"name": "fw", "properties": to_firewall}])
    yield _resource(HUB_TABLE, routes=None)
    yield _resource(NAT) | {"tags": {"fastpathenabled": "True"}}
    pool = {
        "backendIPConfigurations": [{"id": f"{NICS}/vm1/ipConfigurations/a"}],
        "loadBalancerBackendAddresses": [
            {"name": "a", "properties": {"ipAddress": "10.3.1.4", "virtualNetwork": {"id": VNET}}},
            {"name": "b", "properties": {"ipAddress": "10.3.1.5", "subnet": {"id": SUBNET}}},
            {"name": "c", "properties": {"ipAddress": "10.3.1.6"}},
        ],
    }
    yield _resource(f"{_NETWORK}/loadBalancers/lb1", backendAddressPools=[{"name": "p", "properties": pool}])
    yield _resource(f"{_NETWORK}/loadBalancers/lb2", backendAddressPools=[])
    for scope in (f"/subscriptions/{SUB_1}", GROUP, HSM):
        yield _resource(f"{scope}{LOCK}", level="CanNotDelete")
    endpoint = {"groupIds": ["application"], "privateLinkServiceConnectionState": {"status": "Approved"}}
    yield _resource(
        CLUSTER,
        provisioningState="Succeeded",
        activationState="Active",
        hsms=[{"appFqdn": "v2.eastus2.example.com", "state": "Running", "stateMessage": "operational"}],
        privateEndpointConnections=[{"name": "pe", "properties": {"provisioningState": "Succeeded", **endpoint}}],
    ) | {"location": "East US 2", "sku": {"name": "Standard_B1v2", "family": "B"}}


def _event(status: str, **changes: Any) -> dict[str, Any]:
    return {
        "resourceId": DELETED.upper(),
        "operationName": {"value": "MICROSOFT.HARDWARESECURITYMODULES/dedicatedHSMs/delete"},
        "resourceProviderName": {"value": "Microsoft.HardwareSecurityModules"},
        "status": {"value": status},
        "correlationId": "one",
        "caller": "ada@example.com",
        "eventTimestamp": (NOW - timedelta(days=2)).isoformat(),
        "claims": {"ipaddr": "198.51.100.7"},
        **changes,
    }


def _ticket(name: str, created: str, **properties: Any) -> dict[str, Any]:
    ticket_id = f"/subscriptions/{SUB_1}/providers/Microsoft.Support/supportTickets/{name}"
    return _resource(ticket_id, createdDate=created, title=name, status="Closed", **properties)


def document(*faults: dict[str, Any], **settings: Any) -> dict[str, Any]:
    """One of everything, all in order but for the ``faults``."""
    made = arm_json.estate(*_networks(), *_surroundings(), faults=faults, **settings)
    features = made["subscriptions"][0]["features"]
    network_only = {"Microsoft.Network": "NotRegistered"}
    made["subscriptions"].append(
        {"id": SUB_3, "displayName": "clusters", "features": features, "providers": network_only}
    )
    made["activityLog"] = [
        _event("Started", eventTimestamp=(NOW - timedelta(days=3)).isoformat()),
        _event("Succeeded"),
        _event("Succeeded", resourceProviderName={"value": "Microsoft.Network"}),
    ]
    made["support"] = {
        "tickets": [
            _ticket("old", "2025-01-01T00:00:00Z", supportPlanType="Developer"),
            _ticket("new", "2026-01-01T00:00:00Z", supportPlanType="Unified", supportPlanDisplayName="Contoso Unified"),
            _ticket("silent", "2026-02-01T00:00:00Z"),
        ]
    }
    return made


POLICY = Policy(
    peers=Peers(client_subnets=(CLIENT_SUBNET.upper(), f"{HUB}/subnets/fw")),
    expected=("HSM-gone", "hsm1", HSM.upper(), DELETED),
)


def read(arm: Arm, policy: Policy = POLICY) -> Estate:
    """The estate as it is read now."""
    with arm.connect() as connection:
        source = Source(kind="sandbox", name="test")
        return AzureCloud(connection, source, lambda line: None, lambda: NOW).observe((), policy=policy)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Arm, Estate]]:
    file = tmp_path_factory.mktemp("surroundings") / "estate.yaml"
    file.write_text(json.dumps(document(pageSize=1)), encoding="utf-8")
    with running(str(file)) as serving:
        arm = Arm(serving)
        yield arm, read(arm)


def _vnet(estate: Estate, vnet_id: str) -> Vnet:
    fact = estate.vnets[arm_id.key(vnet_id)]
    assert isinstance(fact, Vnet)
    return fact


def test_everything_is_read_by_get_over_all_pages_and_nothing_twice(seen: tuple[Arm, Estate]) -> None:
    arm, estate = seen
    assert estate.gaps == ()
    assert estate.notes == ()
    assert estate.requests == len(arm.log())
    assert {one["path"] for one in arm.log("POST")} == {"/providers/Microsoft.ResourceGraph/resources"}
    asked = [(one["path"].lower(), one["query"]) for one in arm.log("GET")]
    assert len(asked) == len(set(asked))


def test_a_vnet_tells_its_prefixes_and_who_is_in_its_subnets(seen: tuple[Arm, Estate]) -> None:
    own = _vnet(seen[1], VNET)
    assert own.prefixes == ("10.3.0.0/16", "fd00::/48")
    assert own.subnets is not None
    hsms, gateways, app = own.subnets
    assert (hsms.nat_gateway, hsms.gateways, hsms.private_endpoints) == (ABSENT, (), ())
    assert gateways.gateways == (EXPRESSROUTE,)
    assert app.private_endpoints == (f"{_NETWORK}/privateEndpoints/logs",)
    assert own.peerings is not None
    told = [(one.sync_level, one.allows_access, one.uses_remote_gateways) for one in own.peerings]
    assert told == [("RemoteNotInSync", True, True), ("FullyInSync", False, False)]


def test_the_gateways_that_may_carry_hsm_traffic_are_read_with_their_connections(seen: tuple[Arm, Estate]) -> None:
    _, estate = seen
    connections = f"{GROUP}/providers/Microsoft.Network/connections"
    assert estate.gateways == {
        arm_id.key(EXPRESSROUTE): Gateway(
            id=EXPRESSROUTE,
            name="gw-er",
            kind="ExpressRoute",
            active_active=False,
            connections=tuple(
                GatewayConnection(id=f"{connections}/{name}", name=name, kind="ExpressRoute", fastpath=fastpath)
                for name, fastpath in (("fast", True), ("slow", False))
            ),
        ),
        arm_id.key(VPN): Gateway(id=VPN, name="gw-vpn", kind="Vpn", active_active=True, connections=None),
    }


def test_the_route_tables_of_hsm_vnets_and_of_their_peers_are_read(seen: tuple[Arm, Estate]) -> None:
    route = Route(name="fw", prefix="10.3.1.0/24", next_hop="VirtualAppliance", next_hop_ip="10.9.0.4")
    assert seen[1].route_tables == {
        arm_id.key(TABLE): RouteTable(id=TABLE, name="rt-app", routes=(route,)),
        arm_id.key(HUB_TABLE): RouteTable(id=HUB_TABLE, name="rt-hub", routes=()),
    }


def test_only_the_nat_gateways_of_declared_client_subnets_are_read(seen: tuple[Arm, Estate]) -> None:
    _, estate = seen
    nat = NatGateway(id=NAT.upper(), name="nat1", tags={"fastpathenabled": "True"})
    assert estate.nat_gateways == {arm_id.key(NAT): nat}
    assert _vnet(estate, CLIENTS).subnets is not None


def test_load_balancers_are_read_where_hsm_vnets_are(seen: tuple[Arm, Estate]) -> None:
    _, estate = seen
    balancers = estate.load_balancers[SUB_1]
    assert balancers == (
        LoadBalancer(
            id=f"{_NETWORK}/loadBalancers/lb1",
            name="lb1",
            addresses=("10.3.1.4", "10.3.1.5", "10.3.1.6"),
            nic_ids=(f"{NICS}/vm1",),
            vnets={"10.3.1.4": VNET, "10.3.1.5": VNET},
        ),
        LoadBalancer(id=f"{_NETWORK}/loadBalancers/lb2", name="lb2", addresses=(), nic_ids=(), vnets={}),
    )
    assert list(estate.load_balancers) == [SUB_1]


def test_locks_of_all_scopes_and_the_registrations_are_read_where_hsms_are(seen: tuple[Arm, Estate]) -> None:
    _, estate = seen
    holder = estate.subscriptions[SUB_1]
    assert isinstance(holder.locks, tuple)
    assert {lock.scope for lock in holder.locks} == set(map(arm_id.key, (f"/subscriptions/{SUB_1}", GROUP, HSM)))
    assert {lock.level for lock in holder.locks} == {"CanNotDelete"}
    assert holder.providers == {HSM_PROVIDER: "Registered", NETWORK_PROVIDER: "Registered"}
    assert estate.subscriptions[SUB_2].locks is None
    assert estate.subscriptions[SUB_2].providers == {}


def test_what_tickets_need_is_read_and_the_latest_ticket_tells_the_plan(seen: tuple[Arm, Estate]) -> None:
    _, estate = seen
    holder = estate.subscriptions[SUB_1]
    assert holder.may_open_tickets is True
    assert holder.support_plan == "Unified"
    assert estate.has_support_service is True


def test_a_cluster_is_found_in_a_subscription_of_its_own_and_read(seen: tuple[Arm, Estate]) -> None:
    arm, estate = seen
    assert arm.log("GET", f"/subscriptions/{SUB_3}/resources") != []  # Resource Graph lags behind
    assert estate.clusters == {
        arm_id.key(CLUSTER): Cluster(
            id=CLUSTER,
            name="v2",
            location="eastus2",
            sku="Standard_B1v2",
            provisioning_state="Succeeded",
            activation_state="Active",
            nodes=(ClusterNode(name="v2", state="Running", message="operational"),),
            endpoints=(
                EndpointConnection(
                    name="pe", groups=("application",), status="Approved", provisioning_state="Succeeded"
                ),
            ),
        )
    }
    assert estate.subscriptions[SUB_3].providers == {}  # nothing is asked of a subscription without HSMs
    assert list(estate.hsms) == [arm_id.key(HSM)]


def test_who_deleted_an_expected_hsm_is_looked_for_in_every_log_for_a_name(seen: tuple[Arm, Estate]) -> None:
    _, estate = seen
    deletion = Deletion(hsm_id=DELETED.upper(), by="ada@example.com", at=NOW - timedelta(days=2))
    assert estate.deletions == {SUB_1: (deletion,), SUB_2: (), SUB_3: ()}


def test_only_the_log_of_its_subscription_is_read_for_an_id_and_none_where_nothing_is_missing(
    seen: tuple[Arm, Estate],
) -> None:
    arm, _ = seen
    elsewhere = DELETED.replace(SUB_1, SUB_2)
    assert read(arm, Policy(expected=(elsewhere.upper(), "HSM1"))).deletions == {SUB_2: ()}
    assert read(arm, Policy(expected=("HSM1", f"{HSM}/"))).deletions == {}
