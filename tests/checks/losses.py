"""Facts that are taken away from the correct estate, one at a time, and the subjects whose verdicts rest on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ops.checks import collect
from ops.model import arm_id
from ops.model.attachment import nic_slots
from ops.model.estate import DEDICATED_HSM_FEATURE, FASTPATH_FEATURE, HSM_PROVIDER, NETWORK_PROVIDER, Estate
from ops.model.fact import Gap
from tests.build import SUB_1, SUB_2, peering, subnet_id
from tests.checks.correct import (
    CLIENTS,
    CLUSTER,
    EXPRESS_ROUTE,
    HUB,
    NAMES,
    NAT,
    PAIR,
    VPN,
    hsm_of,
    table_of,
    vnet_of,
)
from tests.clusters import endpoint, nodes

Change = Callable[[Any], Any]
POOL = "payments-prod/eastus"
ATTACHMENT = (  # an HSM whose subnets are not all known
    *("HA-006", "NET-001", "NET-002", "NET-003", "NET-004", "NET-005", "NET-006", "NET-007", "NET-008", "NET-012"),
    *("NET-013", "NET-014", "NET-015", "NET-016", "NET-017", "SUB-003"),
)
PEERS = ("HA-006", "NET-006", "NET-007", "NET-008", "NET-015", "NET-016", "NET-017", "SUB-003")
SUBNETS = ("NET-001", "NET-002", "NET-003", "NET-004", "NET-012", "NET-013", "NET-015", "NET-016", "NET-017")
OF_POOLS = ("HA-001", "HA-002", "HA-004", "HA-005", "HA-006")


@dataclass(frozen=True)
class Loss:
    """``fact`` is taken away. ``rests``: by check the subject (key) that is unknown then; ``""`` = which one depends.

    ``idle``: likewise those that are not applicable then. ``spared``: checks that make do without it, whatever else is lost.
    """

    name: str
    fact: str
    take: Callable[[Estate], Estate]
    rests: Mapping[str, str]
    idle: Mapping[str, str] = field(default_factory=dict)
    spared: tuple[str, ...] = ()


def gap(what: str) -> Gap:
    return Gap(subject="/some/id", what=what, reason="429 TooManyRequests")


def on(subject: str, *checks: str) -> dict[str, str]:
    """By the id of the check; a rule about pools has the pool for its subject."""
    return {f"PHSM-{check}": POOL if check in OF_POOLS else subject for check in checks}


def fact_in(facts_of: str, key: str, change: Change) -> Callable[[Estate], Estate]:
    """Replace one fact of a mapping by ``change(fact)``; None drops it."""

    def take(state: Estate) -> Estate:
        facts = dict(getattr(state, facts_of))
        if key in facts and not isinstance(facts[key], Gap):  # what another loss has taken already stays taken
            changed = change(facts.pop(key))
            facts |= {} if changed is None else {key: changed}
        return replace(state, **{facts_of: facts})

    return take


def with_(**changes: Any) -> Change:
    return lambda fact: replace(fact, **changes)


def to_gap(what: str) -> Change:
    return lambda _: gap(what)


def gone(_: Any) -> None:
    return None


def each(members_of: str, **changes: Any) -> Change:
    """Change every member of a tuple, where it was read."""

    def change(fact: Any) -> Any:
        members = getattr(fact, members_of)
        return (
            fact
            if members is None
            else replace(fact, **{members_of: tuple(replace(one, **changes) for one in members)})
        )

    return change


def without(facts_of: str, name: str) -> Change:
    return lambda fact: replace(
        fact, **{facts_of: {key: one for key, one in getattr(fact, facts_of).items() if key != name}}
    )


def losses() -> Iterator[Loss]:
    for name in PAIR:
        yield from _of_hsm(name)
        yield from _of_nics(name)
        yield from _of_vnet(name)
    for name in NAMES:
        yield from _of_probe(name)
    yield from _of_the_second_region()
    yield from _of_hub()
    yield from _of_surroundings()
    yield from _of_subscriptions()
    yield from _of_cluster()


def _of_hsm(name: str) -> Iterator[Loss]:
    owner = hsm_of(name)
    bare = dict.fromkeys(("provisioning_state", "stamp", "zones", "host", "management", "last_modified_at"))
    deciding = ("HA-002", "HSM-001", "HSM-007", "NET-009", "NET-010")
    profile = on(owner.key, "NET-009", "NET-010", *ATTACHMENT)
    expected = {"PHSM-HSM-005": name}
    answer = on(owner.key, "HA-001", "HA-003", "HA-005", "HSM-002", *deciding, *ATTACHMENT) | expected
    for fact, changes, rests in (
        ("gap", bare | {"gap": gap("payment HSM")}, answer),
        ("stamp", {"stamp": None, "zones": None}, on(owner.key, "HA-001", "HA-002", "HA-003")),
        ("zones", {"stamp": None, "zones": None}, on(owner.key, "HA-001", "HA-002", "HA-003")),
        ("sku", {"sku": ""}, on(owner.key, "HA-005", "HSM-002")),
        ("provisioning_state", {"provisioning_state": None}, on(owner.key, *deciding) | expected),
        ("host", {"host": None}, profile),
        ("management", {"management": None}, profile),
    ):
        yield Loss(f"{name} {fact}", f"Hsm.{fact}", fact_in("hsms", owner.key, with_(**changes)), rests)


def _of_nics(name: str) -> Iterator[Loss]:
    owner = hsm_of(name)
    told = on(owner.key, "NET-009", "NET-010")
    rests = on(owner.key, "HA-002", *ATTACHMENT) | told
    for slot in nic_slots(owner):
        for what, fact, change, rests_on in (
            ("gap", "Estate.nics", to_gap("nic"), rests),
            ("gone", "Estate.nics", gone, rests),
            ("state", "Nic.provisioning_state", with_(provisioning_state=None), on(owner.key, "HA-002", "NET-009")),
            ("subnet", "Nic.subnet_ids", with_(subnet_ids=()), told),
            ("address", "Nic.private_ips", with_(private_ips=()), on(owner.key, "NET-010")),
        ):
            yield Loss(f"{name} {slot.role} {what}", fact, fact_in("nics", slot.key, change), rests_on)


def _of_vnet(name: str) -> Iterator[Loss]:
    vnet_key, subnet_key = arm_id.key(vnet_of(name)), arm_id.key(subnet_id(vnet=f"vnet-{name}"))
    table, link = arm_id.key(table_of(name)), f"{vnet_key}/virtualnetworkpeerings/to-hub"
    subnets = on(vnet_key, *SUBNETS) | on(subnet_key, "NET-001") | on("", "NET-017")
    whole = on(vnet_key, *SUBNETS, *PEERS, "NET-005") | on(subnet_key, "NET-001")
    unnamed = tuple(peering(remote, f"to-{remote}", uses_remote_gateways=True) for remote in (HUB, None))
    for what, fact, change, rests in (
        ("gap", "Estate.vnets", to_gap("vnet"), whole),
        ("gone", "Estate.vnets", gone, whole),
        ("subnets", "Vnet.subnets", with_(subnets=None), subnets),
        ("peerings", "Vnet.peerings", with_(peerings=None), on(vnet_key, *PEERS)),
        ("region", "Vnet.location", with_(location=""), on(vnet_key, "NET-007")),
        ("space", "Vnet.prefixes", with_(prefixes=None), on(vnet_key, "NET-012") | on(table, "NET-016")),
        ("endpoints", "Subnet.private_endpoints", each("subnets", private_endpoints=None), on(vnet_key, "NET-013")),
        ("gateways", "Subnet.gateways", each("subnets", gateways=None), on(vnet_key, "NET-015")),
        ("remote", "Peering.remote_vnet_id", with_(peerings=unnamed), on(vnet_key, *PEERS) | on("", "NET-008")),
        ("peering", "Peering.state", each("peerings", state=None), on(link, "NET-008")),
        ("sync", "Peering.sync_level", each("peerings", sync_level=None), on(link, "NET-008")),
        ("access", "Peering.allows_access", each("peerings", allows_access=None), on(link, "NET-008")),
        (
            "use of gateways",
            "Peering.uses_remote_gateways",
            each("peerings", uses_remote_gateways=None),
            on(vnet_key, "NET-015"),
        ),
    ):
        # the hub stays green where another loss takes the peerings of this VNet: then the other VNet decides
        yield Loss(f"{name} {what}", fact, fact_in("vnets", vnet_key, change), rests)
    for what, change in (("gap", to_gap("route table")), ("gone", gone)):
        take = fact_in("route_tables", table, change)
        yield Loss(f"{name} route table {what}", "Estate.route_tables", take, on(table, "NET-016"))


def _of_probe(name: str) -> Iterator[Loss]:
    key = hsm_of(name).key
    silent = fact_in("probes", key, with_(answers={}))
    yield Loss(f"{name} probe", "Estate.probes", fact_in("probes", key, gone), {}, on(key, "HSM-006", "HSM-007"))
    yield Loss(f"{name} probe answers", "Probe.answers", silent, on(key, "HSM-007"))
    unread = fact_in("probes", key, with_(firmware=None))
    yield Loss(f"{name} probe firmware", "Probe.firmware", unread, {}, on(key, "HSM-006"))


def _of_the_second_region() -> Iterator[Loss]:
    owner = hsm_of("dr")
    take = fact_in("hsms", owner.key, with_(gap=gap("payment HSM"), provisioning_state=None))
    rests = on(owner.key, "HSM-001", "HSM-002", "HSM-007", "NET-009", "NET-010", "HA-003", *ATTACHMENT)
    rests |= {"PHSM-HA-002": "recovery/westus", "PHSM-HA-004": POOL, "PHSM-HSM-005": owner.key}
    del rests["PHSM-HA-006"]
    yield Loss("dr gap", "Hsm.gap", take, rests)


def _of_hub() -> Iterator[Loss]:
    key, clients = arm_id.key(HUB), on(arm_id.key(CLIENTS), "NET-011")
    gateways = on("", "NET-015")
    # NET-008 judges the near side alone where the other VNet is unread: Connected proves that both sides exist
    unread = on(key, "NET-006", "NET-007", "NET-016") | clients | gateways
    backs = each("peerings", allows_access=None)
    for what, fact, change, rests in (
        ("gap", "Estate.vnets", to_gap("vnet"), unread),
        ("gone", "Estate.vnets", gone, unread),
        ("region", "Vnet.location", with_(location=""), on(key, "NET-007")),
        ("subnets", "Vnet.subnets", with_(subnets=None), clients | gateways | on(key, "NET-016")),
        ("gateways", "Subnet.gateways", each("subnets", gateways=None), gateways),
        ("NAT gateway of the clients", "Subnet.nat_gateway", each("subnets", nat_gateway=None), clients),
        ("peerings", "Vnet.peerings", with_(peerings=None), on("", "NET-008")),
        ("access", "Peering.allows_access", backs, on("", "NET-008")),
    ):
        spared = ("PHSM-NET-008",) if fact == "Estate.vnets" else ()
        yield Loss(f"hub {what}", fact, fact_in("vnets", key, change), rests, spared=spared)


def _of_surroundings() -> Iterator[Loss]:
    nat, vpn, express_route = arm_id.key(NAT), arm_id.key(VPN), arm_id.key(EXPRESS_ROUTE)
    balanced = on(hsm_of("a").key, "NET-014")
    for name, fact, take, rests in (
        ("NAT gateway gap", "nat_gateways", fact_in("nat_gateways", nat, to_gap("NAT gateway")), "NET-011"),
        ("NAT gateway gone", "nat_gateways", fact_in("nat_gateways", nat, gone), "NET-011"),
        ("gateway gap", "gateways", fact_in("gateways", vpn, to_gap("gateway")), "NET-015"),
        ("gateway gone", "gateways", fact_in("gateways", express_route, gone), "NET-015"),
        ("balancers gap", "load_balancers", fact_in("load_balancers", SUB_1, to_gap("load balancers")), "NET-014"),
        ("balancers gone", "load_balancers", fact_in("load_balancers", SUB_1, gone), "NET-014"),
    ):
        subjects = {"NET-011": on(arm_id.key(CLIENTS), rests), "NET-014": balanced, "NET-015": on("", rests)}
        yield Loss(name, f"Estate.{fact}", take, subjects[rests])
    active = fact_in("gateways", vpn, with_(active_active=None))
    yield Loss("gateway active-active", "Gateway.active_active", active, on("", "NET-015"))
    connections = fact_in("gateways", express_route, with_(connections=None))
    yield Loss("gateway connections", "Gateway.connections", connections, on("", "NET-015"))


def _of_subscriptions() -> Iterator[Loss]:
    for sub, needed in (
        (SUB_1, {"PHSM-SUB-002": DEDICATED_HSM_FEATURE, "PHSM-SUB-003": FASTPATH_FEATURE}),
        (SUB_2, {"PHSM-SUB-003": FASTPATH_FEATURE}),
    ):
        subject, features = f"/subscriptions/{sub}", "Subscription.features"
        every = fact_in("subscriptions", sub, with_(features={}))
        yield Loss(f"{sub} features", features, every, dict.fromkeys(needed, subject))
        for check, feature in needed.items():
            take = fact_in("subscriptions", sub, without("features", feature))
            yield Loss(f"{sub} {feature}", features, take, {check: subject})
            refused = fact_in("subscriptions", sub, with_(features=dict.fromkeys(needed.values(), gap("feature"))))
            yield Loss(f"{sub} {feature} gap", features, refused, dict.fromkeys(needed, subject))
        whole = replace(gap("subscription"), subject=subject, whole_subscription=True)
        take = fact_in("subscriptions", sub, with_(gap=whole, features={}))
        yield Loss(f"{sub} refused", "Subscription.gap", take, {check.id: subject for check in collect()})
    subject = f"/subscriptions/{SUB_1}"
    for namespace in (HSM_PROVIDER, NETWORK_PROVIDER):
        take = fact_in("subscriptions", SUB_1, without("providers", namespace))
        yield Loss(f"{namespace} gone", "Subscription.providers", take, on(subject, "SUB-001"))
    for fact, lost, rests in (
        ("providers", dict.fromkeys((HSM_PROVIDER, NETWORK_PROVIDER), gap("provider")), on(subject, "SUB-001")),
        ("locks", gap("locks"), on(hsm_of("b").key, "HSM-004")),
        ("locks", None, on(hsm_of("a").key, "HSM-004")),
        ("may_open_tickets", gap("role"), on(subject, "SUB-004")),
        ("may_open_tickets", None, on(subject, "SUB-004")),
        ("support_plan", gap("support plan"), on(subject, "SUB-004")),
        ("support_plan", None, on(subject, "SUB-004")),
    ):
        take = fact_in("subscriptions", SUB_1, with_(**{fact: lost}))
        yield Loss(f"{fact} {'gone' if lost is None else 'gap'}", f"Subscription.{fact}", take, rests)
    for name, lost in (("gap", gap("support services")), ("gone", None)):
        listed = with_(has_support_service=lost)
        yield Loss(f"support service {name}", "Estate.has_support_service", listed, on(subject, "SUB-004"))


def _of_cluster() -> Iterator[Loss]:
    bare = dict.fromkeys(("provisioning_state", "activation_state", "nodes", "endpoints"))
    every = ("V2-001", "V2-002", "V2-003", "V2-004")
    waiting = (endpoint("application", status=None), endpoint("management"))
    for fact, changes, checks in (
        ("Cluster.gap", bare | {"gap": gap("payment HSM cluster")}, every),
        ("Cluster.provisioning_state", {"provisioning_state": None}, every),
        ("Cluster.activation_state", {"activation_state": None}, ("V2-002",)),
        ("Cluster.nodes", {"nodes": None}, ("V2-003",)),
        ("ClusterNode.state", {"nodes": nodes("Started", "Started", None)}, ("V2-003",)),
        ("Cluster.endpoints", {"endpoints": None}, ("V2-004",)),
        ("EndpointConnection.status", {"endpoints": waiting}, ("V2-004",)),
    ):
        yield Loss(fact, fact, fact_in("clusters", CLUSTER.key, with_(**changes)), on(CLUSTER.key, *checks))
