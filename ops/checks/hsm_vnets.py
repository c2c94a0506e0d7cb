"""The VNets that hold HSMs, each as a whole: one walk for what is judged of a VNet and not of its subnets."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ops.checks.subjects import not_read
from ops.checks.vnets import HsmVnet, hsm_vnets, untold_vnets
from ops.model.estate import Estate, Vnet
from ops.model.fact import Absent, Gap
from ops.model.finding import Subject, Verdict, not_applicable, unknown


def judge_vnets(estate: Estate, judge: Callable[[Subject, Vnet], Verdict]) -> Iterator[Verdict]:
    """``judge`` on every HSM VNet; unknown where it, or the VNets of an HSM, were not read."""
    yield from untold_vnets(estate)
    for vnet in hsm_vnets(estate):
        yield judge(vnet.subject, vnet.fact) if isinstance(vnet.fact, Vnet) else nothing_to_judge(vnet, vnet.fact)


def nothing_to_judge(vnet: HsmVnet, fact: Absent | Gap | None) -> Verdict:
    """What every check says of an HSM VNet that does not exist or was not read."""
    if isinstance(fact, Absent):
        return not_applicable(vnet.subject, "the virtual network does not exist (PHSM-NET-001)")
    return unknown(vnet.subject, not_read("virtual network", fact))
