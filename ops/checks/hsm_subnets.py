"""The subnets that are there for HSMs: one walk for what may not be attached to them.

Source: https://learn.microsoft.com/azure/payment-hsm/solution-design (constraints)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ops.checks.subjects import not_read, subnet_subject
from ops.checks.vnets import hsm_vnets, untold_vnets
from ops.model import arm_id
from ops.model.attachment import hsms_by_subnet
from ops.model.estate import Estate, Subnet
from ops.model.fact import Absent, Gap
from ops.model.finding import Subject, Verdict, not_applicable, unknown


def judge_subnets(estate: Estate, judge: Callable[[Subject, Subnet], Verdict]) -> Iterator[Verdict]:
    """``judge`` on every subnet that is delegated to dedicatedHSMs or holds an HSM NIC; unknown where that was not read."""
    yield from untold_vnets(estate)
    held = hsms_by_subnet(estate)
    for vnet in hsm_vnets(estate):
        if vnet.fact is None or isinstance(vnet.fact, Gap):
            yield unknown(vnet.subject, not_read("virtual network", vnet.fact))
        elif isinstance(vnet.fact, Absent):
            yield not_applicable(vnet.subject, "the virtual network does not exist (PHSM-NET-001)")
        elif vnet.fact.subnets is None:
            yield unknown(vnet.subject, "its subnets were not read")
        else:
            for subnet in vnet.fact.subnets:
                hsms = [hsm.key for hsm in held.get(arm_id.key(subnet.id), ())]
                if hsms or subnet.is_delegated_to_hsms:
                    # a delegated subnet without an HSM is where the next HSM of this VNet goes
                    yield judge(subnet_subject(subnet.id, hsms or vnet.hsms), subnet)
