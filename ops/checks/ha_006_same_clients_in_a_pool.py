from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ops.checks.client_vnets import Clients, clients_by_vnet
from ops.checks.declaration import check
from ops.checks.pool_members import untold_members
from ops.checks.subjects import untold_networks
from ops.model import arm_id
from ops.model.attachment import attachment
from ops.model.estate import Estate, Hsm
from ops.model.finding import (
    IssueCategory,
    Party,
    Severity,
    Verdict,
    failed,
    not_applicable,
    passed,
    unknown,
)
from ops.model.policy import Policy, Role
from ops.model.pool import UNTOLD_REGION, Pool, pools
from ops.model.untrusted import one_line

_SIDES = ("host", "management")
_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Use:
    """A VNet (id and key) that one side of an HSM is in; both are ``""`` where ``subnet_id`` names none."""

    hsm: Hsm
    side: str
    subnet_id: str
    vnet: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """HSMs of one pool whose one side is in the same VNets (names), and the client VNets of these."""

    hsms: str
    networks: str
    clients: Clients

    @property
    def label(self) -> str:
        return f"{self.networks} of {self.hsms}"

    def has(self, client: str) -> bool:
        return client in self.clients.certain or client in self.clients.perhaps


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """Whether the same clients reach one side of all HSMs (None = not known), and why; ``fix`` where they do not."""

    side: str
    agrees: bool | None
    evidence: str
    fix: str = ""


@check(
    id="PHSM-HA-006",
    title="The client VNets that reach one HSM of a pool reach the others",
    severity=Severity.MEDIUM,
    category=IssueCategory.NETWORKING,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/deployment-scenarios",
    reviewed=date(2026, 11, 24),
)
def same_clients_in_a_pool(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """The HSMs of a pool stand in for each other only for clients that reach all of them.

    ## Why it matters
    Payment HSMs know nothing of each other: the client chooses one, and takes another when it fails. If the two are in
    different VNets, and the VNet of the client is peered with one of them only, there is no other: the client stops
    with its HSM, and nobody has noticed before, because day by day it works.

    The VNets that are peered with the host VNet of one HSM are compared with those of the others, and likewise for
    management. A Virtual WAN hub counts as one peer. HSMs in one VNet agree by themselves; so do the HSM VNets of the
    pool among each other. Not counted are peers that are declared (`peers.no_hsm_access`, `peers.outside`) and leftovers
    of peerings with deleted VNets. Whether the peerings work is left to PHSM-NET-008, an HSM that is in no VNet to
    PHSM-NET-009, and what lies behind a peer is not looked at.

    ## How to fix it
    Peer the client VNet with the other HSM VNet too, once from each side, and tag it (PHSM-NET-006):

        az network vnet peering create -g <group> -n <peering> --vnet-name <VNet> --remote-vnet <VNet id> --allow-vnet-access

    If no HSM traffic comes from it, say so in the configuration (`peers.no_hsm_access`).
    """
    compared = [(pool, tuple(_uses(pool.alive(estate), estate))) for pool in pools(estate, policy)]
    clients = clients_by_vnet((use.vnet for _, uses in compared for use in uses if use.vnet), estate, policy)
    for pool, uses in compared:
        alive = pool.alive(estate)
        if len(alive) >= 2 or pool.unplaced:
            yield _judge(pool, alive, uses, clients, estate)


def _uses(hsms: Iterable[Hsm], estate: Estate) -> Iterator[_Use]:
    for hsm in hsms:
        for use in attachment(hsm, estate).subnets:
            vnet = arm_id.vnet_of_subnet(use.subnet_id)
            yield _Use(hsm=hsm, side=use.side, subnet_id=use.subnet_id, vnet=vnet, key=arm_id.key(vnet))


def _judge(
    pool: Pool, alive: Sequence[Hsm], uses: Sequence[_Use], clients: Mapping[str, Clients], estate: Estate
) -> Verdict:
    untold = {use.hsm.key: f"{one_line(use.subnet_id)} is no id of a subnet" for use in uses if not use.vnet}
    untold |= {hsm.key: why for hsm in alive if (why := untold_networks(hsm, estate))}
    answers = _answers(uses, untold, clients)
    differing = [answer for answer in answers if answer.agrees is False]
    if differing and pool.region != UNTOLD_REGION:
        severity = Severity.LOW if pool.role is Role.NON_PRODUCTION else None
        return failed(pool.subject, _joined(differing), fix=differing[0].fix, severity=severity)
    reasons = [f"{one_line(estate.hsms[hsm].name, 80)}: {why}" for hsm, why in untold.items()]
    reasons += [f"{answer.side}: {answer.evidence}" for answer in answers if answer.agrees is None]
    why = reasons[0] if reasons else untold_members(pool)
    if why:
        return unknown(pool.subject, f"whether the same clients reach all HSMs is not known: {why}")
    gone = next((use for use in uses if use.key not in clients), None)
    if gone is not None:
        where = f"virtual network {one_line(arm_id.name(gone.vnet), 80)} of {one_line(gone.hsm.name, 80)}"
        return not_applicable(pool.subject, f"{where} does not exist (PHSM-NET-001)")
    if not answers:
        return not_applicable(pool.subject, "no HSM is in a virtual network yet")
    for side in _SIDES:
        on_side = {use.hsm.key for use in uses if use.side == side}
        off = next((hsm for hsm in alive if on_side and hsm.key not in on_side), None)
        if off is not None:
            evidence = f"{side}: {one_line(off.name, 80)} is in no virtual network yet (PHSM-NET-009)"
            return not_applicable(pool.subject, evidence)
    return passed(pool.subject, _joined(answers))


def _joined(answers: Iterable[_Answer]) -> str:
    """The evidence of both sides, once where it is the same."""
    sides: dict[str, list[str]] = {}
    for answer in answers:
        sides.setdefault(answer.evidence, []).append(answer.side)
    return "; ".join(f"{' and '.join(named)}: {evidence}" for evidence, named in sides.items())


def _answers(uses: Sequence[_Use], untold: Mapping[str, str], clients: Mapping[str, Clients]) -> list[_Answer]:
    """One answer for each side on which there are HSMs in VNets that exist."""
    spelled = {use.key: use.vnet for use in uses}
    answers = []
    for side in _SIDES:
        vnets_of: dict[str, set[str]] = {}
        names: dict[str, str] = {}
        for use in uses:
            if use.side == side and use.key in clients:
                vnets_of.setdefault(use.hsm.key, set()).add(use.key)
                names[use.hsm.key] = use.hsm.name
        members: dict[tuple[frozenset[str], str], list[str]] = {}
        for hsm, own in vnets_of.items():
            members.setdefault((frozenset(own), untold.get(hsm, "")), []).append(names[hsm])
        if len(members) == 1:  # in the same VNets: whoever reaches one reaches all
            ((shared, _),) = members
            answers.append(_Answer(side=side, agrees=True, evidence=f"all in {_names(shared, spelled)}"))
        elif members:
            groups = [
                _Group(
                    hsms=one_line(", ".join(hsms), 80),
                    networks=_names(vnets, spelled),
                    clients=_reaching(vnets, why, clients, spelled.keys()),
                )
                for (vnets, why), hsms in members.items()
            ]
            answers.append(_compare(side, groups))
    return answers


def _names(vnets: Iterable[str], spelled: Mapping[str, str]) -> str:
    return one_line(" and ".join(sorted(arm_id.name(spelled[vnet]) for vnet in vnets)), 80)


def _reaching(vnets: frozenset[str], why: str, clients: Mapping[str, Clients], own: Collection[str]) -> Clients:
    """The clients of these VNets together, without the HSM VNets of the pool: those are connected by themselves."""
    of_each = [clients[vnet] for vnet in sorted(vnets)]
    return Clients(
        certain={key: vnet for one in of_each for key, vnet in one.certain.items() if key not in own},
        perhaps={key: vnet for one in of_each for key, vnet in one.perhaps.items() if key not in own},
        untold=why or next((one.untold for one in of_each if one.untold), ""),
    )


def _compare(side: str, groups: Sequence[_Group]) -> _Answer:
    certain: dict[str, str] = {}
    perhaps: dict[str, str] = {}
    for group in groups:
        for found, more in ((certain, group.clients.certain), (perhaps, group.clients.perhaps)):
            found.update((key, vnet) for key, vnet in more.items() if key not in found)
    whole = [group for group in groups if not group.clients.untold]
    seen = Counter(key for group in whole for key in {**group.clients.certain, **group.clients.perhaps})
    missing = [(key, certain[key]) for key in sorted(certain) if seen[key] < len(whole)]
    if missing:
        return _differ(side, missing, groups)
    if len(whole) < len(groups):
        return _Answer(side=side, agrees=None, evidence=next(g.clients.untold for g in groups if g.clients.untold))
    doubtful = next((vnet for key, vnet in perhaps.items() if seen[key] < len(groups)), None)  # those that exist agree
    if doubtful is not None:
        name = one_line(arm_id.name(doubtful), 80)
        evidence = f"whether {name} still exists is not known (PHSM-NET-008)"
        return _Answer(side=side, agrees=None, evidence=evidence)
    names = one_line(", ".join(sorted(arm_id.name(vnet) for vnet in {**perhaps, **certain}.values())), 120)
    return _Answer(
        side=side, agrees=True, evidence=f"all reached from {names}" if names else "no client VNet is peered"
    )


def _differ(side: str, missing: Sequence[tuple[str, str]], groups: Sequence[_Group]) -> _Answer:
    told = []
    for key, vnet in missing[:_SHOWN]:
        near = next(group for group in groups if group.has(key))
        far = _without(key, groups)
        told.append(f"{one_line(arm_id.name(vnet), 80)} is peered with {near.label}, not with {far.label}")
    more = f", and {len(missing) - _SHOWN} more differ" if len(missing) > _SHOWN else ""
    key, vnet = missing[0]
    name, far = one_line(arm_id.name(vnet), 80), _without(key, groups)
    fix = f"peer {name} with {far.networks} too, from both sides (az network vnet peering create)"
    if arm_id.is_virtual_hub_vnet(vnet):
        fix = f"connect {far.networks} to the virtual hub too (az network vhub connection create)"
    declare = "or declare that no HSM traffic comes from it (peers.no_hsm_access)"
    return _Answer(side=side, agrees=False, evidence=f"{'; '.join(told)}{more}", fix=f"{fix}, {declare}")


def _without(client: str, groups: Iterable[_Group]) -> _Group:
    """A group that is known not to have the client."""
    return next(group for group in groups if not group.clients.untold and not group.has(client))
