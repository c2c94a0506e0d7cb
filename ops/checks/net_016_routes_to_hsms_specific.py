from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from ipaddress import IPv4Network
from shlex import quote

from ops.checks.declaration import check
from ops.checks.few_names import few_names
from ops.checks.hsm_addresses import hsm_addresses
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
_Span = tuple[int, int]
"""The start and the length of a prefix."""


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
    as wide as the VNet's own prefix, unless routes of the same table that are as specific as the subnet, or more, cover
    all of it or every HSM in it. Wider ones, 0.0.0.0/0 above all, are left alone: Microsoft's own designs have the default
    route in the spokes.

    ## How to fix it
    See first to it that the answers come back through the same firewall. The delegated subnet itself takes no route table
    (PHSM-NET-004), so the firewall has to replace the source address (SNAT), or a reverse proxy does. Without that a
    route that works stops traffic which goes past the firewall today. Then add a route for the prefix of the delegated
    subnet, with the same next hop; the wide one can stay:

        az network route-table route create --resource-group <group> --route-table-name <table> --name payment-hsm \\
          --address-prefix <subnet prefix> --next-hop-type VirtualAppliance --next-hop-ip-address <firewall>
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
    around: tuple[_Span, ...]
    vnet: HsmVnet

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
            known.append(_Target(prefix=prefix, around=around, vnet=vnet))
    return _Targets(vnet=vnet, known=tuple(known), untold=untold)


def _judge(use: _Use, estate: Estate) -> Verdict:
    table = estate.route_tables.get(arm_id.key(use.id))
    subject = _subject(use, [hsm for targets in use.leads_to.values() for hsm in targets.vnet.hsms])
    if isinstance(table, Absent):
        return not_applicable(subject, "the route table does not exist")
    if not isinstance(table, RouteTable):
        return unknown(subject, not_read("route table", table))
    targets = [target for found in use.leads_to.values() for target in found.known]
    wide = list(_wide(table, targets, estate))
    bent = [one for one in wide if one.carried is False]
    if bent:
        hsms = [hsm for one in bent for hsm in one.target.vnet.hsms]
        return failed(_subject(use, hsms), _told(bent), fix=_fix(use.id, bent))
    untold = [found.untold for found in use.leads_to.values() if found.untold]
    untold += [one.told for one in wide if one.carried is None]
    if untold:
        return unknown(subject, "; ".join(untold[:_SHOWN]))
    if not targets:
        return not_applicable(subject, "no subnet behind it is delegated to dedicatedHSMs (PHSM-NET-001)")
    count = sum(route.next_hop.lower() in _TO_A_FIREWALL for route in table.routes)
    fine = f"none of {count} routes to a firewall is wider than a delegated subnet and inside its VNet alone"
    return passed(subject, _told(wide) or fine)


def _subject(use: _Use, hsms: list[str]) -> Subject:
    return Subject(name=arm_id.name(use.id), id=use.id, hsms=tuple(sorted(set(hsms))))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wide:
    """A route to a firewall that is wider than a target. ``carried``: whether more specific ones cover the HSMs there."""

    route: Route
    target: _Target
    carried: bool | None
    how: str

    @property
    def told(self) -> str:
        return f"{_route(self.route)} is wider than {self.target.told}, {self.how}"


def _told(wide: list[_Wide]) -> str:
    more = [f"and {len(wide) - _SHOWN} more"] if len(wide) > _SHOWN else []
    return "; ".join([*(one.told for one in wide[:_SHOWN]), *more])


def _route(route: Route) -> str:
    return f"route {one_line(route.name, 80)} to {one_line(route.prefix, 60)}"


def _wide(table: RouteTable, targets: list[_Target], estate: Estate) -> Iterator[_Wide]:
    """The targets that a route to a firewall covers without being as specific."""
    by_span = {_span(network): route for route in table.routes if (network := ipv4_network(route.prefix))}
    starts = sorted(by_span)
    for target in targets:
        around = (by_span[span] for span in target.around if span in by_span)
        route = next((route for route in around if route.next_hop.lower() in _TO_A_FIREWALL), None)
        if route is not None:
            inside = _inside(starts, target.prefix.network)
            carried, how = _carried(inside, [by_span[span] for span in inside], target, estate)
            yield _Wide(route=route, target=target, carried=carried, how=how)


def _inside(starts: list[_Span], network: IPv4Network) -> list[_Span]:
    """Those of these sorted prefixes that lie in the network: they start inside, and are no wider where they start alike."""
    first = last = bisect_left(starts, _span(network))
    while last < len(starts) and starts[last][0] <= int(network.broadcast_address):
        last += 1
    return starts[first:last]


def _carried(spans: list[_Span], routes: Sequence[Route], target: _Target, estate: Estate) -> tuple[bool | None, str]:
    """Whether these routes inside a target take all traffic to its HSMs from a wide one (None = not known), in words.

    Where they lead does not matter: one that keeps the traffic local, or drops it, is no mistake of this kind.
    """
    if not routes:
        return False, "and no route is as specific"
    alone = f"{_route(routes[0])} ({one_line(routes[0].next_hop, 40)})"
    named, s = (alone, "s") if len(routes) == 1 else (f"{len(routes)} routes inside it", "")
    network = target.prefix.network
    if _cover(spans, _span(network)):
        return True, f"and {named} {'is' if s else 'together are'} as specific"
    held = hsm_addresses(target.vnet.hsms, target.vnet.id, estate)
    there = [address for address in held.known if address in network]
    missed = [str(address) for address in there if not any(_cover([span], (int(address), 32)) for span in spans)]
    if missed or not (there or held.untold):
        return False, f"and {named} leave{s} out {few_names(missed) or 'a part of it'}"
    if held.untold:
        return None, f"and whether {named} cover{s} every HSM there is not known: {held.untold}"
    return True, f"and {named} cover{s} every HSM there"


def _cover(spans: list[_Span], whole: _Span) -> bool:
    """Whether these sorted prefixes leave nothing out of the whole."""
    reached, end = whole[0], whole[0] + (1 << 32 - whole[1])
    for start, length in spans:
        if start <= reached:
            reached = max(reached, start + (1 << 32 - length))
    return reached >= end


def _span(network: IPv4Network) -> _Span:
    return int(network.network_address), network.prefixlen


def _fix(table_id: str, wide: list[_Wide]) -> str:
    """One command in full: a report cuts a text that is too long, and a command that is cut makes another route."""
    others = few_names(str(one.target.prefix.network) for one in wide[1:])
    alike = f", and alike for {others}" if others else ""
    command = _create(table_id, wide[0].route, wide[0].target)
    return f"once the firewall replaces the source address (SNAT){alike}: {command}"


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
