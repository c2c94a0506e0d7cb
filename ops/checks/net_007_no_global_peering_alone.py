from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from ops.checks.declaration import check
from ops.checks.subjects import not_read, vnet_subject
from ops.checks.vnets import HsmVnet, Peer, hsm_vnets, neighbours, untold_peers
from ops.model import arm_id
from ops.model.estate import Estate, Vnet
from ops.model.fact import Absent
from ops.model.finding import IssueCategory, Party, Severity, Verdict, failed, not_applicable, passed, unknown
from ops.model.policy import Policy
from ops.model.pool import region_id
from ops.model.untrusted import one_line

_FIREWALL_SUBNET = "AzureFirewallSubnet"
_CARRIED_BY = {"snat": "a firewall with source NAT", "proxy": "a reverse proxy"}
_FIX = (
    "put a firewall with SNAT or a reverse proxy between them and declare it (peers.via), or declare that no HSM "
    "traffic uses the peering (peers.no_hsm_access)"
)


@check(
    id="PHSM-NET-007",
    title="No HSM VNet is reached by cross-region peering alone",
    severity=Severity.MEDIUM,
    category=IssueCategory.NETWORKING,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/solution-design",
    reviewed=date(2026, 11, 24),
)
def no_global_peering_alone(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """Peering between regions (global peering) does not carry the traffic of payment HSMs; inside a region it does.

    ## Why it matters
    The peering shows as Connected and carries everything else, so the fault looks like a broken HSM: clients in the
    other region get no answer from it. A firewall that replaces the source address (SNAT) or a reverse proxy in the
    region of the HSMs carries the traffic on, and an ExpressRoute or VPN gateway does without the peering.

    What is recognised: an Azure Firewall in the HSM VNet, by the subnet AzureFirewallSubnet (any case), which gives a
    pass with a note, because whether it replaces source addresses cannot be seen. Any other appliance or proxy, there
    or in a peered VNet, cannot be told from other machines: declare it. VNets that are peered with a peer are not
    looked at.

    ## How to fix it
    Look at what goes over the peering:

        az network vnet peering list --resource-group <group> --vnet-name <HSM VNet> --output table

    Put a firewall with SNAT or a reverse proxy between the two, or a gateway in place of the peering
    (https://learn.microsoft.com/azure/payment-hsm/inspect-traffic). Then say so in the configuration: `peers.via` with
    `snat` or `proxy` for the id of the peered VNet, or `peers.no_hsm_access` where no HSM traffic uses the peering.
    """
    yield from untold_peers(estate)
    for vnet in hsm_vnets(estate):
        if isinstance(vnet.fact, Absent):
            yield not_applicable(vnet.subject, "the virtual network does not exist (PHSM-NET-001)")
        elif isinstance(vnet.fact, Vnet) and vnet.fact.peerings == ():
            yield not_applicable(vnet.subject, "no virtual network is peered with it")
    carried = {arm_id.key(vnet_id): carrier for vnet_id, carrier in policy.peers.via.items()}
    for peer in neighbours(estate, policy):
        yield _judge(peer, carried)


def _judge(peer: Peer, carried: Mapping[str, str]) -> Verdict:
    carrier = carried.get(arm_id.key(peer.id))
    if peer.exempt:
        return not_applicable(peer.subject, peer.exempt)
    if carrier is not None:
        return passed(peer.subject, f"declared as reached through {_CARRIED_BY[carrier]} (peers.via)")
    if not isinstance(peer.fact, Vnet):
        return unknown(peer.subject, not_read("virtual network", None if isinstance(peer.fact, Absent) else peer.fact))
    here = region_id(peer.fact.location)
    if not here:
        return unknown(peer.subject, "its region is not told")
    answers = [(vnet, *_carries(vnet, here)) for vnet in peer.near]
    failing = [vnet for vnet, carries, _ in answers if carries is False]
    if failing:
        others = " and ".join(reason for _, carries, reason in answers if carries is False)
        return failed(
            vnet_subject(peer.id, (hsm for vnet in failing for hsm in vnet.hsms)),
            f"in {one_line(here, 60)}, and cross-region peering does not carry its HSM traffic to {others}",
            fix=_FIX,
        )
    untold = [reason for _, carries, reason in answers if carries is None]
    if untold:
        return unknown(peer.subject, "; ".join(untold))
    return passed(
        peer.subject,
        "; ".join(reason for _, _, reason in answers),
        # through a firewall, and nobody has said what it does with the source addresses
        note=any(isinstance(vnet.fact, Vnet) and region_id(vnet.fact.location) != here for vnet in peer.near),
    )


def _carries(vnet: HsmVnet, region: str) -> tuple[bool | None, str]:
    """Whether the HSMs of a VNet can be reached over a peering from this region (None = not known), and why."""
    name, fact = one_line(arm_id.name(vnet.id), 80), vnet.fact
    if not isinstance(fact, Vnet) or not fact.location:
        return None, f"the region of {name} is not told"
    there = one_line(region_id(fact.location), 60)
    if region_id(fact.location) == region:
        return True, f"in {there}, as {name} is"
    if fact.subnets is None:
        return None, f"whether a firewall stands in {name} in {there} is not known: its subnets were not read"
    if any(subnet.name.lower() == _FIREWALL_SUBNET.lower() for subnet in fact.subnets):
        return True, f"a firewall stands in {name} in {there}; whether it replaces source addresses cannot be seen"
    return False, f"{name} in {there}"
