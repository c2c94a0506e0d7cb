"""What stands around the HSM VNets and can break or bend their traffic: gateways, balancers, routes, NAT; and locks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ops.model import arm_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A connection of a gateway. ``kind``: ``ExpressRoute``, ``IPsec``, ... as ARM spells it.

    ``fastpath``: whether ExpressRoute FastPath is on (``expressRouteGatewayBypass``): traffic goes past the gateway.
    """

    id: str
    name: str
    kind: str
    fastpath: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """A gateway in a VNet. ``kind``: ``Vpn`` or ``ExpressRoute``; ``connections`` None = not read."""

    id: str
    name: str
    kind: str
    active_active: bool | None
    connections: tuple[Connection, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadBalancer:
    """A load balancer with the addresses, and the NICs (ids), in its backend pools.

    ``vnets`` by address: the VNet that the pool says the address is in; an address that is missing there may be in any.
    """

    id: str
    name: str
    addresses: tuple[str, ...]
    nic_ids: tuple[str, ...]
    vnets: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A user-defined route: ``prefix`` (or a service tag), ``next_hop`` type as ARM spells it, and its address."""

    name: str
    prefix: str
    next_hop: str
    next_hop_ip: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteTable:
    id: str
    name: str
    routes: tuple[Route, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NatGateway:
    id: str
    name: str
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """A management lock; ``level`` is ``CanNotDelete`` or ``ReadOnly``, as ARM spells it."""

    id: str
    level: str

    @property
    def scope(self) -> str:
        """The key of what it locks: a subscription, a resource group or a resource, with all below it."""
        return arm_id.key(self.id).partition("/providers/microsoft.authorization/locks/")[0]
