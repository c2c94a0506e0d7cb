"""ARM's JSON of Microsoft.Network as values of the model. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ops.adapters.wire_value import (
    Body,
    WireProblem,
    as_object,
    flag_of,
    id_of,
    list_of,
    object_of,
    objects_of,
    properties_of,
    tags_of,
    text_of,
    value_of,
)
from ops.model import arm_id
from ops.model.estate import Nic, Peering, Subnet, Vnet
from ops.model.fact import ABSENT, Absent
from ops.model.pool import region_id
from ops.model.surroundings import Connection, Gateway, LoadBalancer, NatGateway, Route, RouteTable
from ops.model.untrusted import one_line


def nic(answer: object, nic_id: str) -> Nic:
    """A network interface."""
    body = as_object(answer)
    properties = properties_of(body)
    configurations = [
        object_of(configuration, "properties") for configuration in objects_of(properties, "ipConfigurations")
    ]
    subnets = [id_of(object_of(configuration, "subnet")) for configuration in configurations]
    addresses = [text_of(configuration, "privateIPAddress") for configuration in configurations]
    return Nic(
        id=nic_id,
        name=text_of(body, "name") or arm_id.name(nic_id),
        provisioning_state=text_of(properties, "provisioningState"),
        subnet_ids=tuple(subnet for subnet in subnets if subnet),
        private_ips=tuple(address for address in addresses if address),
    )


def vnet(answer: object, vnet_id: str) -> Vnet:
    """A virtual network; ``subnets``, ``peerings`` and ``prefixes`` are None when the answer does not hold them."""
    body = as_object(answer)
    properties = properties_of(body)
    subnets: tuple[Subnet, ...] | None = None
    if value_of(properties, "subnets") is not None:
        subnets = tuple(_subnet(item, vnet_id) for item in objects_of(properties, "subnets"))
    peerings: tuple[Peering, ...] | None = None
    if value_of(properties, "virtualNetworkPeerings") is not None:
        peerings = tuple(_peering(item) for item in objects_of(properties, "virtualNetworkPeerings"))
    space = object_of(properties, "addressSpace")
    return Vnet(
        id=vnet_id,
        name=text_of(body, "name") or arm_id.name(vnet_id),
        location=region_id(text_of(body, "location") or ""),
        tags=tags_of(body),
        subnets=subnets,
        peerings=peerings,
        prefixes=tuple(map(str, list_of(space, "addressPrefixes"))) if space else None,
    )


def _subnet(body: Body, vnet_id: str) -> Subnet:
    properties = properties_of(body)
    name = text_of(body, "name") or arm_id.name(id_of(body) or "")
    prefixes = [text_of(properties, "addressPrefix"), *(str(item) for item in list_of(properties, "addressPrefixes"))]
    services = [
        text_of(object_of(delegation, "properties"), "serviceName")
        for delegation in objects_of(properties, "delegations")
    ]
    users = _ids(objects_of(properties, "ipConfigurations"))
    return Subnet(
        id=id_of(body) or f"{vnet_id}/subnets/{name}",
        name=name,
        prefixes=tuple(dict.fromkeys(prefix for prefix in prefixes if prefix)),
        delegations=tuple(service for service in services if service),
        network_security_group=_attached(properties, "networkSecurityGroup"),
        route_table=_attached(properties, "routeTable"),
        nat_gateway=_attached(properties, "natGateway"),
        gateways=_distinct(_owner(user) for user in users if arm_id.segment(user, "virtualNetworkGateways")),
        private_endpoints=_distinct(_ids(objects_of(properties, "privateEndpoints"))),
    )


def _attached(properties: Body, name: str) -> str | Absent:
    if value_of(properties, name) is None:
        return ABSENT
    return id_of(object_of(properties, name)) or "(without an id)"


def _peering(body: Body) -> Peering:
    properties = object_of(body, "properties")
    return Peering(
        name=text_of(body, "name") or arm_id.name(id_of(body) or ""),
        remote_vnet_id=id_of(object_of(properties, "remoteVirtualNetwork")),
        state=text_of(properties, "peeringState"),
        sync_level=text_of(properties, "peeringSyncLevel"),
        allows_access=flag_of(properties, "allowVirtualNetworkAccess"),
        uses_remote_gateways=flag_of(properties, "useRemoteGateways"),
    )


def gateway(answer: object, gateway_id: str) -> Gateway:
    """A gateway of a virtual network, whose connections are not in its answer."""
    body = as_object(answer)
    properties = properties_of(body)
    kind = text_of(properties, "gatewayType")
    if kind is None:
        raise WireProblem("the answer names no type of gateway")
    return Gateway(
        id=gateway_id,
        name=text_of(body, "name") or arm_id.name(gateway_id),
        kind=kind,
        active_active=flag_of(properties, "activeActive"),
        connections=None,
    )


def gateway_connection(item: object) -> Connection:
    """An element of the list of a gateway's connections; one that tells nothing of FastPath has it off."""
    body = as_object(item)
    properties = properties_of(body)
    connection_id, kind = id_of(body) or "", text_of(properties, "connectionType")
    if kind is None:
        raise WireProblem("a connection names no type")
    return Connection(
        id=connection_id,
        name=text_of(body, "name") or arm_id.name(connection_id),
        kind=kind,
        fastpath=flag_of(properties, "expressRouteGatewayBypass") or False,
    )


def route_table(answer: object, table_id: str) -> RouteTable:
    """A route table with its routes."""
    body = as_object(answer)
    routes = objects_of(properties_of(body), "routes")
    return RouteTable(
        id=table_id, name=text_of(body, "name") or arm_id.name(table_id), routes=tuple(_route(item) for item in routes)
    )


def _route(body: Body) -> Route:
    properties = properties_of(body)
    prefix, next_hop = text_of(properties, "addressPrefix"), text_of(properties, "nextHopType")
    if prefix is None or next_hop is None:
        raise WireProblem("a route names no prefix or no next hop")
    return Route(
        name=text_of(body, "name") or arm_id.name(id_of(body) or ""),
        prefix=prefix,
        next_hop=next_hop,
        next_hop_ip=text_of(properties, "nextHopIpAddress"),
    )


def nat_gateway(answer: object, gateway_id: str) -> NatGateway:
    """A NAT gateway."""
    body = as_object(answer)
    return NatGateway(id=gateway_id, name=text_of(body, "name") or arm_id.name(gateway_id), tags=tags_of(body))


def load_balancer(item: object) -> LoadBalancer:
    """A load balancer. An address that two pools place in two VNets may be in any, as one that none places.

    Without the list of its backend pools it does not tell whom it serves, so that is a WireProblem.
    """
    body = as_object(item)
    balancer_id = id_of(body) or ""
    name = text_of(body, "name") or arm_id.name(balancer_id)
    told = properties_of(body)
    if value_of(told, "backendAddressPools") is None:
        raise WireProblem(f"load balancer {one_line(name, 80)} does not tell its backend pools")
    nic_ids: list[str] = []
    places: dict[str, set[str]] = {}
    for pool in objects_of(told, "backendAddressPools"):
        properties = object_of(pool, "properties")
        nic_ids += _ids(objects_of(properties, "backendIPConfigurations"))
        of_pool = id_of(object_of(properties, "virtualNetwork"))
        for entry in objects_of(properties, "loadBalancerBackendAddresses"):
            target = object_of(entry, "properties")
            nic_ids += _ids([object_of(target, "networkInterfaceIPConfiguration")])
            if address := text_of(target, "ipAddress"):
                places.setdefault(address, set()).add(_vnet_of(target) or of_pool or "")
    return LoadBalancer(
        id=balancer_id,
        name=name,
        addresses=tuple(places),
        nic_ids=_distinct(_owner(one) for one in nic_ids),
        vnets={
            address: min(vnets)
            for address, vnets in places.items()
            if len({*map(arm_id.key, vnets)}) == 1 and all(vnets)
        },
    )


def _vnet_of(target: Body) -> str | None:
    subnet = id_of(object_of(target, "subnet"))
    return id_of(object_of(target, "virtualNetwork")) or (arm_id.vnet_of_subnet(subnet) if subnet else None)


def _ids(bodies: Iterable[Body]) -> Iterator[str]:
    return (found for body in bodies if (found := id_of(body)))


def _owner(configuration_id: str) -> str:
    """The id of what an IP configuration belongs to."""
    index = configuration_id.lower().rfind("/ipconfigurations/")
    return configuration_id[:index] if index >= 0 else configuration_id


def _distinct(ids: Iterable[str]) -> tuple[str, ...]:
    """Without repetitions in another case; the first spelling stays."""
    found: dict[str, str] = {}
    for one in ids:
        found.setdefault(arm_id.key(one), one)
    return tuple(found.values())
