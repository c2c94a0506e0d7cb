import shlex

import pytest

from ops.checks.net_008_peerings_in_order import peerings_in_order
from ops.model.fact import ABSENT, Gap
from ops.model.finding import Party, Severity
from ops.model.policy import Peers, Policy
from tests.build import SUB_2, estate, hsm, peering, subnet_id, unread_hsm, vnet, vnet_id
from tests.checks.judging import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, judge, only, outcomes

HUB = vnet_id("hub", SUB_2)
HERE, BACK = f"{vnet_id()}/virtualNetworkPeerings/to-hub", f"{HUB}/virtualNetworkPeerings/to-hsm"
VIRTUAL_HUB = f"/subscriptions/{SUB_2}/resourceGroups/RG_h/providers/Microsoft.Network/virtualNetworks/HV_h"
GAP = Gap(subject=HUB, what="virtual network", reason="401 InvalidAuthenticationToken")
HALF_TOLD = pytest.mark.parametrize(
    ("changes", "evidence"),
    [
        ({"state": None}, "its state was not told"),
        ({"state": "Updating"}, "state Updating says neither yes nor no"),
        ({"sync_level": None}, "its sync level was not told"),
        ({"sync_level": "Perhaps\n::error::"}, "sync level Perhaps : :error:: says neither yes nor no"),
        ({"allows_access": None}, "whether it allows VNet access was not told"),
    ],
)


def here(remote=HUB, **changes):
    return vnet(peerings=(peering(remote, **changes),))


def hub(*peerings, **changes):
    """The hub with its peering back; ``changes`` are the peering's."""
    back = peerings or (peering(vnet_id(), "to-hsm", **changes),)
    return vnet("hub", subscription=SUB_2, peerings=back)


def verdict_on(near=None, far=None, policy=None, **changes):
    return only(peerings_in_order, estate(hsm(), near or here(), far or hub(), **changes), policy)


def test_peering_in_order_on_both_sides_passes():
    verdict = verdict_on()
    assert (verdict.outcome, verdict.evidence) == (PASS, "Connected, FullyInSync, access allowed; hub/to-hsm too")
    subject = verdict.subject
    assert (subject.name, subject.id, subject.hsms) == ("vnet-hsm/to-hub", HERE, (hsm().key,))
    assert (peerings_in_order.severity, peerings_in_order.party) == (Severity.HIGH, Party.CUSTOMER)
    assert not peerings_in_order.ticket


def test_states_levels_and_ids_are_compared_in_any_case():
    near = here(HUB.upper(), state="CONNECTED", sync_level="fullyInSync")
    assert verdict_on(near, hub(peering(f"{vnet_id().upper()}/", "to-hsm"))).outcome is PASS


def test_initiated_peering_fails_with_the_command_that_makes_the_other_side():
    near = here(state="Initiated", sync_level="RemoteNotInSync")
    made = (
        f"az network vnet peering create --subscription {SUB_2} --resource-group rg-hsm --vnet-name hub "
        f"--name to-vnet-hsm --remote-vnet {vnet_id()} --allow-vnet-access"
    )
    verdict = verdict_on(near, hub(peering(vnet_id("other"))))
    assert (verdict.outcome, verdict.severity) == (FAIL, None)
    assert (verdict.evidence, verdict.fix) == ("peering is Initiated, and hub has no peering back", made)
    unread = verdict_on(near, overrides={HUB: GAP})
    assert (unread.outcome, unread.evidence, unread.fix) == (FAIL, "peering is Initiated", made)


def test_disconnected_peering_to_a_vnet_that_is_there_is_made_anew_with_its_settings():
    verdict = verdict_on(here(state="Disconnected"))
    assert (verdict.outcome, verdict.severity, verdict.evidence) == (FAIL, None, "peering is Disconnected")
    assert "az network vnet peering delete" not in verdict.fix
    assert verdict.fix.endswith(f"az network vnet peering show --ids {HERE}")
    assert verdict_on(here(state="Initiated")).fix == verdict.fix


def test_missing_peering_back_fails_though_this_side_says_connected():
    verdict = verdict_on(far=hub(peering(vnet_id("other"))))
    assert (verdict.outcome, verdict.evidence) == (FAIL, "peering is Connected, and hub has no peering back")


@pytest.mark.parametrize("state", ["Initiated", "Disconnected", None])
def test_leftover_to_a_deleted_vnet_is_low_and_deleted(state):
    verdict = verdict_on(here(state=state), overrides={HUB: ABSENT})
    assert (verdict.outcome, verdict.severity) == (FAIL, Severity.LOW)
    assert verdict.evidence == "a leftover: virtual network hub does not exist"
    assert verdict.fix == f"az network vnet peering delete --ids {HERE}"


def test_connected_peering_to_a_vnet_that_was_not_found_is_unknown_and_nothing_is_deleted():
    verdict = verdict_on(overrides={HUB: ABSENT})
    assert (verdict.outcome, verdict.fix, verdict.evidence) == (
        UNKNOWN,
        "",
        "virtual network could not be read: not found, although a peering to it is Connected",
    )
    declared = Policy(peers=Peers(outside=(HUB,)))
    assert verdict_on(overrides={HUB: ABSENT}, policy=declared).outcome is PASS


def test_of_two_peerings_to_a_vnet_that_was_not_found_none_is_a_leftover_while_one_is_connected():
    found = estate(
        hsm("a"),
        hsm("b", subnet=subnet_id(vnet="vnet-b")),
        here(state="CONNECTED"),
        vnet("vnet-b", peerings=(peering(HUB.upper(), state="Disconnected"),)),
        overrides={HUB: ABSENT},
    )
    verdicts = judge(peerings_in_order, found)
    assert {name: verdict.outcome for name, verdict in verdicts.items()} == {
        "vnet-hsm/to-hub": UNKNOWN,
        "vnet-b/to-hub": FAIL,
    }
    assert verdicts["vnet-b/to-hub"].evidence == "peering is Disconnected"
    assert "peering delete" not in verdicts["vnet-b/to-hub"].fix


@pytest.mark.parametrize(
    ("level", "ids"),
    [("LocalNotInSync", [HERE]), ("RemoteNotInSync", [BACK]), ("LocalAndRemoteNotInSync", [HERE, BACK])],
)
def test_peering_out_of_sync_fails_with_the_sides_to_sync(level, ids):
    verdict = verdict_on(here(sync_level=level))
    assert (verdict.outcome, verdict.severity) == (FAIL, None)
    assert verdict.evidence == f"sync level is {level}"
    assert verdict.fix == f"az network vnet peering sync --ids {' '.join(ids)}"


@pytest.mark.parametrize("level", ["RemoteNotInSync", "LocalAndRemoteNotInSync"])
def test_side_that_cannot_be_read_is_synced_by_those_who_keep_it(level):
    verdict = verdict_on(here(sync_level=level), overrides={HUB: GAP})
    assert verdict.outcome is FAIL
    assert "by those who keep it" in verdict.fix
    assert (HERE in verdict.fix) is (level == "LocalAndRemoteNotInSync")


def test_access_that_is_not_allowed_fails_on_either_side():
    update = "az network vnet peering update --ids {} --set allowVirtualNetworkAccess=true"
    verdict = verdict_on(here(allows_access=False))
    assert (verdict.outcome, verdict.evidence) == (FAIL, "it does not allow VNet access")
    assert verdict.fix == update.format(HERE)
    verdict = verdict_on(far=hub(allows_access=False))
    assert (verdict.outcome, verdict.evidence) == (FAIL, "the peering back, hub/to-hsm, does not allow VNet access")
    assert verdict.fix == update.format(BACK)


def test_all_faults_are_told_and_their_commands_are_one():
    verdict = verdict_on(here(sync_level="LocalNotInSync", allows_access=False), hub(allows_access=False))
    assert verdict.evidence.count(";") == 2
    assert verdict.fix.count(" && ") == 2
    assert all(part.startswith("az network vnet peering ") for part in verdict.fix.split(" && "))


def test_peer_that_cannot_be_read_is_judged_by_this_side_alone():
    verdict = verdict_on(overrides={HUB: GAP})
    assert (verdict.outcome, verdict.evidence) == (
        PASS,
        (
            "Connected, FullyInSync, access allowed; the other side was not judged: "
            "virtual network could not be read: 401 InvalidAuthenticationToken"
        ),
    )
    assert only(peerings_in_order, estate(hsm(), here())).outcome is PASS
    assert verdict_on(here(allows_access=False), overrides={HUB: GAP}).outcome is FAIL


def test_peer_declared_outside_is_judged_by_this_side_alone():
    declared = Policy(peers=Peers(outside=(f"{HUB.upper()}/",)))
    verdict = verdict_on(far=hub(allows_access=False), policy=declared)
    assert verdict.outcome is PASS
    assert "peers.outside" in verdict.evidence
    assert verdict_on(here(state="Initiated"), policy=declared).outcome is FAIL


@pytest.mark.parametrize("fact", [None, ABSENT, Gap(subject=VIRTUAL_HUB, what="virtual network", reason="403 x")])
def test_virtual_hub_is_judged_by_this_side_alone_and_repaired_at_its_connection(fact):
    overrides = {} if fact is None else {VIRTUAL_HUB: fact}
    verdict = verdict_on(here(VIRTUAL_HUB), overrides=overrides)
    assert verdict.outcome is PASS
    assert "Virtual WAN hub" in verdict.evidence
    for broken in ({"state": "Disconnected"}, {"sync_level": "LocalNotInSync"}, {"allows_access": False}):
        verdict = verdict_on(here(VIRTUAL_HUB.upper(), **broken), overrides=overrides)
        assert (verdict.outcome, verdict.severity) == (FAIL, None)
        assert verdict.fix.endswith("az network vhub connection list")


def test_peer_without_access_to_the_hsms_is_judged_but_low():
    declared = Policy(peers=Peers(no_hsm_access=(HUB.upper(),)))
    assert verdict_on(policy=declared).outcome is PASS
    verdict = verdict_on(here(state="Disconnected"), policy=declared)
    assert (verdict.outcome, verdict.severity) == (FAIL, Severity.LOW)


@HALF_TOLD
def test_half_told_peering_is_unknown_never_pass(changes, evidence):
    verdict = verdict_on(here(**changes))
    assert (verdict.outcome, verdict.evidence) == (UNKNOWN, evidence)
    assert verdict_on(here(**changes), overrides={HUB: GAP}).outcome is UNKNOWN


def test_definite_fault_wins_over_what_was_not_told():
    assert verdict_on(here(sync_level=None, allows_access=False)).outcome is FAIL


@pytest.mark.parametrize("state", ["Disconnected", "INITIATED"])
def test_peering_back_that_is_down_fails_though_this_side_says_connected(state):
    verdict = verdict_on(far=hub(state=state, sync_level="LocalNotInSync"))
    assert (verdict.outcome, verdict.evidence) == (FAIL, f"the peering back, hub/to-hsm, is {state}")
    assert verdict.fix.endswith(f"az network vnet peering show --ids {HERE}")


@pytest.mark.parametrize(
    ("level", "ids"),
    [("LocalNotInSync", [BACK]), ("remoteNotInSync", [HERE]), ("LocalAndRemoteNotInSync", [HERE, BACK])],
)
def test_peering_back_out_of_sync_fails_with_the_sides_to_sync(level, ids):
    verdict = verdict_on(far=hub(sync_level=level))
    assert (verdict.outcome, verdict.evidence) == (FAIL, f"sync level of the peering back, hub/to-hsm, is {level}")
    assert verdict.fix == f"az network vnet peering sync --ids {' '.join(ids)}"


def test_both_sides_out_of_sync_are_synced_by_one_command():
    verdict = verdict_on(here(sync_level="LocalNotInSync"), hub(sync_level="LocalNotInSync"))
    assert verdict.fix == f"az network vnet peering sync --ids {HERE} {BACK}"


@HALF_TOLD
def test_half_told_peering_back_is_unknown_never_pass(changes, evidence):
    verdict = verdict_on(far=hub(**changes))
    assert (verdict.outcome, verdict.evidence) == (UNKNOWN, f"the peering back, hub/to-hsm: {evidence}")


def test_all_that_is_not_told_of_the_peering_back_stands_together():
    verdict = verdict_on(far=hub(state=None, sync_level=None))
    told = "its state was not told, its sync level was not told"
    assert (verdict.outcome, verdict.evidence) == (UNKNOWN, f"the peering back, hub/to-hsm: {told}")


def test_other_side_whose_peerings_were_not_read_is_unknown():
    blind = vnet("hub", subscription=SUB_2, peerings=None)
    verdict = verdict_on(far=blind)
    assert (verdict.outcome, verdict.evidence) == (UNKNOWN, "the peerings of hub were not read")


def test_peering_that_does_not_tell_where_it_leads_is_unknown_unless_it_is_broken():
    verdict = verdict_on(here(None))
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        "it does not tell which virtual network it leads to",
    )
    verdict = verdict_on(here(None, state="Initiated"))
    assert (verdict.outcome, verdict.fix.endswith(f"show --ids {HERE}")) == (FAIL, True)


def test_unread_peerings_vnets_and_hsms_are_unknown():
    assert only(peerings_in_order, estate(hsm(), vnet(peerings=None))).evidence == "its peerings were not read"
    gap = Gap(subject=vnet_id(), what="virtual network", reason="429 TooManyRequests")
    assert only(peerings_in_order, estate(hsm(), overrides={vnet_id(): gap})).outcome is UNKNOWN
    assert outcomes(peerings_in_order, estate(unread_hsm()))["hsm1"] is UNKNOWN


def test_lonely_and_deleted_vnets_are_not_applicable():
    assert only(peerings_in_order, estate(hsm())).evidence == "no virtual network is peered with it"
    assert only(peerings_in_order, estate(hsm(), overrides={vnet_id(): ABSENT})).outcome is NOT_APPLICABLE


def test_peered_hsm_vnets_are_judged_on_each_side():
    found = estate(
        hsm("a"),
        hsm("b", subnet=subnet_id(vnet="vnet-b")),
        vnet(peerings=(peering(vnet_id("vnet-b"), "to-b"),)),
        vnet("vnet-b", peerings=(peering(vnet_id(), "to-a", allows_access=False),)),
    )
    verdicts = judge(peerings_in_order, found)
    assert {name: verdict.outcome for name, verdict in verdicts.items()} == {
        "vnet-hsm/to-b": FAIL,
        "vnet-b/to-a": FAIL,
    }
    assert verdicts["vnet-hsm/to-b"].subject.hsms == (hsm("a").key,)
    assert verdicts["vnet-b/to-a"].subject.hsms == (hsm("b").key,)


def test_several_hsm_vnets_of_one_hub_are_judged_by_their_own_peering_back():
    found = estate(
        hsm("a"),
        hsm("b", subnet=subnet_id(vnet="vnet-b")),
        here(),
        vnet("vnet-b", peerings=(peering(HUB),)),
        hub(peering(vnet_id(), "to-hsm"), peering(vnet_id("vnet-b"), "to-b", allows_access=False)),
    )
    assert outcomes(peerings_in_order, found) == {"vnet-hsm/to-hub": PASS, "vnet-b/to-hub": FAIL}


@pytest.mark.parametrize("name", ["to hub;rm -rf", "$(id)", "it's"])
def test_commands_are_safe_to_paste_whatever_a_peering_is_called(name):
    for changes in ({"allows_access": False}, {"sync_level": "LocalNotInSync"}):
        verdict = verdict_on(here(name=name, **changes))
        assert f"{vnet_id()}/virtualNetworkPeerings/{name}" in shlex.split(verdict.fix)
    verdict = verdict_on(here(name=name, state="Disconnected"), overrides={HUB: ABSENT})
    assert shlex.split(verdict.fix)[-1].endswith(name)


@pytest.mark.parametrize(
    ("level", "ends"),
    [
        ("RemoteNotInSync", "by those who keep it (az network vnet peering sync)"),
        (
            "LocalAndRemoteNotInSync",
            f"(az network vnet peering sync), and here: az network vnet peering sync --ids {HERE}",
        ),
    ],
)
def test_what_is_synced_where_nobody_looked_is_words_and_the_command_is_whole(level, ends):
    verdict = verdict_on(
        here(sync_level=level), overrides={HUB: Gap(subject=HUB, what="virtual network", reason="403")}
    )
    assert (verdict.outcome, verdict.fix.endswith(ends)) == (FAIL, True), verdict
