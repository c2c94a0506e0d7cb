"""The VNets that carry HSM traffic: those that hold HSM NICs, and those that are directly peered with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ops.checks.subjects import hsm_subject, not_read, untold_networks, vnet_subject
from ops.model import arm_id
from ops.model.attachment import attachment
from ops.model.estate import Estate, Vnet
from ops.model.fact import Absent, Gap
from ops.model.finding import Subject, Verdict, unknown
from ops.model.once import once
from ops.model.policy import Policy
from ops.model.untrusted import one_line


@dataclass(frozen=True, slots=True, kw_only=True)
class HsmVnet:
    """A VNet that holds NICs of these HSMs (keys). ``fact`` is what was read of it; None = nothing."""

    id: str
    hsms: tuple[str, ...]
    fact: Vnet | Absent | Gap | None
    subject: Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A VNet that is directly peered with these HSM VNets (``near``), and their HSMs (keys).

    ``fact`` is a gap where Azure contradicts itself (``doubtful``). ``exempt`` says why HSM traffic needs nothing of
    it; ``""`` where it has to be ready for that traffic.
    """

    id: str
    near: tuple[HsmVnet, ...]
    hsms: tuple[str, ...]
    fact: Vnet | Absent | Gap | None
    exempt: str
    subject: Subject


@once
def hsm_vnets(estate: Estate) -> tuple[HsmVnet, ...]:
    """Every HSM VNet that is known, in the order of the HSMs."""
    spelled: dict[str, str] = {}
    hsms: dict[str, dict[str, None]] = {}
    for hsm in estate.hsms.values():
        for use in attachment(hsm, estate).subnets:
            vnet_id = arm_id.vnet_of_subnet(use.subnet_id)
            if vnet_id:
                spelled.setdefault(arm_id.key(vnet_id), vnet_id)
                hsms.setdefault(arm_id.key(vnet_id), {})[hsm.key] = None
    return tuple(
        HsmVnet(
            id=vnet_id,
            hsms=tuple(hsms[key]),
            fact=estate.vnets.get(key),
            subject=vnet_subject(vnet_id, hsms[key]),
        )
        for key, vnet_id in spelled.items()
    )


@once
def untold_vnets(estate: Estate) -> tuple[Verdict, ...]:
    """An unknown for every HSM whose VNets are not all known."""
    return tuple(_untold_vnets(estate))


def _untold_vnets(estate: Estate) -> Iterator[Verdict]:
    for hsm in estate.hsms.values():
        reason = untold_networks(hsm, estate)
        if reason:
            yield unknown(hsm_subject(hsm), reason)


@once
def peers(estate: Estate, policy: Policy) -> tuple[Peer, ...]:
    """Every direct peer of the HSM VNets that is no HSM VNet itself, one per VNet, in the order of the HSM VNets."""
    own = {arm_id.key(vnet.id) for vnet in hsm_vnets(estate)}
    return tuple(peer for peer in neighbours(estate, policy) if arm_id.key(peer.id) not in own)


@once
def neighbours(estate: Estate, policy: Policy) -> tuple[Peer, ...]:
    """As ``peers``, with those that are HSM VNets themselves."""
    spelled: dict[str, str] = {}
    near: dict[str, dict[str, HsmVnet]] = {}
    for vnet in hsm_vnets(estate):
        for remote in _remotes(vnet):
            key = arm_id.key(remote)
            spelled.setdefault(key, remote)
            near.setdefault(key, {})[vnet.id] = vnet
    declared, doubts = _declared(policy), doubtful(estate)
    facts = {key: doubts.get(key, estate.vnets.get(key)) for key in spelled}
    return tuple(_peer(remote, tuple(near[key].values()), facts[key], declared) for key, remote in spelled.items())


@once
def doubtful(estate: Estate) -> Mapping[str, Gap]:
    """The remote VNets (by key) that were not found although a peering to them is Connected, so that both sides exist."""
    found: dict[str, Gap] = {}
    for vnet in hsm_vnets(estate):
        for peering in vnet.fact.peerings or () if isinstance(vnet.fact, Vnet) else ():
            remote = peering.remote_vnet_id or ""
            key, connected = arm_id.key(remote), (peering.state or "").lower() == "connected"
            if connected and isinstance(estate.vnets.get(key), Absent) and not arm_id.is_virtual_hub_vnet(key):
                reason = "not found, although a peering to it is Connected"
                found[key] = Gap(subject=remote, what="virtual network", reason=reason)
    return found


def _peer(
    vnet_id: str, near: tuple[HsmVnet, ...], fact: Vnet | Absent | Gap | None, declared: Mapping[str, str]
) -> Peer:
    hsms = tuple(dict.fromkeys(hsm for vnet in near for hsm in vnet.hsms))
    exempt = _exempt(arm_id.key(vnet_id), fact, declared)
    return Peer(id=vnet_id, near=near, hsms=hsms, fact=fact, exempt=exempt, subject=vnet_subject(vnet_id, hsms))


def _remotes(vnet: HsmVnet) -> Iterator[str]:
    if isinstance(vnet.fact, Vnet):
        for peering in vnet.fact.peerings or ():
            if peering.remote_vnet_id:
                yield peering.remote_vnet_id


def _exempt(key: str, fact: Vnet | Absent | Gap | None, declared: Mapping[str, str]) -> str:
    if key in declared:
        return declared[key]
    if arm_id.is_virtual_hub_vnet(key):
        return "network of a Virtual WAN hub, which Microsoft keeps and nobody can tag"
    if isinstance(fact, Absent):
        return "the virtual network does not exist, the peering is a leftover"
    return ""


def _declared(policy: Policy) -> Mapping[str, str]:
    """Why HSM traffic needs nothing of the VNets (keys) that the configuration excuses."""
    outside = "declared as a peer that cannot be read and is known to be fine (peers.outside)"
    unneeded = "declared as a peer without access to the HSMs (peers.no_hsm_access)"
    return {
        **{arm_id.key(item): outside for item in policy.peers.outside},
        **{arm_id.key(item): unneeded for item in policy.peers.no_hsm_access},
    }


def untold_peers(estate: Estate) -> Iterator[Verdict]:
    """An unknown for every HSM, HSM VNet and peering behind which there may be peers that are not known."""
    yield from untold_vnets(estate)
    for vnet in hsm_vnets(estate):
        if vnet.fact is None or isinstance(vnet.fact, Gap):
            yield unknown(vnet.subject, not_read("virtual network", vnet.fact))
        elif isinstance(vnet.fact, Vnet) and vnet.fact.peerings is None:
            yield unknown(vnet.subject, "its peerings were not read")
        elif isinstance(vnet.fact, Vnet):
            for peering in vnet.fact.peerings or ():
                if not peering.remote_vnet_id:
                    name = one_line(peering.name, 80)
                    yield unknown(vnet.subject, f"peering {name} does not tell which virtual network it leads to")
