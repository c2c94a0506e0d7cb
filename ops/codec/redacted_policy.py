"""A policy under pseudonyms, which judges as the real one does: what ``redaction`` does for the configuration."""

from __future__ import annotations

from dataclasses import fields, replace

from ops.codec.pseudonyms import Pseudonyms
from ops.model.policy import Attestation, HsmFacts, Match, Peers, Policy, PoolRule, Readiness, SecuredHub
from ops.model.untrusted import one_line

_SAID = "redacted"


def redacted(policy: Policy, names: Pseudonyms) -> Policy:
    """Without the contact, mutes, serial numbers, notes, and what is the machine's: the login and the ledger's place.

    Who attested something and the numbers that Thales gave are ``redacted``, because it counts that they are there.
    """
    home = policy.support.fastpath_subscription
    return Policy(
        pools=tuple(_pool(rule, names) for rule in policy.pools),
        expected=tuple(map(names.hsm, policy.expected)),
        peers=_peers(policy.peers, names),
        support=replace(policy.support, contact=None, fastpath_subscription=home and names.subscription(home)),
        checks=policy.checks,
        hsms={names.hsm(entry): _hsm_facts(facts) for entry, facts in policy.hsms.items()},
        readiness=policy.readiness and _readiness(policy.readiness),
    )


def _pool(rule: PoolRule, names: Pseudonyms) -> PoolRule:
    match = Match(
        tags=names.tags(rule.match.tags), subscriptions=tuple(map(names.subscription, rule.match.subscriptions))
    )
    return replace(rule, name=names.given("pool", rule.name.lower()), match=match)


def _peers(peers: Peers, names: Pseudonyms) -> Peers:
    return Peers(
        outside=tuple(map(names.id, peers.outside)),
        no_hsm_access=tuple(map(names.id, peers.no_hsm_access)),
        via={names.id(peer): how for peer, how in peers.via.items()},
        client_subnets=tuple(map(names.id, peers.client_subnets)),
        secured_hubs={
            names.id(hub): SecuredHub(prefixes=tuple(map(names.address, said.prefixes)), by=_said(said.by), on=said.on)
            for hub, said in peers.secured_hubs.items()
        },
    )


def _hsm_facts(facts: HsmFacts) -> HsmFacts:
    return replace(facts, serial="", by=_said(facts.by))


def _readiness(readiness: Readiness) -> Readiness:
    items = {item.name: getattr(readiness, item.name) for item in fields(readiness)}
    return Readiness(**{name: said and _attestation(said) for name, said in items.items()})


def _attestation(said: Attestation) -> Attestation:
    return replace(
        said,
        by=_said(said.by),
        customer_id=_said(said.customer_id),
        device_licence=_said(said.device_licence),
        note="",
    )


def _said(text: str) -> str:
    """That something was said, and not what."""
    return _SAID if one_line(text) else ""
