from __future__ import annotations

from dataclasses import replace

from ops.model.finding import Outcome
from ops.support.causes import causes
from ops.support.naming import base
from tests.build import SUB_1, SUB_2, estate, hsm, subscription
from tests.support.build import failed_state, finding, kinds, lost_nic, pending, run_of, ticket

A, B, C, D = (hsm(name, stamp=f"stamp{1 + n % 2}") for n, name in enumerate("abcd"))


def test_all_that_is_wrong_with_one_hsm_is_one_cause() -> None:
    failures = [finding(f"PHSM-{check}", A) for check in ("NET-010", "NET-009", "HSM-007", "HSM-001")]
    (cause,) = causes(run_of(estate(A, B), *failures), ())
    assert (cause.kind, cause.subject, cause.hsms, cause.subscriptions) == ("hsm", A.key, (A.key,), (SUB_1,))
    assert [one.check for one in cause.findings] == ["PHSM-HSM-001", "PHSM-HSM-007", "PHSM-NET-009", "PHSM-NET-010"]


def test_ids_in_another_case_are_the_same_hsm() -> None:
    shouted = finding("PHSM-NET-009", replace(A, id=A.id.upper()))
    assert len(causes(run_of(estate(A, B), failed_state(A), shouted), ())) == 1


def test_what_is_not_a_failure_drafts_nothing() -> None:
    quiet = [finding("PHSM-NET-009", A, outcome=outcome, ticket=True) for outcome in Outcome if outcome != Outcome.FAIL]
    assert causes(run_of(estate(A, B), *quiet), ()) == ()


def test_a_failure_that_asks_for_no_ticket_drafts_none() -> None:
    deleting = replace(failed_state(A), ticket=False)
    assert causes(run_of(estate(A, B), deleting, finding("PHSM-NET-003", A)), ()) == ()


def test_most_of_a_pool_at_once_is_one_cause_of_the_pool() -> None:
    (cause,) = causes(run_of(estate(A, B, C), lost_nic(A), failed_state(B)), ())
    assert (cause.kind, cause.subject, cause.hsms) == ("pool", "payments-prod/eastus", (A.key, B.key))
    assert [one.check for one in cause.findings] == ["PHSM-HSM-001", "PHSM-NET-009"]


def test_half_of_a_pool_is_not_most_of_it() -> None:
    assert kinds(causes(run_of(estate(A, B, C, D), lost_nic(A), lost_nic(B)), ())) == [("hsm", "a"), ("hsm", "b")]


def test_a_single_hsm_is_never_a_pool() -> None:
    assert kinds(causes(run_of(estate(A), lost_nic(A)), ())) == [("hsm", "a")]


def test_hsms_being_deleted_do_not_make_a_pool_larger() -> None:
    gone = replace(D, provisioning_state="Deleting")
    leaving = replace(C, provisioning_state="deleting")
    assert kinds(causes(run_of(estate(A, B, leaving, gone), lost_nic(A), lost_nic(B)), ())) == [("pool", "eastus")]


def test_two_pools_do_not_add_up() -> None:
    other = hsm("c", subscription=SUB_2)
    known = estate(A, B, other, subscription(SUB_2, "payments-dr"))
    assert kinds(causes(run_of(known, lost_nic(A), lost_nic(other)), ())) == [("hsm", "c"), ("hsm", "a")]


def test_a_member_with_its_own_open_ticket_keeps_the_pool_apart() -> None:
    run = run_of(estate(A, B), lost_nic(A), lost_nic(B))
    (single,) = causes(run_of(estate(A, B), lost_nic(A)), ())
    mine = ticket(f"{base(single)}-1".upper())
    assert kinds(causes(run, [mine])) == [("hsm", "a"), ("hsm", "b")]
    assert kinds(causes(run, [replace(mine, status="Closed")])) == [("pool", "eastus")]


def test_all_pending_subscriptions_are_one_cause() -> None:
    known = estate(A, subscription(SUB_2, "payments-dr"))
    (cause,) = causes(run_of(known, pending(SUB_2), pending(SUB_1)), ())
    assert (cause.kind, cause.subject, cause.subscriptions) == ("fastpath", "", (SUB_1, SUB_2))
    assert len(cause.findings) == 2


def test_a_feature_that_the_customer_has_not_registered_drafts_nothing() -> None:
    assert causes(run_of(estate(A), pending(ticket=False), pending(SUB_2, outcome=Outcome.UNKNOWN)), ()) == ()
