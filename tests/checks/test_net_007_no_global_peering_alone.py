import pytest

from ops.checks.net_007_no_global_peering_alone import no_global_peering_alone
from ops.model.fact import ABSENT, Gap
from ops.model.finding import Severity
from ops.model.policy import Peers, Policy
from tests.build import SUB_2, estate, hsm, peering, subnet, subnet_id, unread_hsm, vnet, vnet_id
from tests.checks.judging import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, judge, only, outcomes

HUB = vnet_id("hub", SUB_2)
PEERED = vnet(peerings=(peering(HUB),))
FIREWALL = subnet("AzureFirewallSubnet", delegations=())
VIRTUAL_HUB = f"/subscriptions/{SUB_2}/resourceGroups/RG_h/providers/Microsoft.Network/virtualNetworks/HV_h"


def hub(**changes):
    return vnet("hub", subscription=SUB_2, **changes)


FAR = hub(location="westus")


def test_peer_in_the_region_of_the_hsms_passes():
    verdict = only(no_global_peering_alone, estate(hsm("a"), hsm("b"), PEERED, hub()))
    assert (verdict.outcome, verdict.evidence) == (PASS, "in eastus, as vnet-hsm is")
    assert (verdict.subject.id, verdict.subject.hsms) == (HUB, (hsm("a").key, hsm("b").key))


@pytest.mark.parametrize("location", ["East US", "EastUS", "eastus"])
def test_regions_are_compared_by_id(location):
    assert only(no_global_peering_alone, estate(hsm(), PEERED, hub(location=location))).outcome is PASS
    spelled = vnet(peerings=(peering(HUB),), location=location)
    assert only(no_global_peering_alone, estate(hsm(), spelled, hub())).outcome is PASS


def test_peer_in_another_region_fails_and_names_both():
    verdict = only(no_global_peering_alone, estate(hsm(), PEERED, FAR))
    assert (verdict.outcome, verdict.evidence) == (
        FAIL,
        "in westus, and cross-region peering does not carry its HSM traffic to vnet-hsm in eastus",
    )
    assert no_global_peering_alone.severity is Severity.MEDIUM
    assert "peers.via" in verdict.fix
    assert "peers.no_hsm_access" in verdict.fix


@pytest.mark.parametrize("name", ["AzureFirewallSubnet", "azurefirewallsubnet"])
def test_firewall_in_the_hsm_vnet_passes_with_a_note(name):
    guarded = vnet(peerings=(peering(HUB),), subnets=(subnet(), subnet(name, delegations=())))
    verdict = only(no_global_peering_alone, estate(hsm(), guarded, FAR))
    assert (verdict.outcome, verdict.evidence) == (
        PASS,
        "a firewall stands in vnet-hsm in eastus; whether it replaces source addresses cannot be seen",
    )
    assert verdict.note


def test_a_peer_that_is_near_or_declared_is_no_note():
    guarded = vnet(peerings=(peering(HUB),), subnets=(subnet(), FIREWALL))
    assert not only(no_global_peering_alone, estate(hsm(), guarded, hub(location="East US"))).note
    declared = Policy(peers=Peers(via={HUB: "snat"}))
    assert not only(no_global_peering_alone, estate(hsm(), guarded, FAR), declared).note


def test_firewall_in_the_peer_does_not_help():
    guarded = hub(location="westus", subnets=(subnet("AzureFirewallSubnet", vnet="hub", subscription=SUB_2),))
    assert only(no_global_peering_alone, estate(hsm(), PEERED, guarded)).outcome is FAIL


@pytest.mark.parametrize(("carrier", "words"), [("snat", "a firewall with source NAT"), ("proxy", "a reverse proxy")])
def test_declared_way_passes_with_a_note_in_any_case(carrier, words):
    declared = Policy(peers=Peers(via={f"{HUB.upper()}/": carrier}))
    verdict = only(no_global_peering_alone, estate(hsm(), PEERED, FAR), declared)
    assert (verdict.outcome, verdict.evidence) == (PASS, f"declared as reached through {words} (peers.via)")


def test_declared_way_of_one_peer_says_nothing_about_another():
    other = vnet_id("other", SUB_2)
    both = vnet(peerings=(peering(HUB), peering(other, "to-other")))
    declared = Policy(peers=Peers(via={other: "snat"}))
    found = outcomes(
        no_global_peering_alone,
        estate(hsm(), both, FAR, vnet("other", subscription=SUB_2, location="westus")),
        declared,
    )
    assert found == {"hub": FAIL, "other": PASS}


@pytest.mark.parametrize("kind", ["outside", "no_hsm_access"])
def test_declared_peers_are_left_out(kind):
    declared = Policy(peers=Peers(**{kind: (HUB.upper(),)}))
    assert only(no_global_peering_alone, estate(hsm(), PEERED, FAR), declared).outcome is NOT_APPLICABLE


def test_virtual_hubs_deleted_peers_and_lonely_vnets_are_not_meant():
    for found in (
        estate(hsm(), vnet(peerings=(peering(VIRTUAL_HUB),))),
        estate(hsm(), vnet(peerings=(peering(HUB, state="Disconnected"),)), overrides={HUB: ABSENT}),
        estate(hsm()),
        estate(hsm(), overrides={vnet_id(): ABSENT}),
    ):
        assert only(no_global_peering_alone, found).outcome is NOT_APPLICABLE


def test_peer_that_was_not_found_and_is_connected_is_unknown():
    assert only(no_global_peering_alone, estate(hsm(), PEERED, overrides={HUB: ABSENT})).outcome is UNKNOWN


def test_unread_peer_is_unknown_with_its_reason():
    gap = Gap(subject=HUB, what="virtual network", reason="403 AuthorizationFailed")
    verdict = only(no_global_peering_alone, estate(hsm(), PEERED, overrides={HUB: gap}))
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        "virtual network could not be read: 403 AuthorizationFailed",
    )
    assert only(no_global_peering_alone, estate(hsm(), PEERED)).outcome is UNKNOWN


def test_untold_regions_are_unknown_and_never_alike():
    assert only(no_global_peering_alone, estate(hsm(), PEERED, hub(location=""))).outcome is UNKNOWN
    nowhere = vnet(peerings=(peering(HUB),), location="")
    assert only(no_global_peering_alone, estate(hsm(), nowhere, hub())).outcome is UNKNOWN
    assert only(no_global_peering_alone, estate(hsm(), nowhere, hub(location=""))).outcome is UNKNOWN


def test_unread_subnets_leave_the_firewall_unknown_only_where_it_decides():
    blind = vnet(peerings=(peering(HUB),), subnets=None)
    verdict = only(no_global_peering_alone, estate(hsm(), blind, FAR))
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        "whether a firewall stands in vnet-hsm in eastus is not known: its subnets were not read",
    )
    assert only(no_global_peering_alone, estate(hsm(), blind, hub())).outcome is PASS


def test_unread_peerings_vnets_and_hsms_are_unknown():
    assert only(no_global_peering_alone, estate(hsm(), vnet(peerings=None))).outcome is UNKNOWN
    assert only(no_global_peering_alone, estate(hsm(), vnet(peerings=(peering(None),)))).outcome is UNKNOWN
    gap = Gap(subject=vnet_id(), what="virtual network", reason="429 TooManyRequests")
    assert only(no_global_peering_alone, estate(hsm(), overrides={vnet_id(): gap})).outcome is UNKNOWN
    assert outcomes(no_global_peering_alone, estate(unread_hsm()))["hsm1"] is UNKNOWN


def two_regions(*things, **changes):
    """One hub in westus, peered with the VNet of ``a`` in eastus and with that of ``b`` in westus."""
    west = subnet_id(vnet="vnet-west")
    return estate(
        hsm("a"),
        hsm("b", subnet=west, location="westus"),
        vnet(peerings=(peering(HUB),), **changes),
        vnet("vnet-west", location="westus", peerings=(peering(HUB),)),
        *things,
    )


def test_peer_of_vnets_in_two_regions_fails_for_the_hsms_of_the_other_region_only():
    verdict = only(no_global_peering_alone, two_regions(FAR))
    assert (verdict.outcome, verdict.evidence) == (
        FAIL,
        "in westus, and cross-region peering does not carry its HSM traffic to vnet-hsm in eastus",
    )
    assert verdict.subject.hsms == (hsm("a").key,)


def test_peer_of_vnets_in_two_regions_passes_behind_a_firewall_in_the_other():
    verdict = only(no_global_peering_alone, two_regions(FAR, subnets=(subnet(), FIREWALL)))
    assert verdict.outcome is PASS
    assert verdict.evidence.startswith("a firewall stands in vnet-hsm in eastus")
    assert verdict.evidence.endswith("; in westus, as vnet-west is")
    assert only(no_global_peering_alone, two_regions(FAR, subnets=None)).outcome is UNKNOWN
    assert only(no_global_peering_alone, two_regions(FAR, location="")).outcome is UNKNOWN


def test_hsm_vnets_that_are_peered_across_regions_fail_both_ways():
    west = vnet_id("vnet-west")
    found = estate(
        hsm("a"),
        hsm("b", subnet=subnet_id(vnet="vnet-west"), location="westus"),
        vnet(peerings=(peering(west),)),
        vnet("vnet-west", location="westus", peerings=(peering(vnet_id()),)),
    )
    verdicts = judge(no_global_peering_alone, found)
    assert {name: verdict.outcome for name, verdict in verdicts.items()} == {"vnet-west": FAIL, "vnet-hsm": FAIL}
    assert verdicts["vnet-west"].subject.hsms == (hsm("a").key,)


def test_page_says_what_is_recognised():
    assert "AzureFirewallSubnet" in no_global_peering_alone.page
    assert "peers.via" in no_global_peering_alone.page
