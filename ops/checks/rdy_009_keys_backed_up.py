from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ops.checks.attested import attested
from ops.checks.declaration import check
from ops.checks.duties import KEY_BACKUP
from ops.model.estate import Estate
from ops.model.finding import IssueCategory, Party, Severity, Verdict
from ops.model.policy import Policy


@check(
    id="PHSM-RDY-009",
    title="The keys of the HSMs are backed up",
    severity=Severity.LOW,
    category=IssueCategory.KEY_BACKUP,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/secure-payment-hsm",
    reviewed=date(2026, 11, 24),
    parameters={"valid_days": KEY_BACKUP.days},
)
def keys_backed_up(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """The backup of the keys is yours alone: neither Microsoft nor Thales can bring a key back.

    ## Why it matters
    A failed HSM is destroyed, and a release erases all keys on it. The next HSM serves only when the local master keys
    can be loaded from their components, and when the keys encrypted under them are kept elsewhere. An attestation holds
    for 365 days (`valid_days`); the period is own advice, not Microsoft's.

    ## How to fix it
    Keep the components of the local master keys in separate hands and places, back up the key store of your
    applications, count both, and write into the configuration:

        readiness: {key_backup: {by: <who>, on: <day>}}

    Then look at all attestations:

        phsm readiness
    """
    yield from attested(estate, policy, KEY_BACKUP)
