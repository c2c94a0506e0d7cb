"""How severe a ticket is: by what the cause does to production, and never above what Microsoft grants without HA.

Sources: https://learn.microsoft.com/azure/payment-hsm/deployment-scenarios ("Severity A") and
https://learn.microsoft.com/azure/payment-hsm/support-guide ("S2 level").
"""

from __future__ import annotations

from dataclasses import dataclass

from ops.model.policy import Policy, Role, TicketSeverity
from ops.model.pool import Pool, placement
from ops.model.run import Entitlement, Run
from ops.model.ticket import Cause
from ops.model.working import working
from ops.support.causes import pool_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What a cause does to the pool of its HSMs.

    ``working`` of ``total`` HSMs work for sure, ``untold`` may; HSMs that are being deleted do not count.
    ``placements`` are those the pool stands in, ``lost`` those in which no HSM is left that may work. ``entitlement`` is
    None where the pool is not production. ``would_be`` is the severity by impact, where ``severity`` is capped.
    """

    pool: Pool
    working: int
    total: int
    untold: int
    placements: tuple[str, ...]
    lost: tuple[str, ...]
    entitlement: Entitlement | None
    severity: TicketSeverity
    would_be: TicketSeverity | None = None
    cap_reason: str = ""

    @property
    def by_impact(self) -> TicketSeverity:
        """The severity before any cap."""
        return self.would_be or self.severity


def assess(cause: Cause, run: Run, policy: Policy) -> Impact:
    """The impact of a cause of kind ``hsm`` or ``pool``. What is not known never counts as lost."""
    pool = pool_of(run, cause.hsms[0])
    works = {hsm.key: working(hsm, run.estate) for hsm in pool.alive(run.estate)}
    where = placement(pool, run.estate)
    places = sorted(set(where.label.values()))
    may_have_more = pool.may_have_more
    # an HSM that may work and may stand anywhere, read or not, keeps every placement from being lost for sure
    may_stand_anywhere = may_have_more or any(works[hsm] is not False for hsm in where.untold)
    lost = [
        place
        for place in places
        if not may_stand_anywhere and all(works[hsm] is False for hsm, at in where.label.items() if at == place)
    ]
    none_left = not may_have_more and all(answer is False for answer in works.values())
    by_impact = _severity(pool, none_left=none_left, lost=bool(lost))
    entitlement = next((item for item in run.support if item.pool == pool.label), None)
    most = policy.support.without_ha_at_most
    capped = entitlement is not None and entitlement.severity_a is False and by_impact.rank > most.rank
    return Impact(
        pool=pool,
        working=sum(answer is True for answer in works.values()),
        total=len(works),
        untold=sum(answer is None for answer in works.values()),
        placements=tuple(places),
        lost=tuple(lost),
        entitlement=entitlement,
        severity=most if capped else by_impact,
        would_be=by_impact if capped else None,
        cap_reason=f"no Severity A without high availability: {entitlement.because}" if capped and entitlement else "",
    )


def _severity(pool: Pool, *, none_left: bool, lost: bool) -> TicketSeverity:
    if pool.role is not Role.PRODUCTION:
        return TicketSeverity.MINIMAL
    if none_left:
        return TicketSeverity.CRITICAL
    return TicketSeverity.MODERATE if lost else TicketSeverity.MINIMAL
