from datetime import date

import pytest

from ops.checks.net_017_secured_hub_carries_prefix import secured_hub_carries_prefix
from ops.model.fact import ABSENT, Gap
from ops.model.policy import Peers, Policy, SecuredHub
from tests.build import SUB_2, estate, hsm, peering, subnet, subnet_id, unread_hsm, vnet, vnet_id
from tests.checks.judging import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, judge, only, outcomes

HUB = f"/subscriptions/{SUB_2}/resourceGroups/RG_hub_1/providers/Microsoft.Network/virtualNetworks/HV_hub"
SPOKE = vnet(peerings=(peering(HUB),))


def attested(*prefixes, hub=HUB, on=date(2026, 9, 1)):
    return Policy(peers=Peers(secured_hubs={hub: SecuredHub(prefixes=prefixes, by="ada", on=on)}))


def test_attested_prefix_passes_and_says_when_and_not_by_whom():
    verdict = only(secured_hub_carries_prefix, estate(hsm(), SPOKE), attested("10.3.1.0/24"))
    assert (verdict.outcome, verdict.evidence) == (
        PASS,
        "carries 1 delegated prefix, attested on 2026-09-01",
    )
    assert (verdict.subject.id, verdict.subject.hsms) == (HUB, (hsm().key,))


def test_prefix_around_the_subnet_does_not_win_over_its_route_and_fails():
    verdict = only(secured_hub_carries_prefix, estate(hsm(), SPOKE), attested("10.0.0.0/8"))
    assert verdict.outcome is FAIL
    assert "10.3.1.0/24 of vnet-hsm/hsmsubnet, only 10.0.0.0/8 around it" in verdict.evidence


@pytest.mark.parametrize("prefixes", [(), ("10.4.0.0/16",), ("10.3.1.0/25",), ("not a prefix", "fd00::/8")])
def test_missing_prefix_fails_by_name(prefixes):
    verdict = only(secured_hub_carries_prefix, estate(hsm(), SPOKE), attested(*prefixes))
    assert (verdict.outcome, verdict.evidence) == (
        FAIL,
        "does not carry 10.3.1.0/24 of vnet-hsm/hsmsubnet, as attested on 2026-09-01",
    )
    assert verdict.subject.hsms == (hsm().key,)
    assert "routing intent" in verdict.fix


def test_hub_that_is_not_attested_is_not_applicable_and_says_how():
    verdict = only(secured_hub_carries_prefix, estate(hsm(), SPOKE))
    assert (verdict.outcome, verdict.evidence) == (
        NOT_APPLICABLE,
        "not attested: if a firewall secures it, name it in peers.secured_hubs",
    )


def test_attestation_counts_in_any_case_and_only_once():
    assert (
        only(secured_hub_carries_prefix, estate(hsm(), SPOKE), attested("10.3.1.0/24", hub=HUB.upper())).outcome is PASS
    )


def test_attested_hub_that_is_no_peer_is_not_applicable():
    other = f"{HUB}2"
    found = judge(secured_hub_carries_prefix, estate(hsm(), SPOKE), attested("10.3.1.0/24", hub=other))
    assert {name: verdict.outcome for name, verdict in found.items()} == {
        "HV_hub": NOT_APPLICABLE,
        "HV_hub2": NOT_APPLICABLE,
    }
    assert found["HV_hub2"].evidence == "attested in peers.secured_hubs, and no HSM VNet is peered with it"
    assert judge(secured_hub_carries_prefix, estate(), attested("10.3.1.0/24")) == {}


def test_attested_peer_is_judged_whatever_its_id_looks_like():
    hub = vnet_id("hub", SUB_2)
    spoke = vnet(peerings=(peering(hub),))
    found = estate(hsm(), spoke, vnet("hub", subscription=SUB_2))
    assert outcomes(secured_hub_carries_prefix, found, attested(hub=hub)) == {"hub": FAIL}
    assert outcomes(secured_hub_carries_prefix, found) == {"vnet-hsm": NOT_APPLICABLE}


def test_hub_of_two_hsm_vnets_names_the_hsms_that_are_not_carried():
    second = vnet("vnet-b", peerings=(peering(HUB),), subnets=(subnet(vnet="vnet-b", prefixes=("10.5.1.0/27",)),))
    far = hsm("b", subnet=subnet_id(vnet="vnet-b"))
    found = estate(hsm("a"), far, SPOKE, second)
    verdict = only(secured_hub_carries_prefix, found, attested("10.3.1.0/24"))
    assert (verdict.outcome, verdict.subject.hsms) == (FAIL, (far.key,))
    assert only(secured_hub_carries_prefix, found, attested("10.3.1.0/24", "10.5.1.0/27")).outcome is PASS


def test_unread_prefixes_are_unknown_never_pass():
    for unread, why in (
        (vnet(peerings=(peering(HUB),), subnets=None), "vnet-hsm: its subnets were not read"),
        (
            vnet(peerings=(peering(HUB),), subnets=(subnet(prefixes=()), subnet("b"))),
            "vnet-hsm: the IPv4 prefix of vnet-hsm/hsmsubnet is not told",
        ),
    ):
        verdict = only(secured_hub_carries_prefix, estate(hsm(), unread), attested("10.3.1.0/24"))
        assert (verdict.outcome, verdict.evidence) == (UNKNOWN, why)


def test_missing_prefix_wins_over_an_unread_one():
    half = vnet(peerings=(peering(HUB),), subnets=(subnet(prefixes=()), subnet("b")))
    assert only(secured_hub_carries_prefix, estate(hsm(), half), attested("10.4.0.0/16")).outcome is FAIL


def test_vnet_without_a_delegated_subnet_is_another_checks_failure():
    bare = vnet(peerings=(peering(HUB),), subnets=(subnet(delegations=()),))
    verdict = only(secured_hub_carries_prefix, estate(hsm(), bare), attested("10.3.1.0/24"))
    assert (verdict.outcome, "PHSM-NET-001" in verdict.evidence) == (NOT_APPLICABLE, True)


def test_hsm_vnet_without_a_hub_is_not_applicable():
    verdict = only(secured_hub_carries_prefix, estate(hsm()))
    assert (verdict.outcome, verdict.evidence) == (NOT_APPLICABLE, "no Virtual WAN hub is peered with it")
    assert only(secured_hub_carries_prefix, estate(hsm(), overrides={vnet_id(): ABSENT})).outcome is NOT_APPLICABLE


def test_where_hubs_may_be_hidden_the_answer_is_unknown():
    gap = Gap(subject=vnet_id(), what="virtual network", reason="403 AuthorizationFailed")
    assert only(secured_hub_carries_prefix, estate(hsm(), overrides={vnet_id(): gap})).outcome is UNKNOWN
    nameless = vnet(peerings=(peering(None, "a"), peering(None, "b")))
    assert only(secured_hub_carries_prefix, estate(hsm(), nameless)).outcome is UNKNOWN
    assert only(secured_hub_carries_prefix, estate(hsm(), vnet(peerings=None))).outcome is UNKNOWN
    assert outcomes(secured_hub_carries_prefix, estate(unread_hsm()))["hsm1"] is UNKNOWN


def test_page_cites_both_pages_about_virtual_wan():
    page = secured_hub_carries_prefix.page
    assert "payment-hsm/solution-design" in page
    assert "payment-hsm/inspect-traffic" in page


def test_attestation_dated_in_the_future_is_not_accepted_and_one_of_today_is():
    future = attested("10.3.1.0/24", on=date(2026, 11, 24))
    verdict = only(secured_hub_carries_prefix, estate(hsm(), SPOKE), future)
    assert (verdict.outcome, verdict.evidence) == (FAIL, "attested on 2026-11-24, dated in the future")
    assert "peers.secured_hubs" in verdict.fix
    today = attested("10.3.1.0/24", on=date(2026, 11, 23))
    assert only(secured_hub_carries_prefix, estate(hsm(), SPOKE), today).outcome is PASS
