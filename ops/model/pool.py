"""Pools: which HSMs serve one application in one region, and where in the region they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ops.model import arm_id
from ops.model.estate import Estate, Hsm
from ops.model.fact import Absent, Gap
from ops.model.finding import Subject
from ops.model.once import once
from ops.model.policy import Policy, PoolRule, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """The HSMs (keys, sorted) of one application in one region.

    ``declared`` is false for the default pool of a subscription and region. ``unread`` names the subscriptions
    that may hold members and were not read. ``may_reach_further``: the run was asked for some subscriptions only, and
    the pool's rule names none.
    """

    name: str
    region: str
    role: Role
    hsms: tuple[str, ...]
    declared: bool
    unread: tuple[Gap, ...] = ()
    may_reach_further: bool = False

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
    """What a rule asks of an HSM of a subscription that it allows, in the form in which ARM compares it."""

    rule: PoolRule
    regions: frozenset[str]
    tags: tuple[tuple[str, str], ...]

    def is_met(self, location: str, tags: Mapping[str, str]) -> bool:
        """Whether an HSM in this region (id) with these tags (names in lower case) belongs to the pool."""
        if self.regions and location not in self.regions:
            return False
        return all(tags.get(tag) == value for tag, value in self.tags)


def _demands(estate: Estate, policy: Policy) -> Mapping[str, Sequence[_Demand]]:
    """By subscription that holds an HSM: the rules that allow it, in their order. Each rule is compared with few HSMs."""
    demands = [
        _Demand(
            rule=rule,
            regions=frozenset(map(region_id, rule.regions)),
            tags=tuple((tag.lower(), value) for tag, value in rule.match.tags.items()),
        )
        for rule in policy.pools
    ]
    anywhere = [number for number, rule in enumerate(policy.pools) if not rule.match.subscriptions]
    named: dict[str, set[int]] = {}
    for number, rule in enumerate(policy.pools):
        for subscription in rule.match.subscriptions:
            named.setdefault(subscription.lower(), set()).add(number)
    return {
        subscription: [demands[number] for number in sorted({*anywhere, *named.get(subscription, ())})]
        for subscription in {hsm.subscription for hsm in estate.hsms.values()}
    }


def region_id(region: str) -> str:
    """The id of a region given by id or display name: ``"East US"`` is ``eastus``."""
    return region.replace(" ", "").lower()


@once
def pools(estate: Estate, policy: Policy) -> tuple[Pool, ...]:
    """All pools that have an HSM, by label. An HSM belongs to the first rule that holds it, else to its default pool."""
    members: dict[tuple[str, str, bool], list[str]] = {}
    rules: dict[tuple[str, str, bool], PoolRule | None] = {}
    names, demands = _default_names(estate, policy), _demands(estate, policy)
    for hsm in estate.hsms.values():
        subscription = hsm.subscription
        tags = {tag.lower(): value for tag, value in hsm.tags.items()}  # ARM compares tag names without case
        rule = next((one.rule for one in demands[subscription] if one.is_met(hsm.location, tags)), None)
        own = (names.get(subscription, subscription), hsm.location, False)
        group = (rule.name, hsm.location, True) if rule else own
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
            )
        )
    return tuple(sorted(result, key=lambda pool: pool.label))


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
    if any(isinstance(hsm.stamp, str) for hsm in alive):
        label = {hsm.key: hsm.stamp.lower() for hsm in alive if isinstance(hsm.stamp, str)}
        return Placement(label=label, untold={hsm.key: _why_no_stamp(hsm) for hsm in alive if hsm.key not in label})
    across = len({hsm.subscription for hsm in alive}) > 1
    label, untold = {}, {}
    for hsm in alive:
        if hsm.gap is not None:
            untold[hsm.key] = hsm.gap.reason
        elif not isinstance(hsm.zones, tuple) or not hsm.zones:
            untold[hsm.key] = "neither a stamp nor a zone is told"
        elif not across:
            label[hsm.key] = f"zone {', '.join(sorted(hsm.zones))}"
        else:
            physical = _physical_zones(hsm, estate)
            if isinstance(physical, str):
                untold[hsm.key] = physical
            else:
                label[hsm.key] = f"physical zone {', '.join(physical)}"
    return Placement(label=label, untold=untold)


def _why_no_stamp(hsm: Hsm) -> str:
    if hsm.gap is not None:
        return hsm.gap.reason
    return "placed by zone, the others by stamp" if isinstance(hsm.zones, tuple) and hsm.zones else "no stamp is told"


def _physical_zones(hsm: Hsm, estate: Estate) -> tuple[str, ...] | str:
    known = estate.subscriptions.get(hsm.subscription)
    zones = known.zones if known else None
    if isinstance(zones, Gap):
        return f"zone mappings of its subscription: {zones.reason}"
    mapping = (zones or {}).get(hsm.location, {})
    logical = () if hsm.zones is None or isinstance(hsm.zones, Absent) else hsm.zones
    if any(zone not in mapping for zone in logical):
        return "the physical zone is not told for its subscription"
    return tuple(sorted(mapping[zone] for zone in logical))
