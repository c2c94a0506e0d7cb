from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ops.checks.declaration import check
from ops.checks.few_names import few_names
from ops.checks.hsm_vnets import judge_vnets
from ops.model import arm_id
from ops.model.estate import Estate, Vnet
from ops.model.finding import IssueCategory, Party, Severity, Subject, Verdict, failed, passed, unknown
from ops.model.policy import Policy

_FIX = (
    "move the private endpoints that the HSMs use to a peered virtual network (az network private-endpoint create "
    "there, then az network private-endpoint delete here); if they use none, mute this"
)


@check(
    id="PHSM-NET-013",
    title="No private endpoint is in an HSM VNet, where the HSMs cannot reach it",
    severity=Severity.LOW,
    category=IssueCategory.NETWORKING,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/solution-design",
    reviewed=date(2026, 11, 24),
)
def no_private_endpoints(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """From a delegated subnet the HSMs cannot reach private endpoints in the same VNet.

    ## Why it matters
    An endpoint in front of a log collector, say, works for everything else in the VNet, and the logs of the HSMs never
    arrive there. It matters only for what the HSMs themselves connect to: endpoints that serve other clients in the
    VNet do no harm. ARM does not tell which is which, so all are named.

    ## How to fix it
    See what is there, and for what:

        az network private-endpoint list --subscription <id> --query "[].{name:name, subnet:subnet.id}" --output table

    Make the endpoints that the HSMs use anew in another VNet. Microsoft names a different spoke of a Virtual WAN as one
    that works; in a VNet that is peered directly, try it before you rely on it. Where the HSMs use none of them, mute
    the finding with that reason.
    """
    yield from judge_vnets(estate, _judge)


def _judge(subject: Subject, vnet: Vnet) -> Verdict:
    subnets = vnet.subnets or ()
    found = {arm_id.key(one): arm_id.name(one) for subnet in subnets for one in subnet.private_endpoints or ()}
    if found:
        noun = "1 private endpoint is" if len(found) == 1 else f"{len(found)} private endpoints are"
        evidence = f"{noun} in the virtual network, out of reach of its HSMs: {few_names(found.values())}"
        return failed(subject, evidence, fix=_FIX)
    if vnet.subnets is None:
        return unknown(subject, "its subnets were not read")
    untold = [subnet.name for subnet in subnets if subnet.private_endpoints is None]
    if untold:
        return unknown(subject, f"the private endpoints were not read of subnet {few_names(untold)}")
    return passed(subject, "no private endpoint is in the virtual network")
