from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ops.checks.attested import attested
from ops.checks.declaration import check
from ops.checks.duties import CUSTOM_FIRMWARE
from ops.model.estate import Estate
from ops.model.finding import IssueCategory, Party, Severity, Verdict
from ops.model.policy import Policy


@check(
    id="PHSM-RDY-007",
    title="Custom firmware is ported and licensed, where it is used",
    severity=Severity.LOW,
    category=IssueCategory.CUSTOM_FIRMWARE,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/support-guide",
    reviewed=date(2026, 11, 24),
    parameters={"valid_days": CUSTOM_FIRMWARE.days},
)
def custom_firmware_ported(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """Custom firmware of an HSM on premises does not run in Azure as it is: Thales ports it.

    ## Why it matters
    The porting is an exercise of its own, with a quote from Thales, and it decides when you can start. Custom firmware,
    and the way back to the base firmware, needs a device licence from Thales for the HSM's serial number; after the loss
    of an HSM the new one needs its own. Whoever uses the base firmware says so. An attestation, also that none is
    needed, holds for 730 days (`valid_days`); the period is own advice, not Microsoft's.

    ## How to fix it
    Ask your account manager at Thales for the porting, Thales's support for the licence, and write one of the two into
    the configuration:

        readiness: {custom_firmware: {by: <who>, on: <day>, device_licence: <device licence>}}
        readiness: {custom_firmware: {by: <who>, on: <day>, needed: false}}

    Then look at all attestations:

        phsm readiness
    """
    yield from attested(estate, policy, CUSTOM_FIRMWARE)
