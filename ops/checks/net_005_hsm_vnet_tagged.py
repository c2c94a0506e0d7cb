from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ops.checks.declaration import check
from ops.checks.fastpath_tag import judge_tag
from ops.checks.subjects import not_read
from ops.checks.vnets import hsm_vnets, untold_vnets
from ops.model.estate import Estate, Vnet
from ops.model.fact import Absent
from ops.model.finding import IssueCategory, Party, Severity, Verdict, not_applicable, unknown
from ops.model.policy import Policy


@check(
    id="PHSM-NET-005",
    title="Every HSM VNet carries the tag fastpathenabled",
    severity=Severity.HIGH,
    category=IssueCategory.NETWORKING,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/fastpathenabled",
    reviewed=date(2026, 11, 24),
)
def hsm_vnet_tagged(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """A VNet that holds payment HSMs has to carry the tag fastpathenabled, or they cannot be reached.

    ## Why it matters
    The key has to be all lower case; the value is true, in any case. The portal is not enough to set it, and the tag
    does not tell how it was set, so a pass of this check cannot exclude that. The tag works only where the
    subscription of the VNet has the feature FastPathEnabled (PHSM-SUB-003). Setting either causes no downtime.

    ## How to fix it
    Add the tag from the command line. Do not use `az tag create`: it replaces all other tags of the VNet.

        az tag update --resource-id <VNet id> --operation Merge --tags fastpathenabled=True

    If the key is there in another casing, delete that tag first, then add it again:

        az tag update --resource-id <VNet id> --operation Delete --tags FastPathEnabled

    If the tag looks right and the HSMs cannot be reached, set it once more from the command line.
    """
    yield from untold_vnets(estate)
    for vnet in hsm_vnets(estate):
        if isinstance(vnet.fact, Vnet):
            yield judge_tag(vnet.subject, vnet.fact)
        elif isinstance(vnet.fact, Absent):
            yield not_applicable(vnet.subject, "the virtual network does not exist (PHSM-NET-001)")
        else:
            yield unknown(vnet.subject, not_read("virtual network", vnet.fact))
