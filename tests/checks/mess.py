"""An estate and its policy in which every check fails somewhere, and most are unknown elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from ops.model import arm_id
from ops.model.attachment import nic_slots
from ops.model.estate import (
    DEDICATED_HSM_FEATURE,
    FASTPATH_FEATURE,
    HSM_PROVIDER,
    NETWORK_PROVIDER,
    Deletion,
    Estate,
    Probe,
    Vnet,
)
from ops.model.fact import ABSENT, Gap
from ops.model.policy import HsmFacts, Match, Peers, Policy, PoolRule, Readiness, SecuredHub
from ops.model.surroundings import Gateway, LoadBalancer, NatGateway, Route, RouteTable
from tests.build import (
    NOW,
    SUB_1,
    SUB_2,
    estate,
    group,
    hsm,
    nics,
    peering,
    subnet,
    subnet_id,
    subscription,
    unread_hsm,
    vnet,
    vnet_id,
)
from tests.clusters import cluster, nodes

_HUB = vnet_id("hub", SUB_2)
_NETWORK = f"{group()}/providers/Microsoft.Network"
_NSG, _TABLE = f"{_NETWORK}/networkSecurityGroups/nsg", f"{_NETWORK}/routeTables/routes"
_GATEWAY, _NAT = f"{_NETWORK}/virtualNetworkGateways/vpn", f"{_NETWORK}/natGateways/out"
_CLIENTS = subnet_id("clients", "hub", SUB_2)
_CARDS = {"app": "cards"}


def mess() -> Estate:
    nicless, moved = hsm("nicless", sku="payShield9K"), hsm("cards-1", tags=_CARDS)
    balanced = hsm("cards-2", tags=_CARDS, sku="payShield10K_LMK2_CPS250", subnet=subnet_id(vnet="vnet-c"))
    state = estate(
        hsm("failed", provisioning_state="Failed", status_message="Resource creation failed."),
        nicless,
        hsm("stuck", provisioning_state="Connecting"),
        hsm("hidden", subnet=subnet_id("m", "vnet-b")),
        hsm("west", location="westus", provisioning_state="Failed"),
        hsm("far", location="swedencentral"),
        moved,
        balanced,
        unread_hsm("unread", subscription=SUB_2),
        _flat_vnet(),
        _dual_vnet(),
        vnet("hub", subscription=SUB_2, tags={}, location="westus", subnets=(_clients(),)),
        subscription(
            features=dict.fromkeys((FASTPATH_FEATURE, DEDICATED_HSM_FEATURE), "NotRegistered"),
            providers=dict.fromkeys((HSM_PROVIDER, NETWORK_PROVIDER), "NotRegistered"),
            locks=(),
            may_open_tickets=False,
        ),
        subscription(
            SUB_2, "payments-hub", features=dict.fromkeys((FASTPATH_FEATURE, DEDICATED_HSM_FEATURE), "Pending")
        ),
        overrides={
            nic_slots(nicless)[0].nic_id: ABSENT,
            nic_slots(moved)[0].nic_id: nics(moved, private_ips=("10.9.9.9",))[nic_slots(moved)[0].key],
            vnet_id("vnet-b"): Gap(subject=vnet_id("vnet-b"), what="virtual network", reason="403 AuthorizationFailed"),
        },
    )
    route = Route(name="to-hsms", prefix="10.3.0.0/16", next_hop="VirtualAppliance", next_hop_ip="10.9.0.4")
    balancer = LoadBalancer(
        id=f"{_NETWORK}/loadBalancers/lb", name="lb", addresses=(), nic_ids=(nic_slots(balanced)[0].nic_id,), vnets={}
    )
    vpn = Gateway(id=_GATEWAY, name="vpn", kind="Vpn", active_active=True, connections=())
    broken = cluster("broken", provisioning_state="Failed")
    asleep = cluster(
        "asleep", activation_state="NotActivated", nodes=nodes("Started", "Started", "Failed"), endpoints=()
    )
    return replace(
        state,
        gateways={arm_id.key(_GATEWAY): vpn},
        route_tables={arm_id.key(_TABLE): RouteTable(id=_TABLE, name="routes", routes=(route,))},
        nat_gateways={arm_id.key(_NAT): NatGateway(id=_NAT, name="out", tags={})},
        load_balancers={SUB_1: (balancer,), SUB_2: ()},
        deletions={SUB_1: (Deletion(hsm_id=hsm("gone").id, by="ada@example.com", at=NOW),), SUB_2: ()},
        clusters={one.key: one for one in (broken, asleep)},
        probes={moved.key: Probe(at=NOW, answers={"host NIC 1": False}, firmware=None)},
        has_support_service=False,
    )


def _flat_vnet() -> Vnet:
    """Without a delegated subnet; what is on its subnet may not be there, and its tag is misspelled."""
    return vnet(
        tags={"FastPathEnabled": "True"},
        subnets=(subnet(delegations=(), network_security_group=_NSG, route_table=_TABLE),),
        peerings=(peering(_HUB, state="Disconnected"), peering(None, "to-somewhere")),
    )


def _dual_vnet() -> Vnet:
    """With two delegated subnets, IPv6, a private endpoint, a gateway, and a route that is too wide."""
    endpoint = f"{_NETWORK}/privateEndpoints/logs"
    return vnet(
        "vnet-c",
        prefixes=("10.3.0.0/16", "fd00::/48"),
        subnets=(
            subnet(vnet="vnet-c"),
            subnet("second", vnet="vnet-c", prefixes=("10.3.2.0/24",)),
            subnet("GatewaySubnet", vnet="vnet-c", delegations=(), prefixes=("10.3.3.0/24",), gateways=(_GATEWAY,)),
            subnet(
                "apps",
                vnet="vnet-c",
                delegations=(),
                prefixes=("10.3.4.0/24",),
                route_table=_TABLE,
                private_endpoints=(endpoint,),
            ),
        ),
        peerings=(peering(vnet_id("hub-c"), "to-hub-c"),),
    )


def _clients():
    return subnet("clients", vnet="hub", subscription=SUB_2, delegations=(), nat_gateway=_NAT)


def mess_policy() -> Policy:
    return Policy(
        pools=(PoolRule(name="cards", match=Match(tags=_CARDS)),),
        expected=("gone", "failed", hsm("west", subscription=SUB_2).id),
        peers=Peers(
            client_subnets=(_CLIENTS,),
            secured_hubs={vnet_id("hub-c"): SecuredHub(prefixes=("10.0.0.0/8",), by="ada", on=date(2026, 9, 1))},
        ),
        hsms={"cards-1": HsmFacts(firmware="1.3a", attested=date(2026, 10, 1), by="ada")},
        readiness=Readiness(),
    )
