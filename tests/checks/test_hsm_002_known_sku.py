import pytest

from ops.checks.hsm_002_known_sku import known_sku
from ops.model.finding import Party, Severity
from tests.build import estate, hsm, unread_hsm
from tests.checks.judging import FAIL, PASS, UNKNOWN, only

SIX = (
    "payShield10K_LMK1_CPS60",
    "payShield10K_LMK1_CPS250",
    "payShield10K_LMK1_CPS2500",
    "payShield10K_LMK2_CPS60",
    "payShield10K_LMK2_CPS250",
    "payShield10K_LMK2_CPS2500",
)


@pytest.mark.parametrize("sku", SIX)
def test_each_of_the_six_passes_in_any_case_under_its_own_name(sku):
    for spelled in (sku, sku.upper(), sku.lower()):
        verdict = only(known_sku, estate(hsm(sku=spelled)))
        assert (verdict.outcome, verdict.evidence) == (PASS, f"SKU {sku}")


@pytest.mark.parametrize(
    "sku",
    ["payShield10K", "payShield10K_LMK1_CPS20", "payShield10K_LMK3_CPS60", "payShield10K_LMK1_CPS2500x", "payShield9K"],
)
def test_any_other_name_fails_and_the_six_are_named(sku):
    verdict = only(known_sku, estate(hsm(sku=sku)))
    assert (verdict.outcome, verdict.evidence) == (FAIL, f"SKU {sku} is none of the six: {', '.join(SIX)}")
    assert (known_sku.severity, known_sku.party, known_sku.ticket) == (Severity.MEDIUM, Party.CUSTOMER, False)
    assert verdict.fix


@pytest.mark.parametrize("sku", ["", "  "])
def test_empty_sku_is_unknown(sku):
    verdict = only(known_sku, estate(hsm(sku=sku)))
    assert (verdict.outcome, verdict.evidence) == (UNKNOWN, "its SKU is not told")


def test_unread_hsm_is_unknown_though_a_list_names_its_sku():
    assert unread_hsm().sku in SIX
    verdict = only(known_sku, estate(unread_hsm()))
    assert (verdict.outcome, verdict.evidence) == (UNKNOWN, "payment HSM could not be read: 403 AuthorizationFailed")


def test_sku_is_shown_on_one_line():
    assert "\n" not in only(known_sku, estate(hsm(sku="x\ny\x1b[31m"))).evidence
