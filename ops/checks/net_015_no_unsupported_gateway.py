from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from shlex import quote

from ops.checks.declaration import check
from ops.checks.subjects import not_read
from ops.checks.vnets import HsmVnet, doubtful, hsm_vnets, neighbours, untold_vnets
from ops.model import arm_id
from ops.model.estate import Estate, Vnet
from ops.model.fact import Absent, Gap
from ops.model.finding import IssueCategory, Party, Severity, Verdict, failed, not_applicable, passed, unknown
from ops.model.policy import Policy
from ops.model.surroundings import Gateway
from ops.model.untrusted import one_line


@check(
    id="PHSM-NET-015",
    title="No active-active VPN gateway and no ExpressRoute FastPath connection of a VNet serves an HSM VNet",
    severity=Severity.MEDIUM,
    category=IssueCategory.NETWORKING,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/solution-design",
    reviewed=date(2026, 11, 24),
)
def no_unsupported_gateway(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """Payment HSMs are reached over ExpressRoute and active-passive VPN gateways, not over FastPath or active-active ones.

    ## Why it matters
    An active-active VPN gateway sends packets of one connection over either of its two instances, and ExpressRoute
    FastPath sends them past the gateway: neither is supported on the way to a payment HSM, so connections from
    on-premises come up and break, or never come up. Azure shows nothing wrong.

    ExpressRoute FastPath is a switch on the connection between a gateway and a circuit. It has nothing to do with the
    feature FastPathEnabled (PHSM-SUB-003) and the tag fastpathenabled (PHSM-NET-005), which HSMs need and which stay
    as they are.

    Looked at are the gateways in the HSM VNet, and those in a directly peered VNet whose gateways the HSM VNet uses. The
    gateways of a Virtual WAN hub are Microsoft's own and are not meant.

    ## How to fix it
    Switch FastPath off on the connection; other traffic then goes through the gateway too, so look at its size first:

        az network vpn-connection update --ids <connection id> --express-route-gateway-bypass false

    Making a VPN gateway active-passive interrupts its tunnels, and the devices on the other side lose one of two
    addresses: plan it. See how the gateway stands now:

        az network vnet-gateway show --ids <gateway id> --query "{activeActive:activeActive, sku:sku.name}"
    """
    yield from untold_vnets(estate)
    exempt = {arm_id.key(peer.id): peer.exempt for peer in neighbours(estate, policy)}
    near: dict[str, tuple[_Answer, ...]] = {}
    for vnet in hsm_vnets(estate):
        yield _judge(vnet, estate, exempt, near)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """Whether a gateway carries HSM traffic (None = not known), the evidence for it, and the fix."""

    fine: bool | None
    reason: str
    fix: str = ""


def _judge(vnet: HsmVnet, estate: Estate, exempt: Mapping[str, str], near: dict[str, tuple[_Answer, ...]]) -> Verdict:
    if isinstance(vnet.fact, Absent):
        return not_applicable(vnet.subject, "the virtual network does not exist (PHSM-NET-001)")
    if not isinstance(vnet.fact, Vnet):
        return unknown(vnet.subject, not_read("virtual network", vnet.fact))
    answers = [*_in_vnet(vnet.id, estate, near), *_of_peers(vnet.fact, estate, exempt, near)]
    wrong = [answer for answer in answers if answer.fine is False]
    if wrong:
        fix = next((answer.fix for answer in wrong if answer.fix), "")
        return failed(vnet.subject, "; ".join(answer.reason for answer in wrong), fix=fix)
    untold = [answer.reason for answer in answers if answer.fine is None]
    if untold:
        return unknown(vnet.subject, "; ".join(untold))
    return passed(vnet.subject, "; ".join(answer.reason for answer in answers) or "no gateway of a VNet serves it")


def _of_peers(
    vnet: Vnet, estate: Estate, exempt: Mapping[str, str], near: dict[str, tuple[_Answer, ...]]
) -> Iterator[_Answer]:
    """The gateways that the VNet uses over its peerings; those of exempt peers are not meant, or carry no HSM traffic."""
    if vnet.peerings is None:
        yield _Answer(fine=None, reason="its peerings were not read")
    for peering in vnet.peerings or ():
        name = one_line(peering.name, 80)
        if peering.uses_remote_gateways is False:
            continue
        if not peering.remote_vnet_id:
            yield _Answer(fine=None, reason=f"peering {name} does not tell which virtual network it leads to")
        elif exempt.get(arm_id.key(peering.remote_vnet_id)):
            continue
        elif peering.uses_remote_gateways is None:
            yield _Answer(
                fine=None, reason=f"peering {name} does not tell whether it uses the gateways of the other side"
            )
        else:
            yield from _in_vnet(peering.remote_vnet_id, estate, near)


def _in_vnet(vnet_id: str, estate: Estate, near: dict[str, tuple[_Answer, ...]]) -> tuple[_Answer, ...]:
    """What is to be said of the gateways in a VNet; ``near`` keeps it, as a hub serves many HSM VNets."""
    key = arm_id.key(vnet_id)
    if key not in near:
        near[key] = tuple(_look(vnet_id, estate))
    return near[key]


def _look(vnet_id: str, estate: Estate) -> Iterator[_Answer]:
    name, key = one_line(arm_id.name(vnet_id), 80), arm_id.key(vnet_id)
    fact = doubtful(estate).get(key, estate.vnets.get(key))
    if not isinstance(fact, Vnet):
        gap = fact if isinstance(fact, Gap) else None
        yield _Answer(fine=None, reason=f"gateways of {name}: {not_read('virtual network', gap)}")
        return
    if fact.subnets is None:
        yield _Answer(fine=None, reason=f"gateways of {name}: its subnets were not read")
    ids: dict[str, str] = {}
    for subnet in fact.subnets or ():
        if subnet.gateways is None:
            yield _Answer(fine=None, reason=f"gateways in {name}/{one_line(subnet.name, 80)} were not read")
        for gateway_id in subnet.gateways or ():
            ids.setdefault(arm_id.key(gateway_id), gateway_id)
    for gateway_id in ids.values():
        yield from _gateway(gateway_id, estate)


def _gateway(gateway_id: str, estate: Estate) -> Iterator[_Answer]:
    gateway = estate.gateways.get(arm_id.key(gateway_id))
    named = f"gateway {one_line(arm_id.name(gateway_id), 80)}"
    if isinstance(gateway, Absent):
        return
    if not isinstance(gateway, Gateway):
        yield _Answer(fine=None, reason=f"{named}: {not_read('gateway', gateway)}")
    elif gateway.kind.lower() == "vpn":
        yield _vpn(gateway, f"VPN {named}")
    elif gateway.kind.lower() == "expressroute":
        yield _express_route(gateway, f"ExpressRoute {named}")
    else:
        yield _Answer(fine=None, reason=f"{named} is of a kind that is not known: {one_line(gateway.kind, 60)}")


def _vpn(gateway: Gateway, named: str) -> _Answer:
    if gateway.active_active is None:
        return _Answer(fine=None, reason=f"{named} does not tell whether it is active-active")
    if not gateway.active_active:
        return _Answer(fine=True, reason=f"{named} is active-passive")
    show = f"az network vnet-gateway show --ids {quote(gateway.id)}"
    fix = f"plan the change to active-passive, which interrupts its tunnels; how it stands: {show}"
    return _Answer(fine=False, reason=f"{named} is active-active", fix=fix)


def _express_route(gateway: Gateway, named: str) -> _Answer:
    if gateway.connections is None:
        return _Answer(fine=None, reason=f"{named}: its connections were not read")
    fast = [connection for connection in gateway.connections if connection.fastpath]
    if not fast:
        return _Answer(
            fine=True, reason=f"{named} has ExpressRoute FastPath on none of {len(gateway.connections)} connections"
        )
    names = ", ".join(one_line(connection.name, 80) for connection in fast)
    ids = " ".join(quote(connection.id) for connection in fast)
    return _Answer(
        fine=False,
        reason=f"{named} has ExpressRoute FastPath on {names}",
        fix=f"az network vpn-connection update --ids {ids} --express-route-gateway-bypass false",
    )
