"""Pools: which HSMs serve one application in one region, and where in the region they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ops.model import arm_id
from ops.model.estate import Estate, Hsm
from ops.model.fact import Gap
from ops.model.finding import Subject
from ops.model.once import once
from ops.model.policy import Policy, PoolRule, Role
from ops.model.untrusted import one_line

UNTOLD_REGION = "region not told"
"""Stands for the region of HSMs that tell none; no id of a region has blanks in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """The HSMs (keys, sorted) of one application in one region.

    ``declared`` is false for the default pool of a subscription and region. ``unread`` names the subscriptions
    that may hold members and were not read. ``may_reach_further``: the run was asked for some subscriptions only, and
    the pool's rule names none. ``unplaced`` holds the ids of the HSMs that may be members and tell no region. Those of
    one application are put together under ``UNTOLD_REGION``, so that each HSM is in a pool: nothing is known of that one.
    """

    name: str
    region: str
    role: Role
    hsms: tuple[str, ...]
    declared: bool
    unread: tuple[Gap, ...] = ()
    may_reach_further: bool = False
    unplaced: tuple[str, ...] = ()

    @property
    def may_have_more(self) -> bool:
        """Whether it may have members that are not among ``hsms``."""
        return bool(self.unread or self.unplaced) or self.may_reach_further

    @property
    def label(self) -> str:
        return f"{self.name}/{self.region}"

    @property
    def subject(self) -> Subject:
        return Subject(name=self.label, hsms=self.hsms)

    def members(self, estate: Estate) -> tuple[Hsm, ...]:
        return tuple(estate.hsms[hsm] for hsm in self.hsms)

    def alive(self, estate: Estate) -> tuple[Hsm, ...]:
        """The members that are not being deleted: those that count. One whose state is not known is among them."""
        return tuple(hsm for hsm in self.members(estate) if not hsm.is_in_state("Deleting"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where the HSMs of a pool stand: the label by HSM key, and why it cannot be told for those that are missing.

    HSMs that are being deleted are in neither.
    """

    label: Mapping[str, str]
    untold: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Demand:
    """What a rule asks of an HSM of a subscription that it allows, in the form in which ARM compares it.

    ``place`` is that of the rule among all rules.
    """

    place: int
    rule: PoolRule
    regions: frozenset[str]
    tags: tuple[tuple[str, str], ...]

    def is_met(self, location: str, tags: Mapping[str, str]) -> bool:
        """Whether an HSM in this region (id) with these tags (names in lower case) belongs to the pool.

        One that tells no region (``""``) may belong to it, and is taken for a member.
        """
        if self.regions and location and location not in self.regions:
            return False
        return all(tags.get(tag) == value for tag, value in self.tags)


_Tag = tuple[str, str]
_Demands = Mapping[tuple[str, _Tag | None], Sequence[_Demand]]
"""By subscription (``""`` = any) and by one tag that is wanted (None = none is): no HSM is compared with all rules."""


def _demands(policy: Policy) -> _Demands:
    """The rules, each under that of its tags which the fewest rules want, and under every subscription that it names."""
    found: dict[tuple[str, _Tag | None], list[_Demand]] = {}
    wanted = [tuple((tag.lower(), value) for tag, value in rule.match.tags.items()) for rule in policy.pools]
    count = Counter(tag for tags in wanted for tag in tags)
    for place, (rule, tags) in enumerate(zip(policy.pools, wanted, strict=True)):
        demand = _Demand(place=place, rule=rule, regions=frozenset(map(region_id, rule.regions)), tags=tags)
        rarest = min(tags, key=count.__getitem__, default=None)
        for subscription in {item.lower() for item in rule.match.subscriptions} or {""}:
            found.setdefault((subscription, rarest), []).append(demand)
    return found


def _rules(hsm: Hsm, subscription: str, demands: _Demands) -> list[PoolRule | None]:
    """The rule that holds an HSM, None for its default pool.

    Of an HSM that tells no region, all that may hold it; the last one holds it wherever it is.
    """
    tags = {tag.lower(): value for tag, value in hsm.tags.items()}  # ARM compares tag names without case
    met = [
        demand
        for where in ("", subscription)
        for tag in (None, *tags.items())
        for demand in demands.get((where, tag), ())
        if demand.is_met(hsm.location, tags)
    ]
    if hsm.location:
        return [min(met, key=lambda demand: demand.place).rule if met else None]
    found: list[PoolRule | None] = []
    for demand in sorted(met, key=lambda demand: demand.place):
        found.append(demand.rule)
        if not demand.regions:
            return found
    return [*found, None]


def region_id(region: str) -> str:
    """The id of a region given by id or display name: ``"East US"`` is ``eastus``."""
    return region.replace(" ", "").lower()


@once
def pools(estate: Estate, policy: Policy) -> tuple[Pool, ...]:
    """All pools that have an HSM, by label. An HSM belongs to the first rule that holds it, else to its default pool."""
    perhaps = unplaced_hsms(estate, policy)
    members: dict[tuple[str, str, bool], list[str]] = {}
    rules: dict[tuple[str, str, bool], PoolRule | None] = {}
    names, demands = _default_names(estate, policy), _demands(policy)
    for hsm in estate.hsms.values():
        subscription = hsm.subscription
        rule = _rules(hsm, subscription, demands)[-1] if demands else None
        region = hsm.location or UNTOLD_REGION
        own = (names.get(subscription, subscription), region, False)
        group = (rule.name, region, True) if rule else own
        rules.setdefault(group, rule)
        members.setdefault(group, []).append(hsm.key)
    unread = {rule.name: unread_subscriptions(rule, estate) for rule in policy.pools}
    result = []
    for (name, region, declared), hsms in members.items():
        rule = rules[name, region, declared]
        result.append(
            Pool(
                name=name,
                region=region,
                role=rule.role if rule else Role.PRODUCTION,
                hsms=tuple(sorted(hsms)),
                declared=declared,
                unread=unread[rule.name] if rule else _refusals(estate, {arm_id.subscription(hsms[0])}),
                may_reach_further=rule is not None and may_reach_further(rule, estate),
                unplaced=tuple(estate.hsms[hsm].id for hsm in hsms)
                if region == UNTOLD_REGION
                else perhaps.get((name, declared), ()),
            )
        )
    return tuple(sorted(result, key=lambda pool: pool.label))


@once
def unplaced_hsms(estate: Estate, policy: Policy) -> Mapping[tuple[str, bool], tuple[str, ...]]:
    """The HSMs (ids) that tell no region, by each pool (name, declared) that may hold them; not those being deleted."""
    found: dict[tuple[str, bool], list[str]] = {}
    unplaced = [hsm for hsm in estate.hsms.values() if not hsm.location and not hsm.is_in_state("Deleting")]
    names, demands = (_default_names(estate, policy), _demands(policy)) if unplaced else ({}, {})
    for hsm in unplaced:
        for rule in _rules(hsm, hsm.subscription, demands):
            group = (rule.name, True) if rule else (names.get(hsm.subscription, hsm.subscription), False)
            found.setdefault(group, []).append(hsm.id)
    return {group: tuple(hsms) for group, hsms in found.items()}


@once
def hsms_by_region(estate: Estate) -> Mapping[str, tuple[Hsm, ...]]:
    """All HSMs, by the id of their region."""
    found: dict[str, list[Hsm]] = {}
    for hsm in estate.hsms.values():
        found.setdefault(hsm.location, []).append(hsm)
    return {region: tuple(hsms) for region, hsms in found.items()}


def unread_subscriptions(rule: PoolRule, estate: Estate) -> tuple[Gap, ...]:
    """Those that may hold HSMs of a declared pool and were not read: refused, or named by its rule and not asked for."""
    named, scope = {item.lower() for item in rule.match.subscriptions}, _scope(estate)
    return (
        *(_refusals(estate, sorted(named)) if named else _all_refusals(estate)),
        *(
            Gap(subject=f"/subscriptions/{item}", what="subscription", reason="not in the scope of this run")
            for item in sorted(named - scope)
        ),
    )


@once
def _scope(estate: Estate) -> frozenset[str]:
    return frozenset(estate.scope)


@once
def _all_refusals(estate: Estate) -> tuple[Gap, ...]:
    return _refusals(estate, estate.subscriptions)


def may_reach_further(rule: PoolRule, estate: Estate) -> bool:
    """Whether HSMs of a declared pool may be in subscriptions that this run was not asked for, and nobody can say which."""
    return estate.narrowed and not rule.match.subscriptions


def _refusals(estate: Estate, subscriptions: Iterable[str]) -> tuple[Gap, ...]:
    known = (estate.subscriptions.get(subscription) for subscription in subscriptions)
    return tuple(one.gap for one in known if one is not None and one.gap is not None and one.gap.whole_subscription)


def _default_names(estate: Estate, policy: Policy) -> Mapping[str, str]:
    """What the default pool of each subscription is called: as the subscription, with its id where the name is taken."""
    count = Counter(subscription.name.lower() for subscription in estate.subscriptions.values())
    count.update(rule.name.lower() for rule in policy.pools)
    return {
        subscription.id: subscription.name
        if count[subscription.name.lower()] == 1
        else f"{subscription.name} {subscription.id}"
        for subscription in estate.subscriptions.values()
    }


def placement(pool: Pool, estate: Estate) -> Placement:
    """Where the pool's HSMs stand: by stamp, or by zone in regions that place by zone; never by a mixture of both.

    Logical zone numbers mean different zones in different subscriptions, so a pool over several subscriptions
    is compared by physical zone.
    """
    alive = pool.alive(estate)
    stamps = {hsm.key: told for hsm in alive if (told := stamp(hsm))}
    if stamps:
        return Placement(label=stamps, untold={hsm.key: _why_no_stamp(hsm) for hsm in alive if hsm.key not in stamps})
    across = len({hsm.subscription for hsm in alive}) > 1
    label, untold = {}, {}
    for hsm in alive:
        told, why = zone(hsm)
        if told and across:
            told, why = _physical_zone(hsm, told, estate)
        if told:
            label[hsm.key] = f"physical zone {told}" if across else f"zone {told}"
        else:
            untold[hsm.key] = why
    return Placement(label=label, untold=untold)


def stamp(hsm: Hsm) -> str:
    """The stamp of an HSM, in the form in which stamps are compared; ``""`` where none is told."""
    return hsm.stamp.strip().lower() if isinstance(hsm.stamp, str) else ""


def zone(hsm: Hsm) -> tuple[str, str]:
    """The logical zone of an HSM, ``""`` where none is told; and why not. One HSM is in one zone: of several, none is told."""
    if hsm.gap is not None:
        return "", hsm.gap.reason
    zones = sorted({one.strip() for one in hsm.zones} - {""}) if isinstance(hsm.zones, tuple) else []
    if len(zones) > 1:
        return "", f"several zones are told: {one_line(', '.join(zones), 60)}"
    return (zones[0], "") if zones else ("", "neither a stamp nor a zone is told")


def _why_no_stamp(hsm: Hsm) -> str:
    if hsm.gap is not None:
        return hsm.gap.reason
    return "placed by zone, the others by stamp" if zone(hsm)[0] else "no stamp is told"


def _physical_zone(hsm: Hsm, logical: str, estate: Estate) -> tuple[str, str]:
    """As ``zone``, by the mapping of the HSM's subscription."""
    known = estate.subscriptions.get(hsm.subscription)
    zones = known.zones if known else None
    if isinstance(zones, Gap):
        return "", f"zone mappings of its subscription: {zones.reason}"
    physical = (zones or {}).get(hsm.location, {}).get(logical, "")
    return physical, "" if physical else "the physical zone is not told for its subscription"
