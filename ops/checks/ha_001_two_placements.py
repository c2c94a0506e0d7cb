from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ops.checks.declaration import check
from ops.checks.pool_members import untold_members
from ops.model.estate import Estate
from ops.model.finding import IssueCategory, Party, Severity, Verdict, failed, passed, unknown
from ops.model.policy import Policy, Role
from ops.model.pool import Placement, Pool, hsms_by_region, placement, pools


@check(
    id="PHSM-HA-001",
    title="Each production pool has HSMs in two placements",
    severity=Severity.HIGH,
    category=IssueCategory.PROVISIONING,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/deployment-scenarios",
    reviewed=date(2026, 11, 24),
)
def two_placements(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """HSMs in one stamp fail together: power, network and maintenance of a stamp take all of them at once.

    ## Why it matters
    A region has two stamps, in two availability zones. Production counts as highly available only with an HSM in
    each of them. Without that, a single failure stops the payments of the region, and Microsoft gives no Severity A
    support (the support guide calls it S2 level), so the ticket you open that night waits.

    ## How to fix it
    Create a second HSM in the other stamp (in regions that place by zone with `--zones` instead of `--stamp-id`):

        az dedicated-hsm create --resource-group <group> --name <hsm> --location <region> --sku <sku> --stamp-id stamp2 ...

    Load the same LMKs, then let your client application use both. If the second HSM exists already in another
    subscription, declare one pool for both in the configuration (`pools:`).
    """
    for pool in pools(estate, policy):
        if pool.unplaced:
            yield unknown(pool.subject, untold_members(pool))
        elif pool.role is Role.DR and len(pool.alive(estate)) == 1:
            yield passed(pool.subject, "a disaster recovery pool may be a single HSM")
        else:
            yield _judge(pool, placement(pool, estate), estate)


def _judge(pool: Pool, where: Placement, estate: Estate) -> Verdict:
    places = sorted(set(where.label.values()))
    if where.untold:
        hsm, reason = next(iter(where.untold.items()))
        return unknown(pool.subject, f"placement of {estate.hsms[hsm].name} is not known: {reason}")
    untold = untold_members(pool)
    if pool.unread:
        return unknown(pool.subject, untold)
    if len(places) >= 2:
        return passed(pool.subject, f"HSMs in {' and '.join(places)}")
    if untold:
        return unknown(pool.subject, f"fewer than two placements, but {untold}")
    severity = None if pool.role is Role.PRODUCTION else Severity.LOW
    fix = "create an HSM in the other stamp or zone of this region (az dedicated-hsm create)"
    if not places:
        fix = "create HSMs in two stamps or zones of this region (az dedicated-hsm create)"
        return failed(pool.subject, "all HSMs are being deleted", severity=severity, fix=fix)
    count = len(where.label)
    evidence = f"{f'all {count} HSMs are' if count > 1 else 'the only HSM is'} in {places[0]}{_hint(pool, estate)}"
    return failed(pool.subject, evidence, severity=severity, fix=fix)


def _hint(pool: Pool, estate: Estate) -> str:
    """Where another HSM of the region is visible, the pair may only be undeclared."""
    region = hsms_by_region(estate)[pool.region]
    if pool.declared or len(region) == len(pool.hsms):
        return ""
    members = set(pool.hsms)
    other = next(hsm for hsm in region if hsm.key not in members)
    return f"; {other.name} is in {pool.region} too: if it is the other half, declare a pool"
