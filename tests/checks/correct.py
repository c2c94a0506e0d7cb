"""An estate and its policy in which every check passes somewhere, and none fails: what losses are measured on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from ops.checks.duties import DUTIES
from ops.model import arm_id
from ops.model.estate import Estate, Hsm, Probe, Subnet, Vnet
from ops.model.policy import Attestation, Match, Peers, Policy, PoolRule, Readiness, Role, SecuredHub
from ops.model.surroundings import Connection, Gateway, NatGateway, Route, RouteTable
from tests.build import (
    NOW,
    SUB_2,
    estate,
    group,
    hsm,
    peering,
    subnet,
    subnet_id,
    subscription,
    vnet,
    vnet_id,
)
from tests.clusters import cluster

PAIR = ("a", "b")
NAMES = (*PAIR, "dr")
HUB = vnet_id("hub", SUB_2)
CLIENTS = subnet_id("vms", "hub", SUB_2)
_NETWORK = f"{group(SUB_2)}/providers/Microsoft.Network"
VPN, EXPRESS_ROUTE = f"{_NETWORK}/virtualNetworkGateways/vpn", f"{_NETWORK}/virtualNetworkGateways/er"
NAT = f"{_NETWORK}/natGateways/out"
CLUSTER = cluster()
_DR = {"role": "dr"}


def vnet_of(name: str) -> str:
    return vnet_id(f"vnet-{name}")


def table_of(name: str) -> str:
    return f"{group()}/providers/Microsoft.Network/routeTables/routes-{name}"


def hsm_of(name: str, **changes: Any) -> Hsm:
    where = {"location": "westus", "tags": _DR} if name == "dr" else {"stamp": "stamp1" if name == "a" else "stamp2"}
    return hsm(name, subnet=subnet_id(vnet=f"vnet-{name}"), **(where | changes))


def correct(**changes: Any) -> Estate:
    """A pair, each HSM in a VNet of its own, both peered with a secured hub that has gateways and clients behind a NAT
    gateway; an HSM for disaster recovery in a second region with a hub of its own; a cluster; all of them probed."""
    state = estate(
        *(hsm_of(name, **changes) for name in NAMES),
        *(_vnet(name, HUB) for name in PAIR),
        _vnet("dr", vnet_id("hub-west", SUB_2), location="westus"),
        _hub("hub", PAIR, subnets=(_clients(), _gateway_subnet())),
        _hub("hub-west", ("dr",), subnets=(), location="westus"),
        subscription(SUB_2, "payments-hub"),
    )
    route = Route(name="to-hsms", prefix="10.3.1.0/24", next_hop="VirtualAppliance", next_hop_ip="10.9.0.4")
    circuit = Connection(id=f"{_NETWORK}/connections/circuit", name="circuit", kind="ExpressRoute", fastpath=False)
    gateways = (
        Gateway(id=VPN, name="vpn", kind="Vpn", active_active=False, connections=()),
        Gateway(id=EXPRESS_ROUTE, name="er", kind="ExpressRoute", active_active=False, connections=(circuit,)),
    )
    answers = dict.fromkeys(("host NIC 1", "host NIC 2", "management NIC"), True)
    return replace(
        state,
        gateways={arm_id.key(one.id): one for one in gateways},
        route_tables={
            arm_id.key(table_of(name)): RouteTable(id=table_of(name), name=f"routes-{name}", routes=(route,))
            for name in NAMES
        },
        nat_gateways={arm_id.key(NAT): NatGateway(id=NAT, name="out", tags={"fastpathenabled": "True"})},
        clusters={CLUSTER.key: CLUSTER},
        probes={key: Probe(at=NOW, answers=answers, firmware="2.2b") for key in state.hsms},
    )


def _vnet(name: str, hub: str, **changes: Any) -> Vnet:
    own = f"vnet-{name}"
    apps = subnet("apps", vnet=own, delegations=(), prefixes=("10.3.2.0/24",), route_table=table_of(name))
    return vnet(own, subnets=(subnet(vnet=own), apps), peerings=(_to(hub, name),), **changes)


def _to(hub: str, name: str) -> Any:
    return peering(hub, uses_remote_gateways=name in PAIR)


def _hub(name: str, near: tuple[str, ...], **changes: Any) -> Vnet:
    back = tuple(peering(vnet_of(one), f"to-{one}") for one in near)
    return vnet(name, subscription=SUB_2, prefixes=("10.9.0.0/16",), peerings=back, **changes)


def _clients() -> Subnet:
    return subnet("vms", vnet="hub", subscription=SUB_2, delegations=(), prefixes=("10.9.1.0/24",), nat_gateway=NAT)


def _gateway_subnet() -> Subnet:
    return subnet(
        "GatewaySubnet",
        vnet="hub",
        subscription=SUB_2,
        delegations=(),
        prefixes=("10.9.2.0/24",),
        gateways=(VPN, EXPRESS_ROUTE),
    )


def correct_policy() -> Policy:
    """Its disaster recovery pool is declared, and all its HSMs are expected, two by name and one by id."""
    ada = Attestation(by="Ada Okafor", on=date(2026, 9, 1), customer_id="C-1234", device_licence="L-1234")
    return Policy(
        pools=(PoolRule(name="recovery", role=Role.DR, match=Match(tags=_DR)),),
        expected=(*PAIR, hsm_of("dr").id),
        peers=Peers(
            client_subnets=(CLIENTS,),
            secured_hubs={HUB: SecuredHub(prefixes=("10.3.1.0/24",), by="ada", on=date(2026, 9, 1))},
        ),
        readiness=Readiness(**{duty.key: ada for duty in DUTIES}),
    )
