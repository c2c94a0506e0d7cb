"""A cause is read again just before its ticket, or was seen twice; one that is gone or unread by then opens none."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ops.model.estate import Source
from ops.service import note_causes
from tests.build import SUB_1, estate, hsm, refused_subscription, unread_hsm
from tests.service.remembering import FAILED, MESS, REPAIRED, WELL, Office, later


def noted(plan, **ago):
    """The entries of a ledger in which a plan was noted, so long before it was made."""
    office = Office()
    note_causes(replace(plan, made_at=plan.made_at - timedelta(**ago)), office.ledger)
    return office.ledger.written


def test_the_cause_is_read_again_just_before_its_ticket():
    office = Office()
    office.open()
    assert office.cloud.confirmed == [(FAILED.key,)]


def test_a_cause_that_is_gone_by_then_opens_nothing():
    office = Office(MESS, REPAIRED)
    (receipt,) = office.open()
    assert (receipt.gone, receipt.problem, office.desk.held) == (True, "", [])
    assert office.deeds == [("hold", "not-needed")]


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
    assert office.deeds[-1] == ("hold", "refused")


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
