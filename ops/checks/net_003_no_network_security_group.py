from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from shlex import quote

from ops.checks.declaration import check
from ops.checks.hsm_subnets import judge_subnets
from ops.model import arm_id
from ops.model.estate import Estate, Subnet
from ops.model.fact import Absent
from ops.model.finding import IssueCategory, Party, Severity, Subject, Verdict, failed, passed
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
    yield from judge_subnets(estate, _judge)


def _judge(subject: Subject, subnet: Subnet) -> Verdict:
    if isinstance(subnet.network_security_group, Absent):
        return passed(subject, "no network security group is attached")
    name = one_line(arm_id.name(subnet.network_security_group), 80)
    return failed(
        subject,
        f"network security group {name} is attached; payment HSM subnets support none",
        fix=f"az network vnet subnet update --ids {quote(subnet.id)} --remove networkSecurityGroup",
    )
