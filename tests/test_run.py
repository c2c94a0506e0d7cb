from dataclasses import replace
from datetime import date, timedelta, timezone

import pytest

from ops.checks import collect
from ops.checks.declaration import check
from ops.model.cluster import Cluster
from ops.model.finding import IssueCategory, Outcome, Party, Severity, Subject, failed, passed, unknown
from ops.model.mute import Mute
from ops.model.policy import CheckSettings, Policy
from ops.run import evaluate, exit_code
from tests.build import NOW, estate, hsm, refused_subscription

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


def mute(check="PHSM-XX-*", subject="thing", expires=date(2026, 11, 23), **more):
    return Mute(check=check, subject=subject, reason="reviewed", owner="net-team", expires=expires, **more)


BROKEN = failed(THING, "broken")


def muted_by(*mutes, verdicts=(BROKEN,)):
    return evaluate(GREEN, Policy(mutes=mutes), [rule(*verdicts, ticket=True)])


def test_a_muted_failure_is_kept_counts_as_muted_and_drafts_nothing():
    run = muted_by(mute())
    (finding,) = run.findings
    assert (finding.outcome, finding.muted, finding.lapsed, finding.ticket) == (Outcome.FAIL, mute(), None, False)
    assert run.muted == run.findings
    assert run.failures == ()
    assert run.summary == {"pass": 0, "fail": 0, "unknown": 0, "not_applicable": 0, "muted": 1}
    assert exit_code(run) == 0


@pytest.mark.parametrize(
    ("check", "subject"),
    [
        ("PHSM-XX-001", "thing"),
        ("phsm-xx-*", "THING"),
        ("*", "/Things/1"),
        ("PHSM-XX-00[1-3]", "thing (/things/?)"),
        ("PHSM-XX-001", "*ing*"),
        ("PHSM-XX-001", "[st]hing"),
        ("PHSM-XX-001", "/things/*"),
    ],
)
def test_a_mute_names_checks_and_subjects_by_globs_in_any_case(check, subject):
    assert muted_by(mute(check, subject)).muted


@pytest.mark.parametrize(
    ("check", "subject"),
    [("PHSM-XX-002", "thing"), ("PHSM-XX", "*"), ("*", "thin"), ("*", "hing"), ("*", "/things/"), ("*", "s*x")],
)
def test_a_mute_of_something_else_mutes_nothing(check, subject):
    assert len(muted_by(mute(check, subject)).failures) == 1


@pytest.mark.parametrize("subject", ["hub-WE", "/x/hub-we", "hub-we (/x/hub-we)"])
def test_a_subject_with_capitals_is_named_in_any_case(subject):
    verdict = failed(Subject(name="Hub-WE", id="/X/Hub-WE"), "broken")
    assert muted_by(mute(subject=subject), verdicts=(verdict,)).muted


def test_a_mute_holds_through_its_last_day_in_utc():
    assert muted_by(mute(expires=NOW.date())).muted
    east = replace(GREEN, observed_at=NOW.astimezone(timezone(timedelta(hours=9))))  # the next day there
    assert evaluate(east, Policy(mutes=(mute(expires=NOW.date()),)), [rule(failed(THING, "broken"))]).muted


def test_an_expired_mute_fails_again_drafts_again_and_is_told():
    old = mute(expires=date(2026, 11, 22))
    run = muted_by(old)
    (finding,) = run.failures
    assert (finding.muted, finding.lapsed, finding.ticket) == (None, old, True)
    assert (run.summary["fail"], run.summary["muted"], exit_code(run)) == (1, 0, 3)


def test_of_several_mutes_the_one_that_lasts_longest_counts():
    old, new, newer = mute(expires=date(2026, 1, 1)), mute(subject="t*"), mute(expires=date(2027, 1, 1))
    assert muted_by(old, new, newer).findings[0].muted == newer
    assert muted_by(old, mute(subject="t*", expires=date(2026, 2, 1))).findings[0].lapsed.subject == "t*"


def test_unknown_and_pass_are_never_muted():
    run = muted_by(mute(subject="*"), verdicts=(unknown(THING, "403"), passed(THING, "fine")))
    assert run.muted == ()
    assert exit_code(run) == 4


def test_a_mute_that_matches_no_failure_is_unused_whether_it_holds_or_not():
    idle = mute(subject="other"), mute(subject="another", expires=date(2026, 1, 1))
    assert muted_by(mute(), *idle, mute(subject="t*", expires=date(2026, 1, 1))).unused_mutes == idle
    assert muted_by(mute(), verdicts=(passed(THING, "fine"),)).unused_mutes == (mute(),)


def test_a_mute_is_not_called_unused_while_something_unknown_may_hide_its_failure():
    assert muted_by(mute(), verdicts=(unknown(THING, "403"),)).unused_mutes == ()


def test_a_mute_is_not_called_unused_where_not_all_of_its_checks_or_subscriptions_were_looked_at():
    assert muted_by(mute(check="PHSM-HA-001")).unused_mutes == ()
    assert muted_by(mute(check="PHSM-*", subject="other")).unused_mutes == ()
    part = replace(GREEN, narrowed=True)
    assert evaluate(part, Policy(mutes=(mute(),)), [rule(passed(THING, "fine"))]).unused_mutes == ()


def test_a_mute_changes_no_fact_about_support():
    lonely = estate(hsm("a"))
    checks = [check for check in collect() if check.id == "PHSM-HA-001"]
    run = evaluate(lonely, Policy(mutes=(mute("PHSM-HA-001", "*", date(2027, 1, 1)),)), checks)
    assert run.muted
    assert [item.severity_a for item in run.support] == [False]


def test_an_estate_of_clusters_alone_is_something_to_read():
    cluster = Cluster(
        id="/subscriptions/x/resourceGroups/r/providers/Microsoft.HardwareSecurityModules/paymentHsmClusters/c",
        name="c",
        location="eastus",
        sku="HSMv2_CPS250",
    )
    assert exit_code(evaluate(replace(estate(), clusters={cluster.id.lower(): cluster}), Policy(), [rule()])) == 0
