from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from ops.checks.declaration import check
from ops.checks.pool_members import untold_members
from ops.checks.skus import Sku, known_sku
from ops.checks.subjects import not_read
from ops.model.estate import Estate, Hsm
from ops.model.finding import IssueCategory, Party, Severity, Verdict, failed, passed, unknown
from ops.model.policy import Policy
from ops.model.pool import UNTOLD_REGION, Pool, pools
from ops.model.untrusted import one_line

_FIX = "change the SKU of one HSM after the other until they agree: phsm checks explain PHSM-HA-005"


@check(
    id="PHSM-HA-005",
    title="The HSMs of a pool have the same LMK count and performance level",
    severity=Severity.LOW,
    category=IssueCategory.PROVISIONING,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/change-performance-level",
    reviewed=date(2026, 11, 24),
)
def same_sku_in_a_pool(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """HSMs that stand in for each other hold the same number of local master keys and are equally fast.

    ## Why it matters
    When one of a pair is lost, the other takes all payments. With fewer calls per second it cannot; with one LMK where
    the other has two, the keys under the second LMK are of no use. This rule is our own advice, not Microsoft's: the
    page that is named here tells only how a SKU is changed.

    While the performance level is changed the HSMs differ for a while, and this is as it should be: change one HSM,
    see that it serves, then change the next. The change interrupts nothing.

    ## How to fix it
    Decide which SKU the application needs, then change the HSMs that have another, one at a time:

        az rest --method patch --url "<hsm id>?api-version=2021-11-30" --body '{"sku": {"name": "<sku>"}}'
    """
    for pool in pools(estate, policy):
        alive = pool.alive(estate)
        if len(alive) >= 2 or pool.unplaced:
            yield _judge(pool, alive)


def _judge(pool: Pool, alive: Sequence[Hsm]) -> Verdict:
    by_sku: dict[Sku, list[str]] = {}
    untold: list[str] = []
    for hsm in alive:
        name, sku = one_line(hsm.name, 80), known_sku(hsm.sku)
        if hsm.gap is not None:
            untold.append(f"{name}: {not_read('payment HSM', hsm.gap)}")
        elif sku is not None:
            by_sku.setdefault(sku, []).append(name)
        elif hsm.sku.strip():
            untold.append(f"{name}: SKU {one_line(hsm.sku, 80)} is none of the six (PHSM-HSM-002)")
        else:
            untold.append(f"{name}: its SKU is not told")
    if len(by_sku) > 1 and pool.region != UNTOLD_REGION:
        evidence = "; ".join(f"{sku}: {one_line(', '.join(names))}" for sku, names in by_sku.items())
        return failed(pool.subject, evidence, fix=_FIX)
    why = untold[0] if untold else untold_members(pool)
    if why:
        return unknown(pool.subject, f"whether all are equal is not known: {why}")
    (sku,) = by_sku
    return passed(pool.subject, f"all {len(alive)} HSMs have {sku}")
