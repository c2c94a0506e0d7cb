"""Opening the tickets of a plan: each once, each act recorded before and after, and what could not be sent is told."""

from dataclasses import replace

import pytest

from ops.errors import ConfigProblem, LedgerProblem
from ops.model.estate import Source
from ops.model.fact import ABSENT
from ops.model.ledger import Result
from ops.model.policy import Policy, SupportPolicy
from ops.service import keep_for_portal
from tests.build import estate, hsm, nics
from tests.service.remembering import (
    CONTACT,
    FAILED,
    MESS,
    REFUSED,
    REPAIRED,
    UNCLEAR,
    WELL,
    Office,
    ticket_of,
)

TWO = estate(
    WELL,
    FAILED,
    hsm("a", location="westus"),
    other := hsm("b", location="westus", stamp="stamp2"),
    overrides={next(nic for nic in nics(other) if nic.endswith("hsmhost2nic")): ABSENT},
)


def test_a_cause_gets_one_ticket_however_often_it_runs():
    office = Office()
    (receipt,) = office.open()
    assert receipt.ticket == office.desk.held[0]
    assert (office.open(), len(office.desk.held)) == ((), 1)


def test_every_act_is_recorded_before_it_and_after_it_with_azures_ids():
    office = Office()
    office.open()
    assert office.diary == [
        *("attach intended", "desk attach", "attach done"),
        *("open intended", "desk open", "open done"),
    ]
    assert [entry.request_ids for entry in office.ledger.written] == [(), ("r-attach",), (), ("r-open",)]
    assert {entry.target for entry in office.ledger.written} == {office.desk.held[0].id}
    assert office.ledger.written[-1].details == {"number": office.desk.held[0].number}


def test_the_evidence_lies_in_a_workspace_that_is_named_like_the_ticket_and_nobody_elses():
    places = []
    for office in (Office(), Office()):
        office.open()
        ((place, content),) = office.desk.files.items()
        assert place.startswith(f"{office.desk.held[0].name}-")
        assert b"findings.json" in content
        places.append(place)
    assert len(set(places)) == 2  # one that runs beside it never writes over a file that a ticket takes over just now


def test_a_ticket_is_opened_without_its_evidence_when_that_is_refused_and_it_is_told():
    office = Office()
    office.desk.refuses["attach"] = REFUSED
    (receipt,) = office.open()
    assert receipt.ticket is not None
    assert receipt.unattached == "no suitable support plan"
    assert office.deeds == [("attach", "intended"), ("attach", "refused"), ("open", "intended"), ("open", "done")]


def test_without_a_ledger_nothing_is_sent():
    office = Office()
    office.ledger.full = True
    with pytest.raises(LedgerProblem):
        office.open()
    assert (office.desk.held, office.desk.files, office.diary) == ([], {}, [])


def test_a_refused_ticket_is_told_kept_for_the_portal_and_the_others_are_still_tried():
    office = Office(TWO)
    office.desk.refuses["open"] = REFUSED
    receipts = office.open()
    assert [(receipt.problem, receipt.tip, receipt.may_exist) for receipt in receipts] == [
        ("no suitable support plan", "buy one", False)
    ] * 2
    assert [receipt.kept for receipt in receipts] == [f"unsent/{receipt.draft.name}/ticket.md" for receipt in receipts]
    assert set(office.shelf.kept.values()) == {"no suitable support plan"}
    last = office.ledger.written[-1]
    assert (last.result, last.request_ids, last.details["why"]) == (Result.REFUSED, ("r-1",), REFUSED.what)


def test_a_ticket_that_may_exist_is_unclear_and_not_kept_for_somebody_to_open_again():
    office = Office()
    office.desk.refuses["open"] = UNCLEAR
    (receipt,) = office.open()
    assert (receipt.may_exist, receipt.kept, office.shelf.kept) == (True, "", {})
    assert office.deeds[-1] == ("open", "unclear")


def test_a_ticket_that_is_there_under_its_name_is_found():
    office = Office()
    _, plan = office.plan()
    office.desk.held.append(ticket_of(plan.to_open[0]))
    office.desk.hidden.add(plan.to_open[0].name)
    (receipt,) = office.open()
    assert (receipt.found, receipt.ticket, receipt.problem) == (True, office.desk.held[0], "")
    assert office.deeds[-1] == ("open", "found")


def test_a_name_that_belongs_to_a_closed_ticket_is_a_problem_with_a_next_step():
    office = Office()
    _, plan = office.plan()
    office.desk.held.append(ticket_of(plan.to_open[0], status="Closed"))
    office.desk.hidden.add(plan.to_open[0].name)
    (receipt,) = office.open()
    assert "a ticket that is closed: 2411240050000000" in receipt.problem
    assert receipt.tip == "run it again: the next gets the next name"


def test_an_approved_plan_opens_no_second_ticket_when_somebody_opened_one_meanwhile():
    office = Office()
    _, plan = office.plan()
    office.open()
    (receipt,) = office.open(plan)
    assert (receipt.found, receipt.ticket, len(office.desk.held)) == (True, office.desk.held[0], 1)
    assert (office.deeds[-1], office.ledger.written[-1].target) == (("open", "found"), office.desk.held[0].id)


def test_a_ticket_under_another_name_is_recorded_by_its_own():
    """So that the ledger never tells of a ticket that is not there."""
    office = Office()
    _, plan = office.plan()
    name = f"{plan.to_open[0].name.removesuffix('-1')}-7"
    office.desk.held.append(ticket_of(plan.to_open[0], name=name))
    (receipt,) = office.open(plan)
    assert receipt.found
    assert office.ledger.written[-1].target == office.desk.held[0].id


def test_an_approved_draft_that_is_held_back_by_now_says_why():
    office = Office()
    _, plan = office.plan()
    by_hand = ticket_of(plan.to_open[0], name="2411240050009999", number="2411240050009999")
    office.desk.held.append(by_hand)
    (receipt,) = office.open(plan)
    assert receipt.problem.startswith("it is held back now: ticket 2411240050009999 for the same is open already")
    assert (len(office.desk.held), office.deeds) == (1, [("hold", "refused")])


def test_an_approved_draft_is_not_stopped_by_the_number_of_new_ones():
    few = replace(Office(TWO).policy, support=replace(Office(TWO).policy.support, max_new_tickets=1))
    _, plan = Office(TWO).plan()
    office = Office(TWO, policy=few)
    assert len(plan.to_open) == 2
    assert [receipt.problem for receipt in office.open(plan)] == ["", ""]


@pytest.mark.parametrize("email", ["ada@example.com", "ada@hsm.Contoso.com", "ada@example.org"])
def test_an_example_contact_is_refused_against_real_azure_before_anything_is_sent(email):
    state = replace(MESS, source=Source(kind="azure", name="management.azure.com"))
    office = Office(state, policy=Policy(support=SupportPolicy(contact=replace(CONTACT, email=email))))
    with pytest.raises(ConfigProblem, match="reach nobody"):
        office.open()
    assert office.diary == []


def test_an_address_that_only_sounds_like_an_example_is_none():
    state = replace(MESS, source=Source(kind="azure", name="management.azure.com"))
    contact = replace(CONTACT, email="ada@notexample.com")
    office = Office(state, policy=Policy(support=SupportPolicy(contact=contact)))
    assert [receipt.problem for receipt in office.open()] == [""]


def test_without_a_contact_nothing_is_sent():
    office = Office(policy=Policy())
    with pytest.raises(ConfigProblem, match=r"support\.contact is missing"):
        office.open()
    assert office.diary == []


def test_nothing_to_open_needs_no_contact():
    assert Office(REPAIRED, policy=Policy()).open() == ()


def test_drafts_that_the_support_plan_excludes_are_kept_and_told_with_the_plans_that_would_do():
    policy = replace(Office().policy, support=replace(Office().policy.support, plan="Developer"))
    office = Office(policy=policy)
    _, plan = office.plan()
    (receipt,) = keep_for_portal(plan, office.ledger, office.shelf, fresh=plan)
    assert "ProDirect, Premier or Unified" in receipt.problem
    assert (receipt.kept, list(office.shelf.kept)) == (f"unsent/{receipt.draft.name}/ticket.md", [receipt.draft.name])
    assert receipt.draft.evidence is not None
    assert office.deeds == [("hold", "refused")]
    assert (office.open(), [line for line in office.diary if "desk" in line]) == ((), [])


def test_drafts_that_only_wait_are_not_kept_for_the_portal():
    office = Office(policy=replace(Office().policy, support=replace(Office().policy.support, max_new_tickets=0)))
    _, plan = office.plan()
    assert plan.held_back
    assert list(keep_for_portal(plan, office.ledger, office.shelf, fresh=plan)) == []
