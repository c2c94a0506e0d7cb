from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from shlex import quote

from ops.checks.declaration import check
from ops.checks.subjects import not_read, subnet_subject
from ops.checks.vnets import untold_vnets
from ops.model import arm_id
from ops.model.attachment import attachment
from ops.model.estate import HSM_TYPE, Estate, Hsm
from ops.model.fact import Absent, Gap
from ops.model.finding import IssueCategory, Party, Severity, Subject, Verdict, failed, passed, unknown
from ops.model.policy import Policy
from ops.model.untrusted import one_line

_RECREATE = "find out who removed it; the HSM has to be created again in a subnet that exists (az dedicated-hsm create)"


@check(
    id="PHSM-NET-001",
    title="Host and management subnets are delegated to Microsoft.HardwareSecurityModules/dedicatedHSMs",
    severity=Severity.HIGH,
    category=IssueCategory.NETWORKING,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/inspect-traffic",
    reviewed=date(2026, 11, 24),
)
def subnets_delegated(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """Payment HSMs are put into your VNet by the service, and the delegation is what allows it to do so.

    ## Why it matters
    Without the delegation the service cannot put an HSM's NICs into the subnet. Host and management side may be in
    one subnet or in two, in one VNet or in two: each subnet needs the delegation.

    ## How to fix it
    Delegate the subnet:

        az network vnet subnet update --ids <subnet id> --delegations Microsoft.HardwareSecurityModules/dedicatedHSMs

    Azure may refuse while other resources are in the subnet: give the HSMs one of their own. If the subnet is gone
    altogether, the HSM has to be created again in one that exists.
    """
    uses: dict[str, dict[str, list[Hsm]]] = {}
    spelled: dict[str, str] = {}
    for hsm in estate.hsms.values():
        for use in attachment(hsm, estate).subnets:
            key = arm_id.key(use.subnet_id)
            spelled.setdefault(key, use.subnet_id)
            uses.setdefault(key, {}).setdefault(use.side, []).append(hsm)
    yield from untold_vnets(estate)
    for key, sides in uses.items():
        hsms = {hsm.key for side in sides.values() for hsm in side}
        used = "; ".join(
            f"{side} of {', '.join(sorted(hsm.name for hsm in members))}" for side, members in sides.items()
        )
        yield _judge(subnet_subject(spelled[key], hsms), spelled[key], used, estate)


def _judge(subject: Subject, subnet_id: str, used: str, estate: Estate) -> Verdict:
    vnet_id = arm_id.vnet_of_subnet(subnet_id)
    vnet = estate.vnets.get(arm_id.key(vnet_id))
    if vnet is None or isinstance(vnet, Gap):
        return unknown(subject, not_read("virtual network", vnet))
    if isinstance(vnet, Absent):
        return failed(subject, f"virtual network {arm_id.name(vnet_id)} does not exist ({used})", fix=_RECREATE)
    subnet = vnet.subnet(subnet_id)
    if subnet is None:
        return unknown(subject, "the subnets of its virtual network were not read")
    if isinstance(subnet, Absent):
        return failed(subject, f"the subnet does not exist ({used})", fix=_RECREATE)
    if subnet.is_delegated_to_hsms:
        return passed(subject, f"delegated to {HSM_TYPE} ({used})")
    others = ", ".join(one_line(service, 80) for service in subnet.delegations)
    return failed(
        subject,
        f"delegated to {others or 'nothing'}, not to {HSM_TYPE} ({used})",
        fix=f"az network vnet subnet update --ids {quote(subnet.id)} --delegations {HSM_TYPE}",
    )
