from dataclasses import replace

import pytest

from ops.checks.net_011_nat_gateway_tagged import nat_gateway_tagged
from ops.model.fact import ABSENT, Gap
from ops.model.finding import Party, Severity
from ops.model.policy import Peers, Policy
from ops.model.surroundings import NatGateway
from tests.build import SUB_2, estate, group, hsm, peering, subnet, subnet_id, vnet, vnet_id
from tests.checks.judging import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, judge, only

APPS, CLIENTS = vnet_id("apps", SUB_2), subnet_id("clients", "apps", SUB_2)
NAT = f"{group(SUB_2)}/providers/Microsoft.Network/natGateways/nat-apps"
DECLARED = Policy(peers=Peers(client_subnets=(CLIENTS,)))


def clients(**changes):
    facts = {"delegations": (), "nat_gateway": NAT} | changes
    return vnet("apps", subscription=SUB_2, subnets=(subnet("clients", vnet="apps", subscription=SUB_2, **facts),))


def seen(*things, gateway=ABSENT, apps=None, **changes):
    """Two HSMs, and the clients in a peered VNet behind a NAT gateway of which ``gateway`` was read."""
    found = estate(*(things or (hsm("a"), hsm("b"), vnet(peerings=(peering(APPS),)))), apps or clients(), **changes)
    return replace(found, nat_gateways={} if gateway is None else {NAT.lower(): gateway})


def nat(**tags):
    return NatGateway(id=NAT, name="nat-apps", tags=tags)


@pytest.mark.parametrize("value", ["True", "true", "TRUE"])
def test_tagged_nat_gateway_passes_and_says_what_cannot_be_seen(value):
    verdict = only(nat_gateway_tagged, seen(gateway=nat(fastpathenabled=value)), DECLARED)
    assert (verdict.outcome, verdict.evidence) == (
        PASS,
        (
            f"NAT gateway nat-apps has the tag fastpathenabled={value}; "
            "it counts only when set at creation, which cannot be seen"
        ),
    )
    assert (verdict.subject.name, verdict.subject.id) == ("apps/clients", CLIENTS)
    assert verdict.subject.hsms == (hsm("a").key, hsm("b").key)


@pytest.mark.parametrize(
    ("tags", "evidence"),
    [
        ({}, "NAT gateway nat-apps has no tag fastpathenabled, which counts only when set at creation"),
        ({"fastpathenabled": "no"}, 'tag fastpathenabled of NAT gateway nat-apps is "no" instead of True'),
        (
            {"FastPathEnabled": "True"},
            "NAT gateway nat-apps has the tag FastPathEnabled, and only fastpathenabled counts",
        ),
    ],
)
def test_untagged_or_mistagged_nat_gateway_fails_and_has_to_be_made_anew(tags, evidence):
    verdict = only(nat_gateway_tagged, seen(gateway=nat(**tags)), DECLARED)
    assert (verdict.outcome, verdict.evidence) == (FAIL, evidence)
    assert "adding the tag now does not help" in verdict.fix
    assert "az tag" not in verdict.fix
    assert verdict.subject.hsms == (hsm("a").key, hsm("b").key)
    assert (nat_gateway_tagged.severity, nat_gateway_tagged.party) == (Severity.LOW, Party.CUSTOMER)


def test_only_declared_subnets_are_looked_at():
    assert judge(nat_gateway_tagged, seen(gateway=nat())) == {}


def test_estate_without_hsms_says_nothing():
    assert judge(nat_gateway_tagged, replace(seen(gateway=nat()), hsms={}), DECLARED) == {}


def test_subnet_declared_twice_in_another_case_is_judged_once():
    twice = Policy(peers=Peers(client_subnets=(CLIENTS, f"{CLIENTS.upper()}/")))
    assert only(nat_gateway_tagged, seen(gateway=nat()), twice).outcome is FAIL


def test_gateway_is_found_in_any_case():
    loud = clients(nat_gateway=NAT.upper())
    assert only(nat_gateway_tagged, seen(gateway=nat(fastpathenabled="True"), apps=loud), DECLARED).outcome is PASS


def test_clients_in_the_hsm_vnet_itself_concern_its_hsms():
    beside = subnet("clients", delegations=(), nat_gateway=NAT)
    declared = Policy(peers=Peers(client_subnets=(beside.id,)))
    found = seen(hsm(), vnet(subnets=(subnet(), beside)), gateway=nat())
    verdict = only(nat_gateway_tagged, found, declared)
    assert (verdict.outcome, verdict.subject.hsms) == (FAIL, (hsm().key,))


def test_clients_behind_a_hub_are_judged_too():
    verdict = only(nat_gateway_tagged, seen(hsm(), vnet(), gateway=nat()), DECLARED)
    assert (verdict.outcome, verdict.subject.hsms) == (FAIL, ())


def test_subnet_without_a_nat_gateway_is_not_applicable():
    verdict = only(nat_gateway_tagged, seen(apps=clients(nat_gateway=ABSENT)), DECLARED)
    assert (verdict.outcome, verdict.evidence) == (NOT_APPLICABLE, "no NAT gateway is on it")


def test_what_does_not_exist_is_not_applicable_with_the_reason():
    assert "does not exist" in only(nat_gateway_tagged, seen(gateway=ABSENT), DECLARED).evidence
    gone = only(nat_gateway_tagged, seen(overrides={APPS: ABSENT}), DECLARED)
    assert (gone.outcome, gone.evidence) == (
        NOT_APPLICABLE,
        "its virtual network does not exist (peers.client_subnets)",
    )
    elsewhere = Policy(peers=Peers(client_subnets=(subnet_id("other", "apps", SUB_2),)))
    verdict = only(nat_gateway_tagged, seen(), elsewhere)
    assert (verdict.outcome, verdict.evidence) == (NOT_APPLICABLE, "the subnet does not exist (peers.client_subnets)")


def test_unread_gateway_subnet_and_vnet_are_unknown_never_pass():
    gap = Gap(subject=NAT, what="NAT gateway", reason="403 AuthorizationFailed")
    verdict = only(nat_gateway_tagged, seen(gateway=gap), DECLARED)
    assert (verdict.outcome, verdict.evidence) == (UNKNOWN, "NAT gateway could not be read: 403 AuthorizationFailed")
    assert only(nat_gateway_tagged, seen(gateway=None), DECLARED).evidence == "NAT gateway was not read"
    assert only(nat_gateway_tagged, seen(apps=clients(nat_gateway=None)), DECLARED).outcome is UNKNOWN
    half = vnet("apps", subscription=SUB_2, subnets=None)
    assert only(nat_gateway_tagged, seen(apps=half), DECLARED).outcome is UNKNOWN
    unread = Gap(subject=APPS, what="virtual network", reason="429 TooManyRequests")
    assert only(nat_gateway_tagged, seen(overrides={APPS: unread}), DECLARED).outcome is UNKNOWN


@pytest.mark.parametrize("declared", [subnet_id("clients", "never-read"), vnet_id(), "clients"])
def test_what_was_never_asked_for_or_is_no_subnet_is_unknown(declared):
    strange = Policy(peers=Peers(client_subnets=(declared,)))
    assert only(nat_gateway_tagged, seen(), strange).outcome is UNKNOWN
