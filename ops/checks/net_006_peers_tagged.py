from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ops.checks.declaration import check
from ops.checks.fastpath_tag import judge_tag
from ops.checks.subjects import not_read
from ops.checks.vnets import Peer, hsm_vnets, peers, untold_peers
from ops.model.estate import Estate, Vnet
from ops.model.fact import Absent
from ops.model.finding import IssueCategory, Party, Severity, Verdict, not_applicable, unknown
from ops.model.policy import Policy


@check(
    id="PHSM-NET-006",
    title="Every directly peered VNet that needs the HSM carries the tag fastpathenabled",
    severity=Severity.HIGH,
    category=IssueCategory.NETWORKING,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/fastpathenabled",
    reviewed=date(2026, 11, 24),
)
def peers_tagged(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """A VNet that is peered with an HSM VNet reaches the HSMs only if it carries the tag fastpathenabled itself.

    ## Why it matters
    The tag on the HSM VNet does nothing for its peers. In a hub and spoke network the hub needs it as well as the
    spoke with the HSMs; VNets behind the hub, which are not peered with the HSM VNet themselves, need none. The rule
    does not depend on the region of the peer. As with PHSM-NET-005 a pass cannot tell whether the tag was set from the
    command line, and the portal is not enough.

    ## How to fix it
    Add the tag from the command line; a tag in another casing is deleted first (PHSM-NET-005 shows how).

        az tag update --resource-id <VNet id> --operation Merge --tags fastpathenabled=True

    A peer that does not need the HSMs goes into `peers.no_hsm_access` of the configuration, one that you cannot read
    and that is known to be fine into `peers.outside`. The network of a Virtual WAN hub is recognised and left out.
    """
    yield from untold_peers(estate)
    for vnet in hsm_vnets(estate):
        if isinstance(vnet.fact, Absent):
            yield not_applicable(vnet.subject, "the virtual network does not exist (PHSM-NET-001)")
        elif isinstance(vnet.fact, Vnet) and vnet.fact.peerings == ():
            yield not_applicable(vnet.subject, "no virtual network is peered with it")
    for peer in peers(estate, policy):
        yield _judge(peer)


def _judge(peer: Peer) -> Verdict:
    if peer.exempt:
        return not_applicable(peer.subject, peer.exempt)
    if isinstance(peer.fact, Vnet):
        return judge_tag(peer.subject, peer.fact)
    return unknown(peer.subject, not_read("virtual network", None if isinstance(peer.fact, Absent) else peer.fact))
