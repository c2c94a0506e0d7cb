from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ops.checks.attested import attested
from ops.checks.declaration import check
from ops.checks.duties import TRAINING
from ops.model.estate import Estate
from ops.model.finding import IssueCategory, Party, Severity, Verdict
from ops.model.policy import Policy


@check(
    id="PHSM-RDY-006",
    title="Those who operate the HSMs are trained",
    severity=Severity.LOW,
    category=IssueCategory.PAYSHIELD_MANAGER,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/support-guide",
    reviewed=date(2026, 11, 24),
    parameters={"valid_days": TRAINING.days},
)
def operators_trained(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """Whoever is new to payShield, or to its remote management, is trained before operating one.

    ## Why it matters
    A wrong step in payShield Manager can erase the master keys, and Microsoft can bring nothing back. Thales and its
    partners give formal courses. Who has long experience attests that instead. People change: an attestation holds for
    730 days (`valid_days`); the period is own advice, not Microsoft's.

    ## How to fix it
    Book the courses at Thales or a partner of it, and write into the configuration:

        readiness: {training: {by: <who>, on: <day>, note: <who was trained>}}

    Then look at all attestations:

        phsm readiness
    """
    yield from attested(estate, policy, TRAINING)
