from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from ops.checks.declaration import check
from ops.checks.subjects import not_read
from ops.model import arm_id
from ops.model.estate import Deletion, Estate, Hsm, LunaHsm
from ops.model.finding import IssueCategory, Party, Severity, Subject, Verdict, failed, passed, unknown
from ops.model.policy import Policy
from ops.model.untrusted import one_line
from ops.model.working import is_told

_Named = TypeVar("_Named", Hsm, Deletion, LunaHsm)

_GONE = "find out who removed it, and create it again (az dedicated-hsm create) or take it out of `expected`"
_ANOTHER = "put the payment HSM that is meant into `expected`, or take this entry out"
_LEAVING = (
    "find out who deletes it before anybody presses RELEASE in payShield Manager; if it shall go, take it out of "
    "`expected`"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """The HSMs, the Luna HSMs and the deletes of an estate by the name of the HSM, in lower case.

    ``unread`` and ``log_unread`` say why HSMs and deletes of the whole scope are not all known; ``""`` when they are.
    """

    estate: Estate
    scope: frozenset[str]
    hsms: Mapping[str, Sequence[Hsm]]
    lunas: Mapping[str, Sequence[LunaHsm]]
    deletions: Mapping[str, Sequence[Deletion]]
    unread: str
    log_unread: str


@check(
    id="PHSM-HSM-005",
    title="Every HSM that the configuration expects exists",
    severity=Severity.HIGH,
    category=IssueCategory.PROVISIONING,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/view-payment-hsms",
    reviewed=date(2026, 11, 24),
)
def expected_exist(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """The list `expected` of the configuration holds the HSMs that must be there, by name or by id.

    ## Why it matters
    All other checks judge the HSMs that they find. One that somebody has deleted, or created again under another name,
    is simply not found any more, and the rest may look healthy. The list is yours: it says what was there when all was
    well. An HSM that is being deleted is on its way out and fails as well, while there may still be time. So does an
    entry that names a Luna network HSM, which is of the same resource type and no payment HSM.

    Who deleted an HSM is told by Azure's activity log, which goes back 90 days; it shows the account that asked for the
    delete, which may be that of a pipeline.

    ## How to fix it
    Look at what is there, and at who deleted what:

        az dedicated-hsm list --output table
        az monitor activity-log list --offset 90d --resource-id <HSM id> --query "[].{by:caller, at:eventTimestamp}"

    Then create the HSM again and load its keys from the backup, or take it out of `expected`. An HSM that has moved to
    another name or resource group goes into the list with its new name or id.
    """
    deletions = (one for log in estate.deletions.values() if isinstance(log, tuple) for one in log)
    scope = {item.lower(): None for item in estate.scope}
    known = _Known(
        estate=estate,
        scope=frozenset(scope),
        hsms=_by_name((hsm.name, hsm) for hsm in estate.hsms.values()),
        lunas=_by_name((luna.name, luna) for luna in estate.lunas.values()),
        deletions=_by_name((arm_id.name(one.hsm_id), one) for one in deletions),
        unread=_unread([*scope, *estate.subscriptions], estate),
        log_unread=_log_unread(scope, estate),
    )
    for entry in {arm_id.key(entry): entry for entry in policy.expected}.values():
        yield _by_id(entry, known) if "/" in entry else _bare(entry, known)


def _by_name(named: Iterable[tuple[str, _Named]]) -> Mapping[str, Sequence[_Named]]:
    found: dict[str, list[_Named]] = {}
    for name, one in named:
        found.setdefault(name.lower(), []).append(one)
    return found


def _by_id(entry: str, known: _Known) -> Verdict:
    name, subscription = arm_id.name(entry), arm_id.subscription(entry)
    hsm = known.estate.hsms.get(arm_id.key(entry))
    if hsm is not None:
        return _found(Subject(name=hsm.name, id=entry, hsms=(hsm.key,)), [hsm], known.estate)
    luna = known.estate.lunas.get(arm_id.key(entry))
    if luna is not None:
        return _no_payment_hsm(Subject(name=luna.name, id=entry), luna, known.estate)
    namesakes = known.hsms.get(name.lower(), ())
    subject = Subject(name=name, id=entry, hsms=tuple(sorted(hsm.key for hsm in namesakes)))
    if subscription not in known.scope:
        return unknown(subject, f"subscription {one_line(subscription, 80)} is not in the scope of this run")
    unread = _unread([subscription], known.estate)
    if unread:
        return unknown(subject, f"not found, but {unread}")
    deleted = [one for one in known.deletions.get(name.lower(), ()) if arm_id.same(one.hsm_id, entry)]
    evidence = _missing(deleted, _log_unread([subscription], known.estate), known.estate)
    if not namesakes:
        return failed(subject, evidence, fix=_GONE)
    other = namesakes[0]
    evidence += f"; an HSM of this name is in {_place(other.id, known.estate)}, {one_line(other.location, 60)}"
    return failed(subject, evidence, fix=f"if that is the one, put its id into `expected`: {one_line(other.id)}")


def _bare(entry: str, known: _Known) -> Verdict:
    hsms = known.hsms.get(entry.lower(), ())
    subject = Subject(name=entry, hsms=tuple(sorted(hsm.key for hsm in hsms)))
    if hsms:
        return _found(subject, hsms, known.estate)
    if known.unread:
        return unknown(subject, f"not found, but {known.unread}")
    if known.estate.narrowed:
        return unknown(subject, "not found, but it may be outside the scope of this run")
    deleted, lunas = known.deletions.get(entry.lower(), ()), known.lunas.get(entry.lower(), ())
    if lunas and not deleted:
        return _no_payment_hsm(subject, lunas[0], known.estate)
    return failed(subject, _missing(deleted, known.log_unread, known.estate), fix=_GONE)


def _found(subject: Subject, hsms: Sequence[Hsm], estate: Estate) -> Verdict:
    """Of several HSMs of one name one that stays is enough, and what is not known about the others does not matter."""
    staying = [hsm for hsm in hsms if is_told(hsm.provisioning_state) and not hsm.is_in_state("Deleting")]
    untold = [hsm for hsm in hsms if not is_told(hsm.provisioning_state)]
    if staying:
        shared = f"; {len(hsms)} HSMs have this name, an id would tell them apart" if len(hsms) > 1 else ""
        return passed(subject, f"it exists in {_place(staying[0].id, estate)}{shared}")
    if untold:
        gap = untold[0].gap
        why = "its provisioning state is not known" if gap is None else not_read("payment HSM", gap)
        return unknown(subject, f"it exists, but whether it is being deleted is not known: {why}")
    return failed(subject, f"it is being deleted from {_place(hsms[0].id, estate)}", fix=_LEAVING)


def _no_payment_hsm(subject: Subject, luna: LunaHsm, estate: Estate) -> Verdict:
    evidence = f"it exists in {_place(luna.id, estate)}, but is no payment HSM (SKU {one_line(luna.sku, 60)})"
    return failed(subject, evidence, fix=_ANOTHER)


def _missing(deletions: Sequence[Deletion], log_unread: str, estate: Estate) -> str:
    """That it does not exist; and who deleted it last and when, or what the activity log leaves open."""
    if deletions:
        last = max(deletions, key=lambda one: one.at)
        by = one_line(last.by, 120) or "somebody whom it does not name"
        how = f"by the activity log {by} deleted it from {_place(last.hsm_id, estate)} at {last.at:%Y-%m-%d %H:%M} UTC"
    elif log_unread:
        how = f"who deleted it is not known: {log_unread}"
    else:
        how = "the activity log of 90 days holds no delete"
    return f"it does not exist; {how}"


def _unread(subscriptions: Iterable[str], estate: Estate) -> str:
    """Why not all HSMs of these subscriptions are known; ``""`` when they are."""
    for subscription in subscriptions:
        one = estate.subscriptions.get(subscription)
        if one is None:
            return f"subscription {_name(subscription, estate)} was not read"
        if one.gap is not None and one.gap.whole_subscription:
            return f"in {_name(subscription, estate)} the {not_read('', one.gap)}"
    return ""


def _log_unread(subscriptions: Iterable[str], estate: Estate) -> str:
    """Why not all deletes in these subscriptions are known; ``""`` when they are."""
    for subscription in subscriptions:
        log = estate.deletions.get(subscription)
        if not isinstance(log, tuple):
            return f"in {_name(subscription, estate)} the {not_read('activity log', log)}"
    return ""


def _place(hsm_id: str, estate: Estate) -> str:
    group = one_line(arm_id.resource_group(hsm_id), 90)
    return f"resource group {group} of {_name(arm_id.subscription(hsm_id), estate)}"


def _name(subscription: str, estate: Estate) -> str:
    """What a subscription is called, on one line."""
    known = estate.subscriptions.get(subscription)
    return one_line(known.name if known else subscription, 80)
