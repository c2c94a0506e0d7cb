from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ops.checks.attested import attested
from ops.checks.declaration import check
from ops.checks.duties import GET_READY_GUIDE
from ops.model.estate import Estate
from ops.model.finding import IssueCategory, Party, Severity, Verdict
from ops.model.policy import Policy


@check(
    id="PHSM-RDY-005",
    title="Microsoft's guide Get Ready for payShield 10K was read",
    severity=Severity.LOW,
    category=IssueCategory.PROVISIONING,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/support-guide",
    reviewed=date(2026, 11, 24),
    parameters={"valid_days": GET_READY_GUIDE.days},
)
def get_ready_guide_read(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """Microsoft hands out a guide, Get Ready for payShield 10K, and expects that it was read before the start.

    ## Why it matters
    It is a prerequisite in Microsoft's support guide; what it asks for is easier to arrange before an HSM is ordered and
    paid for than after. An attestation holds for 730 days (`valid_days`); the period is own advice, not Microsoft's.

    ## How to fix it
    Microsoft's support sends it to those who have none. Read it, and write into the configuration:

        readiness: {get_ready_guide: {by: <who>, on: <day>}}

    Then look at all attestations:

        phsm readiness
    """
    yield from attested(estate, policy, GET_READY_GUIDE)
