from dataclasses import replace

import pytest

from ops.checks.net_015_no_unsupported_gateway import no_unsupported_gateway
from ops.model import arm_id
from ops.model.fact import ABSENT, Gap
from ops.model.policy import Peers, Policy
from ops.model.surroundings import Connection, Gateway
from tests.build import SUB_2, estate, group, hsm, peering, subnet, subnet_id, unread_hsm, vnet, vnet_id
from tests.checks.judging import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, only, outcomes

HUB = vnet_id("hub", SUB_2)
GATEWAY = f"{group(SUB_2)}/providers/Microsoft.Network/virtualNetworkGateways/gw"
TRANSIT = vnet(peerings=(peering(HUB, uses_remote_gateways=True),))
VIRTUAL_HUB = f"/subscriptions/{SUB_2}/resourceGroups/RG_h/providers/Microsoft.Network/virtualNetworks/HV_h"
GAP = Gap(subject=GATEWAY, what="gateway", reason="403 AuthorizationFailed")


def hub(*gateways):
    return vnet("hub", subscription=SUB_2, subnets=(subnet("GatewaySubnet", delegations=(), gateways=gateways),))


def vpn(active_active, kind="Vpn"):
    return Gateway(id=GATEWAY, name="gw", kind=kind, active_active=active_active, connections=None)


def express_route(*fastpath, kind="ExpressRoute"):
    made = tuple(
        Connection(
            id=f"{group(SUB_2)}/providers/Microsoft.Network/connections/c{n}", name=f"c{n}", kind=kind, fastpath=on
        )
        for n, on in enumerate(fastpath)
    )
    return Gateway(id=GATEWAY, name="gw", kind=kind, active_active=None, connections=made)


def serving(gateway, *things):
    found = estate(hsm(), *(things or (TRANSIT, hub(GATEWAY))))
    return replace(found, gateways={} if gateway is None else {arm_id.key(GATEWAY): gateway})


def judged(gateway, *things):
    return only(no_unsupported_gateway, serving(gateway, *things))


def test_vnet_without_a_gateway_passes():
    verdict = only(no_unsupported_gateway, estate(hsm()))
    assert (verdict.outcome, verdict.evidence) == (PASS, "no gateway of a VNet serves it")
    assert (verdict.subject.name, verdict.subject.hsms) == ("vnet-hsm", (hsm().key,))


def test_active_active_vpn_gateway_of_the_hub_fails_and_names_the_hsms():
    verdict = judged(vpn(True, "VPN"))
    assert (verdict.outcome, verdict.evidence) == (FAIL, "VPN gateway gw is active-active")
    assert (verdict.subject.id, verdict.subject.hsms) == (vnet_id(), (hsm().key,))
    assert verdict.fix.endswith(f"az network vnet-gateway show --ids {GATEWAY}")


def test_active_passive_vpn_gateway_passes():
    verdict = judged(vpn(False))
    assert (verdict.outcome, verdict.evidence) == (PASS, "VPN gateway gw is active-passive")


def test_express_route_fastpath_fails_with_the_command_and_is_not_taken_for_the_feature():
    verdict = judged(express_route(False, True, kind="expressroute"))
    assert (verdict.outcome, verdict.evidence) == (FAIL, "ExpressRoute gateway gw has ExpressRoute FastPath on c1")
    connection = f"{group(SUB_2)}/providers/Microsoft.Network/connections/c1"
    assert verdict.fix == f"az network vpn-connection update --ids {connection} --express-route-gateway-bypass false"
    assert "FastPathEnabled" not in verdict.evidence
    assert "nothing to do with the" in no_unsupported_gateway.page


@pytest.mark.parametrize("fastpath", [(), (False,), (False, False)])
def test_express_route_gateway_without_fastpath_passes(fastpath):
    verdict = judged(express_route(*fastpath))
    assert verdict.outcome is PASS
    assert verdict.evidence.endswith(f"has ExpressRoute FastPath on none of {len(fastpath)} connections")


def test_active_active_is_a_matter_of_vpn_gateways_alone():
    assert judged(replace(express_route(False), active_active=True)).outcome is PASS


def test_gateway_in_the_hsm_vnet_itself_counts():
    own = vnet(subnets=(subnet(), subnet("GatewaySubnet", delegations=(), gateways=(GATEWAY.upper(),))))
    assert judged(vpn(True), own).outcome is FAIL


def test_ids_count_in_any_case():
    loud = vnet(peerings=(peering(HUB.upper(), uses_remote_gateways=True),))
    assert judged(vpn(True), loud, hub(GATEWAY.upper())).outcome is FAIL


def test_gateways_that_the_peering_does_not_use_do_not_count():
    apart = vnet(peerings=(peering(HUB, uses_remote_gateways=False),))
    assert judged(vpn(True), apart, hub(GATEWAY)).outcome is PASS


def test_gateways_of_a_virtual_hub_are_not_meant():
    behind = vnet(peerings=(peering(VIRTUAL_HUB, uses_remote_gateways=True),))
    assert judged(None, behind).outcome is PASS
    assert judged(None, vnet(peerings=(peering(VIRTUAL_HUB, uses_remote_gateways=None),))).outcome is PASS


@pytest.mark.parametrize("kind", ["outside", "no_hsm_access"])
def test_gateways_of_declared_peers_are_left_out(kind):
    declared = Policy(peers=Peers(**{kind: (HUB,)}))
    assert only(no_unsupported_gateway, serving(vpn(True)), declared).outcome is PASS
    assert only(no_unsupported_gateway, estate(hsm(), TRANSIT, overrides={HUB: GAP}), declared).outcome is PASS


def test_deleted_peer_and_deleted_gateway_serve_nothing():
    left = vnet(peerings=(peering(HUB, state="Disconnected", uses_remote_gateways=True),))
    assert only(no_unsupported_gateway, estate(hsm(), left, overrides={HUB: ABSENT})).outcome is PASS
    assert judged(ABSENT).outcome is PASS


def test_peer_that_was_not_found_and_is_connected_is_unknown():
    verdict = only(no_unsupported_gateway, estate(hsm(), TRANSIT, overrides={HUB: ABSENT}))
    assert verdict.outcome is UNKNOWN
    assert verdict.evidence.endswith("not found, although a peering to it is Connected")


@pytest.mark.parametrize(
    ("gateway", "why"),
    [
        (GAP, "gateway gw: gateway could not be read: 403 AuthorizationFailed"),
        (None, "gateway gw: gateway was not read"),
        (vpn(None), "VPN gateway gw does not tell whether it is active-active"),
        (replace(express_route(), connections=None), "ExpressRoute gateway gw: its connections were not read"),
        (vpn(False, "LocalGateway"), "gateway gw is of a kind that is not known: LocalGateway"),
    ],
)
def test_unread_gateway_is_unknown_with_its_reason_never_pass(gateway, why):
    verdict = judged(gateway)
    assert (verdict.outcome, verdict.evidence) == (UNKNOWN, why)


def test_unread_peer_and_unread_subnets_are_unknown():
    verdict = only(no_unsupported_gateway, estate(hsm(), TRANSIT))
    assert (verdict.outcome, verdict.evidence) == (UNKNOWN, "gateways of hub: virtual network was not read")
    unlisted = vnet("hub", subscription=SUB_2, subnets=None)
    assert judged(vpn(False), TRANSIT, unlisted).outcome is UNKNOWN
    untold = vnet("hub", subscription=SUB_2, subnets=(subnet("GatewaySubnet", delegations=(), gateways=None),))
    assert judged(vpn(False), TRANSIT, untold).evidence == "gateways in hub/GatewaySubnet were not read"
    assert judged(None, vnet(subnets=(subnet(gateways=None),))).outcome is UNKNOWN


def test_unread_peerings_are_unknown():
    assert judged(None, vnet(peerings=None)).evidence == "its peerings were not read"
    verdict = judged(None, vnet(peerings=(peering(None, uses_remote_gateways=True),)))
    assert verdict.evidence == "peering to-hub does not tell which virtual network it leads to"
    silent = judged(vpn(False), vnet(peerings=(peering(HUB, uses_remote_gateways=None),)), hub(GATEWAY))
    assert silent.evidence == "peering to-hub does not tell whether it uses the gateways of the other side"


def test_what_is_wrong_wins_over_what_is_not_known():
    two = vnet(peerings=(peering(HUB, uses_remote_gateways=True), peering(None, uses_remote_gateways=None)))
    assert judged(vpn(True), two, hub(GATEWAY)).outcome is FAIL


def test_unread_hsm_vnet_and_unread_hsm_are_unknown_and_a_deleted_vnet_is_not_applicable():
    gap = Gap(subject=vnet_id(), what="virtual network", reason="403 AuthorizationFailed")
    assert only(no_unsupported_gateway, estate(hsm(), overrides={vnet_id(): gap})).outcome is UNKNOWN
    assert only(no_unsupported_gateway, estate(hsm(), overrides={vnet_id(): ABSENT})).outcome is NOT_APPLICABLE
    assert outcomes(no_unsupported_gateway, estate(unread_hsm()))["hsm1"] is UNKNOWN


def test_hub_of_two_hsm_vnets_makes_both_fail():
    second = vnet("vnet-b", peerings=(peering(HUB, uses_remote_gateways=True),))
    found = estate(hsm("a"), hsm("b", subnet=subnet_id("s", "vnet-b")), TRANSIT, second, hub(GATEWAY))
    found = replace(found, gateways={arm_id.key(GATEWAY): vpn(True)})
    assert outcomes(no_unsupported_gateway, found) == {"vnet-hsm": FAIL, "vnet-b": FAIL}
