import pytest

from ops.checks.net_005_hsm_vnet_tagged import hsm_vnet_tagged
from ops.model.estate import NetworkProfile
from ops.model.fact import ABSENT, Gap
from tests.build import estate, hsm, subnet_id, unread_hsm, vnet, vnet_id
from tests.checks.judging import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, only, outcomes

MERGE = f"az tag update --resource-id {vnet_id()} --operation Merge --tags fastpathenabled=True"


@pytest.mark.parametrize("value", ["True", "true", "TRUE"])
def test_tag_passes_in_any_case_of_its_value_and_says_what_cannot_be_seen(value):
    verdict = only(hsm_vnet_tagged, estate(hsm(), vnet(tags={"team": "x", "fastpathenabled": value})))
    assert (verdict.outcome, verdict.evidence) == (
        PASS,
        f"tag fastpathenabled is {value}; it cannot be seen whether the command line set it, as it must",
    )
    assert (verdict.subject.name, verdict.subject.hsms) == ("vnet-hsm", (hsm().key,))


def test_missing_tag_fails_with_a_command_that_keeps_the_other_tags():
    verdict = only(hsm_vnet_tagged, estate(hsm(), vnet(tags={"team": "x"})))
    assert (verdict.outcome, verdict.evidence, verdict.fix) == (FAIL, "tag fastpathenabled is missing", MERGE)


@pytest.mark.parametrize("value", ["False", "", "yes", "1"])
def test_wrong_value_fails(value):
    verdict = only(hsm_vnet_tagged, estate(hsm(), vnet(tags={"fastpathenabled": value})))
    assert (verdict.outcome, verdict.evidence) == (FAIL, f'tag fastpathenabled is "{value}" instead of True')
    assert verdict.fix == MERGE


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("True ", "with a space at its end"),
        ("  true", "with a space at its start"),
        (" True ", "with characters that cannot be seen"),
        ("True\u200b", "with characters that cannot be seen"),
    ],
)
def test_value_that_looks_right_fails_and_says_what_cannot_be_seen_of_it(value, told):
    verdict = only(hsm_vnet_tagged, estate(hsm(), vnet(tags={"fastpathenabled": value})))
    shown = value.strip(" \u200b")
    assert (verdict.outcome, verdict.evidence) == (FAIL, f'tag fastpathenabled is "{shown}" {told} instead of True')


def test_another_casing_of_the_key_fails_delete_first_then_add():
    verdict = only(hsm_vnet_tagged, estate(hsm(), vnet(tags={"FastPathEnabled": "True"})))
    assert (verdict.outcome, verdict.evidence) == (
        FAIL,
        "the tag is spelled FastPathEnabled, and only fastpathenabled counts: delete it, add it again",
    )
    delete = f"az tag update --resource-id {vnet_id()} --operation Delete --tags FastPathEnabled"
    assert verdict.fix == f"{delete} && {MERGE}"


def test_hostile_value_stays_on_one_line():
    verdict = only(hsm_vnet_tagged, estate(hsm(), vnet(tags={"fastpathenabled": "no\x1b[2J\nat all"})))
    assert verdict.evidence == 'tag fastpathenabled is "no [2J at all" instead of True'


def test_host_and_management_vnet_are_both_hsm_vnets():
    split = hsm(management=NetworkProfile(subnet_id=subnet_id("m", "vnet-mgmt"), nics=()))
    assert outcomes(hsm_vnet_tagged, estate(split, vnet("vnet-mgmt", tags={}))) == {"vnet-hsm": PASS, "vnet-mgmt": FAIL}


def test_vnet_is_found_in_any_case():
    found = estate(hsm("a"), hsm("b", subnet=subnet_id().upper()))
    assert only(hsm_vnet_tagged, found).subject.hsms == (hsm("a").key, hsm("b").key)


def test_unread_vnet_and_unread_hsm_are_unknown():
    gap = Gap(subject=vnet_id(), what="virtual network", reason="403 AuthorizationFailed")
    assert only(hsm_vnet_tagged, estate(hsm(), overrides={vnet_id(): gap})).outcome is UNKNOWN
    assert only(hsm_vnet_tagged, estate(hsm(subnet=subnet_id("s", "not-read")))).outcome is UNKNOWN
    assert outcomes(hsm_vnet_tagged, estate(unread_hsm()))["hsm1"] is UNKNOWN


def test_vnet_that_does_not_exist_is_another_checks_failure():
    assert only(hsm_vnet_tagged, estate(hsm(), overrides={vnet_id(): ABSENT})).outcome is NOT_APPLICABLE
