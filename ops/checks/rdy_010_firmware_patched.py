from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ops.checks.attested import attested
from ops.checks.declaration import check
from ops.checks.duties import FIRMWARE_PATCHING
from ops.model.estate import Estate
from ops.model.finding import IssueCategory, Party, Severity, Verdict
from ops.model.policy import Policy


@check(
    id="PHSM-RDY-010",
    title="The firmware of the HSMs is patched",
    severity=Severity.LOW,
    category=IssueCategory.FIRMWARE,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/lifecycle-management",
    reviewed=date(2026, 11, 24),
    parameters={"valid_days": FIRMWARE_PATCHING.days},
)
def firmware_patched(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """Once an HSM is yours, so are its security patches; Microsoft patches only those that nobody has.

    ## Why it matters
    Microsoft has no access to an HSM that is allocated, so nothing is patched unless you do it, with help from Thales.
    Known issues, such as the fan alarm, are fixed in newer versions. Somebody attests that each HSM was compared with
    the patches there are, and that what was missing is applied. An attestation holds for 180 days (`valid_days`); the
    period is own advice, not Microsoft's.

    ## How to fix it
    Look up the patches in the Thales support portal, apply them to one HSM of a pair after the other, to versions that
    your compliance allows, and write into the configuration:

        readiness: {firmware_patching: {by: <who>, on: <day>}}

    Then look at all attestations:

        phsm readiness
    """
    yield from attested(estate, policy, FIRMWARE_PATCHING)
