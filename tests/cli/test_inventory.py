import json

from tests.process import phsm


def test_payment_hsms_are_listed_and_luna_hsms_left_out_and_counted(tmp_path):
    ended = phsm(tmp_path, "--sandbox", "degraded", "inventory")
    assert ended.code == 0
    assert "payshield-we-2" in ended.out
    assert "Failed" in ended.out
    assert "Luna HSM" in ended.out


def test_the_document_names_each_hsm_with_its_placement_and_addresses(tmp_path):
    found = json.loads(phsm(tmp_path, "--sandbox", "healthy", "inventory", "--format", "json").out)
    assert found["schema"] == "phsm.inventory/1"
    assert found["luna_hsms"] > 0
    for hsm in found["hsms"]:
        assert hsm["placement"]
        assert hsm["sku"].startswith("payShield10K")
        assert hsm["host_addresses"]
        assert hsm["management_addresses"]


def test_what_could_not_be_read_is_shown_and_exit_4(tmp_path):
    ended = phsm(tmp_path, "--sandbox", "forbidden", "inventory")
    assert ended.code == 4
    assert "Could not be read (1)" in ended.out
    assert "403 AuthorizationFailed" in ended.out
