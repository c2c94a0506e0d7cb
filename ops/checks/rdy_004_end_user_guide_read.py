from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ops.checks.attested import attested
from ops.checks.declaration import check
from ops.checks.duties import END_USER_GUIDE
from ops.model.estate import Estate
from ops.model.finding import IssueCategory, Party, Severity, Verdict
from ops.model.policy import Policy


@check(
    id="PHSM-RDY-004",
    title="The Hosted HSM End User Guide was read",
    severity=Severity.LOW,
    category=IssueCategory.END_USER_GUIDE,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/support-guide",
    reviewed=date(2026, 11, 24),
    parameters={"valid_days": END_USER_GUIDE.days},
)
def end_user_guide_read(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """A hosted payShield differs from one in your own rack, and Thales's Hosted HSM End User Guide says how.

    ## Why it matters
    Without local console and keylocks some procedures that you know do not exist, or work otherwise. The guide is a
    prerequisite in Microsoft's support guide. It changes with the firmware, so it is read again: an attestation holds for
    730 days (`valid_days`); the period is own advice, not Microsoft's.

    ## How to fix it
    Download it from the Thales support portal, have those who operate the HSMs read it, and write into the
    configuration:

        readiness: {end_user_guide: {by: <who>, on: <day>}}

    Then look at all attestations:

        phsm readiness
    """
    yield from attested(estate, policy, END_USER_GUIDE)
