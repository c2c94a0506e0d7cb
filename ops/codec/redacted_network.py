"""Networks under pseudonyms: what ``redaction`` does for NICs, virtual networks and what stands around them."""

from __future__ import annotations

from dataclasses import replace

from ops.codec.pseudonyms import Pseudonyms
from ops.model.estate import Nic, Peering, Subnet, Vnet
from ops.model.fact import Absent, Gap
from ops.model.surroundings import Connection, Gateway, LoadBalancer, NatGateway, Route, RouteTable


def nic(one: Nic | Absent | Gap, names: Pseudonyms) -> Nic | Absent | Gap:
    if not isinstance(one, Nic):
        return names.fact(one)
    return replace(
        one,
        id=names.id(one.id),
        name=names.name("networkInterfaces", one.name),
        subnet_ids=tuple(map(names.id, one.subnet_ids)),
        private_ips=tuple(map(names.address, one.private_ips)),
    )


def vnet(one: Vnet | Absent | Gap, names: Pseudonyms) -> Vnet | Absent | Gap:
    if not isinstance(one, Vnet):
        return names.fact(one)
    return replace(
        one,
        id=names.id(one.id),
        name=names.name("virtualNetworks", one.name),
        tags=names.tags(one.tags),
        subnets=one.subnets and tuple(_subnet(subnet, names) for subnet in one.subnets),
        peerings=one.peerings and tuple(_peering(peering, names) for peering in one.peerings),
        prefixes=one.prefixes and tuple(map(names.address, one.prefixes)),
    )


def _subnet(subnet: Subnet, names: Pseudonyms) -> Subnet:
    group, table, nat = subnet.network_security_group, subnet.route_table, subnet.nat_gateway
    return replace(
        subnet,
        id=names.id(subnet.id),
        name=names.name("subnets", subnet.name),
        prefixes=tuple(map(names.address, subnet.prefixes)),
        network_security_group=names.id(group) if isinstance(group, str) else group,
        route_table=names.id(table) if isinstance(table, str) else table,
        nat_gateway=names.id(nat) if isinstance(nat, str) else nat,
        gateways=subnet.gateways and tuple(map(names.id, subnet.gateways)),
        private_endpoints=subnet.private_endpoints and tuple(map(names.id, subnet.private_endpoints)),
    )


def _peering(peering: Peering, names: Pseudonyms) -> Peering:
    remote = peering.remote_vnet_id
    return replace(
        peering,
        name=names.name("virtualNetworkPeerings", peering.name),
        remote_vnet_id=remote and names.id(remote),
    )


def gateway(one: Gateway | Absent | Gap, names: Pseudonyms) -> Gateway | Absent | Gap:
    if not isinstance(one, Gateway):
        return names.fact(one)
    return replace(
        one,
        id=names.id(one.id),
        name=names.name("virtualNetworkGateways", one.name),
        connections=one.connections and tuple(_connection(connection, names) for connection in one.connections),
    )


def _connection(connection: Connection, names: Pseudonyms) -> Connection:
    return replace(connection, id=names.id(connection.id), name=names.name("connections", connection.name))


def route_table(one: RouteTable | Absent | Gap, names: Pseudonyms) -> RouteTable | Absent | Gap:
    if not isinstance(one, RouteTable):
        return names.fact(one)
    return replace(
        one,
        id=names.id(one.id),
        name=names.name("routeTables", one.name),
        routes=tuple(_route(route, names) for route in one.routes),
    )


def _route(route: Route, names: Pseudonyms) -> Route:
    return replace(
        route,
        name=names.name("routes", route.name),
        prefix=names.prefix(route.prefix),
        next_hop_ip=route.next_hop_ip and names.address(route.next_hop_ip),
    )


def nat_gateway(one: NatGateway | Absent | Gap, names: Pseudonyms) -> NatGateway | Absent | Gap:
    if not isinstance(one, NatGateway):
        return names.fact(one)
    return replace(one, id=names.id(one.id), name=names.name("natGateways", one.name), tags=names.tags(one.tags))


def balancer(one: LoadBalancer, names: Pseudonyms) -> LoadBalancer:
    return replace(
        one,
        id=names.id(one.id),
        name=names.name("loadBalancers", one.name),
        addresses=tuple(map(names.address, one.addresses)),
        nic_ids=tuple(map(names.id, one.nic_ids)),
        vnets={names.address(address): names.id(vnet) for address, vnet in one.vnets.items()},
    )
