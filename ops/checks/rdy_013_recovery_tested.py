from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ops.checks.attested import attested
from ops.checks.declaration import check
from ops.checks.duties import RECOVERY_TEST
from ops.model.estate import Estate
from ops.model.finding import IssueCategory, Party, Severity, Verdict
from ops.model.policy import Policy


@check(
    id="PHSM-RDY-013",
    title="The recovery after the loss of an HSM was tested",
    severity=Severity.LOW,
    category=IssueCategory.KEY_BACKUP,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/secure-payment-hsm",
    reviewed=date(2026, 11, 24),
    parameters={"valid_days": RECOVERY_TEST.days},
)
def recovery_tested(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """A recovery that was never rehearsed is a hope: test it regularly, and keep its steps written down.

    ## Why it matters
    After the loss of an HSM a new one is created, commissioned with the cards, given its firmware and its master keys,
    and joined to the application. Cards, people, components and network have to be there on that day. Azure promises no
    availability of a single device. An attestation holds for 365 days (`valid_days`); the period is own advice, not
    Microsoft's.

    ## How to fix it
    Rehearse the loss of an HSM with those who would be on duty, up to payments on another HSM, correct the written
    steps, and write into the configuration:

        readiness: {recovery_test: {by: <who>, on: <day>}}

    Then look at all attestations:

        phsm readiness
    """
    yield from attested(estate, policy, RECOVERY_TEST)
