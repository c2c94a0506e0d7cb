from dataclasses import replace

import pytest

from ops.checks.net_016_routes_to_hsms_specific import routes_to_hsms_specific
from ops.model import arm_id
from ops.model.attachment import nic_slots
from ops.model.estate import NetworkProfile, ProfileNic
from ops.model.fact import ABSENT, Gap
from ops.model.policy import Peers, Policy
from ops.model.surroundings import Route, RouteTable
from tests.build import SUB_1, SUB_2, estate, group, hsm, nics, peering, subnet, subnet_id, unread_hsm, vnet, vnet_id
from tests.checks.judging import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, judge, only, outcomes

HUB = vnet_id("hub", SUB_2)
TABLE = f"{group(SUB_2)}/providers/Microsoft.Network/routeTables/rt-hub"
PEERED = vnet(peerings=(peering(HUB),))
CLIENTS = subnet("clients", vnet="hub", subscription=SUB_2, delegations=(), route_table=TABLE)
HUB_VNET = vnet("hub", subscription=SUB_2, subnets=(CLIENTS,), prefixes=("10.0.0.0/16",))
ONE = hsm()
GAP = Gap(subject=TABLE, what="route table", reason="403 AuthorizationFailed")


def route(prefix, next_hop="VirtualAppliance", name="to-firewall", ip="10.0.0.4"):
    return Route(name=name, prefix=prefix, next_hop=next_hop, next_hop_ip=ip)


def routed(*routes, things=(PEERED, HUB_VNET), hsms=(ONE,), fact=None):
    table = fact or RouteTable(id=TABLE, name="rt-hub", routes=routes)
    return replace(estate(*hsms, *things), route_tables={arm_id.key(TABLE): table})


def judged(*routes, **changes):
    return only(routes_to_hsms_specific, routed(*routes, **changes))


@pytest.mark.parametrize("prefix", ["10.3.0.0/16", "10.3.0.0/17", "10.3.0.0/23"])
@pytest.mark.parametrize("next_hop", ["VirtualAppliance", "virtualappliance", "VirtualNetworkGateway"])
def test_route_between_vnet_and_subnet_size_fails_and_names_the_hsms(prefix, next_hop):
    verdict = judged(route(prefix, next_hop))
    assert verdict.outcome is FAIL
    assert verdict.evidence == (
        f"route to-firewall to {prefix} is wider than 10.3.1.0/24 of vnet-hsm/hsmsubnet, and no route is as specific"
    )
    assert (verdict.subject.name, verdict.subject.id, verdict.subject.hsms) == ("rt-hub", TABLE, (hsm().key,))


def test_failure_gives_the_route_that_is_missing_and_what_has_to_be_done_first():
    assert judged(route("10.3.0.0/16", "virtualappliance")).fix == (
        "once the firewall replaces the source address (SNAT): "
        f"az network route-table route create --subscription {SUB_2} --resource-group rg-hsm --route-table-name rt-hub"
        " --name payment-hsm-10.3.1.0-24 --address-prefix 10.3.1.0/24 --next-hop-type VirtualAppliance"
        " --next-hop-ip-address 10.0.0.4"
    )
    assert "--next-hop-ip" not in judged(route("10.3.0.0/16", "VirtualNetworkGateway", ip=None)).fix
    page = routes_to_hsms_specific.page
    assert page.index("has to replace the source address") < page.index("az network route-table route create")


@pytest.mark.parametrize("prefix", ["0.0.0.0/0", "10.0.0.0/8", "10.2.0.0/15"])
def test_default_route_and_all_that_is_wider_than_the_vnet_pass(prefix):
    assert judged(route(prefix)).outcome is PASS


@pytest.mark.parametrize("prefix", ["10.3.1.0/24", "10.3.1.0/25", "10.3.1.9/32", "10.3.1.255/32"])
def test_route_no_wider_than_the_subnet_passes_alone(prefix):
    verdict = judged(route(prefix))
    assert (verdict.outcome, verdict.evidence) == (
        PASS,
        "none of 1 routes to a firewall is wider than a delegated subnet and inside its VNet alone",
    )


@pytest.mark.parametrize(
    ("prefixes", "how"),
    [
        (["10.3.1.0/24"], "route r0 to 10.3.1.0/24 (VirtualAppliance) is as specific"),
        (["10.3.1.128/25", "10.3.1.0/25"], "2 routes inside it together are as specific"),
        (["10.3.1.0/28"], "route r0 to 10.3.1.0/28 (VirtualAppliance) covers every HSM there"),
        (["10.3.1.1/32", "10.3.1.2/32", "10.3.1.9/32"], "3 routes inside it cover every HSM there"),
    ],
)
def test_wide_route_passes_beside_those_that_are_as_specific_for_the_subnet_or_for_its_hsms(prefixes, how):
    verdict = judged(route("10.3.0.0/16"), *(route(prefix, name=f"r{n}") for n, prefix in enumerate(prefixes)))
    assert (verdict.outcome, verdict.evidence) == (
        PASS,
        f"route to-firewall to 10.3.0.0/16 is wider than 10.3.1.0/24 of vnet-hsm/hsmsubnet, and {how}",
    )


@pytest.mark.parametrize(
    ("prefixes", "how"),
    [
        (["10.3.1.200/32"], "route r0 to 10.3.1.200/32 (VirtualAppliance) leaves out 10.3.1.1, 10.3.1.2, 10.3.1.9"),
        (["10.3.1.0/30", "10.3.1.16/28"], "2 routes inside it leave out 10.3.1.9"),
        (["10.3.1.128/25"], "route r0 to 10.3.1.128/25 (VirtualAppliance) leaves out 10.3.1.1, 10.3.1.2, 10.3.1.9"),
    ],
)
def test_small_route_that_leaves_an_hsm_to_the_wide_one_does_not_help(prefixes, how):
    verdict = judged(route("10.3.0.0/16"), *(route(prefix, name=f"r{n}") for n, prefix in enumerate(prefixes)))
    assert (verdict.outcome, verdict.evidence) == (
        FAIL,
        f"route to-firewall to 10.3.0.0/16 is wider than 10.3.1.0/24 of vnet-hsm/hsmsubnet, and {how}",
    )


def test_subnet_that_waits_for_its_hsms_needs_a_route_for_all_of_it():
    waiting = vnet(peerings=(peering(HUB),), subnets=(subnet(), subnet("spare", prefixes=("10.3.2.0/24",))))
    exact, part, rest = route("10.3.1.0/24", name="exact"), route("10.3.2.0/25", name="p"), route("10.3.2.128/25")
    things = (waiting, HUB_VNET)
    verdict = judged(route("10.3.0.0/16"), exact, part, things=things)
    assert (
        verdict.outcome,
        verdict.evidence.endswith("route p to 10.3.2.0/25 (VirtualAppliance) leaves out a part of it"),
    ) == (
        FAIL,
        True,
    )
    assert judged(route("10.3.0.0/16"), exact, part, rest, things=things).outcome is PASS


@pytest.mark.parametrize("next_hop", ["VnetLocal", "None"])
def test_specific_route_that_keeps_the_traffic_from_the_firewall_on_purpose_is_no_mistake(next_hop):
    verdict = judged(route("10.3.0.0/16"), route("10.3.1.0/24", next_hop, name="own"))
    assert (verdict.outcome, verdict.evidence.endswith(f"route own to 10.3.1.0/24 ({next_hop}) is as specific")) == (
        PASS,
        True,
    )


def test_small_routes_are_unknown_while_the_address_of_an_hsm_is_not_told():
    small = (route("10.3.1.1/32", name="a"), route("10.3.1.2/32", name="b"))
    slot = nic_slots(ONE)[2]
    blank = nics(ONE, private_ips=())[slot.key]
    for fact in (Gap(subject=slot.nic_id, what="network interface", reason="403 x"), blank):
        found = replace(routed(route("10.3.0.0/16"), *small), nics={**nics(ONE), slot.key: fact})
        verdict = judge(routes_to_hsms_specific, found)["rt-hub"]
        assert verdict.outcome is UNKNOWN
        assert verdict.evidence.endswith("is not known: the address of the management NIC of hsm1 is not told")
    gone = replace(routed(route("10.3.0.0/16"), *small), nics={**nics(ONE), slot.key: ABSENT})
    assert only(routes_to_hsms_specific, gone).outcome is PASS


def test_address_of_the_other_side_in_another_vnet_does_not_count():
    apart = subnet_id(vnet="vnet-m")
    split = hsm(management=NetworkProfile(subnet_id=apart, nics=(ProfileNic(nic_id=None, private_ip="10.3.1.9"),)))
    other = vnet("vnet-m", subnets=(subnet(vnet="vnet-m"),))
    small = (route("10.3.1.1/32", name="a"), route("10.3.1.2/32", name="b"))
    found = routed(route("10.3.0.0/16"), *small, things=(PEERED, other, HUB_VNET), hsms=(split,))
    found = replace(
        found,
        nics={**found.nics, nic_slots(split)[2].key: nics(split, private_ips=("10.3.1.9",))[nic_slots(split)[2].key]},
    )
    assert outcomes(routes_to_hsms_specific, found)["rt-hub"] is PASS


def test_vnet_without_a_delegated_subnet_is_another_checks_failure():
    bare = vnet(peerings=(peering(HUB),), subnets=(subnet(delegations=()),))
    verdict = judged(route("10.3.0.0/16"), things=(bare, HUB_VNET))
    assert (verdict.outcome, "PHSM-NET-001" in verdict.evidence) == (NOT_APPLICABLE, True)


def test_specific_route_to_another_subnet_does_not_help():
    assert judged(route("10.3.0.0/16"), route("10.3.2.0/24", name="a"), route("10.3.0.0/24", name="b")).outcome is FAIL


@pytest.mark.parametrize("next_hop", ["VnetLocal", "Internet", "None"])
def test_route_that_leads_to_no_firewall_passes(next_hop):
    assert judged(route("10.3.0.0/16", next_hop)).outcome is PASS


@pytest.mark.parametrize("prefix", ["AzureMonitor", "fd00::/48", "10.4.0.0/16", "", "10.3.0.0/99"])
def test_service_tags_ipv6_and_other_networks_say_nothing(prefix):
    assert judged(route(prefix)).outcome is PASS


def test_empty_table_passes():
    assert judged().outcome is PASS


def test_the_prefix_of_the_address_space_that_holds_the_subnet_is_the_limit():
    two = vnet(peerings=(peering(HUB),), prefixes=("10.16.0.0/12", "10.3.1.0/24", "fd00::/48"))
    assert judged(route("10.3.0.0/16"), things=(two, HUB_VNET)).outcome is PASS


def test_table_on_another_subnet_of_the_hsm_vnet_counts_and_on_the_delegated_one_is_another_checks_failure():
    own = vnet(subnets=(subnet(), subnet("proxy", delegations=(), route_table=TABLE)))
    assert judged(route("10.3.0.0/16"), things=(own,)).outcome is FAIL
    verdict = judged(things=(vnet(subnets=(subnet(route_table=TABLE),)),))
    assert (verdict.subject.name, verdict.outcome) == ("vnet-hsm", NOT_APPLICABLE)


def test_hsm_vnet_without_a_route_table_on_the_way_is_not_applicable():
    verdict = only(routes_to_hsms_specific, estate(hsm()))
    assert (verdict.outcome, verdict.evidence) == (NOT_APPLICABLE, "no route table is on the way to it")
    assert outcomes(routes_to_hsms_specific, estate(hsm(), vnet("apart"))) == {"vnet-hsm": NOT_APPLICABLE}


def test_table_on_many_subnets_in_any_case_is_one_subject():
    again = replace(CLIENTS, id=f"{CLIENTS.id}2", route_table=TABLE.upper())
    both = vnet("hub", subscription=SUB_2, subnets=(CLIENTS, again))
    assert judged(route("10.3.0.0/16"), things=(PEERED, both)).subject.id == TABLE


def test_only_the_hsms_behind_the_wide_route_are_named():
    other = vnet(
        "vnet-b",
        peerings=(peering(HUB),),
        prefixes=("10.5.0.0/16",),
        subnets=(subnet(vnet="vnet-b", prefixes=("10.5.1.0/24",)),),
    )
    pair = (hsm("a"), hsm("b", subnet=subnet_id(vnet="vnet-b")))
    things = (PEERED, other, HUB_VNET)
    verdict = judged(route("10.5.0.0/16"), route("10.3.1.0/24", name="exact"), things=things, hsms=pair)
    assert (verdict.outcome, verdict.subject.hsms) == (FAIL, (pair[1].key,))
    assert judged(route("10.3.1.0/24"), things=things, hsms=pair).subject.hsms == (pair[0].key, pair[1].key)


def test_of_many_subnets_three_are_shown():
    many = tuple(subnet(f"s{n}", prefixes=(f"10.3.{n}.0/24",)) for n in range(1, 6))
    verdict = judged(route("10.3.0.0/16"), things=(vnet(peerings=(peering(HUB),), subnets=(subnet(), *many)), HUB_VNET))
    assert "and 3 more" in verdict.evidence
    assert ", and alike for 10.3.1.0/24, 10.3.2.0/24, 10.3.3.0/24 and 2 more: az network" in verdict.fix
    assert verdict.fix.count("az network route-table route create") == 1
    verdict = judged(route("10.3.0.0/16"), things=(vnet(peerings=(peering(HUB),), subnets=many[:3]), HUB_VNET))
    assert "more" not in verdict.evidence


@pytest.mark.parametrize("kind", ["outside", "no_hsm_access"])
def test_tables_of_declared_peers_are_left_out(kind):
    declared = Policy(peers=Peers(**{kind: (HUB.upper(),)}))
    none = {"vnet-hsm": NOT_APPLICABLE}
    assert outcomes(routes_to_hsms_specific, routed(route("10.3.0.0/16")), declared) == none
    assert outcomes(routes_to_hsms_specific, estate(hsm(), PEERED, overrides={HUB: GAP}), declared) == none


def test_virtual_hub_and_deleted_peer_have_no_tables():
    virtual_hub = f"/subscriptions/{SUB_2}/resourceGroups/RG_h/providers/Microsoft.Network/virtualNetworks/HV_h"
    for found in (
        estate(hsm(), vnet(peerings=(peering(virtual_hub),))),
        estate(hsm(), vnet(peerings=(peering(HUB, state="Disconnected"),)), overrides={HUB: ABSENT}),
    ):
        assert outcomes(routes_to_hsms_specific, found) == {"vnet-hsm": NOT_APPLICABLE}


def test_peer_that_was_not_found_and_is_connected_is_unknown():
    assert outcomes(routes_to_hsms_specific, estate(hsm(), PEERED, overrides={HUB: ABSENT})) == {"hub": UNKNOWN}


def test_unread_table_is_unknown_with_its_reason_never_pass():
    verdict = judged(fact=GAP)
    assert (verdict.outcome, verdict.evidence) == (UNKNOWN, "route table could not be read: 403 AuthorizationFailed")
    found = replace(routed(), route_tables={})
    assert only(routes_to_hsms_specific, found).evidence == "route table was not read"


def test_table_that_does_not_exist_is_not_applicable():
    assert judged(fact=ABSENT).outcome is NOT_APPLICABLE


def test_unread_prefixes_are_unknown():
    unread = vnet(peerings=(peering(HUB),), prefixes=None)
    verdict = judged(things=(unread, HUB_VNET))
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        "vnet-hsm: the prefixes of its address space were not read",
    )
    bare = vnet(peerings=(peering(HUB),), subnets=(subnet(prefixes=()),))
    assert judged(things=(bare, HUB_VNET)).evidence == "vnet-hsm: the IPv4 prefix of vnet-hsm/hsmsubnet is not told"
    apart = vnet(peerings=(peering(HUB),), prefixes=("10.9.0.0/16",))
    assert judged(things=(apart, HUB_VNET)).evidence == "vnet-hsm: 10.3.1.0/24 is in no prefix of its address space"


def test_unread_subnets_of_the_hsm_vnet_leave_the_table_unknown_too():
    unread = vnet(peerings=(peering(HUB),), subnets=None)
    assert outcomes(routes_to_hsms_specific, routed(things=(unread, HUB_VNET))) == {
        "vnet-hsm": UNKNOWN,
        "rt-hub": UNKNOWN,
    }


def test_unread_peer_and_its_unread_subnets_are_unknown():
    gap = Gap(subject=HUB, what="virtual network", reason="401 InvalidAuthenticationToken")
    verdict = only(routes_to_hsms_specific, estate(hsm(), PEERED, overrides={HUB: gap}))
    assert (verdict.subject.id, verdict.outcome) == (HUB, UNKNOWN)
    assert "401 InvalidAuthenticationToken" in verdict.evidence
    assert outcomes(routes_to_hsms_specific, estate(hsm(), PEERED)) == {"hub": UNKNOWN}
    assert outcomes(routes_to_hsms_specific, routed(things=(PEERED, replace(HUB_VNET, subnets=None)))) == {
        "hub": UNKNOWN
    }


def test_unread_hsm_vnet_peerings_and_hsm_are_unknown_once():
    gap = Gap(subject=vnet_id(), what="virtual network", reason="403 AuthorizationFailed")
    assert outcomes(routes_to_hsms_specific, estate(hsm(), overrides={vnet_id(): gap})) == {"vnet-hsm": UNKNOWN}
    assert outcomes(routes_to_hsms_specific, estate(hsm(), vnet(peerings=None, subnets=None))) == {"vnet-hsm": UNKNOWN}
    nameless = vnet(peerings=(peering(None, "a"), peering(None, "b")))
    assert outcomes(routes_to_hsms_specific, estate(hsm(), nameless)) == {"vnet-hsm": UNKNOWN}
    assert outcomes(routes_to_hsms_specific, estate(unread_hsm()))["hsm1"] is UNKNOWN
    assert only(routes_to_hsms_specific, estate(hsm(), overrides={vnet_id(): ABSENT})).outcome is NOT_APPLICABLE


def test_two_peered_hsm_vnets_are_judged_by_one_table():
    first = vnet(peerings=(peering(vnet_id("vnet-b")),))
    second = vnet(
        "vnet-b",
        peerings=(peering(vnet_id()),),
        prefixes=("10.5.0.0/16",),
        subnets=(
            subnet(vnet="vnet-b", prefixes=("10.5.1.0/24",)),
            subnet("proxy", vnet="vnet-b", delegations=(), route_table=TABLE),
        ),
    )
    pair = (hsm("a"), hsm("b", subnet=subnet_id(vnet="vnet-b")))
    for prefix, owner in (("10.3.0.0/16", pair[0]), ("10.5.0.0/16", pair[1])):
        verdict = judged(route(prefix), things=(first, second), hsms=pair)
        assert (verdict.outcome, verdict.subject.hsms) == (FAIL, (owner.key,))


def test_hostile_names_are_quoted_and_shown_on_one_line():
    table_id = f"/subscriptions/{SUB_1}/resourceGroups/rg (a)/providers/Microsoft.Network/routeTables/rt_$(x)"
    own = vnet(subnets=(subnet(), subnet("proxy", delegations=(), route_table=table_id)))
    table = RouteTable(id=table_id, name="rt", routes=(route("10.3.0.0/16", name="a\n::error::b", ip="$(id)"),))
    found = replace(estate(hsm(), own), route_tables={arm_id.key(table_id): table})
    verdict = only(routes_to_hsms_specific, found)
    assert "\n" not in verdict.evidence
    assert all(text in verdict.fix for text in ("'rg (a)'", "'rt_$(x)'", "'$(id)'"))
