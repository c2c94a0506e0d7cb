"""The client VNets of each HSM VNet: those that are directly peered with it and are there for HSM traffic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ops.checks.subjects import not_read
from ops.checks.vnets import doubtful
from ops.model import arm_id
from ops.model.estate import Estate, Peering, Vnet
from ops.model.fact import Absent, Gap
from ops.model.policy import Policy
from ops.model.untrusted import one_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Clients:
    """Ids of VNets by key: those that exist, and those of which that is not known.

    ``untold`` says why there may be others; ``""`` when there are none.
    """

    certain: Mapping[str, str] = field(default_factory=dict)
    perhaps: Mapping[str, str] = field(default_factory=dict)
    untold: str = ""


def clients_by_vnet(vnet_ids: Iterable[str], estate: Estate, policy: Policy) -> Mapping[str, Clients]:
    """The clients of these HSM VNets by key; VNets that do not exist are left out.

    Peers that are declared (``no_hsm_access``, ``outside``) and leftovers of peerings with deleted VNets are no clients.
    """
    declared = {arm_id.key(vnet_id) for vnet_id in (*policy.peers.no_hsm_access, *policy.peers.outside)}
    found: dict[str, Clients] = {}
    for key, vnet_id in {arm_id.key(vnet_id): vnet_id for vnet_id in vnet_ids}.items():
        fact = estate.vnets.get(key)
        if not isinstance(fact, Absent):
            found[key] = _clients(one_line(arm_id.name(vnet_id), 80), fact, estate, declared)
    return found


def _clients(name: str, fact: Vnet | Gap | None, estate: Estate, declared: set[str]) -> Clients:
    if not isinstance(fact, Vnet):
        return Clients(untold=f"{name}: {not_read('virtual network', fact)}")
    if fact.peerings is None:
        return Clients(untold=f"the peerings of {name} were not read")
    certain: dict[str, str] = {}
    perhaps: dict[str, str] = {}
    untold = ""
    for peering in fact.peerings:
        remote = peering.remote_vnet_id
        if not remote:
            label = one_line(peering.name, 80)
            untold = untold or f"peering {label} of {name} does not tell which virtual network it leads to"
        elif arm_id.key(remote) not in declared:
            exists = _exists(remote, peering, estate)
            if exists is not False:
                (certain if exists else perhaps)[arm_id.key(remote)] = remote
    return Clients(certain=certain, perhaps=perhaps, untold=untold)


def _exists(remote: str, peering: Peering, estate: Estate) -> bool | None:
    """Whether the other side of a peering exists; None = not known. One that is Connected proves both sides, but where
    Azure does not find the VNet the two contradict each other.
    """
    key = arm_id.key(remote)
    if key in doubtful(estate):
        return None
    fact = estate.vnets.get(key)
    if isinstance(fact, Absent):
        return False
    connected = peering.state is not None and peering.state.lower() == "connected"
    return True if isinstance(fact, Vnet) or connected or arm_id.is_virtual_hub_vnet(remote) else None
