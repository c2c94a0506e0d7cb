from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date

from ops.checks.declaration import check
from ops.checks.prefixes import hsm_prefixes, ipv4_network
from ops.checks.subjects import vnet_subject
from ops.checks.vnets import Peer, hsm_vnets, neighbours, untold_peers
from ops.model import arm_id
from ops.model.estate import Estate, Vnet
from ops.model.fact import Absent
from ops.model.finding import IssueCategory, Party, Severity, Verdict, failed, not_applicable, passed, unknown
from ops.model.policy import Policy, SecuredHub
from ops.model.untrusted import one_line

_FIX = (
    "add the prefix to the private traffic prefixes of the hub's routing intent, or a route to its firewall, then attest "
    "it in peers.secured_hubs: phsm checks explain PHSM-NET-017"
)

_CORRECT = "correct the date of this hub in the configuration, under peers.secured_hubs"


@check(
    id="PHSM-NET-017",
    title="Every secured Virtual WAN hub carries the prefixes of the delegated subnets (attested)",
    severity=Severity.LOW,
    category=IssueCategory.NETWORKING,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/solution-design",
    reviewed=date(2026, 11, 24),
)
def secured_hub_carries_prefix(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """A Virtual WAN hub with a firewall leads HSM traffic through it only if it is told the delegated subnet's prefix.

    ## Why it matters
    The firewall of a secured hub inspects traffic to payment HSMs once the prefix of their delegated subnet is in
    the routing intent's list of prefixes, or, without routing intent, in a route of the hub's route table to the firewall.
    Without it the traffic goes past the firewall, or only one half of it goes through.

    Microsoft's pages differ on Virtual WAN. The newer one supports transit and secured hubs
    (https://learn.microsoft.com/azure/payment-hsm/solution-design); the older one calls Virtual WAN not compatible
    (https://learn.microsoft.com/azure/payment-hsm/inspect-traffic). This rule follows the newer one, which
    leaves out SD-WAN attached to a hub: that is not supported.

    The network of a hub lies in a subscription of Microsoft's that nobody else can read, so what the hub carries has to be
    attested: by whom and when, in `peers.secured_hubs` of the configuration; a date in the future is not accepted. A hub
    that is not attested is not applicable, as a hub without a firewall needs none of this.

    ## How to fix it
    With routing intent, add the prefix to its private traffic prefixes in the portal. Without it, add a route:

        az network vhub route-table route add --resource-group <group> --vhub-name <hub> --name <table> \\
          --route-name payment-hsm --destination-type CIDR --destinations <subnet prefix> \\
          --next-hop-type ResourceId --next-hop <firewall id>

    Then add the prefix to `peers.secured_hubs`, under the id of the hub's network that the report shows.
    """
    told: dict[str, Verdict] = {}
    for verdict in untold_peers(estate):
        told.setdefault(verdict.subject.key, verdict)
    attested = {arm_id.key(vnet_id): (vnet_id, hub) for vnet_id, hub in policy.peers.secured_hubs.items()}
    hubs = [
        peer
        for peer in neighbours(estate, policy)
        if arm_id.key(peer.id) in attested or arm_id.is_virtual_hub_vnet(peer.id)
    ]
    reached = {arm_id.key(vnet.id) for peer in hubs for vnet in peer.near}
    for vnet in hsm_vnets(estate):
        if isinstance(vnet.fact, Absent):
            told[vnet.subject.key] = not_applicable(vnet.subject, "the virtual network does not exist (PHSM-NET-001)")
        elif vnet.subject.key not in reached:
            told.setdefault(vnet.subject.key, not_applicable(vnet.subject, "no Virtual WAN hub is peered with it"))
    yield from told.values()
    for peer in hubs:
        _, hub = attested.pop(arm_id.key(peer.id), (peer.id, None))
        if hub is not None:
            yield _judge(peer, hub, estate.observed_at.astimezone(UTC).date())
        else:
            yield not_applicable(peer.subject, "not attested: if a firewall secures it, name it in peers.secured_hubs")
    for vnet_id, _ in attested.values() if estate.hsms else ():
        yield not_applicable(
            vnet_subject(vnet_id, ()), "attested in peers.secured_hubs, and no HSM VNet is peered with it"
        )


def _judge(peer: Peer, hub: SecuredHub, day: date) -> Verdict:
    if hub.on > day:
        return failed(peer.subject, f"attested on {hub.on:%Y-%m-%d}, dated in the future", fix=_CORRECT)
    carried = dict.fromkeys(network for prefix in hub.prefixes if (network := ipv4_network(prefix)))
    missing: dict[str, None] = {}
    hsms: list[str] = []
    untold, count = "", 0
    for vnet in peer.near:
        prefixes = hsm_prefixes(vnet.fact) if isinstance(vnet.fact, Vnet) else None
        if prefixes is None or prefixes.untold:
            reason = prefixes.untold if prefixes else "it was not read"
            untold = f"{one_line(arm_id.name(vnet.id), 80)}: {reason}"
        for prefix in prefixes.known if prefixes else ():
            count += 1
            if prefix.network in carried:
                continue
            around = next((network for network in carried if prefix.network.subnet_of(network)), None)
            # a wider prefix does not win over the route of the delegated subnet (PHSM-NET-016)
            wider = f", only {around} around it" if around else ""
            missing[f"{prefix.network} of {prefix.subnet}{wider}"] = None
            hsms += vnet.hsms
    # by whom is in the configuration: what is found here goes into tickets, which name nobody
    if missing:
        evidence = f"does not carry {', '.join(missing)}, as attested on {hub.on:%Y-%m-%d}"
        return failed(vnet_subject(peer.id, hsms), evidence, fix=_FIX)
    if untold:
        return unknown(peer.subject, untold)
    if not count:
        return not_applicable(peer.subject, "no HSM VNet that is peered with it has a delegated subnet (PHSM-NET-001)")
    return passed(
        peer.subject, f"carries {count} delegated prefix{'es' if count > 1 else ''}, attested on {hub.on:%Y-%m-%d}"
    )
