from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ops.checks.attested import attested
from ops.checks.declaration import check
from ops.checks.duties import THALES_PORTAL
from ops.model.estate import Estate
from ops.model.finding import IssueCategory, Party, Severity, Verdict
from ops.model.policy import Policy


@check(
    id="PHSM-RDY-001",
    title="The Thales support portal can be reached, and the customer id is known",
    severity=Severity.LOW,
    category=IssueCategory.DOCUMENTATION,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/support-guide",
    reviewed=date(2026, 11, 24),
    parameters={"valid_days": THALES_PORTAL.days},
)
def thales_portal_reached(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """Thales supports everything above the hardware, and its portal asks for a customer id.

    ## Why it matters
    Firmware, payShield Manager, smart cards, host commands: these cases go to Thales, through its support portal.
    Documents, software and patches are there too. Without the customer id you find out at night that you cannot log in.
    Azure does not tell whether you can, so somebody attests it. An attestation holds for 730 days (`valid_days`); the
    period is own advice, not Microsoft's.

    ## How to fix it
    Ask your Microsoft account team for a Thales customer id, make an account for each person who is on duty, log in
    once, and write it into the configuration, with the customer id:

        readiness: {thales_portal: {by: <who>, on: <day>, customer_id: <customer id>}}

    Then look at all attestations:

        phsm readiness
    """
    yield from attested(estate, policy, THALES_PORTAL)
