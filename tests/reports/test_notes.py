from datetime import date, timedelta

import pytest

from ops.checks import collect
from ops.model.mute import Mute
from ops.model.policy import Attestation, HsmFacts, Policy, Readiness
from ops.reports.notes import notes
from ops.run import evaluate
from tests.build import NOW, estate, hsm

TODAY = NOW.date()


def noted(state, policy):
    return [(note.check, note.subject, note.says) for note in notes(evaluate(state, policy, collect()))]


def test_an_attestation_that_runs_out_within_a_month_is_a_note():
    trained = Attestation(by="ada", on=TODAY, valid_until=TODAY + timedelta(5))
    backed = Attestation(by="ada", on=TODAY, valid_until=TODAY + timedelta(31))
    assert noted(estate(hsm()), Policy(readiness=Readiness(training=trained, key_backup=backed))) == [
        ("PHSM-RDY-006", "readiness: training", "attested by ada on 2026-11-23, runs out on 2026-11-28, in 5 days")
    ]


@pytest.mark.parametrize(("days", "told"), [(31, False), (30, True), (0, True), (-1, False)])
def test_a_mute_that_holds_and_ends_within_a_month_is_a_note(days, told):
    mute = Mute(check="PHSM-HA-001", subject="*", reason="it comes", owner="ops\n", expires=TODAY + timedelta(days))
    found = noted(estate(hsm()), Policy(mutes=(mute,)))
    when = f"in {days} days" if days else "today"
    says = f"muted by ops, which ends on {mute.expires}, {when}"
    assert found == ([("PHSM-HA-001", "payments-prod/eastus", says)] if told else [])


def test_one_note_stands_for_all_that_it_is_said_of():
    facts = HsmFacts(firmware="2.1a", attested=date(2026, 10, 1))
    found = noted(estate(*(hsm(name) for name in "abc")), Policy(hsms=dict.fromkeys("abc", facts)))
    assert [note[:2] for note in found] == [("PHSM-HSM-006", "a and 2 others")]


def test_a_correct_estate_has_no_note():
    assert noted(estate(hsm("a"), hsm("b", stamp="stamp2")), Policy()) == []
