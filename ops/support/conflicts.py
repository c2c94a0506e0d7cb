"""What other scanners ask for on payment HSM subnets, and where that contradicts these checks.

prowler's demands of a DDoS plan (``network_vnet_ddos_protection_enabled``) and of a Bastion host
(``network_bastion_host_exists``) are not among them: HSMs have no use for either, but neither does them harm.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ops.checks.hsm_subnets import judge_subnets
from ops.model.estate import Estate
from ops.model.finding import Outcome, Subject, Verdict, passed, unknown

NSG_POLICY = "e71308d3-144b-4262-b144-efdc3cc90517"
NSG_POLICY_IN_BENCHMARK = "networkSecurityGroupsOnSubnetsMonitoring"
"""What the policy is called inside the Microsoft cloud security benchmark, the initiative of Defender for Cloud."""
PROWLER_CHECK = "network_subnet_nsg_associated"
PROWLER_VERSION = "5.46.0"

WHY = "Microsoft supports no network security group on a subnet that is delegated to payment HSMs"
SOURCE = "https://learn.microsoft.com/azure/payment-hsm/solution-design"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannerRule:
    """A rule of another scanner about what one of our checks is about.

    ``agrees`` is false where following it makes our check fail. ``format`` is the one in which its exemption is printed;
    ``""`` = it has none, and ``instead`` says what to do.
    """

    scanner: str
    id: str
    asks: str
    check: str
    agrees: bool
    note: str
    format: str = ""
    instead: str = ""


RULES = (
    ScannerRule(
        scanner="Azure Policy, Defender for Cloud",
        id=NSG_POLICY,
        asks="Subnets should be associated with a Network Security Group",
        check="PHSM-NET-003",
        agrees=False,
        note="makes no exception for delegated subnets",
        format="policy-exemption",
    ),
    ScannerRule(
        scanner="prowler",
        id=PROWLER_CHECK,
        asks="every subnet has a network security group",
        check="PHSM-NET-003",
        agrees=False,
        note="excepts five names of subnets and no delegation; the fix that it shows attaches a group",
        format="prowler",
    ),
    ScannerRule(
        scanner="Azure Proactive Resiliency Library (azqr, WARA)",
        id="f0bf9ae6-25a5-974d-87d5-025abec73539",
        asks="all subnets have a network security group",
        check="PHSM-NET-003",
        agrees=False,
        note="excepts names of subnets and no delegation; switched off in the library, older copies still run it",
        instead="update the copy, or strike these subnets from its result",
    ),
    ScannerRule(
        scanner="Datadog Cloud Security",
        id="def-000-ler",
        asks="Subnets should be associated with a Network Security Group",
        check="PHSM-NET-003",
        agrees=False,
        note="makes no exception for delegated subnets",
        instead="mute it there for these subnets, with the source above as the reason",
    ),
    ScannerRule(
        scanner="PSRule for Azure",
        id="AZR-000263",
        asks="subnets have a network security group (Azure.VNET.UseNSGs)",
        check="PHSM-NET-003",
        agrees=True,
        note="exempts subnets that are delegated to dedicatedHSMs",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HsmSubnets:
    """The subnets that other scanners must leave alone. There may be more behind what could not be read."""

    subnets: tuple[Subject, ...]
    unread: tuple[Verdict, ...]


def subnets_to_exempt(estate: Estate) -> HsmSubnets:
    """Every subnet of an HSM VNet that is delegated to dedicatedHSMs or holds an HSM NIC."""
    verdicts = [*judge_subnets(estate, lambda subject, _: passed(subject, "")), *_refused(estate)]
    return HsmSubnets(
        subnets=tuple(verdict.subject for verdict in verdicts if verdict.outcome is Outcome.PASS),
        unread=tuple(verdict for verdict in verdicts if verdict.outcome is Outcome.UNKNOWN),
    )


def _refused(estate: Estate) -> Iterator[Verdict]:
    for subscription in estate.subscriptions.values():
        if subscription.gap is not None and subscription.gap.whole_subscription:
            subject = Subject(name=subscription.name, id=f"/subscriptions/{subscription.id}")
            yield unknown(subject, f"{subscription.gap.what} could not be read: {subscription.gap.reason}")
