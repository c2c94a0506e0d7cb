from datetime import date

from ops.checks.rdy_010_firmware_patched import firmware_patched
from ops.model.finding import IssueCategory
from ops.model.policy import Attestation, Policy, Readiness
from tests.build import estate, hsm
from tests.checks.judging import FAIL, PASS, only

ATTESTED = Attestation(by="ada", on=date(2026, 9, 1))


def test_patched_firmware_passes_for_half_a_year_only():
    verdict = only(firmware_patched, estate(hsm()), Policy(readiness=Readiness(firmware_patching=ATTESTED)))
    assert (verdict.outcome, verdict.evidence) == (PASS, "attested by ada on 2026-09-01, through 2027-02-28")
    assert firmware_patched.category is IssueCategory.FIRMWARE


def test_firmware_that_nobody_patches_fails():
    verdict = only(firmware_patched, estate(hsm()), Policy(readiness=Readiness()))
    assert (verdict.outcome, verdict.subject.name) == (FAIL, "readiness: firmware patching")
    assert "the patches of Thales" in verdict.fix
