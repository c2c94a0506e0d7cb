from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from ipaddress import IPv4Network
from shlex import quote

from ops.checks.declaration import check
from ops.checks.prefixes import HsmPrefix, hsm_prefixes, ipv4_network
from ops.checks.subjects import not_read
from ops.checks.vnets import HsmVnet, Peer, hsm_vnets, neighbours, untold_peers
from ops.model import arm_id
from ops.model.estate import Estate, Vnet
from ops.model.fact import Absent
from ops.model.finding import (
    IssueCategory,
    Party,
    Severity,
    Subject,
    Verdict,
    failed,
    not_applicable,
    passed,
    unknown,
)
from ops.model.policy import Policy
from ops.model.surroundings import Route, RouteTable
from ops.model.untrusted import one_line

_TO_A_FIREWALL = {kind.lower(): kind for kind in ("VirtualAppliance", "VirtualNetworkGateway")}
_SHOWN = 3
"""A table at a gateway can be wide for hundreds of HSM subnets; the rest show when these are mended."""


@check(
    id="PHSM-NET-016",
    title="Every route that is meant to carry HSM traffic to a firewall is as specific as the delegated subnet",
    severity=Severity.MEDIUM,
    category=IssueCategory.NETWORKING,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/inspect-traffic",
    reviewed=date(2026, 11, 24),
)
def routes_to_hsms_specific(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """A route that leads HSM traffic through a firewall works only if it is no wider than the delegated subnet.

    ## Why it matters
    A route for the whole address space of the HSM VNet looks right and carries everything else in it, but it has no effect
    on the HSMs: requests go past the firewall, answers through it or the other way round, and the firewall drops
    what it saw one half of.

    Looked at are the route tables in directly peered VNets, gateway subnets included, and those on other subnets of the
    HSM VNet. A route is flagged when it leads to an appliance or a gateway, is wider than the delegated subnet and at most
    as wide as the VNet's own prefix, and no route of the same table is as specific as the subnet. Wider ones, 0.0.0.0/0 above
    all, are left alone: Microsoft's own designs have the default route in the spokes.

    ## How to fix it
    Add a route for the prefix of the delegated subnet, with the same next hop; the wide one can stay:

        az network route-table route create --resource-group <group> --route-table-name <table> --name payment-hsm \\
          --address-prefix <subnet prefix> --next-hop-type VirtualAppliance --next-hop-ip-address <firewall>

    The answers have to come back through the same firewall. The delegated subnet itself takes no route table
    (PHSM-NET-004), so the firewall replaces the source address (SNAT), or a reverse proxy does.
    """
    vnets, near = hsm_vnets(estate), tuple(peer for peer in neighbours(estate, policy) if not peer.exempt)
    told: dict[str, Verdict] = {}
    for verdict in (*untold_peers(estate), *_untold(vnets, near)):
        told.setdefault(verdict.subject.key, verdict)
    yield from told.values()
    uses = _uses(vnets, near)
    reached = {key for use in uses.values() for key in use.leads_to}
    reached |= {arm_id.key(vnet.id) for peer in near if peer.subject.key in told for vnet in peer.near}
    for vnet in vnets:
        if vnet.subject.key not in reached and vnet.subject.key not in told:
            yield not_applicable(vnet.subject, "no route table is on the way to it")
    for use in uses.values():
        yield _judge(use, estate)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """A prefix that a route may lead to, and those around it up to the VNet's own (start and length, narrow to wide)."""

    prefix: HsmPrefix
    around: tuple[tuple[int, int], ...]
    hsms: tuple[str, ...]

    @property
    def told(self) -> str:
        return f"{self.prefix.network} of {self.prefix.subnet}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Targets:
    """The delegated prefixes of one HSM VNet, and why others may be missing."""

    vnet: HsmVnet
    known: tuple[_Target, ...]
    untold: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Use:
    """A route table on the way to HSM VNets (by key)."""

    id: str
    leads_to: dict[str, _Targets] = field(default_factory=dict)


def _untold(vnets: tuple[HsmVnet, ...], near: tuple[Peer, ...]) -> Iterator[Verdict]:
    """Where route tables may be that are not known."""
    for vnet in vnets:
        if isinstance(vnet.fact, Absent):
            yield not_applicable(vnet.subject, "the virtual network does not exist (PHSM-NET-001)")
        elif isinstance(vnet.fact, Vnet) and vnet.fact.subnets is None:
            yield unknown(vnet.subject, "its subnets were not read")
    for peer in near:
        if not isinstance(peer.fact, Vnet):
            gap = None if isinstance(peer.fact, Absent) else peer.fact
            yield unknown(peer.subject, not_read("virtual network", gap))
        elif peer.fact.subnets is None:
            yield unknown(peer.subject, "its subnets were not read")


def _uses(vnets: tuple[HsmVnet, ...], near: tuple[Peer, ...]) -> Mapping[str, _Use]:
    """Every route table on a subnet that is not for HSMs, in an HSM VNet or in a direct peer of one."""
    uses: dict[str, _Use] = {}
    targets = {arm_id.key(vnet.id): _targets(vnet, vnet.fact) for vnet in vnets if isinstance(vnet.fact, Vnet)}
    around = [(found.vnet.fact, [key]) for key, found in targets.items()]
    around += [(peer.fact, [arm_id.key(vnet.id) for vnet in peer.near]) for peer in near]
    for fact, keys in around:
        for subnet in fact.subnets or () if isinstance(fact, Vnet) else ():
            if isinstance(subnet.route_table, str) and not subnet.is_delegated_to_hsms:
                use = uses.setdefault(arm_id.key(subnet.route_table), _Use(id=subnet.route_table))
                use.leads_to.update((key, targets[key]) for key in keys)
    return uses


def _targets(vnet: HsmVnet, fact: Vnet) -> _Targets:
    name = one_line(arm_id.name(vnet.id), 80)
    prefixes = hsm_prefixes(fact)
    untold = f"{name}: {prefixes.untold}" if prefixes.untold else ""
    if fact.prefixes is None:
        return _Targets(vnet=vnet, known=(), untold=f"{name}: the prefixes of its address space were not read")
    spaces = [network for prefix in fact.prefixes if (network := ipv4_network(prefix))]
    known: list[_Target] = []
    for prefix in prefixes.known:
        space = next((space for space in spaces if prefix.network.subnet_of(space)), None)
        if space is None:
            untold = f"{name}: {prefix.network} is in no prefix of its address space"
        else:
            lengths = range(prefix.network.prefixlen - 1, space.prefixlen - 1, -1)
            start = int(prefix.network.network_address)
            around = tuple((start >> 32 - length << 32 - length, length) for length in lengths)
            known.append(_Target(prefix=prefix, around=around, hsms=vnet.hsms))
    return _Targets(vnet=vnet, known=tuple(known), untold=untold)


def _judge(use: _Use, estate: Estate) -> Verdict:
    table = estate.route_tables.get(arm_id.key(use.id))
    subject = _subject(use, [hsm for targets in use.leads_to.values() for hsm in targets.vnet.hsms])
    if isinstance(table, Absent):
        return not_applicable(subject, "the route table does not exist")
    if not isinstance(table, RouteTable):
        return unknown(subject, not_read("route table", table))
    wide = list(_wide(table, [target for targets in use.leads_to.values() for target in targets.known]))
    if wide:
        shown = [
            f"route {one_line(route.name, 80)} to {one_line(route.prefix, 60)} is wider than {target.told}"
            for route, target in wide[:_SHOWN]
        ]
        more = [f"and {len(wide) - _SHOWN} more"] if len(wide) > _SHOWN else []
        evidence = "; ".join([*shown, *more, "no route is as specific as the delegated subnet"])
        fix = " && ".join(_create(use.id, route, target) for route, target in wide[:_SHOWN])
        return failed(_subject(use, [hsm for _, target in wide for hsm in target.hsms]), evidence, fix=fix)
    untold = [targets.untold for targets in use.leads_to.values() if targets.untold]
    if untold:
        return unknown(subject, "; ".join(untold[:_SHOWN]))
    return passed(
        subject, f"none of {len(table.routes)} routes is wider than a delegated subnet and inside its VNet alone"
    )


def _subject(use: _Use, hsms: list[str]) -> Subject:
    return Subject(name=arm_id.name(use.id), id=use.id, hsms=tuple(sorted(set(hsms))))


def _wide(table: RouteTable, targets: list[_Target]) -> Iterator[tuple[Route, _Target]]:
    """The targets that a route to a firewall covers without being as specific, where no other route is either."""
    parsed = [(_span(network), route) for route in table.routes if (network := ipv4_network(route.prefix))]
    leading = {span: route for span, route in parsed if route.next_hop.lower() in _TO_A_FIREWALL}
    starts = sorted(span for span, _ in parsed)
    for target in targets:
        route = next((leading[span] for span in target.around if span in leading), None)
        if route is not None and not _has_specific(starts, target.prefix.network):
            yield route, target


def _has_specific(starts: list[tuple[int, int]], network: IPv4Network) -> bool:
    """Whether one of these sorted prefixes lies in the network: it starts inside, and is no wider where it starts alike."""
    at = bisect_left(starts, _span(network))
    return at < len(starts) and starts[at][0] <= int(network.broadcast_address)


def _span(network: IPv4Network) -> tuple[int, int]:
    return int(network.network_address), network.prefixlen


def _create(table_id: str, route: Route, target: _Target) -> str:
    network = target.prefix.network
    hop = f" --next-hop-ip-address {quote(one_line(route.next_hop_ip, 60))}" if route.next_hop_ip else ""
    return (
        f"az network route-table route create --subscription {quote(arm_id.subscription(table_id))}"
        f" --resource-group {quote(one_line(arm_id.resource_group(table_id)))}"
        f" --route-table-name {quote(one_line(arm_id.name(table_id)))}"
        f" --name payment-hsm-{network.network_address}-{network.prefixlen} --address-prefix {network}"
        f" --next-hop-type {_TO_A_FIREWALL[route.next_hop.lower()]}{hop}"
    )
