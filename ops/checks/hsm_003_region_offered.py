from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ops.checks.declaration import check
from ops.checks.subjects import hsm_subject
from ops.model.estate import Estate
from ops.model.finding import IssueCategory, Party, Severity, Verdict, failed, passed, unknown
from ops.model.policy import CheckSettings, Policy
from ops.model.pool import region_id
from ops.model.untrusted import one_line

_ID = "PHSM-HSM-003"
_OFFERED = (
    "eastus",
    "westus",
    "southcentralus",
    "centralus",
    "northeurope",
    "westeurope",
    "australiaeast",
    "australiasoutheast",
)
_FIX = (
    "see whether Microsoft's list of regions has it by now; if so, add it to checks.PHSM-HSM-003.regions, else ask "
    "Microsoft how the HSM is supported there"
)


@check(
    id=_ID,
    title="The region is one where the service is offered",
    severity=Severity.LOW,
    category=IssueCategory.PROVISIONING,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/support-guide",
    reviewed=date(2026, 11, 24),
    parameters={"regions": ()},
)
def region_offered(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """Payment HSMs are offered in eight regions; Microsoft's support is prepared for these.

    ## Why it matters
    The regions are East US, West US, South Central US, Central US, North Europe, West Europe, Australia East and
    Australia Southeast. An HSM anywhere else is one of a trial, or of a region that has joined after this rule was
    read; which of the two it is, decides whether there is a second stamp for a pair and somebody to repair it.

    ## How to fix it
    Compare the region with Microsoft's list. If it is there by now, add it to the configuration, as id or as display
    name:

        checks:
          PHSM-HSM-003: {regions: [swedencentral]}

    If it is not, ask Microsoft before you rely on the HSM, and plan its move to a region of the list. See where your
    HSMs are:

        az dedicated-hsm list --subscription <id> --query "[].{name:name, region:location}" --output table
    """
    added = policy.checks.get(_ID, CheckSettings()).regions
    offered = {*_OFFERED, *map(region_id, added)}
    for hsm in estate.hsms.values():
        subject, region = hsm_subject(hsm), region_id(hsm.location)
        shown = one_line(region, 60)
        # the lists tell the region too, and it never changes: an HSM whose own answer was not read is judged as well
        if not region:
            yield unknown(subject, "its region is not told")
        elif region in offered:
            by_you = "" if region in _OFFERED else ", which the configuration has added"
            yield passed(subject, f"in {shown}{by_you}")
        else:
            yield failed(subject, f"in {shown}, where the service is not known to be offered", fix=_FIX)
