from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from ops.checks.declaration import check
from ops.checks.pool_members import untold_members
from ops.checks.subjects import not_read
from ops.model import arm_id
from ops.model.estate import Estate, Hsm
from ops.model.finding import (
    IssueCategory,
    Party,
    Severity,
    Subject,
    Verdict,
    failed,
    not_applicable,
    passed,
    unknown,
)
from ops.model.policy import Policy, PoolRule, Role
from ops.model.pool import Pool, may_reach_further, pools, region_id, unplaced_hsms, unread_subscriptions
from ops.model.untrusted import one_line
from ops.model.working import is_told

_ANY = ""
_FIX = (
    "create HSMs in another region (az dedicated-hsm create), and declare where they belong (pools:): in this pool, or "
    "in one with the role dr"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Regions:
    """The regions with an HSM, and the name of its pool; and those that may have one (``_ANY`` = anywhere), and why."""

    held: Mapping[str, str]
    perhaps: Mapping[str, str]

    def held_beside(self, region: str) -> str | None:
        return next((other for other in self.held if other != region), None)

    def perhaps_beside(self, region: str) -> str:
        """Why there may be an HSM outside ``region``; ``""`` when there is none for sure."""
        return next((why for other, why in self.perhaps.items() if other != region), "")


@check(
    id="PHSM-HA-004",
    title="Production has a pool in a second region",
    severity=Severity.MEDIUM,
    category=IssueCategory.PROVISIONING,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/deployment-scenarios",
    reviewed=date(2026, 11, 24),
)
def a_second_region(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """A second region takes over when a whole region is lost: the application moves there together with its HSMs.

    ## Why it matters
    Two stamps help against the loss of one of them, not against the loss of the region. HSMs in a second region have
    to be there before that day: they are created, get the LMKs and are tested like the first. They are not meant to be
    called from the first region, which would be too slow and which peering between regions does not carry.

    An application is a declared pool in all its regions, or, without a declaration, a subscription. Any pool of the
    role `dr` in another region counts for it, whatever its name, because the configuration does not say whom a `dr`
    pool serves: the evidence names it. HSMs that are being deleted do not count, and whether the HSMs of the second
    region work is left to PHSM-HA-002.

    ## How to fix it
    Create HSMs in a second region, load the same LMKs, and rehearse the move:

        az dedicated-hsm create --resource-group <group> --name <hsm> --location <region> --sku <sku> --stamp-id stamp1 ...

    If they exist already in another subscription, declare them in the configuration: one pool for both regions, or one
    with `role: dr`.
    """
    found = pools(estate, policy)
    recovery = _regions([pool for pool in found if pool.role is Role.DR], estate)
    recovery = _Regions(held=recovery.held, perhaps={**_hidden(policy, estate), **recovery.perhaps})
    undeclared = _regions([pool for pool in found if not pool.declared], estate)
    rules = {rule.name: rule for rule in policy.pools}
    applications: dict[tuple[str, bool], list[Pool]] = {}
    for pool in found:
        applications.setdefault((pool.name, pool.declared), []).append(pool)
    for (name, declared), members in applications.items():
        yield _judge(members, rules[name] if declared else None, recovery, undeclared, estate)


def _judge(
    members: list[Pool], rule: PoolRule | None, recovery: _Regions, undeclared: _Regions, estate: Estate
) -> Verdict:
    alive = [hsm for pool in members for hsm in pool.alive(estate)]
    own = _regions(members, estate)
    shown = " and ".join(sorted(own.held) or sorted({pool.region for pool in members}))
    hsms = (hsm.key for hsm in alive) if alive else (hsm for pool in members for hsm in pool.hsms)
    subject = Subject(name=f"{members[0].name}/{shown}", hsms=tuple(sorted(hsms)))
    role = members[0].role
    if role is not Role.PRODUCTION:
        return not_applicable(subject, f"a {role} pool; only production needs a second region")
    if not alive:
        return not_applicable(subject, "all HSMs are being deleted")
    if len(own.held) > 1:
        return passed(subject, f"HSMs in {one_line(shown)}")
    if not own.held:
        return unknown(subject, next(iter(own.perhaps.values())))
    (region,) = own.held
    other = recovery.held_beside(region)
    if other is not None:
        there = f"{one_line(other, 60)} (pool {one_line(recovery.held[other], 80)})"
        return passed(subject, f"HSMs in {one_line(region, 60)}, for disaster recovery in {there}")
    why = own.perhaps_beside(region) or _members_elsewhere(members, rule, region) or recovery.perhaps_beside(region)
    if why:
        return unknown(subject, f"HSMs in {one_line(region, 60)} alone, as far as is known: {why}")
    return failed(subject, f"HSMs in {one_line(region, 60)} alone{_hint(rule, region, undeclared)}", fix=_FIX)


def _regions(members: Iterable[Pool], estate: Estate) -> _Regions:
    held: dict[str, str] = {}
    perhaps: dict[str, str] = {}
    for pool in members:
        for hsm in pool.alive(estate):
            why = _untold(hsm)
            if why:
                perhaps.setdefault(pool.region, f"{one_line(hsm.name, 80)}: {why}")
            else:
                held.setdefault(pool.region, pool.name)
    return _Regions(held=held, perhaps=perhaps)


def _untold(hsm: Hsm) -> str:
    """Why it is not known whether the HSM counts, or where."""
    if hsm.gap is not None:
        return not_read("payment HSM", hsm.gap)
    if not is_told(hsm.provisioning_state):
        return "its provisioning state is not known"
    return "" if hsm.location else "its region is not told"


def _hidden(policy: Policy, estate: Estate) -> Mapping[str, str]:
    """The regions in which disaster recovery pools may have HSMs that were not read, and why."""
    hidden: dict[str, str] = {}
    for rule in policy.pools:
        unread = unread_subscriptions(rule, estate) if rule.role is Role.DR else ()
        why = ""
        if unread:
            why = f"{one_line(unread[0].subject)} was not read: {one_line(unread[0].reason)}"
        elif rule.role is Role.DR and may_reach_further(rule, estate):
            why = "its HSMs may be outside the scope of this run"
        elif rule.role is Role.DR and (unplaced := unplaced_hsms(estate, policy).get((rule.name, True))):
            why = f"the region of {one_line(arm_id.name(unplaced[0]), 80)} is not told"
        for region in _allowed(rule) if why else ():
            hidden.setdefault(region, f"pool {one_line(rule.name, 80)}: {why}")
    return hidden


def _members_elsewhere(members: Iterable[Pool], rule: PoolRule | None, region: str) -> str:
    """Why the application may have HSMs outside ``region`` that were not read."""
    if rule is not None and all(allowed == region for allowed in _allowed(rule)):
        return ""
    return next((why for pool in members if (why := untold_members(pool))), "")


def _allowed(rule: PoolRule) -> tuple[str, ...]:
    """The regions of the HSMs that a rule can hold."""
    return tuple(map(region_id, rule.regions)) or (_ANY,)


def _hint(rule: PoolRule | None, region: str, undeclared: _Regions) -> str:
    """Where a subscription has HSMs in another region, the second half may only be undeclared."""
    other = undeclared.held_beside(region)
    if rule is not None or other is None:
        return ""
    there = f"{one_line(undeclared.held[other], 80)} has HSMs in {one_line(other, 60)}"
    return f"; {there}: if they serve the same application, declare a pool"
