from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from shlex import quote

from ops.checks.declaration import check
from ops.checks.subjects import not_read, subnet_subject
from ops.checks.vnets import hsm_vnets, untold_vnets
from ops.model import arm_id
from ops.model.attachment import hsms_by_subnet
from ops.model.estate import Absent, Estate, Gap
from ops.model.finding import IssueCategory, Party, Severity, Verdict, failed, not_applicable, passed, unknown
from ops.model.policy import Policy
from ops.model.untrusted import one_line


@check(
    id="PHSM-NET-003",
    title="No network security group is on a subnet that is delegated to dedicatedHSMs or holds an HSM NIC",
    severity=Severity.HIGH,
    category=IssueCategory.NETWORKING,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/solution-design",
    reviewed=date(2026, 11, 24),
)
def no_network_security_group(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """Payment HSM subnets support no network security group.

    ## Why it matters
    With a group on the subnet the HSMs are outside what Microsoft supports: it may do nothing, or stop payments.
    General scanners demand a group on every subnet. For virtual machines that is good advice; here it is wrong,
    because nobody stands for what a group does to an HSM, so it is no protection to rely on. Grant the scanner an
    exception for these subnets, with the source page as the reason. What should be filtered is filtered in front of
    the subnet: by a firewall with SNAT, or by a reverse proxy in a subnet that may have a group
    (https://learn.microsoft.com/azure/payment-hsm/inspect-traffic).

    ## How to fix it
    Take the group off the subnet; the group itself stays:

        az network vnet subnet update --ids <subnet id> --remove networkSecurityGroup

    If an Azure Policy puts it back, exempt the subnet from that policy first.
    """
    yield from untold_vnets(estate)
    held = hsms_by_subnet(estate)
    for vnet in hsm_vnets(estate):
        if vnet.fact is None or isinstance(vnet.fact, Gap):
            yield unknown(vnet.subject, not_read("virtual network", vnet.fact))
            continue
        if isinstance(vnet.fact, Absent):
            yield not_applicable(vnet.subject, "the virtual network does not exist (PHSM-NET-001)")
            continue
        if vnet.fact.subnets is None:
            yield unknown(vnet.subject, "its subnets were not read")
            continue
        for subnet in vnet.fact.subnets:
            hsms = [hsm.key for hsm in held.get(arm_id.key(subnet.id), ())]
            if not hsms and not subnet.is_delegated_to_hsms:
                continue
            # a delegated subnet without an HSM is where the next HSM of this VNet goes
            subject = subnet_subject(subnet.id, hsms or vnet.hsms)
            if isinstance(subnet.network_security_group, Absent):
                yield passed(subject, "no network security group is attached")
            else:
                name = one_line(arm_id.name(subnet.network_security_group), 80)
                yield failed(
                    subject,
                    f"network security group {name} is attached; payment HSM subnets support none",
                    fix=f"az network vnet subnet update --ids {quote(subnet.id)} --remove networkSecurityGroup",
                )
