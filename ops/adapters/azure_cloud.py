"""Reads the estate from Azure: finds the HSMs, then follows them to their NICs, networks and peers.

What cannot be read becomes a Gap where it was expected, so that a check that meets it answers unknown.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime

from ops.adapters.arm_facts import ArmFacts
from ops.adapters.connection import Connection
from ops.adapters.discovery import discover
from ops.adapters.network_facts import NetworkFacts
from ops.adapters.network_reading import NetworkReading
from ops.adapters.scope import nothing_visible, visible, wanted
from ops.adapters.subscription_facts import SubscriptionFacts
from ops.adapters.subscription_reading import SubscriptionReading
from ops.adapters.together import pair, together
from ops.adapters.wire import ListedHsm, is_luna, luna
from ops.adapters.wire_cluster import ListedCluster
from ops.model import arm_id
from ops.model.attachment import nic_slots
from ops.model.cluster import Cluster
from ops.model.estate import Estate, Hsm, Nic, Source
from ops.model.fact import Absent, Gap
from ops.model.policy import Policy
from ops.ports import Progress


class AzureCloud:
    """The cloud behind a connection, or the part of it below ``management_groups`` (ids).

    Sends GET and the query POST of Resource Graph, nothing else. Subscriptions are asked for by id or by name.
    """

    def __init__(
        self,
        connection: Connection,
        source: Source,
        progress: Progress,
        now: Callable[[], datetime],
        management_groups: tuple[str, ...] = (),
    ) -> None:
        self._connection = connection
        self._source = source
        self._progress = progress
        self._now = now
        self._groups = management_groups
        self._arm = ArmFacts(connection)
        self._networks = NetworkFacts(connection)
        self._subscriptions = SubscriptionReading(self._arm, SubscriptionFacts(connection, self._arm), progress)

    def scope(self, subscriptions: tuple[str, ...]) -> tuple[str, ...]:
        """The ids of these subscriptions, or of all that are visible. Raises CloudUnreadable."""
        return self._connection.run(self._scope(subscriptions))

    def observe(self, subscriptions: tuple[str, ...], *, policy: Policy) -> Estate:
        """Everything in these subscriptions (empty = all that are visible), and what the policy names besides.

        VNets that the policy declares ``outside`` are not read, nor are peers that it declares to need no HSMs.

        Raises CloudUnreadable when nothing at all could be read.
        """
        return self._connection.run(self._observe(subscriptions, policy))

    def confirm(self, estate: Estate, *, hsms: Collection[str], subscriptions: Collection[str]) -> Estate:
        """The estate with these HSMs (keys), their NICs, and the features of these subscriptions read again from ARM.

        An HSM that the estate lacks is asked for too: a list leaves out what its reader may not see. One of which ARM says
        that it does not exist is left out.
        """
        return self._connection.run(self._confirm(estate, sorted(hsms), sorted(subscriptions)))

    async def _scope(self, asked: tuple[str, ...]) -> tuple[str, ...]:
        found = await wanted(self._arm, asked, self._groups)
        if not found and not (found := await visible(self._arm)):
            raise nothing_visible()
        return tuple(sorted(found))

    async def _observe(self, asked: tuple[str, ...], policy: Policy) -> Estate:
        before, observed_at = self._connection.requests, self._now()
        found, _ = await pair(
            discover(self._connection, self._arm, asked, self._groups, self._progress),
            asyncio.to_thread(importlib.import_module, "azure.mgmt.network.aio"),
        )
        self._progress(f"reading {len(found.hsms)} payment HSMs")
        answers, clusters = await pair(self._hsms(found.hsms.values()), self._clusters(found.clusters.values()))
        hsms = {key: hsm for key, hsm in answers.items() if not is_luna(hsm.sku)}  # a list may not tell the SKU
        estate = Estate(
            observed_at=observed_at,
            source=self._source,
            scope=tuple(found.subscriptions),
            narrowed=bool(asked or self._groups),
            subscriptions=found.subscriptions,
            hsms=hsms,
            clusters=clusters,
            lunas={**found.lunas, **{key: luna(hsm) for key, hsm in answers.items() if key not in hsms}},
            notes=found.notes,
        )
        estate, nics = await pair(self._subscriptions.complete(estate, policy), self._nics(hsms.values()))
        networks = NetworkReading(self._networks, self._subscriptions, policy.peers, self._progress)
        estate = await networks.complete(replace(estate, nics=nics))
        return replace(estate, requests=self._connection.requests - before)

    async def _hsms(self, listed: Iterable[ListedHsm]) -> dict[str, Hsm]:
        """Those that are still there."""
        answers = await together(map(self._arm.hsm, listed))
        return {hsm.key: hsm for hsm in answers if isinstance(hsm, Hsm)}

    async def _clusters(self, listed: Iterable[ListedCluster]) -> dict[str, Cluster]:
        """Those that are still there."""
        answers = await together(map(self._arm.cluster, listed))
        return {cluster.key: cluster for cluster in answers if isinstance(cluster, Cluster)}

    async def _nics(self, hsms: Iterable[Hsm]) -> dict[str, Nic | Absent | Gap]:
        ids = {arm_id.key(slot.nic_id): slot.nic_id for hsm in hsms for slot in nic_slots(hsm)}
        self._progress(f"reading {len(ids)} network interfaces")
        return dict(zip(ids, await together(map(self._networks.nic, ids.values())), strict=True))

    async def _confirm(self, estate: Estate, hsms: list[str], subscriptions: list[str]) -> Estate:
        before, observed_at = self._connection.requests, self._now()
        self._progress(f"reading {len(hsms)} payment HSMs again")
        listed = [_as_listed(estate.hsms[key]) if key in estate.hsms else _unlisted(key) for key in hsms]
        again, renewed = await pair(
            self._hsms(listed), together(self._subscriptions.with_features(estate, one) for one in subscriptions)
        )
        nics = await self._nics(again.values())
        return replace(
            estate,
            observed_at=observed_at,
            hsms={**{key: hsm for key, hsm in estate.hsms.items() if key in again or key not in hsms}, **again},
            nics={**estate.nics, **nics},
            subscriptions={**estate.subscriptions, **{one.id: one for one in renewed}},
            requests=estate.requests + self._connection.requests - before,
        )


def _as_listed(hsm: Hsm) -> ListedHsm:
    return ListedHsm(id=hsm.id, name=hsm.name, location=hsm.location, sku=hsm.sku, tags=hsm.tags)


def _unlisted(key: str) -> ListedHsm:
    return ListedHsm(id=key, name=arm_id.name(key), location="", sku="", tags={})
