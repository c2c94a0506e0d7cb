from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from ops.checks.declaration import check
from ops.checks.pool_members import untold_members
from ops.model.estate import Estate, Hsm
from ops.model.finding import (
    IssueCategory,
    Party,
    Severity,
    Verdict,
    failed,
    not_applicable,
    passed,
    unknown,
)
from ops.model.policy import Policy, Role
from ops.model.pool import Pool, placement, pools
from ops.model.working import why_not, working

_ANYWHERE = "its place"
_CREATE = "create HSMs in two stamps or zones of this region (az dedicated-hsm create)"


@check(
    id="PHSM-HA-002",
    title="Each production pool has a working HSM in both placements",
    severity=Severity.HIGH,
    category=IssueCategory.PROVISIONING,
    party=Party.MICROSOFT,
    source="https://learn.microsoft.com/azure/payment-hsm/deployment-scenarios",
    reviewed=date(2026, 11, 24),
)
def a_working_hsm_in_each(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """A pair helps only while both halves work: an HSM counts when it is provisioned and all its NICs are Succeeded.

    ## Why it matters
    With one half down the pool still serves payments, but the next failure stops them. This check opens no ticket: it
    raises the severity of the tickets that PHSM-HSM-001 and PHSM-NET-009 draft for the HSMs of the pool. A pool that
    stands in one placement only fails PHSM-HA-001; here it fails only when none of its HSMs works, and never passes.
    Outside production the failure is of low severity, but a disaster recovery pool is judged in full: its HSM has to
    work on the day it is needed.

    ## How to fix it
    Look at the HSM that is named, then open the ticket that was drafted for it:

        az dedicated-hsm show --resource-group <group> --name <hsm>
        phsm tickets plan

    Until it works again let your client application send nothing to it.
    """
    for pool in pools(estate, policy):
        yield _judge(pool, estate)


def _judge(pool: Pool, estate: Estate) -> Verdict:
    severity = Severity.LOW if pool.role is Role.NON_PRODUCTION else None
    alive = pool.alive(estate)
    works = {hsm.key: working(hsm, estate) for hsm in alive}
    untold = untold_members(pool)
    if pool.unread or pool.unplaced:
        return unknown(pool.subject, untold)
    if not alive:
        evidence = "no working HSM: all HSMs are being deleted"
        return failed(pool.subject, evidence, severity=severity, party=Party.CUSTOMER, fix=_CREATE)
    if all(answer is False for answer in works.values()):
        return failed(pool.subject, f"no working HSM: {_reasons(alive, estate)}", severity=severity)
    places: dict[str, tuple[Hsm, ...]]
    if pool.role is Role.DR and len(alive) == 1:
        places = {_ANYWHERE: alive}
    else:
        where = placement(pool, estate)
        if where.untold:
            key, reason = next(iter(where.untold.items()))
            return unknown(pool.subject, f"placement of {estate.hsms[key].name} is not known: {reason}")
        places = {
            place: tuple(hsm for hsm in alive if where.label[hsm.key] == place)
            for place in sorted(set(where.label.values()))
        }
    broken = {place: hsms for place, hsms in places.items() if all(works[hsm.key] is False for hsm in hsms)}
    if broken:
        evidence = "; ".join(f"no working HSM in {place}: {_reasons(hsms, estate)}" for place, hsms in broken.items())
        return failed(pool.subject, evidence, severity=severity)
    for place, hsms in places.items():
        if not any(works[hsm.key] for hsm in hsms):
            return unknown(pool.subject, f"no HSM in {place} is known to work: {_reasons(hsms, estate)}")
    evidence = "; ".join(
        f"works in {place}: {', '.join(hsm.name for hsm in hsms if works[hsm.key])}" for place, hsms in places.items()
    )
    if len(places) == 1 and untold:
        return unknown(pool.subject, f"{evidence}; {untold}")
    if len(places) == 1 and _ANYWHERE not in places:
        return not_applicable(pool.subject, f"{evidence}; the pool has no second placement (PHSM-HA-001)")
    return passed(pool.subject, evidence)


def _reasons(hsms: Iterable[Hsm], estate: Estate) -> str:
    reasons = ((hsm.name, why_not(hsm, estate)) for hsm in hsms)
    return ", ".join(f"{name}: {reason}" for name, reason in reasons if reason)
