import pytest

from ops.checks.hsm_003_region_offered import region_offered
from ops.model.finding import Severity
from ops.model.policy import CheckSettings, Policy
from tests.build import estate, hsm, unread_hsm
from tests.checks.judging import FAIL, PASS, UNKNOWN, only

EIGHT = (
    "East US",
    "West US",
    "South Central US",
    "Central US",
    "North Europe",
    "West Europe",
    "Australia East",
    "Australia Southeast",
)


@pytest.mark.parametrize("region", EIGHT)
def test_each_of_the_eight_passes_by_id_and_by_display_name(region):
    region_id = region.replace(" ", "").lower()
    for location in (region, region_id):
        verdict = only(region_offered, estate(hsm(location=location)))
        assert (verdict.outcome, verdict.evidence) == (PASS, f"in {region_id}")


@pytest.mark.parametrize("region", ["swedencentral", "eastus2", "Sweden Central"])
def test_any_other_fails_and_says_how_to_add_it(region):
    verdict = only(region_offered, estate(hsm(location=region)))
    region_id = region.replace(" ", "").lower()
    assert (verdict.outcome, verdict.evidence) == (
        FAIL,
        f"in {region_id}, where the service is not known to be offered",
    )
    assert "checks.PHSM-HSM-003.regions" in verdict.fix
    assert verdict.subject.hsms == (hsm().key,)
    assert (region_offered.severity, region_offered.parameters) == (Severity.LOW, {"regions": ()})


@pytest.mark.parametrize("added", ["swedencentral", "Sweden Central"])
def test_configuration_adds_regions_and_keeps_the_others(added):
    policy = Policy(checks={"PHSM-HSM-003": CheckSettings(regions=(added,))})
    verdict = only(region_offered, estate(hsm(location="swedencentral")), policy)
    assert (verdict.outcome, verdict.evidence) == (PASS, "in swedencentral, which the configuration has added")
    assert only(region_offered, estate(hsm()), policy).evidence == "in eastus"


@pytest.mark.parametrize("location", ["", "  "])
def test_missing_region_is_unknown(location):
    verdict = only(region_offered, estate(hsm(location=location)))
    assert (verdict.outcome, verdict.evidence) == (UNKNOWN, "its region is not told")


def test_hsm_that_only_a_list_names_is_judged_because_the_list_tells_its_region():
    assert only(region_offered, estate(unread_hsm())).outcome is PASS


def test_region_is_shown_on_one_line():
    assert only(region_offered, estate(hsm(location="x\n::error::y"))).evidence.startswith("in x : :error::y, ")
