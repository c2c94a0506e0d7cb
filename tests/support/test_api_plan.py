from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from ops.model.fact import ABSENT, Gap
from ops.model.policy import Policy, SupportPolicy
from ops.model.run import Run
from tests.build import SUB_1, estate, hsm, subscription
from tests.support.build import (
    finding,
    lost_nic,
    planned,
    run_of,
)

A, B = hsm("a"), hsm("b", stamp="stamp2")
DOWN = replace(A, provisioning_state="Failed", last_modified_at=datetime(2026, 11, 23, 21, 55, tzinfo=UTC))
REFUSED = Gap(subject=f"/subscriptions/{SUB_1}", what="support tickets", reason="403 AuthorizationFailed")


def one_lost_nic() -> Run:
    return run_of(estate(A, B), lost_nic(A))


def test_an_attested_plan_that_is_too_low_keeps_the_drafts_for_the_portal() -> None:
    low = Policy(support=SupportPolicy(plan="Developer"))
    plan = planned(one_lost_nic(), policy=low, anyway=True)
    assert plan.to_open == ()
    (held,) = plan.held_back
    assert held.reason == (
        "the attested support plan Developer cannot open tickets by API: ProDirect, Premier or Unified can; "
        "the draft is kept for the portal"
    )
    assert (held.for_portal, held.is_for_later, held.draft.evidence is not None) == (True, False, True)
    assert len(planned(one_lost_nic(), policy=Policy(support=SupportPolicy(plan="ProDirect"))).to_open) == 1


def test_a_draft_that_waits_for_something_else_is_not_ready_for_the_portal_either() -> None:
    low = Policy(support=SupportPolicy(plan="Developer"))
    (held,) = planned(run_of(estate(A, B), lost_nic(A), finding("PHSM-NET-003", A)), policy=low).held_back
    assert held.reason.startswith(
        "until PHSM-NET-003 (ours) is fixed, or --anyway; the attested support plan Developer"
    )
    assert not held.for_portal


def test_a_plan_that_only_an_earlier_ticket_names_is_a_warning() -> None:
    low = subscription(support_plan="Azure Support Plan - Developer")
    run = run_of(estate(A, B, low), lost_nic(A))
    plan = planned(run)
    assert len(plan.to_open) == 1
    (warning,) = plan.warnings
    assert warning == (
        "the latest ticket of payments-prod names the support plan Azure Support Plan - Developer, which cannot open "
        "tickets by API: it is tried all the same (attest what you have now: support.plan)"
    )
    assert planned(run, policy=Policy(support=SupportPolicy(plan="Unified"))).warnings == ()
    for silent in ("Unified", "Azure Internal", ABSENT, None, REFUSED):
        known = run_of(estate(A, B, subscription(support_plan=silent)), lost_nic(A))
        assert planned(known).warnings == ()
    assert planned(run_of(estate(A, B, low))).warnings == ()
