from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ops.checks import collect
from ops.model.attachment import nic_slots
from ops.model.fact import ABSENT, Gap
from ops.model.finding import Outcome
from ops.model.policy import Policy, SupportPolicy, TicketSeverity
from ops.model.run import Run
from ops.run import evaluate
from ops.support.planning import whose_messages_matter
from ops.support.told import digest
from tests.build import NOW, SUB_1, SUB_2, estate, hsm, subscription
from tests.support.build import desks, failed_state, finding, lost_nic, pending, planned, run_of, ticket
from tests.support.lives import LONG_AGO, A, B, broken, from_microsoft, kinds, opened, said, told, well

(DRAFT,) = planned(broken()).to_open
MINE = opened(DRAFT)
WORSE = run_of(estate(A, B), lost_nic(A), finding("PHSM-HSM-007", A, evidence="host NIC 1 does not answer"))
BETTER = run_of(estate(A, B), lost_nic(A), finding("PHSM-HSM-007", A, outcome=Outcome.PASS))
CLOSING = Policy(support=SupportPolicy(close_when_gone=True))


def later(run: Run, **time: float) -> Run:
    return replace(run, estate=replace(run.estate, observed_at=NOW + timedelta(**time)))


def test_what_was_told_when_it_was_opened_is_not_told_again() -> None:
    assert told(broken(), MINE).updates == ()


def test_what_is_new_is_told_with_all_that_we_see() -> None:
    (update,) = told(WORSE, MINE).updates
    assert (update.kind, update.ticket, update.severity) == ("evidence", MINE, None)
    assert update.cause is not None
    now = digest(update.cause.findings)
    assert update.name == f"phsm-evidence-{now}-1"
    assert update.reason == "what we see has changed"
    assert update.subject == f"News: {MINE.title}"
    assert update.body.startswith(
        """\
What we see has changed.
Impact: production pool payments-prod has 2 of 2 HSMs working in eastus.
What we see, 2026-11-23 22:14 UTC:
- a: host NIC 1 does not answer (PHSM-HSM-007)
- a: host NIC 2 missing: a_HSMHost2Nic not found (PHSM-NET-009)
"""
    )
    assert f"\nFindings: {now}\nTool: payment-hsm-ops 0.1.0, snapshot sha256 " in update.body


def test_what_a_communication_told_is_not_told_again_however_azure_wraps_it() -> None:
    (update,) = told(WORSE, MINE).updates
    assert told(WORSE, MINE, said(update, LONG_AGO)).updates == ()
    assert kinds(told(BETTER, MINE, said(update, LONG_AGO))) == ["evidence"]


def test_what_microsoft_quotes_is_not_taken_for_what_we_said() -> None:
    (update,) = told(WORSE, MINE).updates
    assert kinds(told(WORSE, MINE, from_microsoft(update.body))) == ["evidence"]


def test_we_write_once_a_day_at_most() -> None:
    (first,) = told(WORSE, MINE).updates
    yesterday = said(first, NOW - timedelta(hours=23, minutes=59))
    assert told(BETTER, MINE, yesterday).updates == ()
    assert kinds(told(later(BETTER, minutes=1), MINE, yesterday)) == ["evidence"]
    often = Policy(support=SupportPolicy(comment_every_hours=1))
    assert kinds(told(BETTER, MINE, yesterday, policy=often)) == ["evidence"]


def test_a_ticket_of_today_counts_as_told() -> None:
    young = replace(MINE, created_at=NOW - timedelta(hours=23))
    assert told(WORSE, young).updates == ()
    assert kinds(told(later(WORSE, hours=1), young)) == ["evidence"]


def test_the_name_is_the_same_for_two_runners_and_another_for_other_news() -> None:
    (first,), (second,) = told(WORSE, MINE).updates, told(later(WORSE, hours=2), MINE).updates  # over midnight
    assert first.name == second.name
    other = run_of(estate(A, B), lost_nic(A), finding("PHSM-HSM-007", A, evidence="host NIC 2 does not answer"))
    assert told(other, MINE).updates[0].name != first.name


def test_what_is_told_again_after_other_news_has_a_name_of_its_own() -> None:
    (first,) = told(WORSE, MINE).updates
    (other,) = told(BETTER, MINE, said(first, LONG_AGO)).updates
    days = [NOW - timedelta(days=4), NOW - timedelta(days=2)]
    (again,) = told(WORSE, MINE, said(first, days[0]), said(other, days[1])).updates
    assert (first.name[:-1], first.name[-1], again.name[-1]) == (again.name[:-1], "1", "2")


def test_messages_that_were_not_read_tell_nothing_and_leave_a_gap() -> None:
    refused = Gap(subject=MINE.id, what="communications", reason="429 TooManyRequests")
    plan = planned(WORSE, desks(MINE, communications={MINE.name.upper(): refused}))
    assert (plan.updates, plan.gaps) == ((), (refused,))
    assert planned(WORSE, desks(MINE)).updates == ()
    assert planned(well(), desks(MINE, communications={MINE.name: refused})).updates == ()


def test_tickets_that_are_closed_or_not_ours_are_left_alone() -> None:
    assert told(well(), replace(MINE, status="Closed")).updates == ()
    assert told(well(), replace(MINE, name="2411230050001234")).updates == ()


def test_a_higher_impact_raises_the_severity() -> None:
    lost = replace(A, provisioning_state="Failed")
    run = run_of(estate(lost, B), failed_state(lost), lost_nic(lost))
    for severity in ("Minimal", "minimal"):
        update, news = told(run, replace(MINE, severity=severity)).updates
        assert (news.kind, news.name) == (
            "evidence",
            f"phsm-evidence-{digest(news.cause.findings if news.cause else ())}-1",
        )
        assert (update.kind, update.severity) == ("raise", TicketSeverity.MODERATE)
        assert update.name == "phsm-raise-moderate-1"
        assert update.reason == "severity B by its impact now, the ticket has C"
        assert update.body.startswith(
            "Please raise the severity of this ticket to B (Moderate), by its impact.\nImpact: "
        )
        assert update.cause is not None
        assert f"\nFindings: {digest(update.cause.findings)}\n" in update.body


def test_a_severity_is_never_lowered_nor_one_that_is_not_known_changed() -> None:
    for severity in ("Minimal", "MODERATE", "Critical", "HighestCriticalImpact", ""):
        assert told(broken(), replace(MINE, severity=severity)).updates == ()


def test_a_raise_goes_no_further_than_a_draft_would() -> None:
    lost = replace(A, provisioning_state="Failed")
    alone = run_of(estate(lost), failed_state(lost))
    assert [update.severity for update in told(alone, MINE).updates] == [TicketSeverity.MODERATE, None]


def test_a_higher_severity_is_asked_for_once() -> None:
    lost = replace(A, provisioning_state="Failed")
    run = run_of(estate(lost, B), failed_state(lost), lost_nic(lost))
    update, _ = told(run, MINE).updates
    assert told(run, MINE, said(update, LONG_AGO)).updates == ()
    young = replace(MINE, created_at=NOW)
    assert kinds(told(run, young)) == ["raise"]


def test_a_cause_that_is_gone_is_told_once() -> None:
    plan = told(well(), MINE)
    (update,) = plan.updates
    assert (update.kind, update.name, update.cause) == ("gone", "phsm-gone-1", None)
    assert update.reason == "a passes again"
    assert update.body.startswith(
        "What this ticket is about is gone, seen 2026-11-23 22:14 UTC:\n- a: all is well (PHSM-NET-009)\n"
    )
    assert "\nFindings: none\n" in update.body
    assert told(well(), MINE, said(update, LONG_AGO)).updates == ()
    assert told(well(), MINE, said(update, LONG_AGO), from_microsoft("Thank you")).updates == ()


def test_a_cause_that_is_gone_on_the_day_of_its_ticket_is_told_but_not_on_that_of_a_message() -> None:
    assert kinds(told(well(), replace(MINE, created_at=NOW))) == ["gone"]
    (news,) = told(WORSE, MINE).updates
    assert told(well("PHSM-NET-009", "PHSM-HSM-007"), MINE, said(news, NOW - timedelta(hours=1))).updates == ()


def test_a_ticket_is_closed_only_where_the_operator_wants_it() -> None:
    first, second = told(well(), MINE, policy=CLOSING).updates
    assert (first.kind, second.kind) == ("gone", "close")
    assert second.name == "phsm-close-1"
    assert second.body.startswith("Please close this ticket: what it is about is gone, seen 2026-11-23 22:14 UTC.\n")
    assert kinds(told(well(), MINE, said(first, NOW), policy=CLOSING)) == ["close"]
    assert kinds(told(well(), MINE, said(first, NOW), said(second, NOW), policy=CLOSING)) == []


def test_a_cause_that_is_back_is_told_although_it_is_the_same_as_before() -> None:
    (farewell,) = told(well(), MINE).updates
    (update,) = told(broken(), MINE, said(farewell, LONG_AGO)).updates
    assert (update.kind, update.reason) == ("evidence", "its cause is back, after we said that it is gone")
    assert update.subject == f"Back: {MINE.title}"
    assert update.body.startswith("What this ticket is about is back.\nImpact: ")
    assert told(broken(), MINE, said(farewell, LONG_AGO), said(update, NOW - timedelta(days=2))).updates == ()
    assert told(broken(), MINE, said(farewell, NOW - timedelta(hours=3))).updates == ()


def test_messages_without_a_time_are_the_oldest() -> None:
    (farewell,) = told(well(), MINE).updates
    (back,) = told(broken(), MINE, said(farewell, LONG_AGO)).updates
    assert told(broken(), MINE, said(back, LONG_AGO), said(farewell, None)).updates == ()


def test_all_that_a_pool_ticket_covers_is_told_as_one() -> None:
    c, d = hsm("c"), hsm("d", stamp="stamp2")
    whole = estate(A, B, c, d)
    (draft,) = planned(run_of(whole, *map(lost_nic, (A, B, c)))).to_open
    mine = opened(draft)
    two = run_of(whole, lost_nic(A), lost_nic(B), finding("PHSM-NET-009", c, outcome=Outcome.PASS))
    plan = told(two, mine)
    assert (len(plan.existing), plan.to_open) == (2, ())
    (update,) = plan.updates
    assert update.cause is not None
    assert (update.cause.kind, update.cause.hsms) == ("pool", (A.key, B.key))


def test_a_request_for_fastpath_tells_what_still_waits() -> None:
    known = estate(A, B, subscription(SUB_2, "payments-hub"))
    (draft,) = planned(run_of(known, pending(SUB_1), pending(SUB_2))).to_open
    mine = opened(draft)
    (update,) = told(run_of(known, pending(SUB_1, outcome=Outcome.PASS), pending(SUB_2)), mine).updates
    assert update.kind == "evidence"
    assert f"\n{SUB_2} payments-hub" in update.body
    assert SUB_1 not in update.body


def test_a_plan_that_cannot_write_leaves_updates_out_and_says_so() -> None:
    low = Policy(support=SupportPolicy(plan="Basic"))
    plan = told(WORSE, MINE, policy=low)
    assert plan.updates == ()
    assert plan.warnings == (
        "1 update of open tickets is left out: the attested support plan Basic cannot write by API",
    )
    assert whose_messages_matter(WORSE, low, desks(MINE)) == ()


def test_messages_matter_where_a_cause_is_there_or_is_gone() -> None:
    assert whose_messages_matter(broken(), Policy(), desks(MINE)) == (MINE,)
    assert whose_messages_matter(well(), Policy(), desks(MINE)) == (MINE,)
    assert whose_messages_matter(well(), Policy(), desks(known=(MINE,))) == (MINE,)
    unread = run_of(estate(A, B))
    assert whose_messages_matter(unread, Policy(), desks(MINE)) == ()
    assert whose_messages_matter(broken(), Policy(), desks(replace(MINE, status="Closed"))) == ()
    assert whose_messages_matter(broken(), Policy(), desks(ticket("2411230050001234"))) == ()


@pytest.mark.parametrize("close", [False, True])
def test_the_whole_life_of_a_ticket_with_the_real_checks(close: bool) -> None:
    policy = Policy(support=SupportPolicy(close_when_gone=close))
    failing = evaluate(estate(A, B, overrides={nic_slots(A)[1].nic_id: ABSENT}), policy, collect())
    healed = evaluate(estate(A, B), policy, collect())
    (draft,) = planned(failing).to_open
    mine = opened(draft)
    assert told(failing, mine, policy=policy).updates == ()
    updates = told(healed, mine, policy=policy).updates
    assert [update.kind for update in updates] == (["gone", "close"] if close else ["gone"])
    assert "host NIC 1 in vnet-hsm/hsmsubnet" in updates[0].body
    messages = [said(update, LONG_AGO) for update in updates]
    assert told(healed, mine, *messages, policy=policy).updates == ()
    (back,) = told(failing, mine, *messages, policy=policy).updates
    assert back.reason.startswith("its cause is back")
    (again,) = planned(failing, desks(replace(mine, status="Closed"))).to_open
    assert again.name.endswith("-2")
    assert "Earlier: 2411230050001234" in again.description
