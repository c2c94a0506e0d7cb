"""An estate of thousands of HSMs as a bank could have it: most of it in order, some of it broken, some of it unread."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from ops.model import arm_id
from ops.model.estate import DEDICATED_HSM_FEATURE, FASTPATH_FEATURE, Estate, Hsm, Probe, Subscription, Vnet
from ops.model.fact import ABSENT, Gap
from ops.model.policy import HsmFacts, Match, Peers, Policy, PoolRule, Readiness, Role
from ops.model.surroundings import Connection, Gateway, LoadBalancer, NatGateway, Route, RouteTable
from tests.build import (
    NOW,
    estate,
    group,
    hsm,
    peering,
    subnet,
    subnet_id,
    subscription,
    unread_hsm,
    vnet,
    vnet_id,
)
from tests.clusters import cluster

_PER_SUBSCRIPTION = 4
_REGIONS = ("eastus", "westus")
_SPOKES_PER_HUB = 100
_EVERY = 6
"""One subscription in so many has something wrong."""


def fleet(hsms: int) -> tuple[Estate, Policy]:
    """So many HSMs and their policy.

    Each subscription holds two pairs, one in each of two regions, each pair in a VNet of its own that is peered with a
    VNet of clients and with the hub of a hundred such VNets. All HSMs are expected, half of them attested, a tenth probed.
    """
    holders = [_guid(number) for number in range(1, hsms // _PER_SUBSCRIPTION + 1)]
    hubs = [_guid(900_000 + number) for number in range(-(-len(holders) // _SPOKES_PER_HUB))]
    things: list[Hsm | Vnet | Subscription] = []
    for number, holder in enumerate(holders):
        things += _holder(number, holder, hubs[number // _SPOKES_PER_HUB])
    for number, hub in enumerate(hubs):
        spokes = holders[number * _SPOKES_PER_HUB : (number + 1) * _SPOKES_PER_HUB]
        things += [
            subscription(hub, f"hub-{number:04d}", locks=()),
            *(_hub(hub, region, spokes) for region in _REGIONS),
        ]
    return _surrounded(estate(*things), hubs), _policy(holders, hubs, things)


def _space(number: int) -> str:
    return f"10.{100 + number // 256}.{number % 256}"


def _guid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def _holder(number: int, holder: str, hub: str) -> Iterator[Hsm | Vnet | Subscription]:
    """One of the kinds of trouble in one subscription of ``_EVERY``, each kind in turn."""
    trouble = number // _EVERY % 8 if number % _EVERY == 0 else None
    features = dict.fromkeys((FASTPATH_FEATURE, DEDICATED_HSM_FEATURE), "Pending" if trouble == 0 else "Registered")
    yield subscription(holder, f"payments-{number:05d}", features=features, support_plan=ABSENT)
    for region in _REGIONS:
        name = f"vnet-{region}"
        where = subnet_id(vnet=name, subscription=holder)
        for place in (1, 2):
            hsm_name = f"hsm-{number:05d}-{region}-{place}"
            changes: dict[str, Any] = {"stamp": f"stamp{place}", "location": region}
            if place == 1 and trouble in (1, 2):
                changes["provisioning_state"] = "Failed" if trouble == 1 else "Deleting"
            if place == 1 and trouble == 3:
                yield unread_hsm(hsm_name, subscription=holder)
            else:
                yield hsm(hsm_name, subscription=holder, subnet=where, **changes)
        nsg = f"{group(holder)}/providers/Microsoft.Network/networkSecurityGroups/nsg" if trouble == 4 else ABSENT
        yield vnet(
            name,
            subscription=holder,
            location=region,
            tags={"app": "cards"} if trouble == 5 else {"app": "cards", "fastpathenabled": "True"},
            prefixes=(f"{_space(number)}.0/24",),
            subnets=(
                subnet(
                    vnet=name, subscription=holder, prefixes=(f"{_space(number)}.0/26",), network_security_group=nsg
                ),
                _other_subnet("proxies", name, holder, prefixes=(f"{_space(number)}.64/26",)),
            ),
            peerings=(
                peering(vnet_id(f"hub-{region}", hub), "to-hub", uses_remote_gateways=True),
                peering(vnet_id(f"clients-{region}", holder), "to-clients"),
            ),
        )
        yield vnet(
            f"clients-{region}",
            subscription=holder,
            location="northeurope" if trouble == 6 else region,
            subnets=(_other_subnet("clients", f"clients-{region}", holder, nat_gateway=_nat_gateway_id(holder)),),
            peerings=(peering(vnet_id(name, holder), "to-hsms"),),
        )


def _other_subnet(name: str, vnet: str, owner: str, **changes: Any) -> Any:
    return subnet(name, vnet=vnet, subscription=owner, delegations=(), route_table=_table_id(owner), **changes)


def _table_id(owner: str) -> str:
    return f"{group(owner)}/providers/Microsoft.Network/routeTables/to-firewall"


def _nat_gateway_id(owner: str) -> str:
    return f"{group(owner)}/providers/Microsoft.Network/natGateways/out"


def _gateway_id(owner: str, kind: str) -> str:
    return f"{group(owner)}/providers/Microsoft.Network/virtualNetworkGateways/{kind}"


def _hub(hub: str, region: str, spokes: list[str]) -> Vnet:
    name = f"hub-{region}"
    gateways = (_gateway_id(hub, "Vpn"), _gateway_id(hub, "ExpressRoute"))
    return vnet(
        name,
        subscription=hub,
        location=region,
        subnets=(
            _other_subnet("GatewaySubnet", name, hub, gateways=gateways),
            _other_subnet("AzureFirewallSubnet", name, hub),
        ),
        peerings=tuple(
            peering(vnet_id(f"vnet-{region}", spoke), f"to-{number}") for number, spoke in enumerate(spokes)
        ),
    )


def _surrounded(state: Estate, hubs: list[str]) -> Estate:
    """With what stands around the networks; and one cluster per hub."""
    routes = [
        Route(name=f"r{n}", prefix=f"10.{n}.0.0/16", next_hop="VnetLocal", next_hop_ip=None) for n in range(4, 24)
    ]
    routes.append(Route(name="out", prefix="0.0.0.0/0", next_hop="VirtualAppliance", next_hop_ip="10.9.0.4"))
    tables = {_table_id(owner): tuple(routes) for owner in state.subscriptions}
    connection = Connection(id=f"{group(hubs[0])}/x/c", name="circuit", kind="ExpressRoute", fastpath=False)
    balancers = {owner: tuple(_balancer(owner, number) for number in range(2)) for owner in state.subscriptions}
    answers = dict.fromkeys(("host NIC 1", "host NIC 2", "management NIC"), True)
    clusters = [cluster(f"cluster{n}", subscription=hub) for n, hub in enumerate(hubs)]
    return replace(
        state,
        route_tables={arm_id.key(one): RouteTable(id=one, name="to-firewall", routes=of) for one, of in tables.items()},
        nat_gateways={
            arm_id.key(one): NatGateway(id=one, name="out", tags={"fastpathenabled": "True"})
            for one in map(_nat_gateway_id, state.subscriptions)
        },
        gateways={
            arm_id.key(_gateway_id(hub, kind)): Gateway(
                id=_gateway_id(hub, kind), name=kind, kind=kind, active_active=False, connections=(connection,)
            )
            for hub in hubs
            for kind in ("Vpn", "ExpressRoute")
        },
        load_balancers=balancers,
        deletions=dict.fromkeys(state.subscriptions, ()),
        clusters={one.key: one for one in clusters},
        probes={key: Probe(at=NOW, answers=answers, firmware="2.2b") for key in list(state.hsms)[::10]},
        nics={
            key: Gap(subject=key, what="network interface", reason="429 TooManyRequests") if n % 1000 == 999 else nic
            for n, (key, nic) in enumerate(state.nics.items())
        },
    )


def _balancer(owner: str, number: int) -> LoadBalancer:
    addresses = tuple(f"10.8.{number}.{host}" for host in range(4, 8))
    return LoadBalancer(
        id=f"{group(owner)}/providers/Microsoft.Network/loadBalancers/lb{number}",
        name=f"lb{number}",
        addresses=addresses,
        nic_ids=tuple(f"{group(owner)}/providers/Microsoft.Network/networkInterfaces/vm{n}" for n in range(4)),
        vnets=dict.fromkeys(addresses, vnet_id("apps", owner)),
    )


def _policy(holders: list[str], hubs: list[str], things: list[Hsm | Vnet | Subscription]) -> Policy:
    """A tenth of the subscriptions are declared pools, one by one; as many of their clients do not need the HSMs."""
    hsms = [thing for thing in things if isinstance(thing, Hsm)]
    declared = holders[::10]
    pools = [
        PoolRule(name=f"pool-{number:05d}", match=Match(subscriptions=(holder,)))
        for number, holder in enumerate(declared)
    ]
    return Policy(
        pools=(*pools, PoolRule(name="recovery", role=Role.DR, match=Match(tags={"role": "dr"}))),
        expected=tuple(one.name for one in hsms[::2]) + tuple(one.id for one in hsms[1::2]),
        peers=Peers(
            no_hsm_access=tuple(vnet_id("clients-westus", holder) for holder in declared),
            outside=tuple(vnet_id("partner", hub) for hub in hubs),
            via={vnet_id("clients-eastus", holder): "proxy" for holder in declared},
            client_subnets=tuple(subnet_id("clients", "clients-eastus", holder) for holder in holders[::5]),
        ),
        hsms={one.id: HsmFacts(firmware="2.2b", attested=date(2026, 10, 1), by="key-custody") for one in hsms[::2]},
        readiness=Readiness(),
    )
