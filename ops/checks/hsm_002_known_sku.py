from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ops.checks import skus
from ops.checks.declaration import check
from ops.checks.subjects import hsm_subject, not_read
from ops.model.estate import Estate, Hsm
from ops.model.finding import IssueCategory, Party, Severity, Verdict, failed, passed, unknown
from ops.model.policy import Policy
from ops.model.untrusted import one_line


@check(
    id="PHSM-HSM-002",
    title="The SKU is one of the six payShield10K SKUs",
    severity=Severity.MEDIUM,
    category=IssueCategory.PROVISIONING,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/support-guide",
    reviewed=date(2026, 11, 24),
)
def known_sku(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """A payment HSM has one or two local master keys and does 60, 250 or 2500 calls per second: six SKUs, no others.

    ## Why it matters
    The SKU decides how many local master keys the HSM holds and how fast it is. One that is not in Microsoft's list is
    not supported: a leftover of a trial, or a new one that this rule does not know yet. The names count in any case;
    Luna network HSMs, which are of the same resource type, are left out.

    ## How to fix it
    Look at the HSM and at the list of supported SKUs. The SKU of an HSM can be changed while it serves; do it one HSM at
    a time:

        az dedicated-hsm show --resource-group <group> --name <hsm> --query sku.name
        az rest --method patch --url "<hsm id>?api-version=2021-11-30" --body '{"sku": {"name": "<sku>"}}'

    If the list has grown, please report it.
    """
    for hsm in estate.hsms.values():
        yield _judge(hsm)


def _judge(hsm: Hsm) -> Verdict:
    subject = hsm_subject(hsm)
    if hsm.gap is not None:
        return unknown(subject, not_read("payment HSM", hsm.gap))
    if not hsm.sku.strip():
        return unknown(subject, "its SKU is not told")
    known = skus.known_sku(hsm.sku)
    if known is not None:
        return passed(subject, f"SKU {known.name}")
    return failed(
        subject,
        f"SKU {one_line(hsm.sku, 80)} is none of the six: {', '.join(sku.name for sku in skus.SKUS)}",
        fix="change it to one of the six, as it was ordered: phsm checks explain PHSM-HSM-002",
    )
