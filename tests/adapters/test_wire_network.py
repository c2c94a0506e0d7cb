from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ops.adapters import wire_network
from ops.adapters.wire_value import WireProblem
from ops.model.estate import Subnet, Vnet
from ops.model.fact import ABSENT, Absent
from tests.adapters.arm_json import NICS, SUBNET, VNET

GATEWAYS = f"{NICS.rpartition('/')[0]}/virtualNetworkGateways"
READERS: tuple[Callable[[object], object], ...] = (
    lambda answer: wire_network.nic(answer, "n"),
    lambda answer: wire_network.vnet(answer, "v"),
    lambda answer: wire_network.gateway(answer, "g"),
    lambda answer: wire_network.route_table(answer, "t"),
    wire_network.gateway_connection,
    wire_network.load_balancer,
)


@pytest.mark.parametrize("read", [*READERS, lambda answer: wire_network.nat_gateway(answer, "n")])
@pytest.mark.parametrize("answer", [None, [], "text", 7])
def test_an_answer_that_is_no_object_is_a_problem(answer: object, read: Callable[[object], object]) -> None:
    with pytest.raises(WireProblem, match="not an object"):
        read(answer)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("answer", [{}, {"properties": None}, {"properties": []}])
def test_a_resource_without_its_properties_is_a_problem_and_not_an_empty_one(
    answer: object, read: Callable[[object], object]
) -> None:
    with pytest.raises(WireProblem, match="no properties"):
        read(answer)


def _vnet(**properties: Any) -> Vnet:
    return wire_network.vnet({"id": "v", "name": "vnet1", "location": "eastus", "properties": properties}, "v")


def test_a_vnet_without_its_lists_says_that_they_are_not_known() -> None:
    assert (_vnet().subnets, _vnet().peerings) == (None, None)
    empty = _vnet(subnets=[], virtualNetworkPeerings=[])
    assert (empty.subnets, empty.peerings) == ((), ())


@pytest.mark.parametrize(
    ("properties", "prefixes"),
    [
        ({"addressPrefix": "10.0.0.0/24"}, ("10.0.0.0/24",)),
        ({"addressPrefixes": ["10.0.0.0/24", "fd00::/64"]}, ("10.0.0.0/24", "fd00::/64")),
        ({"addressPrefix": "10.0.0.0/24", "addressPrefixes": ["10.0.0.0/24"]}, ("10.0.0.0/24",)),
        ({"addressPrefixes": None}, ()),
    ],
)
def test_prefixes_are_read_from_either_key(properties: dict[str, Any], prefixes: tuple[str, ...]) -> None:
    subnets = _vnet(subnets=[{"name": "s", "properties": properties}]).subnets
    assert subnets is not None
    assert subnets[0].prefixes == prefixes
    assert subnets[0].id == "v/subnets/s"


@pytest.mark.parametrize(
    ("group", "read"), [(None, ABSENT), ({"id": "nsg1"}, "nsg1"), ({}, "(without an id)"), ({"ID": "nsg1"}, "nsg1")]
)
def test_an_attached_group_is_never_lost(group: object, read: str | Absent) -> None:
    subnets = _vnet(subnets=[{"name": "s", "properties": {"networkSecurityGroup": group}}]).subnets
    assert subnets is not None
    assert subnets[0].network_security_group == read
    assert subnets[0].route_table == ABSENT


def test_a_subnet_without_properties_is_no_bare_subnet() -> None:
    with pytest.raises(WireProblem, match="no properties"):
        _vnet(subnets=[{"name": "s"}])


def test_a_peering_that_names_no_other_side_is_kept() -> None:
    peerings = _vnet(virtualNetworkPeerings=[{"name": "p"}]).peerings
    assert peerings is not None
    assert (peerings[0].name, peerings[0].remote_vnet_id, peerings[0].state) == ("p", None, None)


def _subnet(**properties: Any) -> Subnet:
    subnets = _vnet(subnets=[{"name": "s", "properties": properties}]).subnets
    assert subnets is not None
    return subnets[0]


@pytest.mark.parametrize("nothing", [{}, {"ipConfigurations": None, "privateEndpoints": None, "natGateway": None}])
def test_a_subnet_that_names_no_users_has_none_because_arm_leaves_out_empty_lists(nothing: dict[str, Any]) -> None:
    subnet = _subnet(**nothing)
    assert (subnet.gateways, subnet.private_endpoints, subnet.nat_gateway) == ((), (), ABSENT)


def test_a_gateway_is_told_by_its_ip_configurations_once_and_a_nic_is_no_gateway() -> None:
    users = [
        f"{GATEWAYS}/gw/ipConfigurations/default",
        f"{GATEWAYS}/gw/ipConfigurations/second".upper(),
        f"{NICS}/vm/ipConfigurations/default",
    ]
    assert _subnet(ipConfigurations=[{"id": user} for user in users]).gateways == (f"{GATEWAYS}/gw",)


@pytest.mark.parametrize(
    ("space", "prefixes"),
    [
        ({"addressPrefixes": ["10.0.0.0/16", "fd00::/48"]}, ("10.0.0.0/16", "fd00::/48")),
        ({"addressPrefixes": None}, ()),
        (None, None),
    ],
)
def test_the_address_space_of_a_vnet_is_read_where_it_is_told(space: object, prefixes: object) -> None:
    assert _vnet(addressSpace=space).prefixes == prefixes


@pytest.mark.parametrize(("told", "read"), [(True, True), (False, False), (None, None), ("true", None)])
def test_a_peering_is_never_given_a_yes_or_no_that_it_does_not_tell(told: object, read: bool | None) -> None:
    properties = {"allowVirtualNetworkAccess": told, "useRemoteGateways": told, "peeringSyncLevel": "FullyInSync"}
    peerings = _vnet(virtualNetworkPeerings=[{"name": "p", "properties": properties}]).peerings
    assert peerings is not None
    (peering,) = peerings
    assert (peering.allows_access, peering.uses_remote_gateways) == (read, read)
    assert peering.sync_level == "FullyInSync"


def test_a_gateway_has_a_type_and_a_connection_too() -> None:
    assert wire_network.gateway({"properties": {"gatewayType": "Vpn"}}, "g").active_active is None
    with pytest.raises(WireProblem, match="no type of gateway"):
        wire_network.gateway({"properties": {"activeActive": True}}, "g")
    with pytest.raises(WireProblem, match="names no type"):
        wire_network.gateway_connection({"id": "c", "properties": {"expressRouteGatewayBypass": True}})


def _pool(*targets: dict[str, Any], **properties: Any) -> dict[str, Any]:
    addresses = [{"name": "a", "properties": target} for target in targets]
    return {"name": "pool", "properties": {"loadBalancerBackendAddresses": addresses, **properties}}


@pytest.mark.parametrize(
    ("pools", "vnets"),
    [
        ([_pool({"ipAddress": "10.0.0.4", "virtualNetwork": {"id": VNET}})], {"10.0.0.4": VNET}),
        ([_pool({"ipAddress": "10.0.0.4", "subnet": {"id": SUBNET}})], {"10.0.0.4": VNET}),
        ([_pool({"ipAddress": "10.0.0.4"}, virtualNetwork={"id": VNET})], {"10.0.0.4": VNET}),
        ([_pool({"ipAddress": "10.0.0.4"})], {}),
        (
            [_pool({"ipAddress": "10.0.0.4"}, virtualNetwork={"id": v}) for v in (VNET, VNET.upper())],
            {"10.0.0.4": VNET.upper()},
        ),
        ([_pool({"ipAddress": "10.0.0.4"}, virtualNetwork={"id": v}) for v in (VNET, f"{VNET}2")], {}),
        ([_pool({"ipAddress": "10.0.0.4"}, virtualNetwork=v) for v in ({"id": VNET}, None)], {}),
    ],
)
def test_an_address_of_a_pool_is_placed_only_where_all_pools_agree(
    pools: list[dict[str, Any]], vnets: dict[str, str]
) -> None:
    balancer = wire_network.load_balancer({"id": "lb", "properties": {"backendAddressPools": pools}})
    assert (balancer.addresses, balancer.vnets, balancer.name) == (("10.0.0.4",), vnets, "lb")


def test_the_nics_behind_a_load_balancer_are_told_by_pools_and_by_addresses() -> None:
    nics = [f"{NICS}/{name}/ipConfigurations/a" for name in ("one", "two")]
    pool = _pool({"networkInterfaceIPConfiguration": {"id": nics[1]}}, backendIPConfigurations=[{"id": nics[0]}])
    more = _pool({}, backendIPConfigurations=[{"id": nics[0].upper()}])
    balancer = wire_network.load_balancer({"id": "lb", "properties": {"backendAddressPools": [pool, more]}})
    assert balancer.nic_ids == (f"{NICS}/one", f"{NICS}/two")
    assert balancer.addresses == ()


@pytest.mark.parametrize("properties", [{"backendAddressPools": None}, {"frontendIPConfigurations": []}])
def test_a_load_balancer_without_the_list_of_its_pools_is_a_problem_and_not_one_without_pools(
    properties: dict[str, Any],
) -> None:
    with pytest.raises(WireProblem, match="load balancer lb does not tell its backend pools"):
        wire_network.load_balancer({"id": "lb", "properties": properties})
    assert wire_network.load_balancer({"id": "lb", "properties": {"backendAddressPools": []}}).addresses == ()
