from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ops.adapters import wire
from ops.adapters.wire_value import WireProblem
from ops.model.estate import NetworkProfile
from ops.model.fact import ABSENT
from tests.adapters import arm_json

LISTED = wire.ListedHsm(id=arm_json.HSM, name="hsm1", location="eastus", sku="payShield10K_LMK1_CPS60", tags={"a": "b"})


def test_ids_may_be_called_resource_id() -> None:
    body = arm_json.hsm(networkProfile={"subnet": {"resourceId": "s"}, "networkInterfaces": [{"resourceId": "n"}]})
    host = wire.hsm(body, LISTED).host
    assert isinstance(host, NetworkProfile)
    assert (host.subnet_id, host.nics[0].nic_id, host.nics[0].private_ip) == ("s", "n", None)


@pytest.mark.parametrize("spelling", ["privateIpAddress", "privateIPAddress", "PrivateIpAddress"])
def test_keys_are_read_in_any_case(spelling: str) -> None:
    body = arm_json.hsm(networkProfile={"networkInterfaces": [{spelling: "10.0.0.4"}]})
    host = wire.hsm(body, LISTED).host
    assert isinstance(host, NetworkProfile)
    assert (host.subnet_id, host.nics[0].nic_id, host.nics[0].private_ip) == (None, None, "10.0.0.4")


@pytest.mark.parametrize("missing", [None, {}])
def test_a_profile_that_was_never_asked_for_is_absent(missing: object) -> None:
    hsm = wire.hsm(arm_json.hsm(managementNetworkProfile=missing), LISTED)
    assert hsm.management == ABSENT


@pytest.mark.parametrize("stamp", [None, "", " "])
def test_no_stamp_and_no_zone_are_absent_and_not_unread(stamp: str | None) -> None:
    hsm = wire.hsm(arm_json.hsm(stampId=stamp) | {"zones": None}, LISTED)
    assert hsm.stamp == ABSENT
    assert hsm.zones == ABSENT


def test_null_lists_and_a_missing_sku_are_taken_as_none() -> None:
    body = arm_json.hsm(networkProfile={"subnet": {"id": "s"}, "networkInterfaces": None})
    del body["sku"]
    hsm = wire.hsm(body, LISTED)
    assert hsm.host == NetworkProfile(subnet_id="s", nics=())
    assert hsm.sku == LISTED.sku


def test_stamps_are_told_without_blanks_and_a_null_zone_is_none() -> None:
    hsm = wire.hsm(arm_json.hsm(stampId=" stamp1 ") | {"zones": [None]}, LISTED)
    assert (hsm.stamp, hsm.zones) == ("stamp1", ABSENT)


def test_tags_that_the_answer_leaves_out_are_taken_from_the_list_and_not_when_it_says_none() -> None:
    body = arm_json.hsm() | {"tags": None}
    assert wire.hsm(body, LISTED).tags == LISTED.tags
    del body["tags"]
    assert wire.hsm(body, LISTED).tags == LISTED.tags
    assert wire.hsm(body | {"tags": {}}, LISTED).tags == {}
    assert wire.hsm(body | {"Tags": {"c": "d"}}, LISTED).tags == {"c": "d"}


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2022-09-12T12:00:00.1234567Z", datetime(2022, 9, 12, 12, 0, 0, 123456, tzinfo=UTC)),
        ("2022-09-12T12:00:00Z", datetime(2022, 9, 12, 12, tzinfo=UTC)),
        ("2022-09-12T12:00:00", datetime(2022, 9, 12, 12, tzinfo=UTC)),
        ("2022-09-12T14:00:00+02:00", datetime(2022, 9, 12, 12, tzinfo=UTC)),
        ("yesterday", None),
        (None, None),
    ],
)
def test_timestamps_are_read_as_azure_writes_them(text: str | None, moment: datetime | None) -> None:
    assert wire.hsm(arm_json.hsm() | {"systemData": {"createdAt": text}}, LISTED).created_at == moment


def test_a_region_may_be_told_by_its_display_name() -> None:
    assert wire.hsm(arm_json.hsm() | {"location": "East US"}, LISTED).location == "eastus"


@pytest.mark.parametrize("answer", [None, [], "text", 7])
def test_an_answer_that_is_no_object_is_a_problem(answer: object) -> None:
    with pytest.raises(WireProblem, match="not an object"):
        wire.hsm(answer, LISTED)


@pytest.mark.parametrize("answer", [{}, {"properties": None}, {"properties": []}])
def test_a_resource_without_its_properties_is_a_problem_and_not_an_empty_one(answer: object) -> None:
    with pytest.raises(WireProblem, match="no properties"):
        wire.hsm(answer, LISTED)


@pytest.mark.parametrize(
    "hsm_id",
    [
        "",
        "/subscriptions/s",
        f"{arm_json.HSM}/../../../evil",
        f"{arm_json.HSM}?x=1",
        f"https://evil.example{arm_json.HSM}",
        arm_json.VNET,
    ],
)
def test_a_list_may_name_hsms_only(hsm_id: str) -> None:
    with pytest.raises(WireProblem, match="no HSM id"):
        wire.listed_hsm({"id": hsm_id, "name": "x"})


def test_a_listed_hsm_is_read_in_any_case_of_its_id() -> None:
    row = {"id": arm_json.HSM.lower(), "name": "hsm1", "location": "eastus", "sku": None, "tags": None}
    listed = wire.listed_hsm(row)
    assert (listed.sku, listed.tags, listed.key) == ("", {}, arm_json.HSM.lower())


def test_zones_are_told_for_regions_that_have_them() -> None:
    told = wire.zone_mappings(
        [
            {"name": "centralus", "availabilityZoneMappings": [{"logicalZone": "1", "physicalZone": "centralus-az3"}]},
            {"name": "westus", "availabilityZoneMappings": None},
        ]
    )
    assert told == {"centralus": {"1": "centralus-az3"}}


def test_a_feature_without_a_state_is_a_problem() -> None:
    assert wire.feature_state({"properties": {"state": "Pending"}}) == "Pending"
    with pytest.raises(WireProblem, match="no state"):
        wire.feature_state({"properties": {}})


def test_a_registration_without_a_state_is_a_problem() -> None:
    assert wire.registration({"registrationState": "Registering"}) == "Registering"
    with pytest.raises(WireProblem, match="no registration state"):
        wire.registration({"namespace": "Microsoft.Network"})
