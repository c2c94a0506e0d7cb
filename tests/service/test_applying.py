"""Opening the tickets of a plan: each once, each act recorded before and after, and none whose cause is gone or unread."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ops.errors import ConfigProblem, LedgerProblem
from ops.model.estate import Source
from ops.model.fact import ABSENT
from ops.model.ledger import Result
from ops.model.policy import Policy, SupportPolicy
from ops.service import keep_for_portal, note_causes
from tests.build import SUB_1, estate, hsm, nics, refused_subscription, unread_hsm
from tests.service.remembering import (
    CONTACT,
    FAILED,
    MESS,
    REFUSED,
    REPAIRED,
    UNCLEAR,
    WELL,
    Office,
    later,
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


def test_the_cause_is_read_again_just_before_its_ticket():
    office = Office()
    office.open()
    assert office.cloud.confirmed == [(FAILED.key,)]


def test_a_cause_that_is_gone_by_then_opens_nothing():
    office = Office(MESS, REPAIRED)
    (receipt,) = office.open()
    assert (receipt.gone, receipt.problem, office.desk.held) == (True, "", [])
    assert office.deeds == [("open", "not-needed")]


def test_an_hsm_that_was_deleted_by_then_opens_nothing():
    office = Office(MESS, estate(WELL))
    (receipt,) = office.open()
    assert (receipt.gone, office.desk.held) == (True, [])


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (estate(WELL, unread_hsm("payshield-2")), "403 AuthorizationFailed"),
        (estate(refused_subscription(SUB_1)), f"{SUB_1} was not read"),
        (replace(estate(), scope=(), subscriptions={}, narrowed=True), f"{SUB_1} was not read"),
    ],
    ids=["its HSM", "its subscription", "another scope"],
)
@pytest.mark.parametrize("confirm", [True, False])
def test_a_cause_that_was_not_read_again_is_a_problem_and_never_gone(state, why, confirm):
    _, plan = Office().plan()
    office = Office(later(state, minutes=6))
    office.ledger.written = noted(plan)
    (receipt,) = office.open(plan, confirm=confirm)
    assert (office.desk.held, receipt.gone) == ([], False)
    assert why in receipt.problem
    assert office.deeds[-1] == ("open", "refused")


def test_a_pool_of_which_one_hsm_works_again_opens_no_ticket_that_says_all_are_broken():
    both = estate(hsm("payshield-1", provisioning_state="Failed"), FAILED)
    office = Office(both, MESS)
    (receipt,) = office.open()
    assert office.desk.held == []
    assert "has changed since it was planned" in receipt.problem


def test_a_ticket_whose_severity_is_another_now_is_not_opened_as_it_was():
    _, plan = Office().plan()
    office = Office()
    (receipt,) = office.open(replace(plan, to_open=(replace(plan.to_open[0], severity="critical"),)))
    assert "has changed since it was planned" in receipt.problem


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
    assert (len(office.desk.held), office.deeds) == (1, [("open", "refused")])


def test_an_approved_draft_is_not_stopped_by_the_number_of_new_ones():
    few = replace(Office(TWO).policy, support=replace(Office(TWO).policy.support, max_new_tickets=1))
    _, plan = Office(TWO).plan()
    office = Office(TWO, policy=few)
    assert len(plan.to_open) == 2
    assert [receipt.problem for receipt in office.open(plan)] == ["", ""]


def noted(plan, **ago):
    """The entries of a ledger in which a plan was noted, so long before it was made."""
    office = Office()
    note_causes(replace(plan, made_at=plan.made_at - timedelta(**ago)), office.ledger)
    return office.ledger.written


def test_what_nobody_confirms_is_not_opened_when_it_was_seen_once():
    office = Office()
    (receipt,) = office.open(confirm=False)
    assert (office.desk.held, office.cloud.confirmed) == ([], [])
    assert receipt.problem == "it was seen once, and what nobody confirms has to be seen twice, five minutes apart"
    assert receipt.tip == "run it again in five minutes, or leave out --no-confirm"


def test_what_nobody_confirms_is_opened_by_the_same_command_five_minutes_later():
    office = Office()
    office.open(confirm=False)
    office.cloud.first = later(MESS, minutes=4, seconds=59)
    assert office.open(confirm=False)[0].problem
    office.cloud.first = later(MESS, minutes=5)
    (receipt,) = office.open(confirm=False)
    assert (receipt.ticket, office.cloud.confirmed) == (office.desk.held[0], [])


@pytest.mark.parametrize(
    ("ago", "opens"),
    [
        ({"minutes": 4, "seconds": 59}, False),
        ({"minutes": 5}, True),
        ({"hours": 24}, True),
        ({"hours": 24, "seconds": 1}, False),
    ],
)
def test_the_first_reading_counts_from_five_minutes_to_a_day_later(ago, opens):
    _, plan = Office().plan()
    office = Office()
    office.ledger.written = noted(plan, **ago)
    office.open(confirm=False)
    assert bool(office.desk.held) is opens


def test_a_reading_of_another_cloud_or_of_another_cause_counts_for_nothing():
    _, plan = Office().plan()
    office = Office()
    (entry,) = noted(plan, minutes=6)
    office.ledger.written = [replace(entry, source=Source(kind="azure", name="management.azure.com"))]
    assert office.open(confirm=False)[0].problem
    office.ledger.written = [replace(entry, target=f"{entry.target}-2")]
    assert office.open(confirm=False)[0].problem


def test_a_saved_plan_whose_cause_is_gone_opens_nothing_without_confirming_either():
    _, plan = Office().plan()
    office = Office(later(REPAIRED, minutes=6))
    office.ledger.written = noted(plan)
    (receipt,) = office.open(plan, confirm=False)
    assert (receipt.gone, office.desk.held) == (True, [])


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
    (receipt,) = keep_for_portal(plan, office.shelf)
    assert "ProDirect, Premier or Unified" in receipt.problem
    assert (receipt.kept, list(office.shelf.kept)) == (f"unsent/{receipt.draft.name}/ticket.md", [receipt.draft.name])
    assert receipt.draft.evidence is not None
    assert (office.open(), office.diary) == ((), [])


def test_drafts_that_only_wait_are_not_kept_for_the_portal():
    office = Office()
    office.desk.silent = True
    _, plan = office.plan()
    assert plan.held_back
    assert list(keep_for_portal(plan, office.shelf)) == []
