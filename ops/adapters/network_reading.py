"""Completes the networks of an estate: from the HSMs to their VNets, to those peered with them, and to what stands around."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ops.adapters.network_facts import NetworkFacts
from ops.adapters.subscription_reading import SubscriptionReading, holders
from ops.adapters.together import pair, together
from ops.model import arm_id
from ops.model.attachment import attachment
from ops.model.estate import FASTPATH_FEATURE, Estate, Peering, Subnet, Vnet
from ops.model.fact import Absent, Gap
from ops.model.policy import Peers
from ops.model.surroundings import LoadBalancer
from ops.ports import Progress

_Ids = dict[str, str]
"""Ids by key."""


class NetworkReading:
    """VNets that the operator declared ``outside`` are not read, nor what stands in them.

    Likewise the peers with ``no_hsm_access``: HSM traffic asks nothing of them. One that holds HSMs itself is read.
    """

    def __init__(
        self, facts: NetworkFacts, subscriptions: SubscriptionReading, peers: Peers, progress: Progress
    ) -> None:
        self._facts = facts
        self._subscriptions = subscriptions
        self._outside = frozenset(map(arm_id.key, peers.outside))
        self._without_access = frozenset(map(arm_id.key, peers.no_hsm_access))
        self._client_subnets = peers.client_subnets
        self._progress = progress

    async def complete(self, estate: Estate) -> Estate:
        """The estate with its VNets, their subscriptions' features, and the surroundings."""
        own = self._inside(_hsm_vnets(estate))
        self._progress(f"reading {len(own)} virtual networks of HSMs")
        estate = await self._with_vnets(estate, own)
        remote = self._inside(peering.remote_vnet_id for peering in _peerings(estate, own))
        peers = {key: vnet_id for key, vnet_id in remote.items() if key not in self._without_access}
        new = {key: vnet_id for key, vnet_id in peers.items() if key not in estate.vnets}
        self._progress(f"reading {len(new)} peered virtual networks")
        estate, balancers = await pair(self._with_vnets(estate, new), self._load_balancers(own))
        estate = await self._with_client_vnets(replace(estate, load_balancers=balancers))
        return await self._with_surroundings(estate, own, peers)

    def _inside(self, vnet_ids: Iterable[str | None]) -> _Ids:
        """Those that are to be read; a virtual hub's network lies in a subscription that nobody else can read."""
        found = {arm_id.key(one): one for one in vnet_ids if one and not arm_id.is_virtual_hub_vnet(one)}
        return {key: found[key] for key in sorted(found) if key not in self._outside}

    async def _with_vnets(self, estate: Estate, vnet_ids: _Ids) -> Estate:
        """With these VNets, and the features of the subscriptions where they and the HSMs are."""
        homes = {arm_id.subscription(vnet_id) for vnet_id in vnet_ids.values()} - {""} | holders(estate)
        known = {key for key, one in estate.subscriptions.items() if FASTPATH_FEATURE in one.features}
        vnets, subscriptions = await pair(
            together(map(self._facts.vnet, vnet_ids.values())),
            together(self._subscriptions.with_features(estate, home) for home in sorted(homes - known)),
        )
        return replace(
            estate,
            vnets={**estate.vnets, **dict(zip(vnet_ids, vnets, strict=True))},
            subscriptions={**estate.subscriptions, **{one.id: one for one in subscriptions}},
        )

    async def _load_balancers(self, own: _Ids) -> dict[str, tuple[LoadBalancer, ...] | Gap]:
        homes = sorted({arm_id.subscription(vnet_id) for vnet_id in own.values()} - {""})
        return dict(zip(homes, await together(map(self._facts.load_balancers, homes)), strict=True))

    async def _with_client_vnets(self, estate: Estate) -> Estate:
        """With the VNets of the declared client subnets, which need not be peered with anything."""
        ids = self._inside(map(arm_id.vnet_of_subnet, self._client_subnets))
        new = {key: vnet_id for key, vnet_id in ids.items() if key not in estate.vnets}
        vnets = await together(map(self._facts.vnet, new.values()))
        return replace(estate, vnets={**estate.vnets, **dict(zip(new, vnets, strict=True))})

    async def _with_surroundings(self, estate: Estate, own: _Ids, peers: _Ids) -> Estate:
        gateways = _ids(one for subnet in _gateway_subnets(estate, own) for one in subnet.gateways or ())
        tables = _ids(subnet.route_table for subnet in _subnets(estate, own | peers))
        nats = _ids(subnet.nat_gateway for subnet in _named_subnets(estate, self._client_subnets))
        self._progress(f"reading {len(gateways)} gateways and {len(tables) + len(nats)} route tables and NAT gateways")
        read_gateways, (read_tables, read_nats) = await pair(
            together(map(self._facts.gateway, gateways.values())),
            pair(
                together(map(self._facts.route_table, tables.values())),
                together(map(self._facts.nat_gateway, nats.values())),
            ),
        )
        return replace(
            estate,
            gateways=dict(zip(gateways, read_gateways, strict=True)),
            route_tables=dict(zip(tables, read_tables, strict=True)),
            nat_gateways=dict(zip(nats, read_nats, strict=True)),
        )


def _ids(found: Iterable[str | Absent | None]) -> _Ids:
    spelled = {arm_id.key(one): one for one in found if isinstance(one, str)}
    return {key: spelled[key] for key in sorted(spelled)}


def _hsm_vnets(estate: Estate) -> Iterator[str]:
    for hsm in estate.hsms.values():
        for use in attachment(hsm, estate).subnets:
            yield arm_id.vnet_of_subnet(use.subnet_id)


def _peerings(estate: Estate, vnets: Iterable[str]) -> Iterator[Peering]:
    for key in vnets:
        vnet = estate.vnets.get(key)
        yield from (vnet.peerings or ()) if isinstance(vnet, Vnet) else ()


def _subnets(estate: Estate, vnets: Iterable[str]) -> Iterator[Subnet]:
    for key in vnets:
        vnet = estate.vnets.get(key)
        yield from (vnet.subnets or ()) if isinstance(vnet, Vnet) else ()


def _gateway_subnets(estate: Estate, own: _Ids) -> Iterator[Subnet]:
    """The subnets whose gateways may carry HSM traffic; a peering that does not tell may use those of the other side."""
    yield from _subnets(estate, own)
    users = (peering for peering in _peerings(estate, own) if peering.uses_remote_gateways is not False)
    yield from _subnets(estate, {arm_id.key(peering.remote_vnet_id) for peering in users if peering.remote_vnet_id})


def _named_subnets(estate: Estate, subnet_ids: Iterable[str]) -> Iterator[Subnet]:
    for subnet_id in subnet_ids:
        vnet = estate.vnets.get(arm_id.key(arm_id.vnet_of_subnet(subnet_id)))
        subnet = vnet.subnet(subnet_id) if isinstance(vnet, Vnet) else None
        if isinstance(subnet, Subnet):
            yield subnet
