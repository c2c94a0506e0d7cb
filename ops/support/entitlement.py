"""Severity A: Microsoft gives it only to production that is highly available.

Sources: https://learn.microsoft.com/azure/payment-hsm/deployment-scenarios ("Severity A") and
https://learn.microsoft.com/azure/payment-hsm/support-guide ("S2 level").
"""

from __future__ import annotations

from collections.abc import Iterable

from ops.checks.ha_001_two_placements import two_placements
from ops.model.estate import Estate
from ops.model.finding import Outcome
from ops.model.policy import Policy, Role
from ops.model.pool import Pool
from ops.model.run import Entitlement


def entitlements(estate: Estate, policy: Policy, pools: Iterable[Pool]) -> tuple[Entitlement, ...]:
    """One entitlement per production pool, from the verdict of PHSM-HA-001, whether or not that check was asked for."""
    verdicts = {verdict.subject.name: verdict for verdict in two_placements.examine(estate, policy)}
    result = []
    for pool in pools:
        if pool.role is Role.PRODUCTION:
            verdict = verdicts.get(pool.label)
            granted = {Outcome.PASS: True, Outcome.FAIL: False}.get(verdict.outcome) if verdict else None
            because = verdict.evidence if verdict else "the check itself failed"
            result.append(Entitlement(pool=pool.label, severity_a=granted, because=f"PHSM-HA-001: {because}"))
    return tuple(result)
