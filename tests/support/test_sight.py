"""What is told on a ticket where not all that it is about can be seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from ops.model.attachment import nic_slots
from ops.model.fact import Gap
from ops.model.finding import Outcome
from ops.model.run import Run
from tests.build import NOW, SUB_1, SUB_2, estate, subscription
from tests.support.build import failed_state, finding, lost_nic, pending, planned, run_of
from tests.support.lives import LONG_AGO, A, B, broken, kinds, opened, said, told, well

(DRAFT,) = planned(broken()).to_open
MINE = opened(DRAFT)
WORSE = run_of(estate(A, B), lost_nic(A), finding("PHSM-HSM-007", A, evidence="host NIC 1 does not answer"))
BETTER = run_of(estate(A, B), lost_nic(A), finding("PHSM-HSM-007", A, outcome=Outcome.PASS))


def without_a_nic(run: Run) -> Run:
    """The same run, in which one NIC of A could not be read."""
    slot = nic_slots(A)[0]
    unread = Gap(subject=slot.nic_id, what="network interface", reason="403 AuthorizationFailed")
    return replace(run, estate=replace(run.estate, nics={**run.estate.nics, slot.key: unread}))


def test_what_may_only_be_hidden_from_us_is_no_news() -> None:
    (news,) = told(WORSE, MINE).updates
    assert kinds(told(BETTER, MINE, said(news, LONG_AGO))) == ["evidence"]
    assert told(without_a_nic(BETTER), MINE, said(news, LONG_AGO)).updates == ()
    assert told(broken(), MINE, said(news, LONG_AGO)).updates == ()  # nobody probed again


def test_what_is_new_is_told_however_little_of_the_rest_is_seen() -> None:
    assert kinds(told(without_a_nic(WORSE), MINE)) == ["evidence"]
    failed = replace(A, provisioning_state="Failed")
    run = without_a_nic(run_of(estate(failed, B), failed_state(failed), lost_nic(failed)))
    (update,) = told(run, replace(MINE, severity="Moderate")).updates
    assert "- a: provisioningState Failed" in update.body


def test_a_cause_that_is_back_is_told_while_a_nic_cannot_be_read() -> None:
    (farewell,) = told(well(), MINE).updates
    (update,) = told(without_a_nic(broken()), MINE, said(farewell, LONG_AGO)).updates
    assert update.reason == "its cause is back, after we said that it is gone"
    (news,) = told(WORSE, MINE).updates
    days = [NOW - timedelta(days=4), NOW - timedelta(days=2)]
    (update,) = told(broken(), MINE, said(news, days[0]), said(farewell, days[1])).updates
    assert "could not check again" not in update.body  # all that was told before was well in between


def test_the_ticket_of_a_pool_is_told_nothing_while_one_of_its_hsms_is_hidden() -> None:
    (draft,) = planned(run_of(estate(A, B), lost_nic(A), lost_nic(B))).to_open
    mine = opened(draft)
    unread = replace(B, gap=Gap(subject=B.id, what="payment HSM", reason="500 InternalServerError"))
    untold = finding("PHSM-NET-009", B, outcome=Outcome.UNKNOWN)
    for run in (run_of(estate(A, unread), lost_nic(A), untold), run_of(estate(A), lost_nic(A))):
        assert told(run, mine).updates == ()
    passes = finding("PHSM-NET-009", B, outcome=Outcome.PASS)
    assert kinds(told(run_of(estate(A, B), lost_nic(A), passes), mine)) == ["evidence"]


def test_what_was_told_and_is_hidden_now_stands_in_the_news_and_is_not_forgotten() -> None:
    (draft,) = planned(run_of(estate(A, B), lost_nic(A), lost_nic(B))).to_open
    mine = opened(draft)
    alone = run_of(estate(A), lost_nic(A), finding("PHSM-HSM-007", A, evidence="host NIC 1 does not answer"))
    (update,) = told(alone, mine).updates
    hidden = "What we told before and could not check again:\n- b: host NIC 2 missing: b_HSMHost2Nic not found (PHSM-NET-009)\n"
    assert hidden in update.body
    fewer = run_of(estate(A), lost_nic(A), finding("PHSM-HSM-007", A, outcome=Outcome.PASS))
    assert told(fewer, mine, said(update, LONG_AGO)).updates == ()


def test_a_request_for_fastpath_tells_nothing_new_while_one_of_its_subscriptions_cannot_be_read() -> None:
    known = estate(A, B, subscription(SUB_2, "payments-hub"))
    (draft,) = planned(run_of(known, pending(SUB_1), pending(SUB_2))).to_open
    mine = opened(draft)
    untold = replace(pending(SUB_1), outcome=Outcome.UNKNOWN, evidence="could not be read", ticket=False)
    assert told(run_of(known, untold, pending(SUB_2)), mine).updates == ()
    assert told(run_of(known, pending(SUB_2)), mine).updates == ()
