"""An estate and its policy full of names that must not leave the house, in which every check finds something to say."""

from dataclasses import replace

from ops.model import arm_id
from ops.model.cluster import CLUSTER_TYPE, Cluster, ClusterNode, EndpointConnection
from ops.model.estate import Deletion, LunaHsm, Probe
from ops.model.fact import Gap
from ops.model.policy import (
    Attestation,
    HsmFacts,
    Match,
    Peers,
    Policy,
    PoolRule,
    Readiness,
    Role,
    SecuredHub,
    SupportPolicy,
)
from ops.model.surroundings import Connection, Gateway, LoadBalancer, NatGateway, Route, RouteTable
from tests.build import (
    NOW,
    SUB_1,
    SUB_2,
    estate,
    group,
    hsm,
    lock,
    peering,
    refused_subscription,
    subnet,
    subnet_id,
    subscription,
    vnet,
    vnet_id,
)

KEY = b"k" * 32
HUB = (
    "/subscriptions/7c1d3b52-9e4f-4a60-8f0b-2d5e6a7c8b91/resourceGroups/RG_acme-hub_1"
    "/providers/Microsoft.Network/virtualNetworks/HV_acme-hub_2"
)
GONE = hsm("acme-gone").id


def network_id(kind, name):
    return f"{group()}/providers/Microsoft.Network/{kind}/{name}"


def keyed(*things):
    return {arm_id.key(thing.id): thing for thing in things}


def refused(what):
    return Gap(subject=f"/subscriptions/{SUB_2}", what=what, reason="403 for ada@acme.example at acme-3")


def attested(**changes):
    return Attestation(by="ada", on=NOW.date(), **changes)


POLICY = Policy(
    pools=(
        PoolRule(name="acme-cards", match=Match(tags={"App": "Cards"})),
        PoolRule(name="acme-dr", role=Role.DR, match=Match(subscriptions=(SUB_2.upper(),))),
    ),
    expected=("ACME-1", GONE.upper(), "acme-lost", "Acme-luna"),
    peers=Peers(
        no_hsm_access=(vnet_id("acme-monitoring"),),
        client_subnets=(subnet_id("acme-clients", "acme-spoke"),),
        secured_hubs={HUB: SecuredHub(prefixes=("10.3.1.0/25",), by="ada", on=NOW.date())},
    ),
    support=SupportPolicy(plan="Developer", fastpath_subscription=SUB_1),
    hsms={
        "Acme-1": HsmFacts(serial="S0246378732H", firmware="1.3a", attested=NOW.date(), by="ada"),
        hsm("acme-2").id.upper(): HsmFacts(firmware="2.2b", attested=NOW.date(), by="ada"),
    },
    readiness=Readiness(
        thales_portal=attested(customer_id="C-acme"),
        custom_firmware=attested(device_licence="L-acme", note="acme wants it"),
        smart_cards=attested(customer_id=" "),
        tmd=attested(needed=False),
    ),
)
ACME = replace(
    estate(
        hsm("acme-1", tags={"app": "Cards", "owner": "ada@acme.example"}),
        hsm(
            "acme-2",
            tags={"APP": "Cards"},
            provisioning_state="Failed",
            status_message="no link from acme-2 at 10.3.1.2",
        ),
        hsm("acme-3", subscription=SUB_2, stamp="stamp2"),
        subscription(
            name="Acme Payments",
            locks=(lock(hsm("acme-1").id), lock(f"{group()}/providers/Microsoft.Storage/storageAccounts/acme-logs")),
        ),
        subscription(
            SUB_2,
            "Acme DR",
            zones=refused("zones"),
            locks=refused("locks"),
            may_open_tickets=refused("roles"),
            support_plan=refused("support plan"),
        ),
        refused_subscription("00000000-0000-0000-0000-000000000009", "Acme Lab"),
        vnet(
            subnets=(
                subnet(network_security_group=vnet_id("acme-nsg")),
                subnet(
                    "acme-clients",
                    prefixes=("10.3.2.0/24",),
                    delegations=(),
                    route_table=network_id("routeTables", "acme-routes"),
                    private_endpoints=(network_id("privateEndpoints", "acme-siem"),),
                ),
                subnet(
                    "GatewaySubnet",
                    prefixes=("10.3.3.0/27",),
                    delegations=(),
                    gateways=tuple(network_id("virtualNetworkGateways", name) for name in ("acme-vpn", "acme-er")),
                ),
            ),
            peerings=tuple(map(peering, (HUB, vnet_id("acme-monitoring"), vnet_id("acme-spoke"), None))),
        ),
        vnet(
            "acme-spoke",
            tags={"FastPathEnabled": "true"},
            prefixes=("10.9.0.0/16", "fd00:9::/48"),
            subnets=(
                subnet(
                    "acme-clients",
                    vnet="acme-spoke",
                    prefixes=("10.9.1.0/24",),
                    delegations=(),
                    nat_gateway=network_id("natGateways", "acme-nat"),
                ),
            ),
        ),
        overrides={
            vnet_id("acme-far"): Gap(subject=vnet_id("acme-far"), what="virtual network", reason="500 from 'acme-far'")
        },
    ),
    gateways=keyed(
        Gateway(
            id=network_id("virtualNetworkGateways", "acme-vpn"),
            name="acme-vpn",
            kind="Vpn",
            active_active=True,
            connections=None,
        ),
        Gateway(
            id=network_id("virtualNetworkGateways", "acme-er"),
            name="acme-er",
            kind="ExpressRoute",
            active_active=False,
            connections=(
                Connection(
                    id=network_id("connections", "acme-circuit"),
                    name="acme-circuit",
                    kind="ExpressRoute",
                    fastpath=True,
                ),
            ),
        ),
    ),
    route_tables=keyed(
        RouteTable(
            id=network_id("routeTables", "acme-routes"),
            name="acme-routes",
            routes=(
                Route(name="acme-hsms", prefix="10.3.0.0/17", next_hop="VirtualAppliance", next_hop_ip="10.9.4.4"),
                Route(name="acme-store", prefix="Storage.WestEurope", next_hop="Internet", next_hop_ip=None),
            ),
        )
    ),
    nat_gateways=keyed(
        NatGateway(
            id=network_id("natGateways", "acme-nat"), name="acme-nat", tags={"fastpathenabled": "True", "cost": "acme"}
        )
    ),
    load_balancers={
        SUB_1: (
            LoadBalancer(
                id=network_id("loadBalancers", "acme-lb"),
                name="acme-lb",
                addresses=("10.3.1.1",),
                nic_ids=(network_id("networkInterfaces", "acme-1_HSMHost2Nic"),),
                vnets={"10.3.1.1": vnet_id()},
            ),
        ),
        SUB_2: refused("load balancers"),
    },
    deletions={SUB_1: (Deletion(hsm_id=GONE, by="Ada@acme.example", at=NOW),), SUB_2: ()},
    has_support_service=refused("support services"),
    lunas=keyed(LunaHsm(id=hsm("acme-luna").id, name="acme-luna", sku="SafeNet Luna Network HSM A790")),
    clusters={
        cluster.key: cluster
        for cluster in (
            Cluster(
                id=f"{group()}/providers/{CLUSTER_TYPE}/acme-v2",
                name="acme-v2",
                location="eastus",
                sku="AtallaAt1000",
                provisioning_state="Failed",
                status_message="no quota for acme-v2",
                activation_state="NotActivated",
                nodes=(ClusterNode(name="acme-node", state="Failed", message="acme-node at 10.3.1.77 is down"),),
                endpoints=(
                    EndpointConnection(
                        name="acme-pe.8f0b", groups=("application",), status="Pending", provisioning_state="Succeeded"
                    ),
                ),
                last_modified_at=NOW,
            ),
        )
    },
    probes={
        hsm("acme-1").key: Probe(
            at=NOW, answers={"host NIC 1": True, "host NIC 2": False, "management NIC": True}, firmware="1.3a"
        )
    },
)
