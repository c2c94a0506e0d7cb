"""Reads the estate from Azure: finds the HSMs, then follows them to their NICs, networks and peers.

What cannot be read becomes a Gap where it was expected, so that a check that meets it answers unknown.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from ops.adapters.arm_facts import ArmFacts
from ops.adapters.connection import Connection
from ops.adapters.discovery import discover
from ops.adapters.scope import nothing_visible, visible, wanted
from ops.adapters.together import attempt, pair, together
from ops.adapters.wire import ListedHsm, is_luna
from ops.model import arm_id
from ops.model.attachment import attachment, nic_slots
from ops.model.estate import (
    DEDICATED_HSM_FEATURE,
    FASTPATH_FEATURE,
    Absent,
    Estate,
    Gap,
    Hsm,
    Nic,
    Source,
    Subscription,
    Vnet,
)
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
        self._facts = ArmFacts(connection)

    def scope(self, subscriptions: tuple[str, ...]) -> tuple[str, ...]:
        """The ids of these subscriptions, or of all that are visible. Raises CloudUnreadable."""
        return self._connection.run(self._scope(subscriptions))

    def observe(self, subscriptions: tuple[str, ...], *, outside: Collection[str]) -> Estate:
        """Everything in these subscriptions (empty = all that are visible). VNets in ``outside`` are not read.

        Raises CloudUnreadable when nothing at all could be read.
        """
        return self._connection.run(self._observe(subscriptions, frozenset(map(arm_id.key, outside))))

    def confirm(self, estate: Estate, *, hsms: Collection[str], subscriptions: Collection[str]) -> Estate:
        """The estate with these HSMs (keys), their NICs, and the features of these subscriptions read again from ARM.

        An HSM that is gone is left out.
        """
        return self._connection.run(self._confirm(estate, sorted(hsms), sorted(subscriptions)))

    async def _scope(self, asked: tuple[str, ...]) -> tuple[str, ...]:
        found = await wanted(self._facts, asked, self._groups)
        if not found and not (found := await visible(self._facts)):
            raise nothing_visible()
        return tuple(sorted(found))

    async def _observe(self, asked: tuple[str, ...], outside: frozenset[str]) -> Estate:
        before, observed_at = self._connection.requests, self._now()
        found, _ = await pair(
            discover(self._connection, self._facts, asked, self._groups, self._progress),
            asyncio.to_thread(importlib.import_module, "azure.mgmt.network.aio"),
        )
        self._progress(f"reading {len(found.hsms)} payment HSMs")
        answers = await self._hsms(found.hsms.values())
        hsms = {key: hsm for key, hsm in answers.items() if not is_luna(hsm.sku)}  # a list may not tell the SKU
        by_zone = sorted({hsm.subscription for hsm in hsms.values() if isinstance(hsm.zones, tuple)})
        nics, zones = await pair(self._nics(hsms.values()), together(map(self._facts.zones, by_zone)))
        estate = Estate(
            observed_at=observed_at,
            source=self._source,
            scope=tuple(found.subscriptions),
            narrowed=bool(asked or self._groups),
            subscriptions={
                key: replace(one, zones=dict(zip(by_zone, zones, strict=True)).get(key))
                for key, one in found.subscriptions.items()
            },
            hsms=hsms,
            nics=nics,
            luna_hsms=found.lunas + len(answers) - len(hsms),
            notes=found.notes,
        )
        estate = await self._with_networks(estate, outside)
        return replace(estate, requests=self._connection.requests - before)

    async def _with_networks(self, estate: Estate, outside: frozenset[str]) -> Estate:
        """The HSM VNets, then those peered with them, and the features where they and the HSMs are."""
        inner = _unread(estate, _hsm_vnets(estate), outside)
        self._progress(f"reading {len(inner)} virtual networks of HSMs")
        estate = await self._with_vnets(estate, inner)
        peers = _unread(estate, _peers(estate), outside)
        self._progress(f"reading {len(peers)} peered virtual networks")
        return await self._with_vnets(estate, peers)

    async def _with_vnets(self, estate: Estate, vnet_ids: Mapping[str, str]) -> Estate:
        holders = _holders(estate)
        homes = {arm_id.subscription(vnet_id) for vnet_id in vnet_ids.values()} - {""} | holders
        known = {key for key, one in estate.subscriptions.items() if FASTPATH_FEATURE in one.features}
        vnets, subscriptions = await pair(
            together(map(self._facts.vnet, vnet_ids.values())),
            together(self._subscription(estate, home, holders) for home in sorted(homes - known)),
        )
        return replace(
            estate,
            vnets={**estate.vnets, **dict(zip(vnet_ids, vnets, strict=True))},
            subscriptions={**estate.subscriptions, **{one.id: one for one in subscriptions}},
        )

    async def _subscription(self, estate: Estate, subscription: str, holders: Collection[str]) -> Subscription:
        """A subscription with its features; one outside the scope with its name, where that can be read."""
        features = (FASTPATH_FEATURE, DEDICATED_HSM_FEATURE) if subscription in holders else (FASTPATH_FEATURE,)
        states, name = await pair(
            together(self._facts.feature(subscription, feature) for feature in features),
            self._name(estate, subscription),
        )
        known = estate.subscriptions.get(subscription) or Subscription(id=subscription, name=name)
        return replace(known, features={**known.features, **dict(zip(features, states, strict=True))})

    async def _name(self, estate: Estate, subscription: str) -> str:
        if subscription in estate.subscriptions:
            return estate.subscriptions[subscription].name
        told = await attempt(self._facts.subscription(subscription))
        return subscription if isinstance(told, Exception) else told.name

    async def _hsms(self, listed: Iterable[ListedHsm]) -> dict[str, Hsm]:
        """Those that are still there."""
        answers = await together(map(self._facts.hsm, listed))
        return {hsm.key: hsm for hsm in answers if isinstance(hsm, Hsm)}

    async def _nics(self, hsms: Iterable[Hsm]) -> dict[str, Nic | Absent | Gap]:
        ids = {arm_id.key(slot.nic_id): slot.nic_id for hsm in hsms for slot in nic_slots(hsm)}
        self._progress(f"reading {len(ids)} network interfaces")
        return dict(zip(ids, await together(map(self._facts.nic, ids.values())), strict=True))

    async def _confirm(self, estate: Estate, hsms: list[str], subscriptions: list[str]) -> Estate:
        before, observed_at = self._connection.requests, self._now()
        self._progress(f"reading {len(hsms)} payment HSMs again")
        listed = [_as_listed(estate.hsms[key]) for key in hsms if key in estate.hsms]
        holders = _holders(estate)
        again, renewed = await pair(
            self._hsms(listed), together(self._subscription(estate, one, holders) for one in subscriptions)
        )
        nics = await self._nics(again.values())
        return replace(
            estate,
            observed_at=observed_at,
            hsms={key: again.get(key, hsm) for key, hsm in estate.hsms.items() if key in again or key not in hsms},
            nics={**estate.nics, **nics},
            subscriptions={**estate.subscriptions, **{one.id: one for one in renewed}},
            requests=estate.requests + self._connection.requests - before,
        )


def _as_listed(hsm: Hsm) -> ListedHsm:
    return ListedHsm(id=hsm.id, name=hsm.name, location=hsm.location, sku=hsm.sku, tags=hsm.tags)


def _holders(estate: Estate) -> frozenset[str]:
    """The subscriptions that hold an HSM."""
    return frozenset(hsm.subscription for hsm in estate.hsms.values())


def _hsm_vnets(estate: Estate) -> Iterable[str]:
    for hsm in estate.hsms.values():
        for use in attachment(hsm, estate).subnets:
            yield arm_id.vnet_of_subnet(use.subnet_id)


def _peers(estate: Estate) -> Iterable[str]:
    """The other sides of the peerings; a virtual hub's network lies in a subscription that nobody else can read."""
    for vnet in estate.vnets.values():
        for peering in (vnet.peerings or ()) if isinstance(vnet, Vnet) else ():
            if peering.remote_vnet_id and not arm_id.is_virtual_hub_vnet(peering.remote_vnet_id):
                yield peering.remote_vnet_id


def _unread(estate: Estate, vnet_ids: Iterable[str], outside: frozenset[str]) -> dict[str, str]:
    """The ids by key of those that were not read and are to be."""
    found = {arm_id.key(vnet_id): vnet_id for vnet_id in vnet_ids if vnet_id}
    return {key: found[key] for key in sorted(found) if key not in estate.vnets and key not in outside}
