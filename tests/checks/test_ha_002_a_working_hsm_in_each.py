from dataclasses import replace

import pytest

from ops.checks.ha_002_a_working_hsm_in_each import a_working_hsm_in_each
from ops.model.attachment import nic_slots
from ops.model.estate import Hsm
from ops.model.fact import ABSENT, Gap
from ops.model.finding import Party, Severity
from ops.model.policy import Match, Policy, PoolRule, Role
from tests.build import SUB_1, SUB_2, estate, hsm, nics, refused_subscription, unread_hsm
from tests.checks.judging import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, judge, only

A, B = hsm("a"), hsm("b", stamp="stamp2")


def as_role(role: Role) -> Policy:
    return Policy(pools=(PoolRule(name="cards", role=role),))


def nic_gap(owner: Hsm, slot: int = 0) -> dict[str, Gap]:
    nic_id = nic_slots(owner)[slot].nic_id
    return {nic_id: Gap(subject=nic_id, what="network interface", reason="403 AuthorizationFailed")}


def test_working_pair_passes_and_is_named():
    verdict = only(a_working_hsm_in_each, estate(A, B))
    assert (verdict.outcome, verdict.evidence) == (PASS, "works in stamp1: a; works in stamp2: b")
    assert verdict.subject.hsms == (A.key, B.key)


@pytest.mark.parametrize("state", ["Failed", "Connecting", "FAILED"])
def test_placement_without_a_provisioned_hsm_fails(state: str):
    verdict = only(a_working_hsm_in_each, estate(A, hsm("b", stamp="stamp2", provisioning_state=state)))
    assert (verdict.outcome, verdict.evidence) == (
        FAIL,
        f"no working HSM in stamp2: b: provisioningState {state}",
    )
    assert (verdict.party, verdict.ticket, verdict.severity) == (None, None, None)
    assert (a_working_hsm_in_each.party, a_working_hsm_in_each.ticket) == (Party.MICROSOFT, False)


def test_missing_nic_makes_an_hsm_not_working():
    verdict = only(a_working_hsm_in_each, estate(A, B, overrides={nic_slots(B)[2].nic_id: ABSENT}))
    assert (verdict.outcome, verdict.evidence) == (
        FAIL,
        "no working HSM in stamp2: b: management NIC missing: b_HSMMgmtNic not found",
    )


def test_second_hsm_of_a_placement_keeps_it_working():
    broken = hsm("c", stamp="stamp2", provisioning_state="Failed")
    assert only(a_working_hsm_in_each, estate(A, B, broken)).outcome is PASS


def test_unread_nic_is_unknown_never_pass():
    verdict = only(a_working_hsm_in_each, estate(A, B, overrides=nic_gap(B)))
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        "no HSM in stamp2 is known to work: b: host NIC 1 could not be read: 403 AuthorizationFailed",
    )


def test_unread_nic_does_not_matter_where_another_hsm_of_the_placement_works():
    other = hsm("c", stamp="stamp2")
    verdict = only(a_working_hsm_in_each, estate(A, B, other, overrides=nic_gap(B)))
    assert (verdict.outcome, verdict.evidence) == (PASS, "works in stamp1: a; works in stamp2: c")


def test_definite_failure_wins_over_an_unread_nic_elsewhere():
    found = estate(A, hsm("b", stamp="stamp2", provisioning_state="Failed"), overrides=nic_gap(A))
    assert only(a_working_hsm_in_each, found).outcome is FAIL


def test_unread_hsm_is_unknown():
    verdict = only(a_working_hsm_in_each, estate(A, unread_hsm("b")))
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        "placement of b is not known: 403 AuthorizationFailed",
    )


def test_unread_subscription_that_may_hold_members_is_unknown():
    rule = PoolRule(name="cards", match=Match(subscriptions=(SUB_1, SUB_2)))
    verdict = only(a_working_hsm_in_each, estate(A, B, refused_subscription()), Policy(pools=(rule,)))
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        f"members may be in /subscriptions/{SUB_2}, which was not read: 403 AuthorizationFailed",
    )


@pytest.mark.parametrize("role", [Role.PRODUCTION, Role.DR])
def test_other_half_outside_the_scope_of_the_run_is_unknown_and_a_pair_passes(role: Role):
    verdict = only(a_working_hsm_in_each, replace(estate(A), narrowed=True), as_role(role))
    place = "its place" if role is Role.DR else "stamp1"
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        f"works in {place}: a; members may be outside the scope of this run",
    )
    assert only(a_working_hsm_in_each, replace(estate(A, B), narrowed=True), as_role(role)).outcome is PASS


def test_pool_in_one_placement_never_passes_and_fails_without_a_working_hsm():
    verdict = only(a_working_hsm_in_each, estate(A))
    assert (verdict.outcome, verdict.evidence) == (
        NOT_APPLICABLE,
        "works in stamp1: a; the pool has no second placement (PHSM-HA-001)",
    )
    verdict = only(a_working_hsm_in_each, estate(hsm("a", provisioning_state="Failed")))
    assert (verdict.outcome, verdict.evidence) == (FAIL, "no working HSM: a: provisioningState Failed")


def test_failed_hsms_that_tell_no_stamp_are_a_failure_all_the_same():
    failed = [hsm(name, provisioning_state="Failed", stamp=ABSENT) for name in ("a", "b")]
    assert only(a_working_hsm_in_each, estate(*failed)).outcome is FAIL


def test_lone_dr_hsm_has_to_work_wherever_it_stands():
    assert only(a_working_hsm_in_each, estate(hsm("a", stamp=None)), as_role(Role.DR)).outcome is PASS
    broken = only(a_working_hsm_in_each, estate(hsm("a", provisioning_state="Failed")), as_role(Role.DR))
    assert (broken.outcome, broken.severity) == (FAIL, None)
    assert only(a_working_hsm_in_each, estate(A, overrides=nic_gap(A)), as_role(Role.DR)).outcome is UNKNOWN


def test_dr_hsm_whose_companion_is_being_deleted_is_a_lone_one():
    going = hsm("b", stamp="stamp2", provisioning_state="Deleting")
    verdict = only(a_working_hsm_in_each, estate(A, going), as_role(Role.DR))
    assert (verdict.outcome, verdict.evidence) == (PASS, "works in its place: a")
    none = only(a_working_hsm_in_each, estate(going), as_role(Role.DR))
    assert (none.outcome, none.evidence) == (FAIL, "no working HSM: all HSMs are being deleted")


def test_non_production_failure_is_low():
    found = estate(A, hsm("b", stamp="stamp2", provisioning_state="Failed"))
    verdict = only(a_working_hsm_in_each, found, as_role(Role.NON_PRODUCTION))
    assert (verdict.outcome, verdict.severity) == (FAIL, Severity.LOW)


def test_pool_that_is_being_deleted_is_the_customers():
    verdict = only(a_working_hsm_in_each, estate(hsm("a", provisioning_state="Deleting")))
    assert (verdict.outcome, verdict.party) == (FAIL, Party.CUSTOMER)


def test_hsm_of_2022_with_one_host_nic_works():
    old = hsm("b", stamp="stamp2", created_at=A.created_at.replace(year=2022))
    assert only(a_working_hsm_in_each, estate(A, old, overrides={nic_slots(old)[1].nic_id: ABSENT})).outcome is PASS


def test_ids_in_another_case_are_the_same_nics():
    shouted = {nic.id.upper(): nic for nic in nics(B).values()}
    assert only(a_working_hsm_in_each, estate(A, B, overrides=shouted)).outcome is PASS


def test_hsm_that_tells_no_region_may_be_the_one_that_works_in_the_other_placement():
    lost = hsm("lost", location="")
    for other in (B, replace(B, provisioning_state="Failed")):
        found = judge(a_working_hsm_in_each, estate(lost, other))
        assert list(found) == ["payments-prod/eastus", "payments-prod/region not told"]
        assert {(v.outcome, v.evidence) for v in found.values()} == {(UNKNOWN, "the region of lost is not told")}
