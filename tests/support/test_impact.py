from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ops.model.attachment import nic_slots
from ops.model.estate import Estate, Hsm
from ops.model.fact import ABSENT, Gap
from ops.model.policy import Match, Policy, PoolRule, Role, SupportPolicy, TicketSeverity
from ops.model.ticket import Cause
from ops.support.impact import Impact, assess
from tests.build import SUB_1, SUB_2, estate, hsm, refused_subscription, unread_hsm
from tests.support.build import failed_state, run_of


def broken(name: str, **changes: Any) -> Hsm:
    return hsm(name, provisioning_state="Failed", **changes)


def impact_of(known: Estate, about: Hsm, policy: Policy | None = None) -> Impact:
    policy = policy or Policy()
    cause = Cause(
        kind="hsm", subject=about.key, hsms=(about.key,), subscriptions=(SUB_1,), findings=(failed_state(about),)
    )
    return assess(cause, run_of(known, policy=policy), policy)


def roles(role: Role) -> Policy:
    return Policy(pools=(PoolRule(name="cards", role=role),))


def test_production_without_a_working_hsm_is_critical() -> None:
    lost = broken("a")
    impact = impact_of(estate(lost, broken("b", stamp="stamp2")), lost)
    assert (impact.severity, impact.would_be) == (TicketSeverity.CRITICAL, None)
    assert (impact.working, impact.total, impact.lost) == (0, 2, ("stamp1", "stamp2"))


def test_a_lost_placement_is_moderate() -> None:
    lost = broken("a")
    impact = impact_of(estate(lost, hsm("b", stamp="stamp2")), lost)
    assert impact.severity is TicketSeverity.MODERATE
    assert (impact.working, impact.total, impact.lost) == (1, 2, ("stamp1",))


def test_an_hsm_whose_nic_is_gone_does_not_work() -> None:
    lost = hsm("a")
    known = estate(lost, hsm("b", stamp="stamp2"), overrides={nic_slots(lost)[1].nic_id: ABSENT})
    assert impact_of(known, lost).lost == ("stamp1",)


def test_a_placement_with_a_second_working_hsm_is_not_lost() -> None:
    lost = broken("a")
    known = estate(lost, hsm("b"), hsm("c", stamp="stamp2"))
    assert impact_of(known, lost).severity is TicketSeverity.MINIMAL


@pytest.mark.parametrize("role", [Role.DR, Role.NON_PRODUCTION])
def test_only_production_is_more_than_minimal(role: Role) -> None:
    lost = broken("a")
    impact = impact_of(estate(lost), lost, roles(role))
    assert (impact.severity, impact.would_be) == (TicketSeverity.MINIMAL, None)


def test_an_hsm_that_could_not_be_read_never_counts_as_lost() -> None:
    lost = broken("a")
    impact = impact_of(estate(lost, unread_hsm("b")), lost)
    assert impact.severity is TicketSeverity.MINIMAL
    assert (impact.untold, impact.lost) == (1, ())


def test_a_nic_that_could_not_be_read_never_counts_as_lost() -> None:
    lost, other = broken("a"), hsm("b", stamp="stamp2")
    nic_id = nic_slots(other)[0].nic_id
    known = estate(lost, other, overrides={nic_id: Gap(subject=nic_id, what="network interface", reason="429")})
    impact = impact_of(known, lost)
    assert impact.severity is TicketSeverity.MODERATE
    assert (impact.working, impact.untold, impact.lost) == (0, 1, ("stamp1",))


def test_members_in_a_refused_subscription_may_work() -> None:
    lost = broken("a")
    known = estate(lost, broken("b", stamp="stamp2"), refused_subscription())
    assert impact_of(known, lost, roles(Role.PRODUCTION)).severity is TicketSeverity.MINIMAL


def test_members_beyond_the_scope_of_the_run_may_work() -> None:
    lost = broken("a")
    known = estate(lost, broken("b", stamp="stamp2"))
    whole, narrowed = (impact_of(one, lost, roles(Role.PRODUCTION)) for one in (known, replace(known, narrowed=True)))
    assert (whole.severity, narrowed.severity) == (TicketSeverity.CRITICAL, TicketSeverity.MINIMAL)
    assert narrowed.lost == ()


def test_an_hsm_that_is_being_deleted_does_not_count() -> None:
    lost = broken("a")
    known = estate(lost, broken("b", stamp="stamp2"), hsm("c", provisioning_state="Deleting"))
    impact = impact_of(known, lost)
    assert (impact.severity, impact.total) == (TicketSeverity.CRITICAL, 2)


def test_without_high_availability_the_severity_is_capped_and_says_why() -> None:
    lost = broken("a")
    impact = impact_of(estate(lost), lost)
    assert (impact.severity, impact.would_be) == (TicketSeverity.MODERATE, TicketSeverity.CRITICAL)
    assert impact.cap_reason == "no Severity A without high availability: PHSM-HA-001: the only HSM is in stamp1"


def test_the_cap_is_the_operators_choice() -> None:
    lost = broken("a")
    known = estate(lost)
    none = Policy(support=SupportPolicy(without_ha_at_most=TicketSeverity.CRITICAL))
    hard = Policy(support=SupportPolicy(without_ha_at_most=TicketSeverity.MINIMAL))
    assert impact_of(known, lost, none).severity is TicketSeverity.CRITICAL
    assert impact_of(known, lost, none).would_be is None
    assert impact_of(known, lost, hard).severity is TicketSeverity.MINIMAL


def test_what_is_below_the_cap_is_not_called_capped() -> None:
    lost = broken("a")
    impact = impact_of(estate(lost, hsm("b")), lost)
    assert impact.entitlement is not None
    assert impact.entitlement.severity_a is False
    assert (impact.severity, impact.would_be, impact.cap_reason) == (TicketSeverity.MINIMAL, None, "")


def test_an_unknown_placement_caps_nothing() -> None:
    lost = broken("a")
    known = estate(lost, broken("b", stamp=ABSENT))
    impact = impact_of(known, lost)
    assert impact.entitlement is not None
    assert impact.entitlement.severity_a is None
    assert (impact.severity, impact.would_be) == (TicketSeverity.CRITICAL, None)


def test_the_failure_of_a_placement_itself_caps_nothing() -> None:
    lost = broken("a")
    impact = impact_of(estate(lost, broken("b", stamp="stamp2")), lost)
    assert impact.entitlement is not None
    assert impact.entitlement.severity_a is True
    assert impact.would_be is None


def test_an_hsm_that_works_and_may_stand_anywhere_saves_every_placement() -> None:
    lost = broken("a")
    known = estate(lost, hsm("b", stamp=ABSENT))
    assert impact_of(known, lost).lost == ()
    assert impact_of(estate(lost, broken("b", stamp=ABSENT)), lost).lost == ("stamp1",)


def test_the_impact_of_a_pool_over_two_subscriptions_is_that_of_the_whole_pool() -> None:
    policy = Policy(pools=(PoolRule(name="cards", match=Match(tags={"app": "cards"})),))
    lost = broken("a", tags={"app": "cards"})
    other = replace(hsm("b", subscription=SUB_2, stamp="stamp2"), tags={"app": "cards"})
    impact = impact_of(estate(lost, other), lost, policy)
    assert (impact.pool.label, impact.working, impact.lost) == ("cards/eastus", 1, ("stamp1",))


def test_an_hsm_that_tells_no_region_may_work_in_the_pool_and_caps_nothing() -> None:
    near, lost = broken("a"), broken("lost", location="")
    assert impact_of(estate(near), near).would_be is TicketSeverity.CRITICAL
    for about in (near, lost):
        impact = impact_of(estate(near, lost), about)
        assert (impact.severity, impact.would_be, impact.lost) == (TicketSeverity.MINIMAL, None, ())
