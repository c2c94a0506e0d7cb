"""What is asked before it is decided, and that nothing is written then."""

from dataclasses import replace

import pytest

from ops.model.ledger import Action, Result
from ops.service import note_causes
from tests.service.remembering import MESS, Office, later


def test_a_cause_wants_one_ticket_and_nothing_is_written():
    office = Office()
    run, plan = office.plan()
    assert [draft.cause.subject for draft in plan.to_open] == [draft.cause.hsms[0] for draft in plan.to_open]
    assert (len(plan.to_open), plan.made_at, plan.source) == (1, run.estate.observed_at, MESS.source)
    assert office.diary == []


def test_tickets_that_could_not_be_listed_hold_the_draft_back():
    office = Office()
    office.desk.silent = True
    _, plan = office.plan()
    assert plan.to_open == ()
    assert "403 AuthorizationFailed" in plan.held_back[0].reason
    assert plan.gaps


@pytest.mark.parametrize("last", [Result.INTENDED, Result.UNCLEAR, Result.DONE, Result.FOUND])
def test_a_ticket_that_only_the_ledger_knows_is_looked_for_and_found(last):
    office = Office()
    office.open()
    name = office.desk.held[0].name
    office.desk.hidden.add(name)
    office.ledger.written[-1] = replace(office.ledger.written[-1], result=last)
    _, plan = office.plan()
    assert (plan.to_open, [one.ticket.name for one in plan.existing]) == ((), [name])


def test_one_that_cannot_be_looked_for_holds_the_draft_back():
    office = Office()
    office.open()
    name = office.desk.held[0].name
    office.desk.hidden.add(name)
    office.desk.unfindable.add(name)
    _, plan = office.plan()
    assert plan.to_open == ()
    assert "503 ServiceUnavailable" in plan.held_back[0].reason


def test_a_ticket_that_was_refused_is_not_looked_for():
    office = Office()
    _, plan = office.plan()
    office.ledger.write(Action.OPEN, plan.to_open[0].ticket_id, Result.INTENDED)
    office.ledger.write(Action.OPEN, plan.to_open[0].ticket_id, Result.REFUSED)
    office.plan()
    assert not [line for line in office.diary if line.startswith("find")]


def test_what_was_done_in_another_cloud_is_none_of_this_one():
    office = Office()
    _, plan = office.plan()
    office.ledger.source = replace(office.ledger.source, name="another")
    office.ledger.write(Action.OPEN, plan.to_open[0].ticket_id, Result.DONE)
    office.plan()
    assert not [line for line in office.diary if line.startswith("find")]


def test_that_a_cause_was_seen_is_noted_with_the_time_of_the_reading():
    office = Office(later(MESS, hours=1))
    _, plan = office.plan()
    note_causes(plan, office.ledger)
    (entry,) = office.ledger.written
    assert (entry.action, entry.result, entry.target) == (Action.PLAN, Result.DONE, plan.to_open[0].ticket_id)
    assert entry.details["seen_at"] == later(MESS, hours=1).observed_at.isoformat()
