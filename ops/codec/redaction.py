"""An estate without the names of its owner, judged as before: for a file that leaves the house.

Replaced, each by the same pseudonym everywhere: the ids and names of subscriptions, resource groups and resources, tags
(but ``fastpathenabled``), addresses and prefixes, a private endpoint's or a sandbox's name, and what texts of Azure's
say of these. Kept, because the checks and Microsoft need it: regions, SKUs, stamps, zones, states, times, delegations,
counts, which address is in which prefix, and the rest of the texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from ops.codec.pseudonyms import PUBLIC_HOSTS, Pseudonyms
from ops.model.estate import (
    Absent,
    Estate,
    Gap,
    Hsm,
    NetworkProfile,
    Nic,
    Peering,
    ProfileNic,
    Source,
    Subnet,
    Subscription,
    Vnet,
)
from ops.model.policy import Match, Peers, Policy, PoolRule

REDACTED = "redacted: names, ids, addresses and tags are pseudonyms"
"""The note that says so in every report."""

_TAG = "fastpathenabled"
_Fact = TypeVar("_Fact")


def redact(estate: Estate, policy: Policy, key: bytes) -> tuple[Estate, Policy]:
    """Estate and policy under pseudonyms. ``key``: 16 to 64 secret bytes, new for each file.

    Of the policy only what judges is kept: pools, peers, the settings of checks, and the rules about tickets without
    the contact; persons and reasons that it may name are left out.
    """
    names = Pseudonyms(key)
    _estate(estate, names)  # all names have to be known before the first text is read
    _policy(policy, names)
    names.learn()
    return _estate(estate, names), _policy(policy, names)


def _estate(estate: Estate, names: Pseudonyms) -> Estate:
    notes = tuple(names.text(note) for note in estate.notes if note != REDACTED)
    return replace(
        estate,
        source=_source(estate.source.original or estate.source),
        scope=tuple(map(names.subscription, estate.scope)),
        subscriptions={names.subscription(key): _subscription(one, names) for key, one in estate.subscriptions.items()},
        hsms={names.id(key): _hsm(hsm, names) for key, hsm in estate.hsms.items()},
        nics={names.id(key): _nic(nic, names) for key, nic in estate.nics.items()},
        vnets={names.id(key): _vnet(vnet, names) for key, vnet in estate.vnets.items()},
        notes=(*notes, REDACTED),
    )


def _source(source: Source) -> Source:
    return source if source.name.lower() in PUBLIC_HOSTS else Source(kind=source.kind, name="redacted")


def _gap(gap: Gap, names: Pseudonyms) -> Gap:
    subject = names.id(gap.subject) if gap.subject.startswith("/") else names.text(gap.subject)
    return replace(gap, subject=subject, reason=names.text(gap.reason))


def _fact(fact: _Fact, names: Pseudonyms) -> _Fact | Gap:
    """A fact that holds no name; why it could not be read may."""
    return _gap(fact, names) if isinstance(fact, Gap) else fact


def _subscription(one: Subscription, names: Pseudonyms) -> Subscription:
    return Subscription(
        id=names.subscription(one.id),
        name=names.subscription_name(one.name),
        gap=one.gap and _gap(one.gap, names),
        features={feature: _fact(state, names) for feature, state in one.features.items()},
        zones=_fact(one.zones, names),
    )


def _hsm(hsm: Hsm, names: Pseudonyms) -> Hsm:
    return replace(
        hsm,
        id=names.id(hsm.id),
        name=names.name("dedicatedHSMs", hsm.name),
        tags=_tags(hsm.tags, names),
        gap=hsm.gap and _gap(hsm.gap, names),
        status_message=hsm.status_message and names.text(hsm.status_message),
        host=_profile(hsm.host, names),
        management=_profile(hsm.management, names),
    )


def _tags(tags: Mapping[str, str], names: Pseudonyms) -> dict[str, str]:
    return dict(
        (key, value) if key.lower() == _TAG else (names.given("tag", key.lower()), names.given("value", value))
        for key, value in tags.items()
    )


def _profile(profile: NetworkProfile | Absent | None, names: Pseudonyms) -> NetworkProfile | Absent | None:
    if not isinstance(profile, NetworkProfile):
        return profile
    nics = tuple(
        ProfileNic(
            nic_id=nic.nic_id and names.id(nic.nic_id), private_ip=nic.private_ip and names.address(nic.private_ip)
        )
        for nic in profile.nics
    )
    return NetworkProfile(subnet_id=profile.subnet_id and names.id(profile.subnet_id), nics=nics)


def _nic(nic: Nic | Absent | Gap, names: Pseudonyms) -> Nic | Absent | Gap:
    if not isinstance(nic, Nic):
        return _fact(nic, names)
    return replace(
        nic,
        id=names.id(nic.id),
        name=names.name("networkInterfaces", nic.name),
        subnet_ids=tuple(map(names.id, nic.subnet_ids)),
        private_ips=tuple(map(names.address, nic.private_ips)),
    )


def _vnet(vnet: Vnet | Absent | Gap, names: Pseudonyms) -> Vnet | Absent | Gap:
    if not isinstance(vnet, Vnet):
        return _fact(vnet, names)
    return replace(
        vnet,
        id=names.id(vnet.id),
        name=names.name("virtualNetworks", vnet.name),
        tags=_tags(vnet.tags, names),
        subnets=vnet.subnets and tuple(_subnet(subnet, names) for subnet in vnet.subnets),
        peerings=vnet.peerings and tuple(_peering(peering, names) for peering in vnet.peerings),
    )


def _subnet(subnet: Subnet, names: Pseudonyms) -> Subnet:
    group, table = subnet.network_security_group, subnet.route_table
    return replace(
        subnet,
        id=names.id(subnet.id),
        name=names.name("subnets", subnet.name),
        prefixes=tuple(map(names.address, subnet.prefixes)),
        network_security_group=group if isinstance(group, Absent) else names.id(group),
        route_table=table if isinstance(table, Absent) else names.id(table),
    )


def _peering(peering: Peering, names: Pseudonyms) -> Peering:
    remote = peering.remote_vnet_id
    return replace(
        peering,
        name=names.name("virtualNetworkPeerings", peering.name),
        remote_vnet_id=remote and names.id(remote),
    )


def _policy(policy: Policy, names: Pseudonyms) -> Policy:
    home = policy.support.fastpath_subscription
    return Policy(
        pools=tuple(_rule(rule, names) for rule in policy.pools),
        peers=Peers(
            outside=tuple(map(names.id, policy.peers.outside)),
            no_hsm_access=tuple(map(names.id, policy.peers.no_hsm_access)),
            via={names.id(peer): how for peer, how in policy.peers.via.items()},
        ),
        support=replace(policy.support, contact=None, fastpath_subscription=home and names.subscription(home)),
        checks=policy.checks,
    )


def _rule(rule: PoolRule, names: Pseudonyms) -> PoolRule:
    match = Match(
        tags=_tags(rule.match.tags, names), subscriptions=tuple(map(names.subscription, rule.match.subscriptions))
    )
    return replace(rule, name=names.given("pool", rule.name.lower()), match=match)
