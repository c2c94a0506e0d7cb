from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ops.checks.attested import attested
from ops.checks.declaration import check
from ops.checks.duties import TMD
from ops.model.estate import Estate
from ops.model.finding import IssueCategory, Party, Severity, Verdict
from ops.model.policy import Policy


@check(
    id="PHSM-RDY-003",
    title="A Trusted Management Device is at hand where key components are handled",
    severity=Severity.LOW,
    category=IssueCategory.TMD,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/faq",
    reviewed=date(2026, 11, 24),
    parameters={"valid_days": TMD.days},
)
def tmd_at_hand(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """Keys are formed from components, and split into them, in a Trusted Management Device (TMD).

    ## Why it matters
    The HSM is in Microsoft's datacenter: it can neither print components nor be given them by hand. Whoever exchanges
    keys with others as components needs a TMD or a similar device at their own site, and buying one takes time. Whoever
    never does needs none, and says so. An attestation, also that none is needed, holds for 730 days (`valid_days`); the
    period is own advice, not Microsoft's.

    ## How to fix it
    Order at Thales, or decide that no components are handled, and write one of the two into the configuration:

        readiness: {tmd: {by: <who>, on: <day>}}
        readiness: {tmd: {by: <who>, on: <day>, needed: false}}

    Then look at all attestations:

        phsm readiness
    """
    yield from attested(estate, policy, TMD)
