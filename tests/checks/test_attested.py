"""What all readiness checks share: who attested, when it runs out, and what does not count."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from ops.checks import collect
from ops.checks.attested import State, standing, valid_days
from ops.checks.checklist import Checklist
from ops.checks.duties import DUTIES
from ops.model.finding import Outcome, Party, Severity
from ops.model.policy import Attestation, CheckSettings, Policy, Readiness
from tests.build import NOW, estate, hsm
from tests.checks.judging import FAIL, NOT_APPLICABLE, PASS, only

TODAY = NOW.date()
BY_DUTY = {duty.key: duty for duty in DUTIES}
CHECK = {check.id: check for check in collect()}
NEEDED_BY_ALL = [duty for duty in DUTIES if not duty.may_be_unneeded]
every_duty = pytest.mark.parametrize("duty", DUTIES, ids=lambda duty: duty.key)


def attestation(**changes):
    """One that passes for every duty."""
    return Attestation(**({"by": "ada", "on": TODAY, "customer_id": "C-1", "device_licence": "L-1"} | changes))


def attesting(duty, checks=None, **changes):
    return Policy(readiness=Readiness(**{duty.key: attestation(**changes)}), checks=checks or {})


def verdict(duty, policy, state=None):
    return only(CHECK[duty.check], state or estate(hsm("B"), hsm("a", stamp="stamp2")), policy)


def test_there_is_one_duty_and_one_check_for_each_key_of_the_configuration():
    assert [duty.key for duty in DUTIES] == [field.name for field in fields(Readiness)]
    assert [duty.check for duty in DUTIES] == [check for check in CHECK if check.startswith("PHSM-RDY-")]
    assert len({duty.name.lower() for duty in DUTIES}) == len(DUTIES)


@every_duty
def test_each_check_is_the_customers_and_low_and_its_page_tells_the_period_and_the_key(duty):
    check = CHECK[duty.check]
    assert (check.party, check.severity, check.ticket) == (Party.CUSTOMER, Severity.LOW, False)
    assert check.parameters == {"valid_days": duty.days}
    assert f"{duty.days} days (`valid_days`)" in check.page
    assert f"{{{duty.key}: {{by:" in check.page
    assert "own advice, not Microsoft's" in " ".join(check.page.split())


@every_duty
def test_each_check_looks_at_its_own_key(duty):
    assert verdict(duty, attesting(duty)).outcome is PASS
    others = {key: attestation() for key in BY_DUTY if key != duty.key}
    assert verdict(duty, Policy(readiness=Readiness(**others))).outcome is FAIL


@every_duty
def test_without_a_readiness_section_it_is_not_applicable_and_says_how_to_start(duty):
    found = verdict(duty, Policy())
    assert (found.outcome, found.subject.name) == (NOT_APPLICABLE, "readiness")
    assert found.evidence == "the configuration has no readiness: section; phsm readiness prints one to start with"


@every_duty
@pytest.mark.parametrize("readiness", [None, Readiness()])
def test_where_there_is_no_hsm_nothing_is_said(duty, readiness):
    assert list(CHECK[duty.check].examine(estate(), Policy(readiness=readiness))) == []


@every_duty
def test_what_nobody_attested_fails_for_all_hsms_with_what_to_do(duty):
    found = verdict(duty, Policy(readiness=Readiness()))
    assert (found.outcome, found.evidence) == (FAIL, "nobody has attested it")
    assert found.subject.name == f"readiness: {duty.name}"
    assert found.subject.hsms == tuple(sorted([hsm("a").key, hsm("B").key]))
    assert found.fix == f"{duty.task}, then attest it in the configuration: readiness.{duty.key}"
    assert found.fix[:20].split()[0].islower()


@every_duty
def test_an_attestation_holds_through_its_last_day_and_not_a_day_longer(duty):
    on = TODAY - timedelta(days=duty.days)
    assert verdict(duty, attesting(duty, on=on)).outcome is PASS
    found = verdict(duty, attesting(duty, on=on - timedelta(days=1)))
    yesterday = TODAY - timedelta(days=1)
    assert (found.outcome, found.evidence) == (
        FAIL,
        f"attested by ada on {on - timedelta(days=1)}, ran out on {yesterday}",
    )
    assert found.fix.endswith(f", then renew readiness.{duty.key} in the configuration")


@every_duty
def test_the_operator_sets_the_period(duty):
    on = TODAY - timedelta(days=10)
    for days, outcome in ((9, FAIL), (10, PASS)):
        checks = {duty.check: CheckSettings(valid_days=days)}
        assert verdict(duty, attesting(duty, checks, on=on)).outcome is outcome
    other = {"PHSM-HSM-001": CheckSettings(valid_days=1), duty.check: CheckSettings(severity=Severity.HIGH)}
    assert valid_days(duty, Policy(checks=other)) == duty.days


@pytest.mark.parametrize("days", [10**7, 10**12])
def test_a_period_beyond_the_calendar_is_for_ever(days):
    duty = BY_DUTY["smart_cards"]
    found = verdict(duty, attesting(duty, {duty.check: CheckSettings(valid_days=days)}, on=date(2020, 1, 1)))
    assert (found.outcome, found.evidence) == (PASS, "attested by ada on 2020-01-01, through 9999-12-31")


def test_the_end_that_an_attestation_names_goes_before_every_period():
    duty = BY_DUTY["smart_cards"]
    for settings in ({}, {duty.check: CheckSettings(valid_days=5)}):
        later = attesting(duty, settings, on=date(2020, 1, 1), valid_until=date(2027, 6, 1))
        assert verdict(duty, later).evidence == "attested by ada on 2020-01-01, through 2027-06-01"
        earlier = attesting(duty, settings, on=date(2026, 11, 22), valid_until=date(2026, 11, 22))
        assert verdict(duty, earlier).evidence == "attested by ada on 2026-11-22, ran out on 2026-11-22"


@pytest.mark.parametrize(
    ("left", "says"),
    [(0, ", today"), (1, ", in 1 day"), (2, ", in 2 days"), (30, ", in 30 days"), (31, None)],
)
def test_a_month_before_it_runs_out_it_passes_and_says_so(left, says):
    duty, last = BY_DUTY["smart_cards"], TODAY + timedelta(days=left)
    found = verdict(duty, attesting(duty, on=date(2026, 1, 1), valid_until=last))
    told = f"runs out on {last}{says}" if says else f"through {last}"
    assert (found.outcome, found.evidence, found.note) == (PASS, f"attested by ada on 2026-01-01, {told}", bool(says))


@every_duty
def test_a_day_in_the_future_is_not_accepted(duty):
    tomorrow = TODAY + timedelta(days=1)
    found = verdict(duty, attesting(duty, on=tomorrow))
    assert (found.outcome, found.evidence) == (FAIL, f"attested by ada on {tomorrow}, dated in the future")
    assert found.fix == f"{duty.task}, then correct readiness.{duty.key} in the configuration"
    far = attesting(duty, on=tomorrow, valid_until=TODAY)
    assert verdict(duty, far).evidence.endswith("dated in the future")


@pytest.mark.parametrize("hours", [-12, 0, 14])
def test_days_are_those_of_utc_wherever_the_moment_was_written_down(hours):
    duty = BY_DUTY["smart_cards"]
    state = replace(estate(hsm()), observed_at=NOW.astimezone(timezone(timedelta(hours=hours))))
    assert verdict(duty, attesting(duty, on=TODAY), state).outcome is PASS
    assert verdict(duty, attesting(duty, on=TODAY + timedelta(days=1)), state).outcome is FAIL
    midnight = replace(state, observed_at=datetime(2026, 11, 24, tzinfo=UTC))
    assert verdict(duty, attesting(duty, on=date(2026, 11, 24)), midnight).outcome is PASS


@pytest.mark.parametrize("duty", NEEDED_BY_ALL, ids=lambda duty: duty.key)
def test_what_everybody_needs_cannot_be_declared_as_not_needed(duty):
    found = verdict(duty, attesting(duty, needed=False))
    said = f"declared as not needed by ada on {TODAY}, but it cannot be declared as not needed"
    assert (found.outcome, found.evidence) == (FAIL, said)


@pytest.mark.parametrize("by", ["", "  ", "\u200b"])
@every_duty
def test_an_attestation_by_nobody_is_none(duty, by):
    found = verdict(duty, attesting(duty, by=by))
    assert (found.outcome, found.evidence) == (FAIL, f"attested on {TODAY}, but not by whom")


def test_what_people_write_stays_on_one_line():
    duty = BY_DUTY["thales_portal"]
    found = verdict(duty, attesting(duty, by="a\nb\x1b[31m" + "x" * 500, customer_id="C\r\n1"))
    assert found.evidence.isprintable()
    assert len(found.evidence) < 250
    assert "customer id C 1" in found.evidence


def test_a_checklist_counts_all_duties_of_its_day():
    def code(**changes):
        readiness = Readiness(**({key: attestation() for key in BY_DUTY} | changes))
        return Checklist(policy=Policy(readiness=readiness), where="x", at=NOW).exit_code

    assert code() == 0
    assert code(tmd=attestation(needed=False)) == 0
    assert code(training=None) == 3
    assert code(training=attestation(on=TODAY + timedelta(days=1))) == 3
    assert Checklist(policy=Policy(), where="x", at=NOW).exit_code == 4
    assert [item.duty for item in Checklist(policy=Policy(), where="x", at=NOW).items] == list(DUTIES)


def test_a_checklists_day_is_that_of_utc():
    readiness = Readiness(**{key: attestation(on=TODAY + timedelta(days=1)) for key in BY_DUTY})
    at = NOW.astimezone(timezone(timedelta(hours=14)))  # there it is tomorrow
    assert Checklist(policy=Policy(readiness=readiness), where="x", at=at).exit_code == 3


def test_a_state_that_is_not_known_to_hold_is_no_pass():
    passing = {state for state in State if state.outcome is Outcome.PASS}
    assert passing == {State.ATTESTED, State.RUNS_OUT, State.NOT_NEEDED}
    assert standing(DUTIES[0], Policy(), TODAY).state.outcome is Outcome.NOT_APPLICABLE
