"""What no list shows any more is asked for by its id before anybody is told that it is gone."""

from dataclasses import replace

import pytest

from ops.model.estate import FASTPATH_FEATURE
from ops.model.fact import ABSENT, Gap
from ops.model.finding import Outcome
from ops.service import update_tickets
from tests.build import SUB_1, SUB_2, estate, hsm, subscription
from tests.service.remembering import CLOSING, CONTACT, FAILED, MESS, REPAIRED, WELL, Office, later, with_a_ticket
from tests.support.build import pending, planned, run_of
from tests.support.lives import opened, told

DELETED = later(estate(WELL), days=2)
HIDDEN = replace(
    FAILED, provisioning_state=None, gap=Gap(subject=FAILED.id, what="payment HSM", reason="403 Forbidden")
)


def test_an_hsm_that_arm_does_not_know_any_more_is_told_to_be_gone():
    office = with_a_ticket(CLOSING)
    office.cloud.first = DELETED
    office.cloud.confirmed.clear()
    assert [(one.update.kind, one.problem) for one in office.update()] == [("gone", ""), ("close", "")]
    assert office.cloud.confirmed == [(FAILED.key,), (FAILED.key,)]
    assert not office.desk.held[0].is_open


def test_an_hsm_that_was_seen_is_not_asked_for_again():
    office = with_a_ticket(CLOSING)
    office.cloud.first = later(REPAIRED, days=2)
    office.cloud.confirmed.clear()
    office.update()
    assert office.cloud.confirmed == []


def test_an_hsm_that_we_may_not_see_any_more_is_not_told_to_be_gone():
    office = with_a_ticket(CLOSING)
    office.cloud.first, office.cloud.later = DELETED, estate(WELL, HIDDEN)
    for receipt in office.update():
        assert receipt.problem == "it may not be gone: payshield-2 could not be read: 403 Forbidden"
        assert receipt.tip == "let phsm read it, or close the ticket by hand"
    assert (office.diary, office.desk.messages) == ([], {})


def test_an_hsm_that_a_list_lacks_and_arm_has_is_not_told_to_be_gone():
    office = with_a_ticket(CLOSING)
    office.cloud.first, office.cloud.later = DELETED, MESS
    assert [one.skipped for one in office.update()] == ["payshield-2 is in Azure, though no list shows it"] * 2
    assert office.diary == []


@pytest.mark.parametrize(
    ("state", "skipped", "problem"),
    [
        ("Pending", f"{SUB_2} still waits for the approval", ""),
        (
            Gap(subject=SUB_2, what="feature", reason="403 Forbidden"),
            "",
            f"it may not be gone: {SUB_2} could not be read: 403 Forbidden",
        ),
        ("Registered", "", ""),
        (ABSENT, "", ""),
    ],
    ids=["waits", "unread", "approved", "not asked for any more"],
)
def test_a_subscription_whose_hsm_no_list_shows_is_asked_whether_it_still_waits(state, skipped, problem):
    seen, theirs = hsm("payshield-1"), subscription(SUB_2, "payments-hub")
    (draft,) = planned(run_of(estate(seen, theirs), pending(SUB_1), pending(SUB_2))).to_open
    run = run_of(estate(seen, theirs), pending(SUB_1, outcome=Outcome.PASS))
    plan = told(run, opened(draft))
    office = Office(run.estate, estate(seen, replace(theirs, features={FASTPATH_FEATURE: state})))
    office.desk.held = [opened(draft)]
    (receipt,) = update_tickets(plan, run, office.cloud, office.desk, office.ledger, CONTACT, fresh=plan)
    assert (receipt.update.kind, receipt.skipped, receipt.problem) == ("gone", skipped, problem)
    assert bool(office.desk.messages) is not bool(skipped or problem)
