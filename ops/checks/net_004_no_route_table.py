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
    id="PHSM-NET-004",
    title="No route table is on a subnet that is delegated to dedicatedHSMs or holds an HSM NIC",
    severity=Severity.HIGH,
    category=IssueCategory.NETWORKING,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/solution-design",
    reviewed=date(2026, 11, 24),
)
def no_route_table(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """Payment HSM subnets support no user-defined routes, so they carry no route table.

    ## Why it matters
    With a table on the subnet the HSMs are outside what Microsoft supports: their answers may ignore the routes, or go
    another way than the requests came and be dropped by a firewall on it. A table with the default route to a hub
    firewall is often put on every subnet of a landing zone; here it is wrong. Traffic is led through a firewall
    from the other side: the route tables belong on the subnets of the clients and on the gateway subnet, and the
    firewall replaces the source address (SNAT), or a reverse proxy does, so that the answers find their way back
    without a route (https://learn.microsoft.com/azure/payment-hsm/inspect-traffic).

    ## How to fix it
    If clients come in through a firewall that keeps their addresses, set up SNAT there first: without the table the
    answers do not pass it. Then take the table off the subnet; the table itself stays:

        az network vnet subnet update --ids <subnet id> --remove routeTable

    If an Azure Policy puts the table back, exempt the subnet from that policy.
    """
    yield from judge_subnets(estate, _judge)


def _judge(subject: Subject, subnet: Subnet) -> Verdict:
    if isinstance(subnet.route_table, Absent):
        return passed(subject, "no route table is attached")
    name = one_line(arm_id.name(subnet.route_table), 80)
    command = f"az network vnet subnet update --ids {quote(subnet.id)} --remove routeTable"
    return failed(
        subject,
        f"route table {name} is attached; payment HSM subnets support none",
        fix=f"once every firewall on the way to it replaces the source address (SNAT): {command}",
    )
