from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from shlex import quote

from ops.checks.declaration import check
from ops.checks.few_names import few_names
from ops.checks.hsm_vnets import judge_vnets
from ops.model import arm_id
from ops.model.attachment import hsms_by_subnet
from ops.model.estate import Estate, Hsm, Subnet, Vnet
from ops.model.finding import IssueCategory, Party, Severity, Subject, Verdict, failed, passed, unknown
from ops.model.policy import Policy
from ops.model.untrusted import one_line

_MOVE = (
    "create the HSMs of all these subnets but one again, each subnet in a virtual network of its own: "
    "az dedicated-hsm create"
)


@check(
    id="PHSM-NET-002",
    title="A VNet has one delegated HSM subnet at most",
    severity=Severity.MEDIUM,
    category=IssueCategory.NETWORKING,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/solution-design",
    reviewed=date(2026, 11, 24),
)
def one_delegated_subnet(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """A VNet supports one subnet that is delegated to dedicatedHSMs.

    ## Why it matters
    What is in a second delegated subnet of the VNet is outside what Microsoft supports, so nobody stands for its
    traffic. All HSMs of a VNet go into one subnet; host and management side may share it, or the management side
    goes into another VNet. A delegated subnet that stands empty counts too: the next HSM may be put there.

    ## How to fix it
    Take the delegation off a subnet that holds no HSM. Azure refuses while something in it needs the delegation, a
    Luna HSM for example:

        az network vnet subnet update --ids <subnet id> --remove delegations

    Where both subnets hold HSMs, one side has to move: an HSM cannot change its subnet, it is released, deleted and
    created again in a VNet of its own, one HSM of a pair at a time.
    """
    held = hsms_by_subnet(estate)
    yield from judge_vnets(estate, lambda subject, vnet: _judge(subject, vnet, held))


def _judge(subject: Subject, vnet: Vnet, held: Mapping[str, tuple[Hsm, ...]]) -> Verdict:
    if vnet.subnets is None:
        return unknown(subject, "its subnets were not read")
    delegated = [subnet for subnet in vnet.subnets if subnet.is_delegated_to_hsms]
    if not delegated:
        return passed(subject, "no subnet is delegated to dedicatedHSMs (PHSM-NET-001)")
    if len(delegated) == 1:
        return passed(subject, f"one subnet is delegated to dedicatedHSMs: {one_line(delegated[0].name, 80)}")
    hsms = [len(held.get(arm_id.key(subnet.id), ())) for subnet in delegated]
    names = few_names((f"{subnet.name} ({_count(n)})" for subnet, n in zip(delegated, hsms, strict=True)), 5)
    return failed(
        subject,
        f"{len(delegated)} subnets are delegated to dedicatedHSMs, and one is supported: {names}",
        fix=_fix([subnet for subnet, n in zip(delegated, hsms, strict=True) if n == 0], any(hsms)),
    )


def _count(hsms: int) -> str:
    return "no payment HSM" if hsms == 0 else "1 payment HSM" if hsms == 1 else f"{hsms} payment HSMs"


def _fix(empty: list[Subnet], others_hold_hsms: bool) -> str:
    spare = empty if others_hold_hsms else empty[1:]
    if not spare:
        return _MOVE
    # one at a time: where several are left over, the next run names the next
    return f"az network vnet subnet update --ids {quote(spare[0].id)} --remove delegations"
