"""The part of an estate that a ticket is about: its HSMs, the others in their pools, and what they are attached to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from ops.model import arm_id
from ops.model.attachment import attachments, nic_slots
from ops.model.estate import Estate, Vnet
from ops.model.run import Run
from ops.model.ticket import Cause
from ops.support.causes import pool_of


def excerpt(run: Run, cause: Cause, hsms: Collection[str]) -> Estate:
    """The part for a cause that concerns these HSMs (keys): their NICs and VNets, the VNets that are peered, gateways,
    load balancers, probes and subscriptions.
    """
    whole = run.estate
    members = {hsm for own in cause.hsms for hsm in pool_of(run, own).hsms} or set(hsms)
    kept = {key: hsm for key, hsm in whole.hsms.items() if key in members}
    slots = {slot.key for hsm in kept.values() for slot in nic_slots(hsm)}
    own = {arm_id.key(arm_id.vnet_of_subnet(use.subnet_id)) for key in kept for use in attachments(whole)[key].subnets}
    peered = {
        arm_id.key(peering.remote_vnet_id)
        for key in own
        if isinstance(vnet := whole.vnets.get(key), Vnet)
        for peering in vnet.peerings or ()
        if peering.remote_vnet_id
    }
    vnets = {key: fact for key, fact in whole.vnets.items() if key in own | peered}
    named = {
        arm_id.key(gateway)
        for vnet in vnets.values()
        if isinstance(vnet, Vnet)
        for subnet in vnet.subnets or ()
        for gateway in subnet.gateways or ()
    }
    homes = {arm_id.subscription(key) for key in (*kept, *vnets)} | set(cause.subscriptions)
    return replace(
        whole,
        scope=tuple(one for one in whole.scope if one.lower() in homes),
        subscriptions={key: one for key, one in whole.subscriptions.items() if key in homes},
        hsms=kept,
        nics={key: nic for key, nic in whole.nics.items() if key in slots},
        vnets=vnets,
        gateways={key: gateway for key, gateway in whole.gateways.items() if key in named},
        load_balancers={key: found for key, found in whole.load_balancers.items() if key in homes},
        route_tables={},
        nat_gateways={},
        deletions={},
        clusters={},
        probes={key: probe for key, probe in whole.probes.items() if key in kept},
        lunas={},
    )


def without_peers(estate: Estate) -> Estate:
    """Only the VNets that HSMs are in, and no load balancers and gateways."""
    own = {
        arm_id.key(arm_id.vnet_of_subnet(use.subnet_id)) for one in attachments(estate).values() for use in one.subnets
    }
    vnets = {key: fact for key, fact in estate.vnets.items() if key in own}
    return replace(estate, vnets=vnets, load_balancers={}, gateways={})


def only(estate: Estate, hsms: Collection[str]) -> Estate:
    """Only these HSMs (keys) and their NICs, with the networks as they are."""
    kept = {key: estate.hsms[key] for key in hsms if key in estate.hsms}
    slots = {slot.key for hsm in kept.values() for slot in nic_slots(hsm)}
    nics = {key: nic for key, nic in estate.nics.items() if key in slots}
    probes = {key: probe for key, probe in estate.probes.items() if key in kept}
    return replace(estate, hsms=kept, nics=nics, probes=probes)


def bare(estate: Estate) -> Estate:
    """The estate with nothing in it: when and how it was read."""
    return replace(
        estate,
        scope=(),
        hsms={},
        nics={},
        vnets={},
        subscriptions={},
        load_balancers={},
        gateways={},
        probes={},
        notes=(),
    )
