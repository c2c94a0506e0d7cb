"""Facts of Microsoft.Network, one read of ARM each: the fact, Absent, or a Gap that says why not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ops.adapters import wire_network
from ops.adapters.connection import Connection
from ops.adapters.list_shape import require_list
from ops.adapters.reading import as_json, existing, known, parts
from ops.model.estate import Nic, Vnet
from ops.model.fact import Absent, Gap
from ops.model.surroundings import Gateway, LoadBalancer, NatGateway, RouteTable

if TYPE_CHECKING:
    from azure.mgmt.network.aio import NetworkManagementClient


class NetworkFacts:
    """Reads facts through the SDK's client. Sends nothing but GET."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def nic(self, nic_id: str) -> Nic | Absent | Gap:
        async def read() -> Nic:
            subscription, group, name = parts(nic_id, "networkInterfaces")
            answer = await self._client(subscription).network_interfaces.get(group, name)
            return wire_network.nic(as_json(answer), nic_id)

        return await existing(read(), nic_id, "network interface")

    async def vnet(self, vnet_id: str) -> Vnet | Absent | Gap:
        async def read() -> Vnet:
            subscription, group, name = parts(vnet_id, "virtualNetworks")
            answer = await self._client(subscription).virtual_networks.get(group, name)
            return wire_network.vnet(as_json(answer), vnet_id)

        return await existing(read(), vnet_id, "virtual network")

    async def gateway(self, gateway_id: str) -> Gateway | Absent | Gap:
        """The gateway, one of ExpressRoute with its connections: without them it is not read."""

        async def read() -> Gateway:
            subscription, group, name = parts(gateway_id, "virtualNetworkGateways")
            client = self._client(subscription).virtual_network_gateways
            found = wire_network.gateway(as_json(await client.get(group, name)), gateway_id)
            if found.kind.lower() != "expressroute":
                return found
            listed = client.list_connections(group, name, raw_response_hook=require_list)
            connections = [wire_network.gateway_connection(as_json(item)) async for item in listed]
            return replace(found, connections=tuple(connections))

        return await existing(read(), gateway_id, "gateway")

    async def route_table(self, table_id: str) -> RouteTable | Absent | Gap:
        async def read() -> RouteTable:
            subscription, group, name = parts(table_id, "routeTables")
            answer = await self._client(subscription).route_tables.get(group, name)
            return wire_network.route_table(as_json(answer), table_id)

        return await existing(read(), table_id, "route table")

    async def nat_gateway(self, gateway_id: str) -> NatGateway | Absent | Gap:
        async def read() -> NatGateway:
            subscription, group, name = parts(gateway_id, "natGateways")
            answer = await self._client(subscription).nat_gateways.get(group, name)
            return wire_network.nat_gateway(as_json(answer), gateway_id)

        return await existing(read(), gateway_id, "NAT gateway")

    async def load_balancers(self, subscription: str) -> tuple[LoadBalancer, ...] | Gap:
        """All of a subscription."""

        async def read() -> tuple[LoadBalancer, ...]:
            listed = self._client(subscription).load_balancers.list_all(raw_response_hook=require_list)
            return tuple([wire_network.load_balancer(as_json(item)) async for item in listed])

        return await known(read(), f"/subscriptions/{subscription}", "load balancers")

    def _client(self, subscription: str) -> NetworkManagementClient:
        from azure.mgmt.network.aio import NetworkManagementClient  # 0.6 s, imported beside the first wait

        client: Any = self._connection.client(NetworkManagementClient, subscription)
        found: NetworkManagementClient = client
        return found
