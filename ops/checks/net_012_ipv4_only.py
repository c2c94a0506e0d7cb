from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from ipaddress import ip_network
from shlex import quote

from ops.checks.declaration import check
from ops.checks.few_names import few_names
from ops.checks.hsm_vnets import judge_vnets
from ops.model.estate import Estate, Vnet
from ops.model.finding import IssueCategory, Party, Severity, Subject, Verdict, failed, passed, unknown
from ops.model.policy import Policy
from ops.model.untrusted import one_line

_UPDATE_SUBNET, _UPDATE_VNET = "az network vnet subnet update", "az network vnet update"
_FIX = (
    "take the IPv6 prefixes out of the subnets, then out of the virtual network, by naming the IPv4 ones alone: "
    f"{_UPDATE_SUBNET} --address-prefixes, {_UPDATE_VNET} --address-prefixes"
)
_COMMANDS_AT_MOST = 3


@check(
    id="PHSM-NET-012",
    title="HSM VNets and subnets are IPv4 only",
    severity=Severity.MEDIUM,
    category=IssueCategory.NETWORKING,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/solution-design",
    reviewed=date(2026, 11, 24),
)
def ipv4_only(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """Payment HSMs need a VNet with IPv4 addresses alone; a dual stack VNet, with IPv6 beside it, is not supported.

    ## Why it matters
    With an IPv6 prefix on the VNet, or on any of its subnets, the HSMs in it are outside what Microsoft supports,
    even while they answer over IPv4.

    ## How to fix it
    Name the IPv4 prefixes alone, first on the subnets, then on the VNet. Azure refuses while a NIC still has an
    address of the prefix:

        az network vnet subnet update --ids <subnet id> --address-prefixes <IPv4 prefix>
        az network vnet update --ids <VNet id> --address-prefixes <IPv4 prefixes>

    Then bring the peerings in sync (PHSM-NET-008): each holds a copy of the address space of the other side.
    """
    yield from judge_vnets(estate, _judge)


def _judge(subject: Subject, vnet: Vnet) -> Verdict:
    subnets = vnet.subnets or ()
    held = [(prefix, "the virtual network") for prefix in vnet.prefixes or ()]
    held += [(prefix, f"subnet {subnet.name}") for subnet in subnets for prefix in subnet.prefixes]
    versions = [_version(prefix) for prefix, _ in held]
    dual = [_told(*one) for one, version in zip(held, versions, strict=True) if version == 6]
    if dual:
        return failed(subject, f"IPv6 is not supported, and there is {few_names(dual)}", fix=_fix(vnet))
    if not vnet.prefixes:
        return unknown(subject, "its address space was not read")
    if vnet.subnets is None:
        return unknown(subject, "its subnets were not read")
    strange = [_told(*one) for one, version in zip(held, versions, strict=True) if version is None]
    if strange:
        return unknown(subject, f"not read as an address prefix: {few_names(strange)}")
    bare = [subnet.name for subnet in subnets if not subnet.prefixes]
    if bare:
        return unknown(subject, f"no address prefix was told of subnet {few_names(bare)}")
    return passed(subject, f"IPv4 only: {few_names(vnet.prefixes)}, and its subnets")


def _told(prefix: str, owner: str) -> str:
    return f"{one_line(prefix, 60)} of {owner}"


def _version(prefix: str) -> int | None:
    """4, 6, or None for what is no address prefix."""
    try:
        return ip_network(prefix, strict=False).version
    except ValueError:
        return None


def _fix(vnet: Vnet) -> str:
    """The commands that leave the IPv4 prefixes alone; words where they are many or would drop an unread prefix."""
    changes = [(_UPDATE_SUBNET, subnet.id, subnet.prefixes) for subnet in vnet.subnets or ()]
    changes.append((_UPDATE_VNET, vnet.id, vnet.prefixes or ()))
    due = [(update, owner, prefixes) for update, owner, prefixes in changes if 6 in map(_version, prefixes)]
    if len(due) > _COMMANDS_AT_MOST or not all(_can_be_told_apart(prefixes) for _, _, prefixes in due):
        return _FIX
    return " && ".join(
        f"{update} --ids {quote(owner)} --address-prefixes {' '.join(p for p in prefixes if _version(p) == 4)}"
        for update, owner, prefixes in due
    )


def _can_be_told_apart(prefixes: Sequence[str]) -> bool:
    versions = {_version(prefix) for prefix in prefixes}
    return 4 in versions and None not in versions
