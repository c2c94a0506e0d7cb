"""What is told on open tickets: what still holds, once, recorded, and where Azure denies a change the engineer is asked."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ops.errors import TicketProblem
from ops.model.fact import ABSENT
from ops.model.policy import TicketSeverity
from ops.service import close, say_on_ticket, update_tickets
from ops.service.updating import change_severity
from tests.build import estate, nics
from tests.service.remembering import CLOSING, CONTACT, FAILED, REPAIRED, UNCLEAR, WELL, later, with_a_ticket

DENIED = TicketProblem("ticket 1 was not changed", "ask for it", denied=True, request_ids=("r-denied",))


def without_nic(state=None):
    lost = next(nic for nic in nics(FAILED) if nic.endswith("hsmhost2nic"))
    return later(estate(WELL, FAILED, overrides={lost: ABSENT}), **(state or {"days": 2}))


def test_nothing_new_is_nothing_to_say():
    office = with_a_ticket()
    assert (office.update(), office.diary) == ((), [])


def test_what_is_new_is_told_once_and_recorded():
    office = with_a_ticket()
    office.cloud.first = without_nic()
    (receipt,) = office.update()
    assert (receipt.update.kind, receipt.problem) == ("evidence", "")
    ((name, said),) = office.desk.messages.items()
    assert (name, [one.name for one in said]) == (office.desk.held[0].name, [receipt.update.name])
    assert said[0].sender == CONTACT.email
    assert office.diary == ["comment intended", "desk comment", "comment done"]
    assert {entry.target for entry in office.ledger.written} == {office.desk.held[0].id}
    assert office.ledger.written[-1].request_ids == ("r-comment",)
    assert office.ledger.written[-1].details == {"communication": receipt.update.name}
    assert office.update() == ()


def test_what_is_new_within_a_day_waits():
    office = with_a_ticket(hours=23)
    office.cloud.first = without_nic({"hours": 23})
    assert office.update() == ()


def raised():
    """A ticket that has a lower severity than its cause has now."""
    office = with_a_ticket()
    office.desk.held[0] = replace(office.desk.held[0], severity="Minimal")
    return office


def test_a_higher_impact_raises_the_severity_and_is_recorded():
    office = raised()
    (receipt,) = office.update()
    assert (receipt.update.kind, receipt.asked, receipt.problem) == ("raise", False, "")
    assert office.desk.held[0].severity == "Moderate"
    assert office.diary == ["raise intended", "desk change", "raise done"]
    assert office.ledger.written[-1].details == {"severity": "moderate"}


def test_where_azure_lets_nobody_change_it_the_engineer_is_asked_once():
    office = raised()
    office.desk.refuses["change"] = DENIED
    (receipt,) = office.update()
    assert (receipt.asked, receipt.problem) == (True, "")
    (said,) = office.desk.messages[office.desk.held[0].name]
    assert "raise the severity of this ticket to B" in said.body
    assert office.deeds == [
        ("raise", "intended"),
        ("raise", "refused"),
        ("comment", "intended"),
        ("comment", "done"),
    ]
    assert office.ledger.written[1].request_ids == ("r-denied",)
    assert office.update() == ()


def test_a_raise_that_is_refused_does_not_keep_the_news_from_being_told():
    office = raised()
    office.cloud.first = without_nic()
    office.desk.refuses["change"] = TicketProblem("ticket 1 was not changed: 400 InvalidParameterValue", "ask for it")
    refused, news = office.update()
    assert (refused.update.kind, refused.asked, refused.tip) == ("raise", False, "ask for it")
    assert (news.update.kind, news.problem, news.found) == ("evidence", "", False)
    (said,) = office.desk.messages[office.desk.held[0].name]
    assert said.name == news.update.name
    office.desk.now += timedelta(days=2)
    assert [receipt.update.kind for receipt in office.update()] == ["raise"]


def test_where_the_engineer_is_asked_for_the_severity_the_news_are_in_that_message():
    office = raised()
    office.cloud.first = without_nic()
    office.desk.refuses["change"] = DENIED
    asked, news = office.update()
    assert (asked.asked, news.skipped) == (True, "the message that asks for the severity tells it")
    (said,) = office.desk.messages[office.desk.held[0].name]
    assert said.name == asked.update.name
    assert "payshield-2_HSMHost2Nic not found" in said.body
    assert office.update() == ()


def test_a_message_that_was_there_already_is_not_said_to_be_sent():
    office = with_a_ticket()
    office.cloud.first = without_nic()
    run, plan = office.plan()
    ends = [
        receipt.found
        for _ in range(2)
        for receipt in update_tickets(plan, run, office.cloud, office.desk, office.ledger, CONTACT, fresh=plan)
    ]
    assert ends == [False, True]
    assert [result for _, result in office.deeds] == ["intended", "done", "intended", "found"]


def test_a_plan_of_the_evening_is_applied_after_midnight():
    office = with_a_ticket()
    office.cloud.first = without_nic({"days": 2, "minutes": 95})
    _, plan = office.plan()
    assert plan.made_at.hour == 23
    office.cloud.first = without_nic({"days": 2, "minutes": 110})
    (receipt,) = office.update(plan)
    assert (receipt.skipped, receipt.problem) == ("", "")


def test_another_refusal_is_a_problem_and_nobody_is_asked():
    office = raised()
    office.desk.refuses["change"] = UNCLEAR
    (receipt,) = office.update()
    assert (receipt.problem, receipt.tip, receipt.may_exist, receipt.asked) == (
        "no answer",
        "run it again",
        True,
        False,
    )
    assert (office.deeds[-1], office.desk.messages) == (("raise", "unclear"), {})


def test_a_cause_that_is_gone_is_told_and_the_ticket_stays_open():
    office = with_a_ticket()
    office.cloud.first = later(REPAIRED, days=2)
    (receipt,) = office.update()
    assert receipt.update.kind == "gone"
    assert office.desk.held[0].is_open
    assert office.deeds == [("comment", "intended"), ("comment", "done")]


def test_where_it_is_configured_the_ticket_is_closed_then():
    office = with_a_ticket(CLOSING)
    office.cloud.first = later(REPAIRED, days=2)
    assert [receipt.update.kind for receipt in office.update()] == ["gone", "close"]
    assert not office.desk.held[0].is_open
    assert office.deeds[2:] == [("close", "intended"), ("close", "done")]
    assert office.update() == ()


def test_where_closing_is_denied_the_engineer_is_asked():
    office = with_a_ticket(CLOSING)
    office.desk.refuses["change"] = DENIED
    office.cloud.first = later(REPAIRED, days=2)
    _, receipt = office.update()
    assert (receipt.update.kind, receipt.asked) == ("close", True)
    assert office.desk.held[0].is_open


def test_an_update_that_no_longer_holds_is_skipped_and_not_sent():
    office = raised()
    _, plan = office.plan()
    office.cloud.first = later(REPAIRED, days=2)
    (receipt,) = office.update(plan)
    assert receipt.skipped == "it no longer holds: a new plan tells what is true now"
    assert (office.desk.held[0].severity, office.diary) == ("Minimal", [])


def test_a_ticket_on_which_nobody_could_say_why_is_not_closed():
    office = with_a_ticket(CLOSING)
    office.desk.refuses["comment"] = TicketProblem("the communication was not sent", "write to it by hand")
    office.cloud.first = later(REPAIRED, days=2)
    gone, closed = office.update()
    assert (gone.problem, closed.tip) == ("the communication was not sent", "run it again")
    assert closed.problem == "it was not closed: the message that says why was not sent for sure"
    assert office.deeds == [("comment", "intended"), ("comment", "refused")]
    assert office.desk.held[0].is_open


def test_a_persons_words_are_sent_once_however_often_they_are_said():
    office = with_a_ticket()
    (ticket,) = office.desk.held
    said = [
        say_on_ticket(ticket, "A photo", text, office.desk, office.ledger, CONTACT).found
        for text in ("the LED is red", "the LED is red", "the LED is green")
    ]
    assert said == [False, True, False]
    assert [one.body for one in office.desk.messages[ticket.name]] == ["the LED is red", "the LED is green"]
    assert [result for _, result in office.deeds] == ["intended", "done", "intended", "found", "intended", "done"]
    assert "LED" not in str(office.ledger.written)


def test_the_same_words_under_another_subject_are_other_words():
    office = with_a_ticket()
    (ticket,) = office.desk.held
    for subject in ("A photo", "A log"):
        say_on_ticket(ticket, subject, "see above", office.desk, office.ledger, CONTACT)
    assert len(office.desk.messages[ticket.name]) == 2


def test_a_refused_change_is_raised_and_recorded():
    office = with_a_ticket()
    office.desk.refuses["change"] = DENIED
    with pytest.raises(TicketProblem):
        close(office.desk.held[0], office.desk, office.ledger)
    with pytest.raises(TicketProblem):
        change_severity(office.desk.held[0], TicketSeverity.CRITICAL, office.desk, office.ledger)
    assert office.deeds == [("close", "intended"), ("close", "refused"), ("raise", "intended"), ("raise", "refused")]
    assert office.ledger.written[-1].details == {"severity": "critical", "why": DENIED.what}


def test_a_message_that_was_interrupted_on_its_way_is_told_before_the_run_ends():
    office = with_a_ticket()
    office.cloud.first = without_nic()
    office.desk.refuses["comment"] = KeyboardInterrupt()
    run, fresh = office.plan()
    receipts = update_tickets(fresh, run, office.cloud, office.desk, office.ledger, CONTACT, fresh=fresh)
    receipt = next(receipts)
    with pytest.raises(KeyboardInterrupt):
        next(receipts)
    assert (receipt.may_exist, receipt.problem) == (True, "it was interrupted on its way: what came of it is not known")
    assert receipt.tip.startswith("run it again")
