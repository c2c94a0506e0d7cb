from dataclasses import replace
from datetime import date

from ops.checks.declaration import check
from ops.model.finding import IssueCategory, Outcome, Party, Severity, Subject, failed, passed, unknown
from ops.model.policy import CheckSettings, Policy
from ops.run import evaluate, exit_code
from tests.build import estate, hsm, refused_subscription

GREEN = estate(hsm("a"), hsm("b", stamp="stamp2"))
THING = Subject(name="thing", id="/things/1")


def rule(*verdicts, crash=None, ticket=False):
    @check(
        id="PHSM-XX-001",
        title="It holds",
        severity=Severity.MEDIUM,
        category=IssueCategory.NETWORKING,
        party=Party.CUSTOMER,
        ticket=ticket,
        source="https://example.com/rule",
        reviewed=date(2026, 1, 1),
    )
    def declared(estate, policy):
        """It holds."""
        yield from verdicts
        if crash:
            raise crash

    return declared


def outcomes(run):
    return [finding.outcome for finding in run.findings]


def test_a_pass_alone_is_exit_0():
    run = evaluate(GREEN, Policy(), [rule(passed(THING, "fine"))])
    assert outcomes(run) == [Outcome.PASS]
    assert exit_code(run) == 0


def test_a_failure_is_exit_3_from_the_severity_asked_for():
    run = evaluate(GREEN, Policy(), [rule(failed(THING, "broken"))])
    assert exit_code(run) == 3
    assert exit_code(run, Severity.MEDIUM) == 3
    assert exit_code(run, Severity.HIGH) == 0


def test_an_unknown_is_exit_4_and_a_failure_beside_it_is_3():
    assert exit_code(evaluate(GREEN, Policy(), [rule(unknown(THING, "403"))])) == 4
    assert exit_code(evaluate(GREEN, Policy(), [rule(unknown(THING, "403"), failed(THING, "broken"))])) == 3


def test_a_failure_below_the_threshold_does_not_hide_an_unknown():
    run = evaluate(GREEN, Policy(), [rule(unknown(THING, "403"), failed(THING, "broken"))])
    assert exit_code(run, Severity.HIGH) == 4


def test_an_empty_estate_is_exit_4():
    run = evaluate(estate(), Policy(), [rule()])
    assert outcomes(run) == [Outcome.NOT_APPLICABLE]
    assert exit_code(run) == 4


def test_a_check_that_crashes_is_unknown_and_keeps_what_it_had_said():
    run = evaluate(GREEN, Policy(), [rule(failed(THING, "broken"), crash=ValueError("boom"))])
    assert outcomes(run) == [Outcome.FAIL, Outcome.UNKNOWN]
    assert "ValueError: boom" in run.findings[1].evidence


def test_a_refused_subscription_gives_one_unknown_for_each_check():
    state = estate(hsm("a"), hsm("b", stamp="stamp2"), refused_subscription())
    run = evaluate(state, Policy(), [rule(passed(THING, "fine")), rule(passed(THING, "fine"))])
    refused = [finding for finding in run.findings if finding.outcome is Outcome.UNKNOWN]
    assert [finding.subject.name for finding in refused] == ["payments-dr", "payments-dr"]
    assert exit_code(run) == 4


def test_a_gap_that_no_check_met_is_still_exit_4():
    state = estate(hsm("a"), hsm("b", stamp="stamp2"), refused_subscription())
    assert exit_code(evaluate(state, Policy(), [])) == 4


def test_the_verdict_overrides_the_check_and_the_configuration_overrides_both():
    verdict = replace(failed(THING, "x", severity=Severity.LOW, party=Party.MICROSOFT), ticket=True)
    (finding,) = evaluate(GREEN, Policy(), [rule(verdict)]).findings
    assert (finding.severity, finding.party, finding.ticket) == (Severity.LOW, Party.MICROSOFT, True)
    policy = Policy(checks={"PHSM-XX-001": CheckSettings(severity=Severity.HIGH, ticket=False)})
    (finding,) = evaluate(GREEN, policy, [rule(verdict)]).findings
    assert (finding.severity, finding.ticket) == (Severity.HIGH, False)


def test_only_a_failure_drafts_a_ticket():
    run = evaluate(GREEN, Policy(), [rule(unknown(THING, "403"), passed(THING, "fine"), ticket=True)])
    assert not any(finding.ticket for finding in run.findings)
