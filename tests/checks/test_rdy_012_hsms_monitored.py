from datetime import date

from ops.checks.rdy_012_hsms_monitored import hsms_monitored
from ops.model.finding import IssueCategory
from ops.model.policy import Attestation, Policy, Readiness
from tests.build import estate, hsm
from tests.checks.judging import FAIL, PASS, only

ATTESTED = Attestation(by="ada", on=date(2026, 9, 1))


def test_a_monitoring_passes_for_a_year():
    verdict = only(hsms_monitored, estate(hsm()), Policy(readiness=Readiness(monitoring=ATTESTED)))
    assert (verdict.outcome, verdict.evidence) == (PASS, "attested by ada on 2026-09-01, through 2027-09-01")
    assert hsms_monitored.category is IssueCategory.PAYSHIELD_MANAGER


def test_hsms_that_nobody_watches_fail():
    verdict = only(hsms_monitored, estate(hsm()), Policy(readiness=Readiness()))
    assert (verdict.outcome, verdict.subject.name) == (FAIL, "readiness: monitoring")
    assert "SNMP v3" in verdict.fix
