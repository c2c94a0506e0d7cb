import pytest

from ops.checks.net_006_peers_tagged import peers_tagged
from ops.model.fact import ABSENT, Gap
from ops.model.policy import Peers, Policy
from tests.build import SUB_2, estate, hsm, peering, subnet_id, unread_hsm, vnet, vnet_id
from tests.checks.judging import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, judge, only, outcomes

HUB = vnet_id("hub", SUB_2)
PEERED = vnet(peerings=(peering(HUB),))
VIRTUAL_HUB = (
    "/subscriptions/11111111-0000-0000-0000-000000000000/resourceGroups/RG_hub_4f2a"
    "/providers/Microsoft.Network/virtualNetworks/HV_hub_9b1c"
)


def hub(**changes):
    return vnet("hub", subscription=SUB_2, **changes)


def test_tagged_peer_passes_and_says_what_cannot_be_seen():
    verdict = only(peers_tagged, estate(hsm("a"), hsm("b"), PEERED, hub(tags={"fastpathenabled": "true"})))
    assert verdict.outcome is PASS
    assert "cannot be seen" in verdict.evidence
    assert (verdict.subject.id, verdict.subject.hsms) == (HUB, (hsm("a").key, hsm("b").key))


@pytest.mark.parametrize("tags", [{}, {"fastpathenabled": "no"}, {"Fastpathenabled": "True"}])
def test_untagged_or_mistagged_peer_fails_with_a_command(tags):
    verdict = only(peers_tagged, estate(hsm(), PEERED, hub(tags=tags)))
    assert verdict.outcome is FAIL
    assert verdict.fix.endswith(f"az tag update --resource-id {HUB} --operation Merge --tags fastpathenabled=True")


def test_peer_in_another_region_needs_the_tag_too():
    assert only(peers_tagged, estate(hsm(), PEERED, hub(location="westus", tags={}))).outcome is FAIL


def test_virtual_hub_needs_none():
    verdict = only(peers_tagged, estate(hsm(), vnet(peerings=(peering(VIRTUAL_HUB.upper()),))))
    assert (verdict.outcome, verdict.evidence) == (
        NOT_APPLICABLE,
        "network of a Virtual WAN hub, which Microsoft keeps and nobody can tag",
    )


@pytest.mark.parametrize("kind", ["outside", "no_hsm_access"])
def test_declared_peers_are_left_out_in_any_case(kind):
    declared = Policy(peers=Peers(**{kind: (f"{HUB.upper()}/",)}))
    verdict = only(peers_tagged, estate(hsm(), PEERED, hub(tags={})), declared)
    assert verdict.outcome is NOT_APPLICABLE
    assert kind in verdict.evidence


def test_declared_peer_that_cannot_be_read_alarms_nobody():
    gap = Gap(subject=HUB, what="virtual network", reason="401 InvalidAuthenticationToken")
    declared = Policy(peers=Peers(outside=(HUB,)))
    assert only(peers_tagged, estate(hsm(), PEERED, overrides={HUB: gap}), declared).outcome is NOT_APPLICABLE


def test_unread_peer_is_unknown_with_its_reason():
    gap = Gap(subject=HUB, what="virtual network", reason="403 AuthorizationFailed")
    verdict = only(peers_tagged, estate(hsm(), PEERED, overrides={HUB: gap}))
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        "virtual network could not be read: 403 AuthorizationFailed",
    )
    assert only(peers_tagged, estate(hsm(), PEERED)).evidence == "virtual network was not read"


def test_leftover_peering_to_a_deleted_vnet_is_not_applicable():
    left = vnet(peerings=(peering(HUB, state="Disconnected"),))
    verdict = only(peers_tagged, estate(hsm(), left, overrides={HUB: ABSENT}))
    assert (verdict.outcome, verdict.evidence) == (
        NOT_APPLICABLE,
        "the virtual network does not exist, the peering is a leftover",
    )


def test_peer_that_was_not_found_and_is_connected_is_unknown():
    verdict = only(peers_tagged, estate(hsm(), PEERED, overrides={HUB: ABSENT}))
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        "virtual network could not be read: not found, although a peering to it is Connected",
    )


def test_unread_peerings_and_unnamed_remote_are_unknown():
    assert only(peers_tagged, estate(hsm(), vnet(peerings=None))).evidence == "its peerings were not read"
    verdict = only(peers_tagged, estate(hsm(), vnet(peerings=(peering(None, "to-somewhere"),))))
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        "peering to-somewhere does not tell which virtual network it leads to",
    )


def test_unread_hsm_vnet_and_unread_hsm_are_unknown():
    gap = Gap(subject=vnet_id(), what="virtual network", reason="403 AuthorizationFailed")
    assert only(peers_tagged, estate(hsm(), overrides={vnet_id(): gap})).outcome is UNKNOWN
    assert outcomes(peers_tagged, estate(unread_hsm()))["hsm1"] is UNKNOWN


def test_peered_hsm_vnets_are_judged_once_elsewhere():
    other = hsm("b", subnet=subnet_id("s", "vnet-b"))
    pair = estate(
        hsm("a"),
        other,
        vnet(peerings=(peering(vnet_id("vnet-b").upper()),)),
        vnet("vnet-b", tags={}, peerings=(peering(vnet_id()),)),
    )
    assert judge(peers_tagged, pair) == {}


def test_hub_of_two_hsm_vnets_is_one_subject_in_any_case():
    other = hsm("b", subnet=subnet_id("s", "vnet-b"))
    found = estate(hsm("a"), other, PEERED, vnet("vnet-b", peerings=(peering(HUB.upper()),)), hub())
    verdict = only(peers_tagged, found)
    assert (verdict.outcome, verdict.subject.hsms) == (PASS, (hsm("a").key, other.key))


def test_hsm_vnet_without_peers_is_not_applicable():
    assert outcomes(peers_tagged, estate(hsm())) == {"vnet-hsm": NOT_APPLICABLE}
    assert outcomes(peers_tagged, estate(hsm(), overrides={vnet_id(): ABSENT})) == {"vnet-hsm": NOT_APPLICABLE}
