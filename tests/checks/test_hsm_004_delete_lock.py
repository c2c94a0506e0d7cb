import shlex
from dataclasses import replace

import pytest

from ops.checks.hsm_004_delete_lock import delete_lock
from ops.model.fact import Gap
from ops.model.finding import Severity
from ops.model.policy import Match, Policy, PoolRule, Role
from ops.model.surroundings import Lock
from tests.build import SUB_1, SUB_2, estate, group, hsm, lock, subscription, unread_hsm
from tests.checks.judging import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, judge, only

HSM = hsm()


def locked(*locks: Lock, owner=HSM):
    return estate(owner, subscription(locks=locks))


@pytest.mark.parametrize(
    ("scope", "where"),
    [
        (HSM.id, "the HSM"),
        (group(), "resource group rg-hsm"),
        (f"/subscriptions/{SUB_1}", "subscription payments-prod"),
    ],
)
@pytest.mark.parametrize("level", ["CanNotDelete", "ReadOnly"])
def test_lock_on_the_hsm_or_above_passes_in_any_case(scope, where, level):
    for one in (lock(scope, level), lock(scope.upper(), level.lower()), lock(scope.lower(), level.upper())):
        verdict = only(delete_lock, locked(one))
        assert (verdict.outcome, verdict.evidence) == (PASS, f"lock keep ({one.level}) on {where}")


@pytest.mark.parametrize(
    "other",
    [
        lock(HSM.id, "NotSpecified"),
        lock(f"{HSM.id}0"),
        lock(f"{group()}-other"),
        lock(f"/subscriptions/{SUB_2}"),
        lock(f"{group()}/providers/Microsoft.Network/networkInterfaces/hsm1_HSMHost1Nic"),
    ],
)
def test_lock_of_no_such_level_or_on_something_else_does_not_count(other):
    assert only(delete_lock, locked(other)).outcome is FAIL
    assert only(delete_lock, locked(other, lock(HSM.id))).outcome is PASS


def test_hsm_without_a_lock_fails_with_a_command():
    verdict = only(delete_lock, locked())
    assert (verdict.outcome, verdict.evidence) == (
        FAIL,
        "no lock on the HSM, its resource group or its subscription refuses a delete",
    )
    assert verdict.fix == (
        f"az lock create --name keep-hsm1 --lock-type CanNotDelete --resource {HSM.id} --subscription {SUB_1}"
    )
    assert verdict.subject.hsms == (HSM.key,)
    assert (delete_lock.severity, delete_lock.ticket) == (Severity.LOW, False)


def test_command_is_safe_to_paste_whatever_the_hsm_is_called():
    name = "a; rm -rf ~ $(id)\n'\""
    words = shlex.split(only(delete_lock, locked(owner=hsm(name))).fix)
    assert words[:4] == ["az", "lock", "create", "--name"]
    assert words[4] == "keep-a; rm -rf ~ $(id) '\""
    assert words[8:] == [hsm(name).id, "--subscription", SUB_1]


def test_standby_hsm_for_disaster_recovery_needs_a_lock_too():
    policy = Policy(pools=(PoolRule(name="dr", role=Role.DR, match=Match(subscriptions=(SUB_1,))),))
    assert only(delete_lock, locked(), policy).outcome is FAIL


def test_hsm_that_is_being_deleted_is_not_applicable():
    verdict = only(delete_lock, locked(owner=hsm(provisioning_state="deleting")))
    assert (verdict.outcome, verdict.evidence) == (NOT_APPLICABLE, "it is being deleted")


def test_unread_locks_are_unknown_with_the_reason():
    gap = Gap(subject=f"/subscriptions/{SUB_1}", what="locks", reason="403 AuthorizationFailed")
    verdict = only(delete_lock, estate(HSM, subscription(locks=gap)))
    assert (verdict.outcome, verdict.evidence) == (UNKNOWN, "locks could not be read: 403 AuthorizationFailed")
    verdict = only(delete_lock, estate(HSM, subscription(locks=None)))
    assert (verdict.outcome, verdict.evidence) == (UNKNOWN, "the list of its locks was not read")
    cut = replace(gap, what="list of payment HSMs", whole_subscription=True)
    verdict = only(delete_lock, estate(HSM, subscription(locks=None, gap=cut)))
    assert verdict.evidence == "list of payment HSMs could not be read: 403 AuthorizationFailed"
    assert only(delete_lock, estate(hsm(subscription=SUB_2))).outcome is UNKNOWN


def test_each_hsm_is_judged_by_the_locks_of_its_subscription():
    found = judge(
        delete_lock,
        estate(HSM, hsm("b", subscription=SUB_2), subscription(locks=()), subscription(SUB_2, "payments-2")),
    )
    assert {name: verdict.outcome for name, verdict in found.items()} == {"hsm1": FAIL, "b": PASS}


@pytest.mark.parametrize(
    ("lost", "why"),
    [
        (unread_hsm(), "payment HSM could not be read: 403 AuthorizationFailed"),
        (hsm(provisioning_state=None), "no lock covers it, and its provisioning state is not known"),
    ],
)
def test_unread_hsm_without_a_lock_is_unknown_as_it_may_be_on_its_way_out(lost, why):
    verdict = only(delete_lock, locked(owner=lost))
    assert (verdict.outcome, verdict.evidence) == (UNKNOWN, why)
    assert only(delete_lock, locked(lock(HSM.id), owner=lost)).outcome is PASS


def test_names_stand_on_one_line():
    loud = Lock(id=f"{HSM.id}/providers/Microsoft.Authorization/locks/a\nb", level="ReadOnly")
    assert only(delete_lock, locked(loud)).evidence == "lock a b (ReadOnly) on the HSM"
