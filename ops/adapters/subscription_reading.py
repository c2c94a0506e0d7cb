"""Completes the subscriptions of an estate: what is registered, locked and allowed where HSMs are, and who deleted one."""

from __future__ import annotations

from collections.abc import Collection, Coroutine
from dataclasses import replace
from datetime import timedelta
from typing import Any

from ops.adapters.arm_facts import ArmFacts
from ops.adapters.subscription_facts import SubscriptionFacts
from ops.adapters.together import attempt, pair, together
from ops.model import arm_id
from ops.model.estate import (
    DEDICATED_HSM_FEATURE,
    FASTPATH_FEATURE,
    HSM_PROVIDER,
    NETWORK_PROVIDER,
    Estate,
    Subscription,
)
from ops.model.fact import Gap
from ops.model.policy import Policy
from ops.ports import Progress

_PROVIDERS = (HSM_PROVIDER, NETWORK_PROVIDER)
_MOST_LOGS = 50
_LOG_KEPT = timedelta(days=89)  # it keeps 90, and refuses to be asked for more


class SubscriptionReading:
    """What is the same for all HSMs of a subscription."""

    def __init__(self, arm: ArmFacts, facts: SubscriptionFacts, progress: Progress) -> None:
        self._arm = arm
        self._facts = facts
        self._progress = progress

    async def complete(self, estate: Estate, policy: Policy) -> Estate:
        """The estate with what holds for its HSMs, and the deletes where an expected HSM is missing.

        The tickets are not asked for a support plan that the policy attests.
        """
        held = holders(estate)
        zoned = {hsm.subscription for hsm in estate.hsms.values() if isinstance(hsm.zones, tuple)}
        self._progress(f"reading {len(held)} subscriptions of payment HSMs")
        completed, (told, service) = await pair(
            together(
                self._holder(estate.subscriptions[one], zones=one in zoned, plan=policy.support.plan is None)
                for one in sorted(held)
            ),
            pair(self._with_deletions(estate, policy.expected), self._service(estate)),
        )
        subscriptions = {**estate.subscriptions, **{one.id: one for one in completed}}
        return replace(told, subscriptions=subscriptions, has_support_service=service)

    async def _service(self, estate: Estate) -> bool | Gap | None:
        return await self._facts.has_support_service() if estate.hsms else None

    async def _holder(self, known: Subscription, *, zones: bool, plan: bool) -> Subscription:
        readings: dict[str, Coroutine[Any, Any, Any]] = {
            "locks": self._facts.locks(known.id),
            "may_open_tickets": self._facts.may_open_tickets(known.id),
        }
        if plan:
            readings["support_plan"] = self._facts.support_plan(known.id)
        if zones:
            readings["zones"] = self._facts.zones(known.id)
        states, facts = await pair(
            together(self._facts.provider(known.id, namespace) for namespace in _PROVIDERS),
            together(readings.values()),
        )
        providers = dict(zip(_PROVIDERS, states, strict=True))
        return replace(known, providers=providers, **dict(zip(readings, facts, strict=True)))

    async def with_features(self, estate: Estate, subscription: str) -> Subscription:
        """A subscription with its features; one outside the scope with its name, where that can be read."""
        features = (FASTPATH_FEATURE, DEDICATED_HSM_FEATURE) if subscription in holders(estate) else (FASTPATH_FEATURE,)
        states, name = await pair(
            together(self._facts.feature(subscription, feature) for feature in features),
            self._name(estate, subscription),
        )
        known = estate.subscriptions.get(subscription) or Subscription(id=subscription, name=name)
        return replace(known, features={**known.features, **dict(zip(features, states, strict=True))})

    async def _name(self, estate: Estate, subscription: str) -> str:
        if subscription in estate.subscriptions:
            return estate.subscriptions[subscription].name
        told = await attempt(self._arm.subscription(subscription))
        return subscription if isinstance(told, Exception) else told.name

    async def _with_deletions(self, estate: Estate, expected: Collection[str]) -> Estate:
        missing = _missing(estate, expected)
        named = dict.fromkeys(sorted({arm_id.subscription(one) for one in missing if "/" in one} - {""}))
        anywhere = _where_read(estate) if any("/" not in one for one in missing) else []
        asked = list(named | dict.fromkeys(anywhere[:_MOST_LOGS]))
        if asked:
            self._progress(f"looking for {len(missing)} missing HSMs in {len(asked)} activity logs")
        until = estate.observed_at
        logs = await together(self._facts.deletions(one, until - _LOG_KEPT, until) for one in asked)
        notes = estate.notes
        if len(anywhere) > _MOST_LOGS:
            cut = f"who deleted a missing HSM was looked for in {len(asked)} of {len(anywhere)} activity logs"
            notes = (*notes, cut)
        return replace(estate, deletions=dict(zip(asked, logs, strict=True)), notes=notes)


def holders(estate: Estate) -> frozenset[str]:
    """The subscriptions that hold an HSM."""
    return frozenset(hsm.subscription for hsm in estate.hsms.values())


def _missing(estate: Estate, expected: Collection[str]) -> list[str]:
    there = {*estate.hsms, *(hsm.name.lower() for hsm in estate.hsms.values())}
    return [one for one in expected if arm_id.key(one) not in there]


def _where_read(estate: Estate) -> list[str]:
    """The subscriptions in scope that a deleted HSM may have been in, the likeliest first."""
    held = holders(estate)
    read = [one for one in estate.scope if one in held or estate.subscriptions[one].gap is None]
    return sorted(read, key=lambda one: one not in held)
