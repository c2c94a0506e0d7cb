"""What a killed run left without an end is looked up by the next one, and recorded as it is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ops import service
from ops.model.ledger import Action, Result
from ops.model.ticket import Draft
from ops.service.planning import may_be_open
from tests.build import NOW
from tests.service.remembering import MESS, REFUSED, REPAIRED, Office, later, ticket_of

LONG_AGO = timedelta(hours=2)


def left(result: Result = Result.INTENDED, ago: timedelta = LONG_AGO) -> tuple[Office, Draft]:
    """An office whose cause is gone, and in whose ledger an earlier run announced a ticket and said no more."""
    office = Office()
    (draft,) = office.plan()[1].to_open
    office.ledger.write(Action.OPEN, draft.ticket_id, result)
    office.ledger.written[-1] = replace(office.ledger.written[-1], run="killed", at=NOW - ago)
    office.cloud.first = REPAIRED
    return office, draft


def settled(office: Office) -> list[str]:
    _, fresh = office.plan()
    return list(service.settle(fresh, fresh, office.desk, office.ledger, office.shelf))


@pytest.mark.parametrize("result", [Result.INTENDED, Result.UNCLEAR])
@pytest.mark.parametrize("ago", [LONG_AGO, timedelta(0)])
@pytest.mark.parametrize("status", ["Open", "Closed"])
def test_a_ticket_that_is_there_gets_its_number_once(result, ago, status):
    office, draft = left(result, ago)
    office.desk.held.append(ticket_of(draft, status=status))
    (line,) = settled(office)
    assert line == f"another run has not told what came of {draft.name}: it is ticket 2411240050000000"
    last = office.ledger.written[-1]
    assert (last.action, last.result, last.details) == (Action.OPEN, Result.FOUND, {"number": "2411240050000000"})
    assert last.target.lower() == draft.ticket_id.lower()
    assert may_be_open(office.ledger.entries(), MESS.source) == {draft.ticket_id.lower()}
    assert settled(office) == []


@pytest.mark.parametrize("result", [Result.INTENDED, Result.UNCLEAR])
def test_one_that_is_not_there_after_an_hour_was_not_opened_and_is_not_looked_for_again(result):
    office, draft = left(result)
    (line,) = settled(office)
    assert line == f"another run has not told what came of {draft.name}: it was not opened"
    last = office.ledger.written[-1]
    assert (last.action, last.result, last.details["settles"]) == (Action.OPEN, Result.REFUSED, "killed")
    assert may_be_open(office.ledger.entries(), MESS.source) == frozenset()
    office.diary.clear()
    assert (settled(office), office.diary) == ([], [])


def test_one_that_another_run_may_be_sending_right_now_is_left():
    office, draft = left(ago=timedelta(minutes=59))
    assert settled(office) == []
    assert may_be_open(office.ledger.entries(), MESS.source) == {draft.ticket_id.lower()}


def test_one_that_another_run_announced_since_is_left_and_only_the_old_attempt_is_settled():
    office, draft = left()
    office.ledger.write(Action.OPEN, draft.ticket_id, Result.INTENDED)
    office.ledger.written[-1] = replace(office.ledger.written[-1], run="another")
    assert len(settled(office)) == 1
    assert office.ledger.written[-1].details["settles"] == "killed"
    assert may_be_open(office.ledger.entries(), MESS.source) == {draft.ticket_id.lower()}
    assert settled(office) == []


def test_one_that_cannot_be_looked_for_or_is_not_whole_yet_is_left():
    office, draft = left()
    office.desk.unfindable.add(draft.name)
    assert settled(office) == []
    office.desk.unfindable.clear()
    office.desk.held.append(ticket_of(draft, number=""))
    assert settled(office) == []


def test_one_that_this_run_opens_gets_the_record_of_this_run():
    office, _ = left()
    office.cloud.first = MESS
    assert settled(office) == []
    office.open()
    assert office.deeds[-1] == ("open", "done")
    assert settled(office) == []


def test_one_of_another_cloud_is_none_of_this_one():
    office, _ = left()
    for number, entry in enumerate(office.ledger.written):
        office.ledger.written[number] = replace(entry, source=replace(entry.source, name="another"))
    office.diary.clear()
    assert (settled(office), office.diary) == ([], [])


def test_what_was_kept_for_the_portal_is_removed_once_another_run_has_opened_it():
    office = Office()
    office.desk.refuses["open"] = REFUSED
    (receipt,) = office.open()
    office.desk.held.append(ticket_of(receipt.draft))
    office.cloud.first = later(MESS, hours=1)
    assert settled(office) == [f"ticket 2411240050000000 is open, so this was removed: {receipt.kept}"]
    assert (office.shelf.kept, settled(office)) == ({}, [])
