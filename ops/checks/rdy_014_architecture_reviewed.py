from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ops.checks.attested import attested
from ops.checks.declaration import check
from ops.checks.duties import ARCHITECTURE_REVIEW
from ops.model.estate import Estate
from ops.model.finding import IssueCategory, Party, Severity, Verdict
from ops.model.policy import Policy


@check(
    id="PHSM-RDY-014",
    title="The architecture was reviewed before production",
    severity=Severity.LOW,
    category=IssueCategory.NETWORKING,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/getting-started",
    reviewed=date(2026, 11, 24),
    parameters={"valid_days": ARCHITECTURE_REVIEW.days},
)
def architecture_reviewed(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """The network of a payment HSM has constraints of its own, so its design is reviewed before production.

    ## Why it matters
    Neither network security groups nor route tables, no peering across regions alone, two HSMs per stamp: most of what
    the other checks find is cheap to change in a design and dear in production. Microsoft has the deployment planned with
    its architects before the service is used. Designs change: an attestation holds for 365 days (`valid_days`); the
    period, and that the review is repeated, are own advice, not Microsoft's.

    ## How to fix it
    Go through high availability, disaster recovery, network and traffic inspection with Microsoft's cloud solution
    architects, and write into the configuration:

        readiness: {architecture_review: {by: <who>, on: <day>}}

    Then look at all attestations:

        phsm readiness
    """
    yield from attested(estate, policy, ARCHITECTURE_REVIEW)
