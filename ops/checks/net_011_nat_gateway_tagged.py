from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from ops.checks.declaration import check
from ops.checks.subjects import not_read, subnet_subject
from ops.checks.vnets import hsm_vnets
from ops.model import arm_id
from ops.model.estate import Estate, Vnet
from ops.model.fact import Absent, Gap
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
from ops.model.surroundings import NatGateway
from ops.model.untrusted import one_line

_TAG = "fastpathenabled"
_FIX = (
    f"adding the tag now does not help: create another NAT gateway with --tags {_TAG}=True, and put the subnet on it "
    "(az network nat gateway create, az network vnet subnet update --nat-gateway)"
)


@check(
    id="PHSM-NET-011",
    title="A NAT gateway on a declared client subnet carries the tag fastpathenabled",
    severity=Severity.LOW,
    category=IssueCategory.NETWORKING,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/fastpathenabled",
    reviewed=date(2026, 11, 24),
)
def nat_gateway_tagged(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """Where clients of the HSMs are behind a NAT gateway, the gateway has to be created with the tag fastpathenabled.

    ## Why it matters
    The tag counts only when it is set while the gateway is created. Without it the clients in that subnet may not
    reach the HSMs, however well the VNets are tagged. A tag that was added later looks the same, so a pass of this
    check cannot exclude that. Only the subnets in `peers.client_subnets` of the configuration are looked at.

    ## How to fix it
    Create another NAT gateway with the tag, and put the subnet on it. The outgoing address changes unless you move
    the public address, too; plan for a short break of outgoing connections:

        az network nat gateway create -g <group> -n <name> --public-ip-addresses <address> --tags fastpathenabled=True
        az network vnet subnet update --ids <subnet id> --nat-gateway <NAT gateway id>

    If the tag is there and these clients cannot reach the HSMs, do the same.
    """
    if not estate.hsms or not policy.peers.client_subnets:
        return
    declared = {arm_id.key(subnet_id): subnet_id for subnet_id in policy.peers.client_subnets}
    hsms = _hsms({_vnet_key(subnet_id) for subnet_id in declared}, estate)
    for subnet_id in declared.values():
        yield _judge(subnet_subject(subnet_id, hsms[_vnet_key(subnet_id)]), subnet_id, estate)


def _hsms(client_vnets: set[str], estate: Estate) -> Mapping[str, set[str]]:
    """The HSMs (keys) that are one peering away from each of these VNets (keys), or in it."""
    found: dict[str, set[str]] = {key: set() for key in client_vnets}
    for vnet in hsm_vnets(estate):
        peerings = vnet.fact.peerings or () if isinstance(vnet.fact, Vnet) else ()
        for near in (vnet.id, *(peering.remote_vnet_id or "" for peering in peerings)):
            if arm_id.key(near) in found:
                found[arm_id.key(near)].update(vnet.hsms)
    return found


def _vnet_key(subnet_id: str) -> str:
    return arm_id.key(arm_id.vnet_of_subnet(subnet_id))


def _judge(subject: Subject, subnet_id: str, estate: Estate) -> Verdict:
    vnet = estate.vnets.get(_vnet_key(subnet_id))
    if isinstance(vnet, Absent):
        return not_applicable(subject, "its virtual network does not exist (peers.client_subnets)")
    if not isinstance(vnet, Vnet):
        return unknown(subject, not_read("virtual network", vnet))
    subnet = vnet.subnet(subnet_id)
    if isinstance(subnet, Absent):
        return not_applicable(subject, "the subnet does not exist (peers.client_subnets)")
    if subnet is None or subnet.nat_gateway is None:
        return unknown(subject, "whether a NAT gateway is on it was not read")
    if isinstance(subnet.nat_gateway, Absent):
        return not_applicable(subject, "no NAT gateway is on it")
    gateway = estate.nat_gateways.get(arm_id.key(subnet.nat_gateway))
    if isinstance(gateway, Absent):
        return not_applicable(subject, "the NAT gateway on it does not exist")
    if gateway is None or isinstance(gateway, Gap):
        return unknown(subject, not_read("NAT gateway", gateway))
    return _judge_tag(subject, gateway)


def _judge_tag(subject: Subject, gateway: NatGateway) -> Verdict:
    """As the tag of a VNet is judged, but a repair means another gateway: adding the tag later is of no use."""
    name = one_line(gateway.name, 80)
    if _TAG in gateway.tags:
        value = one_line(gateway.tags[_TAG], 60)
        if gateway.tags[_TAG].lower() == "true":
            return passed(
                subject,
                f"NAT gateway {name} has the tag {_TAG}={value}; it counts only when set at creation, which cannot be seen",
            )
        return failed(subject, f'tag {_TAG} of NAT gateway {name} is "{value}" instead of True', fix=_FIX)
    other = next((key for key in gateway.tags if key.lower() == _TAG), None)
    if other is None:
        return failed(
            subject, f"NAT gateway {name} has no tag {_TAG}, which counts only when set at creation", fix=_FIX
        )
    return failed(subject, f"NAT gateway {name} has the tag {one_line(other, 60)}, and only {_TAG} counts", fix=_FIX)
