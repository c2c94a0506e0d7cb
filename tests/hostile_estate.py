"""An estate and a policy with one text in every place where Azure or an operator can put text."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from ops.checks.duties import DUTIES
from ops.model import arm_id
from ops.model.attachment import HOST_1, nic_slots
from ops.model.cluster import ClusterNode
from ops.model.estate import (
    FASTPATH_FEATURE,
    HSM_PROVIDER,
    NETWORK_PROVIDER,
    Deletion,
    Estate,
    LunaHsm,
    Probe,
    ProfileNic,
    Source,
    Subscription,
    Vnet,
)
from ops.model.fact import ABSENT, Gap
from ops.model.finding import IssueCategory
from ops.model.mute import Mute
from ops.model.policy import (
    Attestation,
    CheckSettings,
    Contact,
    HsmFacts,
    LedgerSettings,
    Match,
    Peers,
    Policy,
    PoolRule,
    Readiness,
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
    nics,
    peering,
    subnet,
    subnet_id,
    subscription,
    unread_hsm,
    vnet,
    vnet_id,
)
from tests.clusters import cluster, endpoint

THIRD = "00000000-0000-0000-0000-000000000003"
_DAY = date(2026, 9, 1)


def other_subscription(text: str) -> str:
    """The subscription of a peered VNet, as the id of the VNet spells it."""
    return arm_id.subscription(vnet_id("spoke", text))


def policy_of(text: str) -> Policy:
    """Production in SUB_2 is a declared pool of this name; whom Microsoft calls is called so too, and who attests."""
    contact = Contact(first_name=text, last_name=text, email=text, country=text, time_zone=text, phone=text)
    hubs = {vnet_id(f"{text}-hub"): SecuredHub(prefixes=(text, "10.0.0.0/8"), by=text, on=_DAY)}
    by = Attestation(by=text, on=_DAY, customer_id=text, device_licence=text, note=text)
    late = replace(by, on=date(2020, 9, 1))
    return Policy(
        pools=(
            PoolRule(name=text, match=Match(subscriptions=(SUB_2,))),
            PoolRule(name=f"{text}-none", match=Match(tags={text: "another"})),
        ),
        expected=(hsm(f"{text}-2").id, hsm(f"{text}-gone").id, hsm(f"{text}-luna").id),
        peers=Peers(
            outside=(vnet_id(text, SUB_2),),
            no_hsm_access=(vnet_id(f"{text}-none"),),
            via={vnet_id(f"{text}-none"): "snat"},
            client_subnets=(subnet_id(text, text),),
            secured_hubs=hubs,
        ),
        support=SupportPolicy(
            contact=contact,
            fastpath_subscription=text,
            max_new_tickets=20,
            classifications={IssueCategory.PROVISIONING: (text, "*")},
        ),
        checks={"PHSM-HSM-003": CheckSettings(regions=(text, "eastus"))},
        mutes=(
            mute(text, "PHSM-HSM-002", "*", date(2027, 3, 31)),
            mute(text, "PHSM-HSM-003", "*", date(2026, 10, 31)),
            mute(text, "PHSM-HSM-004", f"no such {text}", date(2027, 3, 31)),
        ),
        hsms={text: HsmFacts(serial=text, firmware=text, attested=_DAY, by=text)},
        readiness=Readiness(**{duty.key: late if duty.may_be_unneeded else by for duty in DUTIES}),
        ledger=LedgerSettings(folder=text),
    )


def mute(text: str, check: str, subject: str, expires: date) -> Mute:
    return Mute(check=check, subject=subject, reason=text, owner=text, expires=expires, since=_DAY)


def estate_of(text: str) -> Estate:
    """HSMs that work, failed, are stuck, are in a state nobody knows, and could not be read; and their networks."""
    gap = Gap(subject=text, what=text, reason=text)
    words = {"sku": text, "status_message": text, "tags": {text: text}}
    here, there = subnet_id(text, text), subnet_id(text, f"{text}-two", SUB_2)
    one = hsm(text, subnet=here, **words)
    two = hsm(f"{text}-2", subnet=here, stamp=text, **{**words, "provisioning_state": "Failed"})
    three = hsm(f"{text}-3", subnet=here, location=text, **{**words, "provisioning_state": "Connecting"})
    four = hsm(f"{text}-4", subscription=SUB_2, subnet=there, stamp=ABSENT, zones=(text,), **words)
    five = hsm(f"{text}-5", subscription=SUB_2, subnet=there, location=text, **{**words, "provisioning_state": text})
    five = replace(five, host=replace(five.host, nics=(ProfileNic(nic_id=None, private_ip=text),)))
    nic_1, nic_2, nic_3 = (slot.nic_id for slot in nic_slots(four))
    state = estate(
        *(one, two, three, four, five, _near(text), _far(text)),
        unread_hsm(f"{text}-6", reason=text),
        subscription(
            name=text,
            features={FASTPATH_FEATURE: "Pending", text: text},
            providers={HSM_PROVIDER: text, NETWORK_PROVIDER: "NotRegistered"},
            locks=(
                replace(lock(one.id), id=f"{one.id}/providers/Microsoft.Authorization/locks/{text}"),
                lock(two.id, text),
            ),
            may_open_tickets=gap,
            support_plan=text,
        ),
        subscription(SUB_2, name=text, features={FASTPATH_FEATURE: text}, zones={text: {text: text}}, locks=gap),
        subscription(other_subscription(text), name=text, features={FASTPATH_FEATURE: "Pending"}),
        Subscription(id=THIRD, name=text, gap=replace(gap, subject=f"/subscriptions/{THIRD}", whole_subscription=True)),
        overrides={
            nic_1: gap,
            nic_2: ABSENT,
            nic_3: next(iter(nics(four, provisioning_state=text, subnet_ids=(text,), private_ips=(text,)).values())),
            vnet_id(f"{text}-hub"): gap,
            vnet_id(f"{text}-gone"): ABSENT,
        },
    )
    clusters = (
        cluster(text, gap=gap, sku=text),
        cluster(
            f"{text}-2",
            location=text,
            provisioning_state="Updating",
            status_message=text,
            activation_state=text,
            nodes=(
                ClusterNode(name=text, state="Failed", message=text),
                ClusterNode(name=text, state=text, message=text),
            ),
            endpoints=(
                endpoint(text, name=text, status=text, provisioning_state=text),
                endpoint("management", name=text, status="Pending"),
            ),
        ),
        cluster(f"{text}-3", provisioning_state=text, status_message=text, last_modified_at=None),
    )
    return replace(
        _surrounded(state, text),
        source=Source(kind="sandbox", name=text),
        scope=(*state.scope, text),
        notes=(text, text),
        clusters={one.key: one for one in clusters},
        probes={
            one.key: Probe(at=NOW, answers={HOST_1: False, text: True}, firmware=text),
            five.key: Probe(at=NOW - timedelta(days=3), answers={HOST_1: False}, firmware=text),
        },
        deletions={SUB_1: (Deletion(hsm_id=hsm(f"{text}-gone").id, by=text, at=NOW),), SUB_2: gap, text: gap},
        has_support_service=gap,
        lunas={hsm(f"{text}-luna").key: LunaHsm(id=hsm(f"{text}-luna").id, name=f"{text}-luna", sku=f"Luna {text}")},
    )


def _around(text: str, kind: str) -> str:
    return f"{group()}/providers/Microsoft.Network/{kind}/{text}"


def _near(text: str) -> Vnet:
    """With everything on its subnets that may not be there, and peerings of all kinds."""
    gateways = tuple(_around(f"{text}{suffix}", "virtualNetworkGateways") for suffix in ("", "-2", "-3"))
    return vnet(
        text,
        tags={"FastPathEnabled": text, text: text},
        location=text,
        prefixes=("10.3.0.0/16", "fd00::/48", text),
        subnets=(
            subnet(
                text,
                vnet=text,
                delegations=(text,),
                network_security_group=_around(text, "networkSecurityGroups"),
                route_table=_around(text, "routeTables"),
                nat_gateway=_around(text, "natGateways"),
                gateways=gateways,
                private_endpoints=(_around(text, "privateEndpoints"),),
            ),
            subnet(f"{text}-one", vnet=text),
            subnet(f"{text}-two", vnet=text, prefixes=(text, "fd00::/64")),
        ),
        peerings=(
            peering(None, name=text, state=text, sync_level=text),
            peering(vnet_id(f"{text}-hub"), name=f"{text}-hub", state=text, uses_remote_gateways=True),
            peering(vnet_id(f"{text}-gone"), name=f"{text}-gone"),
            peering(vnet_id("spoke", text), name=f"{text}-spoke", state="Initiated", allows_access=False),
        ),
    )


def _far(text: str) -> Vnet:
    name = f"{text}-two"
    return vnet(
        name,
        subscription=SUB_2,
        tags={"fastpathenabled": text},
        prefixes=(text,),
        subnets=(subnet(text, vnet=name, subscription=SUB_2),),
        peerings=(peering(vnet_id(text, SUB_2), name=text, sync_level="RemoteNotInSync"),),
    )


def _surrounded(state: Estate, text: str) -> Estate:
    vpn, express_route, other = (_around(f"{text}{suffix}", "virtualNetworkGateways") for suffix in ("", "-2", "-3"))
    circuit = Connection(id=_around(text, "connections"), name=text, kind=text, fastpath=True)
    gateways = (
        Gateway(id=vpn, name=text, kind="Vpn", active_active=True, connections=()),
        Gateway(id=express_route, name=text, kind="ExpressRoute", active_active=None, connections=(circuit,)),
        Gateway(id=other, name=text, kind=text, active_active=None, connections=None),
    )
    table, nat, balancer = _around(text, "routeTables"), _around(text, "natGateways"), _around(text, "loadBalancers")
    routes = (
        Route(name=text, prefix="10.3.0.0/16", next_hop="VirtualAppliance", next_hop_ip=text),
        Route(name=text, prefix=text, next_hop=text, next_hop_ip=text),
    )
    pool = LoadBalancer(
        id=balancer,
        name=text,
        addresses=("10.3.1.1", text),
        nic_ids=(text,),
        vnets={"10.3.1.1": vnet_id(text), text: vnet_id(text)},
    )
    return replace(
        state,
        gateways={arm_id.key(one.id): one for one in gateways},
        route_tables={arm_id.key(table): RouteTable(id=table, name=text, routes=routes)},
        nat_gateways={arm_id.key(nat): NatGateway(id=nat, name=text, tags={"fastpathenabled": text, text: text})},
        load_balancers={SUB_1: (pool,), SUB_2: Gap(subject=text, what=text, reason=text), text: ()},
    )
