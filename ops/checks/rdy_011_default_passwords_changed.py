from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ops.checks.attested import attested
from ops.checks.declaration import check
from ops.checks.duties import DEFAULT_PASSWORDS
from ops.model.estate import Estate
from ops.model.finding import IssueCategory, Party, Severity, Verdict
from ops.model.policy import Policy


@check(
    id="PHSM-RDY-011",
    title="The default passwords of the HSMs are changed",
    severity=Severity.LOW,
    category=IssueCategory.PAYSHIELD_MANAGER,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/secure-payment-hsm",
    reviewed=date(2026, 11, 24),
    parameters={"valid_days": DEFAULT_PASSWORDS.days},
)
def default_passwords_changed(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """A new HSM comes with default credentials, which are changed at the first access.

    ## Why it matters
    Default credentials can be looked up by anybody, and the HSM is reachable from every network that reaches its
    management address. Every new HSM, also one that replaces another, starts with them again, so the attestation is
    renewed. It holds for 365 days (`valid_days`); the period is own advice, not Microsoft's.

    ## How to fix it
    Change every default credential of each HSM to a strong one, keep it as your rules for credentials ask, and write
    into the configuration:

        readiness: {default_passwords: {by: <who>, on: <day>}}

    Then look at all attestations:

        phsm readiness
    """
    yield from attested(estate, policy, DEFAULT_PASSWORDS)
