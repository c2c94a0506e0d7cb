from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from ops.checks.declaration import check
from ops.checks.subjects import hsm_subject, not_read
from ops.model.estate import Estate, Hsm, Subscription
from ops.model.fact import Gap
from ops.model.finding import IssueCategory, Party, Severity, Subject, Verdict, failed, passed, unknown
from ops.model.policy import Policy
from ops.model.pool import stamp, zone
from ops.model.untrusted import one_line

_MOST = 2


@check(
    id="PHSM-HA-003",
    title="No subscription has more than two HSMs in one stamp of a region",
    severity=Severity.LOW,
    category=IssueCategory.PROVISIONING,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/deployment-scenarios",
    reviewed=date(2026, 11, 24),
)
def two_hsms_per_stamp(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """A subscription gets two HSMs at most from one stamp of a region; the evidence is the head-room that is left.

    ## Why it matters
    With two of two in a stamp there is no room to put a new HSM beside an old one and swap them: the next one goes into
    another subscription, or the old one is released first. With more than two, Microsoft has made an exception for
    you, or something was moved; neither is a base to plan on. In regions that place by zone the zone counts as the
    stamp. An HSM that is being deleted keeps its place until it is gone, because Azure takes it back only after its
    RELEASE, so it is counted, and the evidence says so.

    ## How to fix it
    Create the next HSM in the other stamp, or in another subscription; declare one pool for both in the configuration
    (`pools:`) where the pair is split over two subscriptions. See where the HSMs of a subscription stand:

        az dedicated-hsm list --subscription <id>
    """
    regions: dict[tuple[str, str], list[Hsm]] = {}
    unplaced: Counter[str] = Counter()
    for hsm in estate.hsms.values():
        if not hsm.location:
            unplaced[hsm.subscription] += 1
            yield unknown(hsm_subject(hsm), not_read("payment HSM", hsm.gap) if hsm.gap else "its region is not told")
            continue
        regions.setdefault((hsm.subscription, hsm.location), []).append(hsm)
    count = Counter(known.name.lower() for known in estate.subscriptions.values())
    for (subscription, region), hsms in regions.items():
        name = _name(estate.subscriptions.get(subscription), subscription, count)
        cut = _list_gap(estate, subscription)
        yield from _judge(f"{name}/{region}", region, hsms, cut, unplaced[subscription])


def _judge(group: str, region: str, hsms: Sequence[Hsm], cut: Gap | None, unplaced: int) -> Iterator[Verdict]:
    """``unplaced``: how many HSMs of the subscription tell no region, so that they may be in this one."""
    by_stamp = any(map(stamp, hsms))
    places: dict[str, list[Hsm]] = {}
    untold = unplaced
    for hsm in hsms:
        place, why_not = _place(hsm, by_stamp)
        if why_not:
            untold += 1
            yield unknown(hsm_subject(hsm), why_not)
        else:
            places.setdefault(place, []).append(hsm)
    for place, members in sorted(places.items()):
        subject = Subject(name=f"{group}/{place}", hsms=tuple(sorted(hsm.key for hsm in members)))
        leaving = sum(hsm.is_in_state("Deleting") for hsm in members)
        count = f"{len(members)} of {_MOST} in {one_line(place, 60)} of {region}"
        evidence = f"{count}, {leaving} of them being deleted" if leaving else count
        if len(members) > _MOST:
            fix = "create the next HSM in the other stamp or in another subscription (az dedicated-hsm create)"
            yield failed(subject, evidence, fix=fix)
        elif cut is not None:
            yield unknown(subject, f"{evidence}, and there may be more: {not_read('', cut)}")
        elif len(members) + untold > _MOST:
            yield unknown(subject, f"{evidence}, and {untold} more whose place is not known")
        else:
            more = f", {untold} more at most, whose place is not known" if untold else ""
            yield passed(subject, f"{evidence}{more}")


def _place(hsm: Hsm, by_stamp: bool) -> tuple[str, str]:
    """The stamp, or the zone where the region places by zone, in lower case; and why it is not told, or ``""``.

    Logical zones mean the same all over one subscription, so they are compared as they are.
    """
    if hsm.gap is not None:
        return "", not_read("payment HSM", hsm.gap)
    if stamp(hsm):
        return stamp(hsm), ""
    told, why_not = zone(hsm)
    if told and by_stamp:
        return "", "placed by zone, others of its region by stamp"
    return (f"zone {told}", "") if told else ("", why_not)


def _name(known: Subscription | None, subscription: str, count: Mapping[str, int]) -> str:
    """The subscription's name, with its id where another has the same."""
    if known is None:
        return subscription
    return known.name if count[known.name.lower()] == 1 else f"{known.name} {subscription}"


def _list_gap(estate: Estate, subscription: str) -> Gap | None:
    """What cut off the list of the subscription's HSMs."""
    known = estate.subscriptions.get(subscription)
    return known.gap if known is not None and known.gap is not None and known.gap.whole_subscription else None
