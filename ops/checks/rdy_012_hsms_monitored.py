from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ops.checks.attested import attested
from ops.checks.declaration import check
from ops.checks.duties import MONITORING
from ops.model.estate import Estate
from ops.model.finding import IssueCategory, Party, Severity, Verdict
from ops.model.policy import Policy


@check(
    id="PHSM-RDY-012",
    title="The HSMs are monitored",
    severity=Severity.LOW,
    category=IssueCategory.PAYSHIELD_MANAGER,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/lifecycle-management",
    reviewed=date(2026, 11, 24),
    parameters={"valid_days": MONITORING.days},
)
def hsms_monitored(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """Microsoft watches the hardware and its links; whether the HSM works and what it logs is yours to watch.

    ## Why it matters
    Power, temperature, fans, tamper and link states are Microsoft's. Audit log, error log, load and whether commands are
    answered are yours: by SNMP v3, by payShield Monitor from Thales, or by another payShield monitoring. Single messages
    of one power supply are expected and need no alarm. An attestation holds for 365 days (`valid_days`); the period is
    own advice, not Microsoft's.

    ## How to fix it
    Set up SNMP v3 or another monitoring, let one alarm reach the people on duty, and write into the configuration:

        readiness: {monitoring: {by: <who>, on: <day>, note: <how>}}

    Then look at all attestations:

        phsm readiness
    """
    yield from attested(estate, policy, MONITORING)
