"""Where to look: the subscriptions in scope, and the HSMs and clusters that Resource Graph and ARM list in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from azure.mgmt.resourcegraph.aio import ResourceGraphClient

from ops.adapters import failure, resource_graph, scope, wire
from ops.adapters.arm_facts import ArmFacts, Listed, listed_resource
from ops.adapters.connection import Connection
from ops.adapters.together import attempt, pair, together
from ops.adapters.wire_cluster import ListedCluster
from ops.errors import CloudUnreadable
from ops.model import arm_id
from ops.model.estate import LunaHsm, Subscription
from ops.model.fact import Gap
from ops.ports import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """``hsms``, ``clusters`` and ``lunas`` by key; ``subscriptions`` are those in scope.

    ``without_graph``: why Resource Graph could not be used, ``""`` if it was. ``states``: which holders are switched off.
    """

    subscriptions: Mapping[str, Subscription]
    hsms: Mapping[str, wire.ListedHsm]
    clusters: Mapping[str, ListedCluster]
    lunas: Mapping[str, LunaHsm]
    without_graph: str
    states: tuple[str, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """For the report."""
        if not self.without_graph:
            return self.states
        why = f"Resource Graph could not be used ({self.without_graph})"
        return (f"{why}; ARM lists of every subscription were read instead", *self.states)


@dataclass(frozen=True, slots=True, kw_only=True)
class _GraphAnswer:
    subscriptions: frozenset[str]
    listed: tuple[Listed, ...]


async def discover(
    connection: Connection, facts: ArmFacts, asked: tuple[str, ...], groups: tuple[str, ...], progress: Progress
) -> Discovery:
    """Find the HSMs and clusters in the subscriptions that were ``asked`` for, by id or name.

    None asked for = in those below the management ``groups``; no groups either = in all that are visible.

    Raises CloudUnreadable when no subscription can be read, and what ``scope.wanted`` raises.
    """
    wanted = await scope.wanted(facts, asked, groups)
    progress(f"looking for payment HSMs in {len(wanted)} subscriptions" if wanted else "looking for payment HSMs")
    (known, unnamed), graph = await pair(_known(facts, wanted), attempt(_ask_graph(connection, tuple(wanted))))
    why = ""
    if isinstance(graph, Exception):
        if unnamed is not None and failure.is_unreachable(unnamed) and failure.is_unreachable(graph):
            raise _unreadable(connection, failure.reason(graph))
        why = str(graph) if isinstance(graph, resource_graph.GraphIncomplete) else failure.reason(graph)
        graph = _GraphAnswer(subscriptions=frozenset(), listed=())
    in_graph = [one for one in graph.listed if not wanted or arm_id.subscription(one.id) in known]
    if not wanted:
        hidden = {*graph.subscriptions, *(arm_id.subscription(one.id) for one in in_graph)} - known.keys()
        known |= {one: wire.ListedSubscription(id=one, name=one) for one in hidden}
    if not known:
        raise scope.nothing_visible()
    holders = {arm_id.subscription(one.id) for one in in_graph}
    to_list = sorted(known.keys() & holders | known.keys() - graph.subscriptions)
    progress(f"listing {len(to_list)} of {len(known)} subscriptions")
    lists = dict(zip(to_list, await together([facts.listing(one) for one in to_list]), strict=True))
    gaps = {one: _whole(one, error) for one, (_, error) in lists.items() if error is not None}
    every = [*(one for listed, _ in lists.values() for one in listed), *in_graph]
    if not every and gaps.keys() == known.keys():
        raise _unreadable(connection, gaps[min(gaps)].reason)
    holders |= {arm_id.subscription(one.id) for one in every}
    hsms = [one for one in every if isinstance(one, wire.ListedHsm)]
    return Discovery(
        subscriptions={one: Subscription(id=one, name=known[one].name, gap=gaps.get(one)) for one in sorted(known)},
        hsms={hsm.key: hsm for hsm in reversed(hsms) if not wire.is_luna(hsm.sku)},
        clusters={one.key: one for one in reversed(every) if isinstance(one, ListedCluster)},
        lunas={hsm.key: wire.luna(hsm) for hsm in reversed(hsms) if wire.is_luna(hsm.sku)},
        without_graph=why,
        states=tuple(_not_enabled(known[one] for one in sorted(known.keys() & holders))),
    )


async def _known(facts: ArmFacts, wanted: scope.Named) -> tuple[dict[str, wire.ListedSubscription], Exception | None]:
    """The scope, with names, and an error that one name met. A name that cannot be read is no gap: the list decides."""
    if not wanted:
        return await scope.visible(facts), None
    unnamed = [key for key, one in wanted.items() if one is None]
    answers = dict(zip(unnamed, await together([attempt(facts.subscription(key)) for key in unnamed]), strict=True))
    errors = [answer for answer in answers.values() if isinstance(answer, Exception)]
    found: dict[str, wire.ListedSubscription] = {}
    for key, one in wanted.items():
        told = one or answers[key]
        found[key] = wire.ListedSubscription(id=key, name=key) if isinstance(told, Exception) else told
    return found, errors[0] if errors else None


def _not_enabled(holders: Iterable[wire.ListedSubscription]) -> Iterator[str]:
    """A subscription that is switched off can be read for a while yet, and its HSMs are about to go."""
    for one in holders:
        if one.state and one.state.lower() != "enabled":
            yield f"subscription {one.name} is {one.state} and holds payment HSMs; it was read like the others"


async def _ask_graph(connection: Connection, asked: tuple[str, ...]) -> _GraphAnswer:
    client = connection.client(ResourceGraphClient)
    queries = (resource_graph.HSMS_AND_CLUSTERS, resource_graph.SUBSCRIPTIONS)
    found, subscriptions = await together([resource_graph.rows(client, query, asked) for query in queries])
    return _GraphAnswer(
        subscriptions=frozenset(_subscription(row) for row in subscriptions),
        listed=tuple(map(listed_resource, found)),
    )


def _subscription(row: Mapping[str, Any]) -> str:
    return wire.subscription(row).id


def _whole(subscription: str, error: Exception) -> Gap:
    return Gap(
        subject=f"/subscriptions/{subscription}",
        what="list of payment HSMs",
        reason=failure.reason(error),
        whole_subscription=True,
    )


def _unreadable(connection: Connection, why: str) -> CloudUnreadable:
    return CloudUnreadable(f"nothing could be read from {connection.endpoint}: {why}", scope.tip(why))
