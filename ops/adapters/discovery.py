"""Where to look: the subscriptions in scope, and the HSMs that Resource Graph and ARM list in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from azure.mgmt.resourcegraph.aio import ResourceGraphClient

from ops.adapters import failure, resource_graph, wire
from ops.adapters.arm_facts import ArmFacts
from ops.adapters.connection import Connection
from ops.adapters.together import attempt, pair, together
from ops.errors import CloudUnreadable
from ops.model import arm_id
from ops.model.estate import Gap, Subscription
from ops.ports import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """``hsms`` and ``lunas`` by key; ``subscriptions`` are those in scope."""

    subscriptions: Mapping[str, Subscription]
    hsms: Mapping[str, wire.ListedHsm]
    lunas: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _GraphAnswer:
    subscriptions: frozenset[str]
    hsms: tuple[wire.ListedHsm, ...]


async def discover(connection: Connection, facts: ArmFacts, asked: tuple[str, ...], progress: Progress) -> Discovery:
    """Find the HSMs. Raises CloudUnreadable when no subscription can be read."""
    progress(f"looking for payment HSMs in {len(asked)} subscriptions" if asked else "looking for payment HSMs")
    (names, unnamed), graph = await pair(_names(facts, asked), attempt(_ask_graph(connection, asked)))
    notes: tuple[str, ...] = ()
    if isinstance(graph, Exception):
        if unnamed is not None and failure.is_unreachable(unnamed) and failure.is_unreachable(graph):
            raise _unreadable(connection, failure.reason(graph))
        why = str(graph) if isinstance(graph, resource_graph.GraphIncomplete) else failure.reason(graph)
        notes = (f"Resource Graph could not be used ({why}); ARM lists of every subscription were read instead",)
        graph = _GraphAnswer(subscriptions=frozenset(), hsms=())
    known = [hsm for hsm in graph.hsms if not asked or arm_id.subscription(hsm.id) in names]
    if not asked:
        hidden = {*graph.subscriptions, *(arm_id.subscription(hsm.id) for hsm in known)} - names.keys()
        names |= {subscription: subscription for subscription in hidden}
    if not names:
        raise _nothing_visible()
    holders = {arm_id.subscription(hsm.id) for hsm in known}
    to_list = sorted(names.keys() & holders | names.keys() - graph.subscriptions)
    progress(f"listing {len(to_list)} of {len(names)} subscriptions")
    lists = dict(zip(to_list, await together([facts.hsm_list(one) for one in to_list]), strict=True))
    gaps = {one: _whole(one, error) for one, (_, error) in lists.items() if error is not None}
    every = [*(hsm for listed, _ in lists.values() for hsm in listed), *known]
    if not every and gaps.keys() == names.keys():
        raise _unreadable(connection, gaps[min(gaps)].reason)
    return Discovery(
        subscriptions={one: Subscription(id=one, name=names[one], gap=gaps.get(one)) for one in sorted(names)},
        hsms={hsm.key: hsm for hsm in reversed(every) if not wire.is_luna(hsm.sku)},
        lunas=len({hsm.key for hsm in every if wire.is_luna(hsm.sku)}),
        notes=notes,
    )


async def scope(facts: ArmFacts, asked: tuple[str, ...]) -> tuple[str, ...]:
    """The ids of the asked subscriptions, or of all that are visible. Raises CloudUnreadable."""
    if asked:
        return _ids(asked)
    names, _ = await _names(facts, ())
    if not names:
        raise _nothing_visible()
    return tuple(sorted(names))


def _ids(asked: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.lower() for one in asked))


async def _names(facts: ArmFacts, asked: tuple[str, ...]) -> tuple[dict[str, str], Exception | None]:
    """The scope, with names, and an error that one name met. A name that cannot be read is no gap: the list decides."""
    if not asked:
        listed = await attempt(facts.subscriptions())
        if isinstance(listed, Exception):
            # which subscriptions there are cannot be told, so nothing that follows could be complete
            raise CloudUnreadable(
                f"the subscriptions could not be listed: {failure.reason(listed)}", _tip(failure.reason(listed))
            ) from listed
        return listed, None
    ids = _ids(asked)
    names = await together([attempt(facts.subscription_name(one)) for one in ids])
    errors = [name for name in names if isinstance(name, Exception)]
    return (
        {one: one if isinstance(name, Exception) else name for one, name in zip(ids, names, strict=True)},
        errors[0] if errors else None,
    )


async def _ask_graph(connection: Connection, asked: tuple[str, ...]) -> _GraphAnswer:
    client = connection.client(ResourceGraphClient)
    queries = (resource_graph.HSMS, resource_graph.SUBSCRIPTIONS)
    hsms, subscriptions = await together([resource_graph.rows(client, query, asked) for query in queries])
    return _GraphAnswer(
        subscriptions=frozenset(_subscription(row) for row in subscriptions),
        hsms=tuple(wire.listed_hsm(row) for row in hsms),
    )


def _subscription(row: Mapping[str, Any]) -> str:
    return wire.subscription(row)[0]


def _whole(subscription: str, error: Exception) -> Gap:
    return Gap(
        subject=f"/subscriptions/{subscription}",
        what="list of payment HSMs",
        reason=failure.reason(error),
        whole_subscription=True,
    )


def _nothing_visible() -> CloudUnreadable:
    return CloudUnreadable(
        "no subscription is visible to this identity",
        "give it the Reader role on the subscriptions that hold payment HSMs",
    )


def _unreadable(connection: Connection, why: str) -> CloudUnreadable:
    return CloudUnreadable(f"nothing could be read from {connection.endpoint}: {why}", _tip(why))


def _tip(why: str) -> str:
    if why.startswith("401"):
        return "az login again, or check the tenant and the clock of this machine"
    if why.startswith("403"):
        return "give this identity the Reader role on the subscriptions, then try again"
    if why.startswith("404"):
        return "check the subscription id, and that this identity is of its tenant"
    if why.startswith("429"):
        return "wait a few minutes; another process uses up the request budget of this identity"
    return "check the network, HTTPS_PROXY and azure.endpoint: phsm doctor"
