from dataclasses import replace

import pytest

from ops.checks.ha_006_same_clients_in_a_pool import same_clients_in_a_pool
from ops.model.attachment import nic_slots
from ops.model.estate import NetworkProfile
from ops.model.fact import ABSENT, Gap
from ops.model.finding import Severity
from ops.model.policy import Peers, Policy, PoolRule, Role
from tests.build import (
    SUB_2,
    estate,
    hsm,
    nics,
    peering,
    refused_subscription,
    subnet_id,
    unread_hsm,
    vnet,
    vnet_id,
)
from tests.checks.judging import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, judge, only

HUB, APPS = vnet_id("hub", SUB_2), vnet_id("apps", SUB_2)
VIRTUAL_HUB = f"/subscriptions/{SUB_2}/resourceGroups/RG_h/providers/Microsoft.Network/virtualNetworks/HV_h"
CLIENTS = (vnet("hub", subscription=SUB_2), vnet("apps", subscription=SUB_2))


def hsm_in(name, vnet_name=None, **changes):
    return hsm(name, subnet=subnet_id(vnet=vnet_name or f"vnet-{name}"), **changes)


A, B = hsm_in("a"), hsm_in("b", stamp="stamp2")


def net(name, *remotes, **changes):
    """The VNet ``vnet-NAME``, peered with these."""
    peerings = tuple(peering(remote, f"to-{n}") for n, remote in enumerate(remotes))
    return vnet(f"vnet-{name}", **({"peerings": peerings} | changes))


def pair(a, b, *more, **overrides):
    return estate(A, B, a, b, *CLIENTS, *more, **overrides)


def test_equal_clients_pass_in_any_case_and_are_named():
    state = pair(net("a", HUB, APPS), net("b", APPS.upper(), f"{HUB}/"))
    verdict = only(same_clients_in_a_pool, state)
    assert (verdict.outcome, verdict.evidence) == (PASS, "host and management: all reached from apps, hub")
    assert verdict.subject.name == "payments-prod/eastus"


def test_client_that_reaches_one_of_the_pair_only_fails_and_is_named():
    verdict = only(same_clients_in_a_pool, pair(net("a", HUB, APPS), net("b", HUB)))
    assert (verdict.outcome, verdict.evidence) == (
        FAIL,
        "host and management: apps is peered with vnet-a of a, not with vnet-b of b",
    )
    assert verdict.subject.hsms == (A.key, B.key)
    assert verdict.severity is None
    assert verdict.fix == (
        "peer apps with vnet-b too, from both sides (az network vnet peering create), "
        "or declare that no HSM traffic comes from it (peers.no_hsm_access)"
    )
    assert (same_clients_in_a_pool.severity, same_clients_in_a_pool.ticket) == (Severity.MEDIUM, False)


def test_hsms_in_one_vnet_agree_whatever_was_read_of_it():
    both = (hsm_in("a", "vnet-hsm"), hsm_in("b", "vnet-hsm", stamp="stamp2"))
    assert only(same_clients_in_a_pool, estate(*both)).evidence == "host and management: all in vnet-hsm"
    unread = estate(*both, vnet(peerings=None))
    assert only(same_clients_in_a_pool, unread).outcome is PASS


def test_host_is_compared_with_host_and_management_with_management():
    management = NetworkProfile(subnet_id=subnet_id(vnet="vnet-m"), nics=A.management.nics)
    a = replace(A, management=management)
    b = replace(B, management=replace(management, nics=B.management.nics))
    state = estate(a, b, net("a", HUB), net("b", HUB), net("m", APPS), *CLIENTS)
    verdict = only(same_clients_in_a_pool, state)
    assert (verdict.outcome, verdict.evidence) == (
        PASS,
        "host: all reached from hub; management: all in vnet-m",
    )
    differing = estate(a, b, net("a", HUB), net("b"), net("m", APPS), *CLIENTS)
    assert (
        only(same_clients_in_a_pool, differing).evidence == "host: hub is peered with vnet-a of a, not with vnet-b of b"
    )


def test_hsm_vnets_of_the_pool_are_connected_by_themselves():
    state = pair(net("a", HUB, vnet_id("vnet-b")), net("b", HUB, vnet_id("vnet-a")))
    assert only(same_clients_in_a_pool, state).outcome is PASS
    three = pair(net("a", vnet_id("vnet-b")), net("b", vnet_id("vnet-a")), hsm_in("c"), net("c"))
    verdict = only(same_clients_in_a_pool, three)
    assert (verdict.outcome, verdict.evidence) == (PASS, "host and management: no client VNet is peered")


@pytest.mark.parametrize("kind", ["no_hsm_access", "outside"])
def test_declared_peers_do_not_count_in_any_case(kind):
    declared = Policy(peers=Peers(**{kind: (f"{APPS.upper()}/",)}))
    assert only(same_clients_in_a_pool, pair(net("a", HUB, APPS), net("b", HUB)), declared).outcome is PASS


def test_leftover_of_a_peering_with_a_deleted_vnet_does_not_count():
    gone = vnet_id("gone")
    left = vnet("vnet-a", peerings=(peering(HUB), peering(gone, "to-gone", "Disconnected")))
    assert only(same_clients_in_a_pool, pair(left, net("b", HUB), overrides={gone: ABSENT})).outcome is PASS


def test_vnet_that_is_not_found_although_its_peering_is_connected_may_be_a_client():
    gone = vnet_id("gone")
    verdict = only(same_clients_in_a_pool, pair(net("a", HUB, gone), net("b", HUB), overrides={gone: ABSENT}))
    assert verdict.outcome is UNKNOWN
    assert verdict.evidence.endswith("host: whether gone still exists is not known (PHSM-NET-008)")


def test_virtual_hub_is_one_peer_by_its_id():
    assert only(same_clients_in_a_pool, pair(net("a", VIRTUAL_HUB), net("b", VIRTUAL_HUB.lower()))).outcome is PASS
    verdict = only(same_clients_in_a_pool, pair(net("a", VIRTUAL_HUB), net("b")))
    assert verdict.outcome is FAIL
    assert verdict.fix.startswith("connect vnet-b to the virtual hub too (az network vhub connection create)")


@pytest.mark.parametrize("state", ["Initiated", "Disconnected", None])
def test_state_of_a_peering_is_left_to_another_check(state):
    half = vnet("vnet-b", peerings=(peering(HUB, state=state),))
    assert only(same_clients_in_a_pool, pair(net("a", HUB), half)).outcome is PASS


def test_unread_client_counts_where_its_peering_is_connected_and_may_be_gone_where_not():
    gap = Gap(subject=APPS, what="virtual network", reason="403 AuthorizationFailed")
    state = pair(net("a", HUB, APPS), net("b", HUB), overrides={APPS: gap})
    assert only(same_clients_in_a_pool, state).outcome is FAIL
    broken = vnet("vnet-a", peerings=(peering(HUB), peering(APPS, "to-apps", "Disconnected")))
    verdict = only(same_clients_in_a_pool, pair(broken, net("b", HUB), overrides={APPS: gap}))
    assert verdict.outcome is UNKNOWN
    assert verdict.evidence == (
        "whether the same clients reach all HSMs is not known: "
        "host: whether apps still exists is not known (PHSM-NET-008)"
    )
    both = pair(broken, replace(broken, id=vnet_id("vnet-b"), name="vnet-b"), overrides={APPS: gap})
    assert only(same_clients_in_a_pool, both).outcome is PASS


@pytest.mark.parametrize(
    ("fact", "why"),
    [
        (net("b", peerings=None), "host: the peerings of vnet-b were not read"),
        (
            vnet("vnet-b", peerings=(peering(HUB), peering(None, "odd"))),
            "host: peering odd of vnet-b does not tell which virtual network it leads to",
        ),
    ],
)
def test_peerings_that_were_not_read_are_unknown_where_they_decide(fact, why):
    for a in (net("a", HUB, APPS), net("a", HUB)):
        verdict = only(same_clients_in_a_pool, pair(a, fact))
        assert (verdict.outcome, verdict.evidence) == (
            UNKNOWN,
            f"whether the same clients reach all HSMs is not known: {why}",
        )
    definite = only(same_clients_in_a_pool, pair(net("a", HUB, APPS), fact, hsm_in("c"), net("c", HUB)))
    assert definite.outcome is FAIL
    assert definite.evidence.endswith("apps is peered with vnet-a of a, not with vnet-c of c")


def test_unread_hsm_vnet_is_unknown():
    gap = Gap(subject=vnet_id("vnet-b"), what="virtual network", reason="403 AuthorizationFailed")
    for overrides in ({vnet_id("vnet-b"): gap}, {}):
        state = estate(A, B, net("a", HUB), *CLIENTS, overrides=overrides)
        assert only(same_clients_in_a_pool, state).outcome is UNKNOWN


def test_hsm_vnet_that_does_not_exist_is_left_to_another_check():
    state = estate(A, B, net("a", HUB), *CLIENTS, overrides={vnet_id("vnet-b"): ABSENT})
    verdict = only(same_clients_in_a_pool, state)
    assert (verdict.outcome, verdict.evidence) == (
        NOT_APPLICABLE,
        "virtual network vnet-b of b does not exist (PHSM-NET-001)",
    )


def test_hsm_whose_networks_are_not_all_known_is_unknown():
    nic = nic_slots(B)[0].nic_id
    gap = Gap(subject=nic, what="network interface", reason="429 TooManyRequests")
    both = (hsm_in("a", "vnet-hsm"), hsm_in("b", "vnet-hsm"))
    for state in (estate(*both, overrides={nic: gap}), estate(both[0], unread_hsm("b"))):
        assert only(same_clients_in_a_pool, state).outcome is UNKNOWN
    differing = pair(net("a", HUB), net("b"), overrides={nic: gap})  # b may be in a second VNet, which hub reaches
    assert only(same_clients_in_a_pool, differing).outcome is UNKNOWN
    certain = estate(A, B, net("a", HUB), net("b"), unread_hsm("c"), *CLIENTS)
    assert only(same_clients_in_a_pool, certain).outcome is FAIL


def test_nic_in_something_that_is_no_subnet_is_unknown():
    odd = next(iter(nics(B, subnet_ids=("nowhere",)).values()))
    state = pair(net("a", HUB), net("b", HUB), overrides={odd.id: odd})
    verdict = only(same_clients_in_a_pool, state)
    assert verdict.outcome is UNKNOWN
    assert verdict.evidence.endswith("b: nowhere is no id of a subnet")


def test_hsms_without_any_network_yet_are_not_applicable():
    bare = [hsm(name, provisioning_state="Connecting", host=ABSENT, management=ABSENT) for name in ("a", "b")]
    missing = {slot.nic_id: ABSENT for one in bare for slot in nic_slots(one)}
    verdict = only(same_clients_in_a_pool, estate(*bare, overrides=missing))
    assert (verdict.outcome, verdict.evidence) == (NOT_APPLICABLE, "no HSM is in a virtual network yet")


def test_hsm_whose_nics_tell_no_subnet_is_not_taken_for_one_in_the_vnet_of_the_others():
    silent = hsm("b", stamp="stamp2", host=NetworkProfile(subnet_id=None, nics=()), management=ABSENT)
    bare = {nic.id: nic for nic in nics(silent, subnet_ids=()).values()}
    verdict = only(same_clients_in_a_pool, estate(hsm("a"), silent, overrides=bare))
    assert verdict.outcome is UNKNOWN
    assert "b: its subnets are not all known: host NIC 1: its subnet is not told" in verdict.evidence


def test_hsm_in_no_network_yet_is_reached_by_nobody_and_is_left_to_another_check():
    bare = hsm("b", stamp="stamp2", management=ABSENT)
    gone = {nic_slots(bare)[2].nic_id: ABSENT}
    verdict = only(same_clients_in_a_pool, estate(hsm("a"), bare, overrides=gone))
    assert (verdict.outcome, verdict.evidence) == (
        NOT_APPLICABLE,
        "management: b is in no virtual network yet (PHSM-NET-009)",
    )
    differing = replace(B, management=ABSENT)
    state = estate(A, differing, net("a", HUB), net("b"), *CLIENTS, overrides={nic_slots(B)[2].nic_id: ABSENT})
    assert only(same_clients_in_a_pool, state).outcome is FAIL


def test_lone_hsm_and_one_beside_an_hsm_that_is_being_deleted_have_nothing_to_compare():
    assert judge(same_clients_in_a_pool, estate(A, net("a", HUB), *CLIENTS)) == {}
    leaving = replace(B, provisioning_state="Deleting")
    assert judge(same_clients_in_a_pool, estate(A, leaving, net("a", HUB), net("b"), *CLIENTS)) == {}


def test_members_that_were_not_read_may_be_reached_by_others():
    by_tag = Policy(pools=(PoolRule(name="cards"),))
    agreeing = pair(net("a", HUB), net("b", HUB), refused_subscription())
    assert only(same_clients_in_a_pool, agreeing, by_tag).outcome is UNKNOWN
    assert only(same_clients_in_a_pool, agreeing).outcome is PASS
    differing = pair(net("a", HUB), net("b"), refused_subscription())
    assert only(same_clients_in_a_pool, differing, by_tag).outcome is FAIL


def test_failure_outside_production_is_low_and_in_a_dr_pool_it_is_not():
    differing = pair(net("a", HUB), net("b"))
    for role, severity in ((Role.NON_PRODUCTION, Severity.LOW), (Role.DR, None)):
        policy = Policy(pools=(PoolRule(name="cards", role=role),))
        verdict = only(same_clients_in_a_pool, differing, policy)
        assert (verdict.outcome, verdict.severity) == (FAIL, severity)


def test_long_lists_are_cut_and_counted():
    many = [vnet_id(f"app-{n}", SUB_2) for n in range(8)]
    apps = [vnet(f"app-{n}", subscription=SUB_2) for n in range(8)]
    verdict = only(same_clients_in_a_pool, pair(net("a", *many), net("b"), *apps))
    assert verdict.evidence.count("is peered with") == 3
    assert verdict.evidence.endswith(", and 5 more differ")


def test_names_stand_on_one_line():
    loud = hsm_in("b\nb", "vnet\n::b")
    state = estate(A, loud, net("a", HUB), vnet("vnet\n::b"), *CLIENTS)
    assert only(same_clients_in_a_pool, state).evidence.endswith("not with vnet : :b of b b")


def test_hsm_that_tells_no_region_leaves_the_clients_of_its_pools_unknown():
    lost = [replace(one, location="") for one in (A, B)]
    nets = (net("a", HUB), net("b"), *CLIENTS)
    for state in (estate(lost[0], B, *nets), estate(*lost, *nets)):
        verdicts = judge(same_clients_in_a_pool, state).values()
        assert {(v.outcome, v.evidence) for v in verdicts} == {
            (UNKNOWN, "whether the same clients reach all HSMs is not known: the region of a is not told")
        }
