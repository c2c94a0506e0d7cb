from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from shlex import quote

from ops.checks.declaration import check
from ops.checks.hsm_vnets import nothing_to_judge
from ops.checks.subjects import not_read
from ops.checks.vnets import HsmVnet, doubtful, hsm_vnets, untold_vnets
from ops.model import arm_id
from ops.model.estate import Estate, Peering, Vnet
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
from ops.model.untrusted import one_line

_OUT_OF_SYNC = {
    "localnotinsync": (True, False),
    "remotenotinsync": (False, True),
    "localandremotenotinsync": (True, True),
}
"""By the sync level of a peering, which sides have to be synced: itself, the one back. Each copies the other's space."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Link:
    """A peering of an HSM VNet. ``far``: the VNet behind it where both sides can be judged, else ``unseen`` says why not.

    ``back``: the peering back, None where there is none or it cannot be seen. ``doubt`` says why the VNet may be there
    or not.
    """

    near: HsmVnet
    peering: Peering
    far: Vnet | None
    back: Peering | None
    unseen: str
    doubt: str

    @property
    def id(self) -> str:
        return _peering_id(self.near.id, self.peering)

    @property
    def remote(self) -> str:
        return self.peering.remote_vnet_id or ""

    @property
    def back_name(self) -> str:
        return one_line(f"{arm_id.name(self.remote)}/{self.back.name}") if self.back else ""

    @property
    def subject(self) -> Subject:
        name = one_line(f"{arm_id.name(self.near.id)}/{self.peering.name}")
        return Subject(name=name, id=self.id, hsms=tuple(sorted(self.near.hsms)))


@check(
    id="PHSM-NET-008",
    title="Peerings of HSM VNets are Connected, fully in sync, and allow VNet access",
    severity=Severity.HIGH,
    category=IssueCategory.NETWORKING,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/peer-vnets",
    reviewed=date(2026, 11, 24),
)
def peerings_in_order(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """A peering is two objects, one in each VNet, and clients reach the HSMs only while both are in order.

    ## Why it matters
    Initiated: the side in the other VNet is missing. Disconnected: it was deleted, or the VNet was. Out of sync: an
    address space was changed, and the other side still routes by its old copy, so that single prefixes do not
    answer. Access not allowed: the peering is up and carries nothing. Each looks like a broken HSM, whichever side tells
    it: both are judged alike.
    Where the other VNet cannot be read its side is not judged: Connected proves that both sides exist. A peering to a
    deleted VNet harms nobody, and its name and address space stay taken: low. Where Azure does not find the VNet and
    still says Connected the two contradict each other, and the answer is unknown.

    ## How to fix it
    Create the side that is missing, sync a side whose copy is old, allow the access, delete a leftover:

        az network vnet peering create -g <group> --vnet-name <other> -n <name> --remote-vnet <VNet id> --allow-vnet-access
        az network vnet peering sync --ids <peering id>
        az network vnet peering update --ids <peering id> --set allowVirtualNetworkAccess=true
        az network vnet peering delete --ids <peering id>

    A Disconnected peering does not come back by itself: note its settings, delete it, create both sides again. The
    peering to a Virtual WAN hub belongs to the hub's connection and is repaired there (az network vhub connection).
    """
    outside = {arm_id.key(vnet_id) for vnet_id in policy.peers.outside}
    unimportant = {arm_id.key(vnet_id) for vnet_id in policy.peers.no_hsm_access}
    backs: dict[str, Mapping[str, Peering]] = {}
    doubts = doubtful(estate)
    yield from untold_vnets(estate)
    for vnet in hsm_vnets(estate):
        if not isinstance(vnet.fact, Vnet):
            yield nothing_to_judge(vnet, vnet.fact)
        elif vnet.fact.peerings is None:
            yield unknown(vnet.subject, "its peerings were not read")
        elif not vnet.fact.peerings:
            yield not_applicable(vnet.subject, "no virtual network is peered with it")
        else:
            for peering in vnet.fact.peerings:
                key = arm_id.key(peering.remote_vnet_id or "")
                fact = None if arm_id.is_virtual_hub_vnet(key) else doubts.get(key, estate.vnets.get(key))
                if key not in backs:
                    backs[key] = _by_remote(fact)
                unseen = _unseen(peering, fact, declared=key in outside)
                link = _Link(
                    near=vnet,
                    peering=peering,
                    far=fact if isinstance(fact, Vnet) and not unseen else None,
                    back=backs[key].get(arm_id.key(vnet.id)) if not unseen else None,
                    unseen=unseen,
                    doubt=not_read("", doubts[key]) if key in doubts and key not in outside else "",
                )
                yield _judge(link, fact, Severity.LOW if key in unimportant else None)


def _by_remote(fact: Vnet | Absent | Gap | None) -> Mapping[str, Peering]:
    peerings = fact.peerings or () if isinstance(fact, Vnet) else ()
    return {arm_id.key(peering.remote_vnet_id): peering for peering in peerings if peering.remote_vnet_id}


def _unseen(peering: Peering, fact: Vnet | Absent | Gap | None, *, declared: bool) -> str:
    """Why the other side of a peering is not judged; ``""`` where it is."""
    if arm_id.is_virtual_hub_vnet(peering.remote_vnet_id or ""):
        return "it is in the network of a Virtual WAN hub"
    if declared:
        return "it is declared to be fine (peers.outside)"
    if isinstance(fact, Vnet):
        return ""
    return not_read("virtual network", fact if isinstance(fact, Gap) else None)


def _judge(link: _Link, fact: Vnet | Absent | Gap | None, severity: Severity | None) -> Verdict:
    if isinstance(fact, Absent):
        return failed(
            link.subject,
            f"a leftover: virtual network {one_line(arm_id.name(link.remote), 80)} does not exist",
            fix=f"az network vnet peering delete --ids {quote(link.id)}",
            severity=Severity.LOW,
        )
    faults = list(_faults(link))
    if faults:
        fixes = list(dict.fromkeys(fix for _, fix in faults))
        joint = " && " if all(fix.startswith("az ") for fix in fixes) else "; "
        evidence = "; ".join(evidence for evidence, _ in faults)
        return failed(link.subject, evidence, fix=joint.join(fixes), severity=severity)
    untold = list(_untold(link))
    if untold:
        return unknown(link.subject, "; ".join(untold))
    fine = "Connected, FullyInSync, access allowed"
    if link.back is None:
        return passed(link.subject, f"{fine}; the other side was not judged: {link.unseen}")
    return passed(link.subject, f"{fine}; {link.back_name} too")


def _faults(link: _Link) -> Iterator[tuple[str, str]]:
    """What is definitely wrong, each with its fix."""
    missing = link.far is not None and link.far.peerings is not None and link.back is None
    if _is_down(link.peering) or missing:
        there = f", and {one_line(arm_id.name(link.remote), 80)} has no peering back" if missing else ""
        told = one_line(link.peering.state or "in no known state", 60)
        disconnected = (link.peering.state or "").lower() == "disconnected"
        recreate = disconnected or link.back is not None or not link.remote
        yield f"peering is {told}{there}", _repaired(link, _recreated(link) if recreate else _created_back(link))
        return
    if link.back is not None and _is_down(link.back):
        yield f"the peering back, {link.back_name}, is {one_line(link.back.state, 60)}", _recreated(link)
        return
    if any(_to_sync(link.peering)):
        yield f"sync level is {one_line(link.peering.sync_level, 60)}", _repaired(link, _synced(link))
    if link.back is not None and any(_to_sync(link.back)):
        told = one_line(link.back.sync_level, 60)
        yield f"sync level of the peering back, {link.back_name}, is {told}", _synced(link)
    if link.peering.allows_access is False:
        yield "it does not allow VNet access", _repaired(link, _allowed(link.id))
    if link.back is not None and link.back.allows_access is False:
        allowed = _allowed(_peering_id(link.remote, link.back))
        yield f"the peering back, {link.back_name}, does not allow VNet access", allowed


def _is_down(peering: Peering) -> bool:
    return (peering.state or "").lower() in ("initiated", "disconnected")


def _to_sync(peering: Peering) -> tuple[bool, bool]:
    """Whether this peering, and whether the one on the other side, has to be synced, as far as its sync level says so."""
    return _OUT_OF_SYNC.get((peering.sync_level or "").lower(), (False, False))


def _untold(link: _Link) -> Iterator[str]:
    """What decides and is not known."""
    if link.doubt:
        yield link.doubt
    yield from _untold_side(link.peering)
    if not link.remote:
        yield "it does not tell which virtual network it leads to"
    if link.far is not None and link.far.peerings is None:
        yield f"the peerings of {one_line(link.far.name, 80)} were not read"
    back = ", ".join(_untold_side(link.back)) if link.back else ""
    if back:
        yield f"the peering back, {link.back_name}: {back}"


def _untold_side(peering: Peering) -> Iterator[str]:
    state, level = peering.state, peering.sync_level
    if (state or "").lower() != "connected":
        yield f"state {one_line(state, 60)} says neither yes nor no" if state else "its state was not told"
    if (level or "").lower() != "fullyinsync":
        yield f"sync level {one_line(level, 60)} says neither yes nor no" if level else "its sync level was not told"
    if peering.allows_access is None:
        yield "whether it allows VNet access was not told"


def _repaired(link: _Link, fix: str) -> str:
    """``fix``, except where the peering is the hub's: nobody but its connection may change it."""
    if not arm_id.is_virtual_hub_vnet(link.remote):
        return fix
    return "repair the connection of the Virtual WAN hub that made this peering: az network vhub connection list"


def _created_back(link: _Link) -> str:
    place = {
        "subscription": arm_id.subscription(link.remote),
        "resource-group": arm_id.resource_group(link.remote),
        "vnet-name": arm_id.name(link.remote),
        "name": f"to-{arm_id.name(link.near.id)}"[:80].rstrip("-."),
        "remote-vnet": link.near.id,
    }
    options = " ".join(f"--{option} {quote(one_line(value))}" for option, value in place.items())
    return f"az network vnet peering create {options} --allow-vnet-access"


def _recreated(link: _Link) -> str:
    # no command that deletes: gateway and forwarding settings go with the peering
    return (
        "note its settings, delete it, and create it again on both sides: "
        f"az network vnet peering show --ids {quote(link.id)}"
    )


def _synced(link: _Link) -> str:
    here, there = _to_sync(link.peering)
    if link.back is not None:
        there_too, here_too = _to_sync(link.back)
        here, there = here or here_too, there or there_too
    ids = [link.id] if here else []
    if there and link.back is None:
        rest = "sync the peering in the other virtual network, by those who keep it (az network vnet peering sync)"
        return f"{rest}, and here: az network vnet peering sync --ids {quote(link.id)}" if here else rest
    if there and link.back is not None:
        ids.append(_peering_id(link.remote, link.back))
    return f"az network vnet peering sync --ids {' '.join(map(quote, ids))}"


def _allowed(peering_id: str) -> str:
    return f"az network vnet peering update --ids {quote(peering_id)} --set allowVirtualNetworkAccess=true"


def _peering_id(vnet_id: str, peering: Peering) -> str:
    return f"{vnet_id}/virtualNetworkPeerings/{peering.name}"
