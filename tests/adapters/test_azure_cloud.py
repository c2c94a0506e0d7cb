"""The reading of whole estates, over HTTPS, with the SDK's clients."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ops.errors import CloudUnreadable
from ops.model import arm_id
from ops.model.estate import DEDICATED_HSM_FEATURE, FASTPATH_FEATURE, Estate, Hsm, NetworkProfile, Nic, Vnet
from ops.model.fact import ABSENT, Gap
from ops.model.policy import Policy
from ops.sandbox.child import running
from tests.adapters import arm_json
from tests.adapters.conftest import Arm, cloud
from tests.build import NOW, SUB_1, SUB_2

Serve = Callable[[str | dict[str, Any]], Arm]


@pytest.fixture(scope="module")
def degraded() -> Iterator[tuple[Arm, Estate]]:
    with running("degraded") as serving:
        arm = Arm(serving)
        yield arm, arm.observe()


def _named(estate: Estate, name: str) -> Hsm:
    return next(hsm for hsm in estate.hsms.values() if hsm.name == name)


def test_the_degraded_estate_is_read_whole(degraded: tuple[Arm, Estate]) -> None:
    _, estate = degraded
    assert estate.gaps == ()
    assert estate.notes == ()
    assert estate.observed_at == NOW
    assert _named(estate, "payshield-we-2").provisioning_state == "Failed"
    assert _named(estate, "payshield-we-1").stamp == "stamp1"
    assert [(one.name, one.sku) for one in estate.lunas.values()] == [("luna-we-1", "SafeNet Luna Network HSM A790")]
    assert all("luna" not in hsm.sku.lower() for hsm in estate.hsms.values())
    assert len(estate.nics) == 3 * len(estate.hsms)
    assert ABSENT in estate.nics.values()
    states = {sub.name: sub.features.get(FASTPATH_FEATURE) for sub in estate.subscriptions.values()}
    assert states["payments-apps"] == "Pending"
    assert states["payments-lab"] == "NotRegistered"
    holders = {estate.subscriptions[hsm.subscription].name for hsm in estate.hsms.values()}
    asked = {sub.name for sub in estate.subscriptions.values() if DEDICATED_HSM_FEATURE in sub.features}
    assert asked == holders == {"payments-prod", "payments-ne", "payments-au"}


def test_reading_sends_nothing_but_get_and_the_graph_query(degraded: tuple[Arm, Estate]) -> None:
    arm, estate = degraded
    log = arm.log()
    assert estate.requests == len(log)
    assert {entry["method"] for entry in log} <= {"GET", "HEAD", "POST"}
    assert {entry["path"] for entry in log if entry["method"] == "POST"} == {
        "/providers/Microsoft.ResourceGraph/resources"
    }


def test_nothing_is_asked_twice(degraded: tuple[Arm, Estate]) -> None:
    arm, _ = degraded
    asked = [(entry["path"].lower(), entry["query"]) for entry in arm.log("GET")]
    assert len(asked) == len(set(asked))


def test_the_healthy_estate_has_no_gap_once_the_partner_is_declared_outside(serve: Serve) -> None:
    arm = serve("healthy")
    estate = arm.observe()
    partner = [gap for gap in estate.gaps if gap.what == "virtual network"]
    assert [gap.reason for gap in partner] == ["401 InvalidAuthenticationTokenTenant"]
    declared = arm.observe(outside=(partner[0].subject.upper(),))
    assert declared.gaps == ()
    assert arm_id.key(partner[0].subject) not in declared.vnets
    assert declared.hsms == estate.hsms


def test_a_virtual_hub_is_never_asked_for(serve: Serve) -> None:
    hub = f"/subscriptions/{SUB_2}/resourceGroups/RG_hub_1/providers/Microsoft.Network/virtualNetworks/HV_hub_2"
    arm = serve(arm_json.estate(arm_json.vnet(peers=(hub,), subnets=("hsmsubnet",))))
    estate = arm.observe()
    assert list(estate.vnets) == [arm_id.key(arm_json.VNET)]
    assert FASTPATH_FEATURE not in estate.subscriptions[SUB_2].features
    assert arm.log(containing="RG_hub_1") == []


def test_a_refused_subscription_is_a_gap_for_the_whole_of_it(serve: Serve) -> None:
    estate = serve("forbidden").observe()
    (gap,) = estate.gaps
    assert gap.whole_subscription
    assert gap.reason == "403 AuthorizationFailed"
    assert estate.subscriptions[arm_id.subscription(gap.subject)].gap == gap
    assert estate.hsms
    assert len(estate.scope) == 3


def test_the_small_estate_gives_exactly_what_it_says(serve: Serve) -> None:
    estate = serve(arm_json.estate()).observe()
    hsm = estate.hsms[arm_id.key(arm_json.HSM)]
    assert isinstance(hsm.host, NetworkProfile)
    assert hsm.host.subnet_id == arm_json.SUBNET
    assert [nic.private_ip for nic in hsm.host.nics] == ["10.3.1.4", "10.3.1.5"]
    assert hsm.zones is ABSENT or hsm.zones == ABSENT
    assert hsm.tags == {"app": "cards"}
    assert hsm.last_modified_at == datetime(2024, 3, 2, 1, 16, 0, 416000, tzinfo=UTC)
    nic = estate.nics[arm_id.key(f"{arm_json.NICS}/hsm1_HSMMgmtNic")]
    assert isinstance(nic, Nic)
    assert nic.subnet_ids == (arm_json.SUBNET,)
    vnet = estate.vnets[arm_id.key(arm_json.VNET)]
    assert isinstance(vnet, Vnet)
    assert vnet.subnets is not None
    assert vnet.subnets[0].is_delegated_to_hsms
    assert arm_id.key(arm_json.HUB) in estate.vnets
    assert {key: sub.features for key, sub in estate.subscriptions.items()} == {
        SUB_1: {FASTPATH_FEATURE: "Registered", DEDICATED_HSM_FEATURE: "Registered"},
        SUB_2: {FASTPATH_FEATURE: "Registered"},
    }


def test_the_features_of_a_subscription_that_holds_hsms_but_no_network_are_read(serve: Serve) -> None:
    lodger = arm_json.hsm(arm_json.HSM.replace(SUB_1, SUB_2))
    document = arm_json.estate(lodger, arm_json.vnet(subnets=("hsmsubnet",)))
    document["subscriptions"][1]["features"] = {DEDICATED_HSM_FEATURE: "Pending"}
    estate = serve(document).observe()
    assert list(estate.vnets) == [arm_id.key(arm_json.VNET)]
    assert estate.subscriptions[SUB_2].features[DEDICATED_HSM_FEATURE] == "Pending"


def test_only_the_asked_subscriptions_are_in_scope_but_peers_are_followed(serve: Serve) -> None:
    arm = serve(arm_json.estate())
    estate = arm.observe(SUB_1.upper())
    assert estate.scope == (SUB_1,)
    assert estate.subscriptions[SUB_1].name == "payments-prod"
    assert estate.subscriptions[SUB_2].name == "connectivity"
    assert isinstance(estate.vnets[arm_id.key(arm_json.HUB)], Vnet)


def test_the_scope_is_what_was_asked_for_or_all_that_is_visible(serve: Serve) -> None:
    arm = serve(arm_json.estate())
    with arm.connect() as connection:
        assert cloud(connection).scope((SUB_1.upper(), SUB_1)) == (SUB_1,)
        assert connection.requests == 0
        assert cloud(connection).scope(()) == (SUB_1, SUB_2)


def test_a_nic_and_a_peer_that_do_not_exist_are_absent(serve: Serve) -> None:
    nic = f"{arm_json.NICS}/hsm1_HSMHost2Nic"
    estate = serve(arm_json.without(arm_json.without(arm_json.estate(), nic), arm_json.HUB)).observe()
    assert estate.nics[arm_id.key(nic)] == ABSENT
    assert estate.vnets[arm_id.key(arm_json.HUB)] == ABSENT
    assert estate.gaps == ()


def test_a_luna_hsm_is_left_out_and_kept_by_name(serve: Serve) -> None:
    luna = arm_json.hsm(arm_json.HSM.replace("hsm1", "luna1"), sku="SafeNet Luna Network HSM A790")
    payments, estate = serve(arm_json.estate()).observe(), serve(arm_json.estate(luna)).observe()
    assert list(estate.lunas) == [arm_id.key(luna["id"])]
    assert (estate.lunas[arm_id.key(luna["id"])].name, estate.requests) == ("luna1", payments.requests)
    assert [hsm.name for hsm in estate.hsms.values()] == ["hsm1"]


def test_zone_mappings_are_read_where_an_hsm_is_placed_by_zone(serve: Serve) -> None:
    placed = arm_json.hsm(stampId=None) | {"zones": ["1"], "location": "centralus"}
    document = arm_json.estate(placed)
    document["subscriptions"][0]["zones"] = {"centralus": {"1": "centralus-az3", "2": "centralus-az1"}}
    estate = serve(document).observe()
    assert estate.hsms[arm_id.key(arm_json.HSM)].zones == ("1",)
    assert estate.subscriptions[SUB_1].zones == {"centralus": {"1": "centralus-az3", "2": "centralus-az1"}}
    assert estate.subscriptions[SUB_2].zones is None


def test_pages_are_followed_to_the_end(serve: Serve) -> None:
    more = [arm_json.hsm(arm_json.HSM.replace("hsm1", f"hsm{number}")) for number in range(2, 8)]
    arm = serve(arm_json.estate(*more, pageSize=2))
    estate = arm.observe()
    assert len(estate.hsms) == 7
    assert estate.notes == ()
    assert len(arm.log("GET", f"/subscriptions/{SUB_1}/resources")) >= 4
    assert len(arm.log("POST", "ResourceGraph")) >= 4


def test_confirming_reads_the_hsm_its_nics_and_the_features_again(serve: Serve) -> None:
    arm = serve(arm_json.estate())
    with arm.connect() as connection:
        reader = cloud(connection)
        estate = reader.observe((), policy=Policy())
        before = len(arm.log())
        again = reader.confirm(estate, hsms=[arm_id.key(arm_json.HSM)], subscriptions=[SUB_1])
    asked = arm.log()[before:]
    assert {entry["method"] for entry in asked} == {"GET"}
    assert len(asked) == 6
    assert {entry["path"].rpartition("/")[2] for entry in asked if "/features/" in entry["path"]} == {
        "FastPathEnabled",
        "AzureDedicatedHsm",
    }
    assert again.requests == estate.requests + 6
    assert again.hsms == estate.hsms
    assert again.nics == estate.nics
    assert again.subscriptions == estate.subscriptions


def test_confirming_an_hsm_that_is_gone_leaves_it_out(serve: Serve) -> None:
    arm = serve(
        arm_json.estate(faults=({"method": "GET", "path": "/subscriptions/*/dedicatedHSMs/gone", "status": 404},))
    )
    gone = arm_json.hsm(arm_json.HSM.replace("hsm1", "gone"))["id"]
    with arm.connect() as connection:
        reader = cloud(connection)
        estate = reader.observe((), policy=Policy())
        hsm = replace(estate.hsms[arm_id.key(arm_json.HSM)], id=gone, name="gone")
        known = replace(estate, hsms={**estate.hsms, hsm.key: hsm})
        again = reader.confirm(known, hsms=[hsm.key], subscriptions=[])
    assert again.hsms == estate.hsms


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"status": 403, "code": "AuthorizationFailed"}, "403 AuthorizationFailed"),
        ({"status": 404, "code": "SubscriptionNotFound"}, "404 SubscriptionNotFound"),
        ({"status": 404, "code": "ResourceGroupNotFound"}, None),
        ({"status": 404, "code": "ResourceNotFound"}, None),
    ],
    ids=lambda fault: fault.get("code") if isinstance(fault, dict) else None,
)
def test_confirming_asks_for_an_hsm_that_no_list_shows(serve: Serve, fault: dict[str, Any], reason: str | None) -> None:
    arm = serve(arm_json.estate(faults=({"method": "GET", "path": "/subscriptions/*/dedicatedHSMs/hidden", **fault},)))
    hidden = arm_id.key(arm_json.HSM.replace("hsm1", "hidden"))
    with arm.connect() as connection:
        reader = cloud(connection)
        estate = reader.observe((), policy=Policy())
        again = reader.confirm(estate, hsms=[hidden], subscriptions=[])
    found = again.hsms.get(hidden)
    assert (found.gap.reason if found and found.gap else None) == reason
    assert {key: hsm for key, hsm in again.hsms.items() if key != hidden} == estate.hsms


def test_confirming_finds_an_hsm_that_a_list_left_out(serve: Serve) -> None:
    arm = serve(arm_json.estate())
    with arm.connect() as connection:
        reader = cloud(connection)
        estate = reader.observe((), policy=Policy())
        again = reader.confirm(replace(estate, hsms={}), hsms=[arm_id.key(arm_json.HSM)], subscriptions=[])
    (found,) = again.hsms.values()
    assert replace(found, id=arm_json.HSM) == estate.hsms[arm_id.key(arm_json.HSM)]


def test_no_visible_subscription_is_no_empty_estate(serve: Serve) -> None:
    arm = serve({"subscriptions": [], "resources": []})
    with pytest.raises(CloudUnreadable, match="no subscription is visible") as caught:
        arm.observe()
    assert "Reader" in caught.value.tip
    with arm.connect() as connection, pytest.raises(CloudUnreadable, match="no subscription is visible"):
        cloud(connection).scope(())


def test_a_single_subscription_that_does_not_exist_ends_the_reading(serve: Serve) -> None:
    arm = serve(arm_json.estate())
    with pytest.raises(CloudUnreadable, match="404 SubscriptionNotFound") as caught:
        arm.observe("00000000-0000-0000-0000-00000000dead")
    assert "subscription id" in caught.value.tip


def test_one_of_two_subscriptions_that_does_not_exist_is_a_gap(serve: Serve) -> None:
    missing = "00000000-0000-0000-0000-00000000dead"
    estate = serve(arm_json.estate()).observe(SUB_1, missing)
    gap = estate.subscriptions[missing].gap
    assert isinstance(gap, Gap)
    assert gap.whole_subscription
    assert gap.reason == "404 SubscriptionNotFound"
    assert estate.hsms


def test_every_subscription_refused_ends_the_reading(serve: Serve) -> None:
    arm = serve(arm_json.estate(faults=({"method": "*", "path": "/subscriptions/*", "status": 403},)))
    with pytest.raises(CloudUnreadable, match="403 AuthorizationFailed") as caught:
        arm.observe()
    assert "Reader" in caught.value.tip


def test_a_closed_port_ends_the_reading_with_a_tip_about_the_network(serve: Serve) -> None:
    arm = serve(arm_json.estate())
    closed = Arm(replace(arm.serving, endpoint="https://127.0.0.1:9"))
    with pytest.raises(CloudUnreadable, match="no connection") as caught:
        closed.observe()
    assert "network" in caught.value.tip
    with pytest.raises(CloudUnreadable, match="no connection"):
        closed.observe(SUB_1)
