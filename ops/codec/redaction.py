"""An estate without the names of its owner, judged as before: for a file that leaves the house.

Replaced, each by the same pseudonym everywhere: the ids and names of subscriptions, resource groups and resources, tags
(but ``fastpathenabled``), addresses and prefixes, who deleted what, a private endpoint's or a sandbox's name, and what
texts of Azure's say of these. Kept, because the checks and Microsoft need it: regions, SKUs, stamps, zones, states,
kinds, times, delegations, service tags, support plans, firmware, the ids of requests (Microsoft alone can look them up),
counts, which address is in which prefix, and the rest of the texts.
"""

from __future__ import annotations

from dataclasses import replace

from ops.codec.pseudonyms import PUBLIC_HOSTS, Pseudonyms
from ops.codec.redacted_network import balancer, gateway, nat_gateway, nic, route_table, vnet
from ops.codec.redacted_policy import redacted
from ops.model.cluster import Cluster, ClusterNode, EndpointConnection
from ops.model.estate import Deletion, Estate, Hsm, LunaHsm, NetworkProfile, ProfileNic, Source, Subscription
from ops.model.fact import Absent, Gap
from ops.model.policy import Policy
from ops.model.surroundings import Lock

REDACTED = "redacted: names, ids, addresses and tags are pseudonyms"
"""The note that says so in every report."""


def redact(estate: Estate, policy: Policy, key: bytes) -> tuple[Estate, Policy]:
    """Estate and policy under pseudonyms. ``key``: 16 to 64 secret bytes, new for each file.

    Of the policy what judges is kept, without the persons and reasons that it names. Mutes are left out, and a note says
    so: what they look for are names.
    """
    names = Pseudonyms(key)
    _estate(estate, names)  # all names have to be known before the first text is read
    redacted(policy, names)
    names.learn()
    notes = (REDACTED, *_unmuted(policy))
    found = _estate(estate, names)
    return replace(found, notes=(*found.notes, *notes)), redacted(policy, names)


def _unmuted(policy: Policy) -> tuple[str, ...]:
    count = len(policy.mutes)
    if not count:
        return ()
    return (f"redacted: {count} mute{' is' if count == 1 else 's are'} left out, so what was muted fails here",)


def _estate(estate: Estate, names: Pseudonyms) -> Estate:
    return replace(
        estate,
        source=_source(estate.source.original or estate.source),
        scope=tuple(map(names.subscription, estate.scope)),
        subscriptions={names.subscription(key): _subscription(one, names) for key, one in estate.subscriptions.items()},
        hsms={names.id(key): _hsm(hsm, names) for key, hsm in estate.hsms.items()},
        nics={names.id(key): nic(one, names) for key, one in estate.nics.items()},
        vnets={names.id(key): vnet(one, names) for key, one in estate.vnets.items()},
        gateways={names.id(key): gateway(one, names) for key, one in estate.gateways.items()},
        route_tables={names.id(key): route_table(one, names) for key, one in estate.route_tables.items()},
        nat_gateways={names.id(key): nat_gateway(one, names) for key, one in estate.nat_gateways.items()},
        load_balancers={
            names.subscription(key): names.gap(found)
            if isinstance(found, Gap)
            else tuple(balancer(one, names) for one in found)
            for key, found in estate.load_balancers.items()
        },
        deletions={
            names.subscription(key): names.gap(found)
            if isinstance(found, Gap)
            else tuple(_deletion(one, names) for one in found)
            for key, found in estate.deletions.items()
        },
        clusters={names.id(key): _cluster(one, names) for key, one in estate.clusters.items()},
        probes={names.id(key): probe for key, probe in estate.probes.items()},
        lunas={names.id(key): _luna(one, names) for key, one in estate.lunas.items()},
        has_support_service=names.fact(estate.has_support_service),
        notes=tuple(names.text(note) for note in estate.notes if note != REDACTED),
    )


def _source(source: Source) -> Source:
    return source if source.name.lower() in PUBLIC_HOSTS else Source(kind=source.kind, name="redacted")


def _subscription(one: Subscription, names: Pseudonyms) -> Subscription:
    locks = one.locks
    return Subscription(
        id=names.subscription(one.id),
        name=names.subscription_name(one.name),
        gap=one.gap and names.gap(one.gap),
        features={feature: names.fact(state) for feature, state in one.features.items()},
        zones=names.fact(one.zones),
        providers={namespace: names.fact(state) for namespace, state in one.providers.items()},
        locks=tuple(_lock(lock, names) for lock in locks) if isinstance(locks, tuple) else names.fact(locks),
        may_open_tickets=names.fact(one.may_open_tickets),
        support_plan=names.fact(one.support_plan),
    )


def _lock(lock: Lock, names: Pseudonyms) -> Lock:
    return replace(lock, id=names.id(lock.id))


def _hsm(hsm: Hsm, names: Pseudonyms) -> Hsm:
    return replace(
        hsm,
        id=names.id(hsm.id),
        name=names.name("dedicatedHSMs", hsm.name),
        tags=names.tags(hsm.tags),
        gap=hsm.gap and names.gap(hsm.gap),
        status_message=hsm.status_message and names.text(hsm.status_message),
        host=_profile(hsm.host, names),
        management=_profile(hsm.management, names),
    )


def _luna(one: LunaHsm, names: Pseudonyms) -> LunaHsm:
    return replace(one, id=names.id(one.id), name=names.name("dedicatedHSMs", one.name))


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


def _deletion(deletion: Deletion, names: Pseudonyms) -> Deletion:
    return replace(deletion, hsm_id=names.id(deletion.hsm_id), by=names.person(deletion.by))


def _cluster(cluster: Cluster, names: Pseudonyms) -> Cluster:
    return replace(
        cluster,
        id=names.id(cluster.id),
        name=names.name("paymentHsmClusters", cluster.name),
        gap=cluster.gap and names.gap(cluster.gap),
        status_message=cluster.status_message and names.text(cluster.status_message),
        nodes=cluster.nodes and tuple(_node(node, names) for node in cluster.nodes),
        endpoints=cluster.endpoints and tuple(_endpoint(endpoint, names) for endpoint in cluster.endpoints),
    )


def _node(node: ClusterNode, names: Pseudonyms) -> ClusterNode:
    return replace(node, name=names.name("hsms", node.name), message=node.message and names.text(node.message))


def _endpoint(endpoint: EndpointConnection, names: Pseudonyms) -> EndpointConnection:
    return replace(endpoint, name=names.name("privateEndpointConnections", endpoint.name))
