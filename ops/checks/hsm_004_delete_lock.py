from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from shlex import quote

from ops.checks.declaration import check
from ops.checks.subjects import hsm_subject, not_read
from ops.model import arm_id
from ops.model.estate import Estate, Hsm, Subscription
from ops.model.fact import Gap
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
from ops.model.policy import Policy
from ops.model.surroundings import Lock
from ops.model.untrusted import one_line
from ops.model.working import is_told

_LEVELS = ("cannotdelete", "readonly")


@check(
    id="PHSM-HSM-004",
    title="A delete lock covers the HSM",
    severity=Severity.LOW,
    category=IssueCategory.RESET_OR_DELETE,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/remove-payment-hsm",
    reviewed=date(2026, 11, 24),
)
def delete_lock(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """A management lock on the HSM, its resource group or its subscription refuses the delete of the HSM.

    ## Why it matters
    Azure takes an HSM back only after its RELEASE in payShield Manager, so a delete by mistake is blocked as long as
    nobody has released it. But the delete stays open: the HSM shows as Deleting until it is released, or until it is
    deleted by force, and then its keys are gone for good. With a lock the delete is refused at once and by everyone,
    pipelines included. This rule is our own advice, not Microsoft's; a standby HSM for disaster recovery, which nobody
    misses day by day, needs the lock as much as the others.

    A lock of the level ReadOnly refuses deletes as well, but also changes of the SKU and of tags. Locks of a whole
    resource group also keep what else is in it.

    ## How to fix it
    Lock the HSM, or its resource group; who removes the HSM one day removes the lock first:

        az lock create --name keep-<hsm> --lock-type CanNotDelete --resource <HSM id> --subscription <its subscription>
        az lock list --resource-group <group> --subscription <its subscription> --output table
    """
    locks = {key: _by_scope(one) for key, one in estate.subscriptions.items()}
    for hsm in estate.hsms.values():
        yield _judge(hsm, locks.get(hsm.subscription), estate.subscriptions.get(hsm.subscription))


def _by_scope(subscription: Subscription) -> Mapping[str, Lock] | Gap | None:
    """The locks that keep what they cover from being deleted, by the key of what they lock."""
    if not isinstance(subscription.locks, tuple):
        return subscription.locks or subscription.gap
    return {lock.scope: lock for lock in subscription.locks if lock.level.lower() in _LEVELS}


def _judge(hsm: Hsm, locks: Mapping[str, Lock] | Gap | None, subscription: Subscription | None) -> Verdict:
    subject = hsm_subject(hsm)
    if hsm.is_in_state("Deleting"):
        return not_applicable(subject, "it is being deleted")
    if locks is None or isinstance(locks, Gap):
        return unknown(subject, not_read("the list of its locks", locks))
    scope = next((scope for scope in _scopes(hsm.key) if scope in locks), None)
    if scope is not None:
        lock, where = locks[scope], _where(scope, hsm, subscription)
        return passed(subject, f"lock {one_line(arm_id.name(lock.id), 80)} ({one_line(lock.level, 20)}) on {where}")
    if hsm.gap is not None:
        return unknown(subject, not_read("payment HSM", hsm.gap))
    if not is_told(hsm.provisioning_state):
        return unknown(subject, "no lock covers it, and its provisioning state is not known")
    name, resource, where = quote(one_line(f"keep-{hsm.name}", 90)), quote(hsm.id), quote(hsm.subscription)
    # of an id az takes all but the subscription: without it the lock goes to the one that is logged in to
    fix = f"az lock create --name {name} --lock-type CanNotDelete --resource {resource} --subscription {where}"
    return failed(subject, "no lock on the HSM, its resource group or its subscription refuses a delete", fix=fix)


def _scopes(hsm: str) -> Iterator[str]:
    """The HSM's key, then what it is in, up to the subscription: what a lock on it may name."""
    while hsm.count("/") >= 2:
        yield hsm
        hsm = hsm.rpartition("/")[0]


def _where(scope: str, hsm: Hsm, subscription: Subscription | None) -> str:
    if scope == hsm.key:
        return "the HSM"
    if "/resourcegroups/" in scope:
        return f"resource group {one_line(arm_id.resource_group(hsm.id), 90)}"
    return f"subscription {one_line(subscription.name if subscription else hsm.subscription, 80)}"
