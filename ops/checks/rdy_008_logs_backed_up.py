from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ops.checks.attested import attested
from ops.checks.declaration import check
from ops.checks.duties import LOG_BACKUP
from ops.model.estate import Estate
from ops.model.finding import IssueCategory, Party, Severity, Verdict
from ops.model.policy import Policy


@check(
    id="PHSM-RDY-008",
    title="The audit and error logs of the HSMs are backed up as they arise",
    severity=Severity.LOW,
    category=IssueCategory.LOG_BACKUP,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/support-guide",
    reviewed=date(2026, 11, 24),
    parameters={"valid_days": LOG_BACKUP.days},
)
def logs_backed_up(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """The logs of an HSM are yours to keep: nobody else copies them away.

    ## Why it matters
    A tampered, failed or released HSM takes its logs with it: Microsoft can recover them after a medium tamper alone,
    and a release erases them. Auditors ask for them, and so does every investigation. Microsoft recommends to replicate
    them in real time. An attestation holds for 365 days (`valid_days`); the period is own advice, not Microsoft's.

    ## How to fix it
    Send both logs to a collector that the HSM's subnet can reach, find an entry of today there for each HSM, and write
    into the configuration:

        readiness: {log_backup: {by: <who>, on: <day>}}

    Then look at all attestations:

        phsm readiness
    """
    yield from attested(estate, policy, LOG_BACKUP)
