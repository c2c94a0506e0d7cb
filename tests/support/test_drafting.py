from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from ops.codec.snapshot import estate_digest
from ops.model.fact import Gap
from ops.model.policy import Match, Policy, PoolRule, SupportPolicy, TicketSeverity
from ops.model.run import Run
from ops.support.causes import causes
from ops.support.evidence import evidence_of
from ops.support.naming import base
from tests.build import NOW, SUB_1, estate, hsm
from tests.support.build import (
    CLASSIFICATIONS,
    SERVICE,
    desks,
    failed_state,
    lost_nic,
    planned,
    run_of,
    ticket,
)

A, B = hsm("a"), hsm("b", stamp="stamp2")
DOWN = replace(A, provisioning_state="Failed", last_modified_at=datetime(2026, 11, 23, 21, 55, tzinfo=UTC))
REFUSED = Gap(subject=f"/subscriptions/{SUB_1}", what="support tickets", reason="403 AuthorizationFailed")


def one_lost_nic() -> Run:
    return run_of(estate(A, B), lost_nic(A))


def own_base(run: Run) -> str:
    return base(causes(run, ())[0])


def test_a_draft_is_whole() -> None:
    made_at = datetime(2026, 11, 24, tzinfo=UTC)
    run = run_of(estate(DOWN, B), failed_state(DOWN))
    plan = planned(run, made_at=made_at)
    (draft,) = plan.to_open
    assert (plan.made_at, plan.source) == (made_at, run.estate.source)
    assert draft.name == f"{own_base(run)}-1"
    assert (draft.severity, draft.would_be, draft.cap_reason) == (TicketSeverity.MODERATE, None, "")
    assert (draft.subscription, draft.resource_id) == (SUB_1, DOWN.id)
    assert draft.service == SERVICE
    assert (draft.classification, draft.classification_note) == (CLASSIFICATIONS[0], "")


def test_a_failed_state_began_with_the_last_change_of_the_hsm() -> None:
    (draft,) = planned(run_of(estate(DOWN, B), failed_state(DOWN))).to_open
    assert draft.started_at == DOWN.last_modified_at


def test_any_other_failure_began_when_it_was_seen() -> None:
    (draft,) = planned(one_lost_nic()).to_open
    assert draft.started_at == NOW
    unknown_age = replace(DOWN, last_modified_at=None)
    (draft,) = planned(run_of(estate(unknown_age, B), failed_state(unknown_age))).to_open
    assert draft.started_at == NOW


def test_the_cap_and_its_reason_stand_in_the_draft() -> None:
    (draft,) = planned(run_of(estate(DOWN), failed_state(DOWN))).to_open
    assert (draft.severity, draft.would_be) == (TicketSeverity.MODERATE, TicketSeverity.CRITICAL)
    assert draft.cap_reason == "no Severity A without high availability: PHSM-HA-001: the only HSM is in stamp1"


def test_a_cause_that_came_back_names_its_last_ticket() -> None:
    run = one_lost_nic()
    closed = [ticket(f"{own_base(run)}-{n}", status="Closed", number=f"241123005000{n:04}") for n in (2, 10, 9)]
    (draft,) = planned(run, desks(*closed)).to_open
    assert draft.name == f"{own_base(run)}-11"
    assert f"\nEarlier: 2411230050000010 ({own_base(run)}-10), closed 2026-11-23\n" in draft.description
    assert "Earlier:" not in planned(run).to_open[0].description


def test_the_plan_and_its_drafts_name_the_facts_that_they_rest_on() -> None:
    run = one_lost_nic()
    plan = planned(run)
    assert plan.estate == estate_digest(run.estate, Policy())
    assert plan.to_open[0].description.endswith(f", snapshot {plan.estate.replace(':', ' ')}")


def test_evidence_goes_with_what_is_opened_as_far_as_the_policy_allows() -> None:
    run = one_lost_nic()
    (draft,) = planned(run).to_open
    assert draft.evidence == evidence_of(draft.name, draft.cause, run, Policy(), "0.1.0", redact=False)
    none, redacted = (Policy(support=SupportPolicy(evidence=evidence)) for evidence in ("none", "redacted"))
    assert planned(run, policy=none).to_open[0].evidence is None
    bare = planned(run, policy=redacted).to_open[0].evidence
    assert bare is not None
    assert bare == evidence_of(draft.name, draft.cause, run, redacted, "0.1.0", redact=True)
    assert planned(run, redact=True).to_open[0].evidence == evidence_of(
        draft.name, draft.cause, run, Policy(), "0.1.0", redact=True
    )


def test_a_matching_pool_rule_decides_the_impact() -> None:
    policy = Policy(pools=(PoolRule(name="cards", match=Match(tags={"app": "cards"})),))
    one = replace(DOWN, tags={"app": "cards"})
    (draft,) = planned(run_of(estate(one, B), failed_state(one), policy=policy), policy=policy).to_open
    assert draft.would_be is TicketSeverity.CRITICAL
