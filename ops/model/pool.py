"""Pools: which HSMs serve one application in one region, and where in the region they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ops.model import arm_id
from ops.model.estate import Absent, Estate, Gap, Hsm
from ops.model.finding import Subject
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where the HSMs of a pool stand: the label by HSM key, and why it cannot be told for those that are missing.

    HSMs that are being deleted are in neither.
    """

    label: Mapping[str, str]
    untold: Mapping[str, str]


def _holds(rule: PoolRule, hsm: Hsm) -> bool:
    if rule.regions and hsm.location not in {region_id(region) for region in rule.regions}:
        return False
    if rule.match.subscriptions and hsm.subscription not in {item.lower() for item in rule.match.subscriptions}:
        return False
    tags = {tag.lower(): value for tag, value in hsm.tags.items()}  # ARM compares tag names without case
    return all(tags.get(tag.lower()) == value for tag, value in rule.match.tags.items())


def region_id(region: str) -> str:
    """The id of a region given by id or display name: ``"East US"`` is ``eastus``."""
    return region.replace(" ", "").lower()


def pools(estate: Estate, policy: Policy) -> tuple[Pool, ...]:
    """All pools that have an HSM, by label. An HSM belongs to the first rule that holds it, else to its default pool."""
    refused = tuple(sub.gap for sub in estate.subscriptions.values() if sub.gap and sub.gap.whole_subscription)
    members: dict[tuple[str, str, bool], list[str]] = {}
    rules: dict[tuple[str, str, bool], PoolRule | None] = {}
    names = _default_names(estate, policy)
    for hsm in estate.hsms.values():
        rule = next((rule for rule in policy.pools if _holds(rule, hsm)), None)
        own = (names.get(hsm.subscription, hsm.subscription), hsm.location, False)
        group = (rule.name, hsm.location, True) if rule else own
        rules.setdefault(group, rule)
        members.setdefault(group, []).append(hsm.key)
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
                unread=(
                    *(gap for gap in refused if _may_hide_members(gap, rule, hsms)),
                    *_outside_scope(rule, estate),
                ),
                may_reach_further=estate.narrowed and rule is not None and not rule.match.subscriptions,
            )
        )
    return tuple(sorted(result, key=lambda pool: pool.label))


def _outside_scope(rule: PoolRule | None, estate: Estate) -> tuple[Gap, ...]:
    """The subscriptions that a rule names and this run was not asked for."""
    named = {item.lower() for item in rule.match.subscriptions} if rule else set()
    return tuple(
        Gap(subject=f"/subscriptions/{item}", what="subscription", reason="not in the scope of this run")
        for item in sorted(named - set(estate.scope))
    )


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


def _may_hide_members(gap: Gap, rule: PoolRule | None, hsms: Iterable[str]) -> bool:
    subscription = arm_id.subscription(gap.subject)
    if rule is None:
        return any(arm_id.subscription(hsm) == subscription for hsm in hsms)
    return not rule.match.subscriptions or subscription in {item.lower() for item in rule.match.subscriptions}


def placement(pool: Pool, estate: Estate) -> Placement:
    """Where the pool's HSMs stand: by stamp, or by zone in regions that place by zone; never by a mixture of both.

    Logical zone numbers mean different zones in different subscriptions, so a pool over several subscriptions
    is compared by physical zone.
    """
    alive = [hsm for hsm in pool.members(estate) if not hsm.is_in_state("Deleting")]
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
