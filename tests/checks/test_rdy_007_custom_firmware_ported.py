from dataclasses import replace
from datetime import date

from ops.checks.rdy_007_custom_firmware_ported import custom_firmware_ported
from ops.model.finding import IssueCategory
from ops.model.policy import Attestation, Policy, Readiness
from tests.build import estate, hsm
from tests.checks.judging import FAIL, PASS, only

ATTESTED = Attestation(by="ada", on=date(2026, 9, 1), device_licence="L-1234")


def test_ported_and_licensed_firmware_passes_for_two_years():
    verdict = only(custom_firmware_ported, estate(hsm()), Policy(readiness=Readiness(custom_firmware=ATTESTED)))
    assert (verdict.outcome, verdict.evidence) == (
        PASS,
        "attested by ada on 2026-09-01, device licence L-1234, through 2028-08-31",
    )
    assert custom_firmware_ported.category is IssueCategory.CUSTOM_FIRMWARE


def test_neither_a_porting_nor_a_decision_fails():
    verdict = only(custom_firmware_ported, estate(hsm()), Policy(readiness=Readiness()))
    assert (verdict.outcome, verdict.subject.name) == (FAIL, "readiness: custom firmware")
    assert "have Thales port it to Azure" in verdict.fix


def test_without_a_device_licence_it_does_not_hold():
    for device_licence in ("", "  "):
        unnamed = replace(ATTESTED, device_licence=device_licence)
        verdict = only(custom_firmware_ported, estate(hsm()), Policy(readiness=Readiness(custom_firmware=unnamed)))
        assert (verdict.outcome, verdict.evidence) == (FAIL, "attested by ada on 2026-09-01, without a device licence")


def test_who_does_not_need_it_says_so_and_says_it_again_when_that_has_run_out():
    unneeded = replace(ATTESTED, needed=False, device_licence="")
    verdict = only(custom_firmware_ported, estate(hsm()), Policy(readiness=Readiness(custom_firmware=unneeded)))
    assert (verdict.outcome, verdict.evidence) == (
        PASS,
        "declared as not needed by ada on 2026-09-01, through 2028-08-31",
    )
    stale = replace(unneeded, on=date(2024, 9, 1))
    verdict = only(custom_firmware_ported, estate(hsm()), Policy(readiness=Readiness(custom_firmware=stale)))
    assert (verdict.outcome, verdict.evidence) == (
        FAIL,
        "declared as not needed by ada on 2024-09-01, ran out on 2026-09-01",
    )
