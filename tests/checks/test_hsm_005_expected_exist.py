from dataclasses import replace
from datetime import timedelta

import pytest

from ops.checks.hsm_005_expected_exist import expected_exist
from ops.model import arm_id
from ops.model.estate import Deletion, LunaHsm
from ops.model.fact import Gap
from ops.model.finding import Severity
from ops.model.policy import Policy
from tests.build import NOW, SUB_1, SUB_2, estate, hsm, refused_subscription, subscription, unread_hsm
from tests.checks.judging import FAIL, PASS, UNKNOWN, judge, only

A, GONE = hsm("a"), hsm("gone")
SECOND = subscription(SUB_2, "payments-2")


def with_luna(state, name="luna-we-1", sku="SafeNet Luna Network HSM A790"):
    luna = LunaHsm(id=hsm(name).id, name=name, sku=sku)
    return replace(state, lunas={hsm(name).key: luna})


def expecting(*entries):
    return Policy(expected=entries)


def with_log(state, *deletions, **logs):
    """The estate with an activity log that was read for all its subscriptions, and holds these."""
    by_subscription = {sub: tuple(one for one in deletions if sub in one.hsm_id) for sub in state.scope}
    return replace(state, deletions=by_subscription | logs)


def deleted(hsm_id, by="ada@example.com", days=1):
    return Deletion(hsm_id=hsm_id, by=by, at=NOW - timedelta(days=days))


@pytest.mark.parametrize("entry", ["a", "A", A.id, A.id.upper(), f"{A.id}/"])
def test_expected_hsm_that_exists_passes_by_name_and_by_id_in_any_case(entry):
    verdict = only(expected_exist, estate(A), expecting(entry))
    assert (verdict.outcome, verdict.evidence) == (PASS, "it exists in resource group rg-hsm of payments-prod")
    assert verdict.subject.hsms == (A.key,)


def test_subject_is_named_by_the_entry():
    found = judge(expected_exist, estate(A), expecting("a", GONE.id))
    assert set(found) == {"a", "gone"}
    assert found["gone"].subject.id == GONE.id


def test_without_expectations_there_is_nothing_to_judge():
    assert judge(expected_exist, estate(A)) == {}


def test_entry_that_is_named_twice_is_judged_once():
    assert len(judge(expected_exist, estate(A), expecting("a", "A"))) == 1


@pytest.mark.parametrize("entry", ["gone", "GONE", GONE.id, GONE.id.upper()])
def test_missing_hsm_fails_and_tells_who_deleted_it(entry):
    log = (deleted(GONE.id.upper(), by="old@example.com", days=30), deleted(GONE.id), deleted(A.id, days=0))
    verdict = only(expected_exist, with_log(estate(A), *log), expecting(entry))
    assert (verdict.outcome, verdict.evidence) == (
        FAIL,
        (
            "it does not exist; by the activity log ada@example.com deleted it from resource group rg-hsm "
            "of payments-prod at 2026-11-22 22:14 UTC"
        ),
    )
    assert verdict.fix
    assert verdict.subject.hsms == ()
    assert (expected_exist.severity, expected_exist.ticket) == (Severity.HIGH, False)


def test_deletion_by_nobody_known_is_told_so():
    verdict = only(expected_exist, with_log(estate(A), deleted(GONE.id, by="")), expecting("gone"))
    assert "by the activity log somebody whom it does not name deleted it" in verdict.evidence


def test_caller_stands_on_one_line():
    verdict = only(expected_exist, with_log(estate(A), deleted(GONE.id, by="x\n::error::y")), expecting("gone"))
    assert "by the activity log x : :error::y deleted it" in verdict.evidence


@pytest.mark.parametrize("entry", ["gone", GONE.id])
def test_log_that_holds_no_delete_is_told_only_where_it_was_read(entry):
    state = estate(A)
    assert only(expected_exist, with_log(state), expecting(entry)).evidence == (
        "it does not exist; the activity log of 90 days holds no delete"
    )
    verdict = only(expected_exist, state, expecting(entry))
    assert (verdict.outcome, verdict.evidence) == (
        FAIL,
        "it does not exist; who deleted it is not known: in payments-prod the activity log was not read",
    )
    gap = Gap(subject=f"/subscriptions/{SUB_1}", what="activity log", reason="403 AuthorizationFailed")
    verdict = only(expected_exist, with_log(state, **{SUB_1: gap}), expecting(entry))
    assert (verdict.outcome, verdict.evidence) == (
        FAIL,
        (
            "it does not exist; who deleted it is not known: "
            "in payments-prod the activity log could not be read: 403 AuthorizationFailed"
        ),
    )


def test_name_may_have_been_deleted_in_any_subscription_and_an_id_only_in_its_own():
    gap = Gap(subject=f"/subscriptions/{SUB_2}", what="activity log", reason="403 AuthorizationFailed")
    state = with_log(estate(A, SECOND), **{SUB_2: gap})
    assert "not known: in payments-2" in only(expected_exist, state, expecting("gone")).evidence
    assert "holds no delete" in only(expected_exist, state, expecting(GONE.id)).evidence
    other = deleted(hsm("gone", subscription=SUB_2).id)
    state = with_log(estate(A, SECOND), other)
    assert "of payments-2 at" in only(expected_exist, state, expecting("gone")).evidence
    assert "holds no delete" in only(expected_exist, state, expecting(GONE.id)).evidence


def test_namesake_elsewhere_is_named_with_its_place():
    other = hsm("GONE", subscription=SUB_2, location="westus")
    verdict = only(expected_exist, with_log(estate(A, other, SECOND)), expecting(GONE.id))
    assert (verdict.outcome, verdict.evidence) == (
        FAIL,
        (
            "it does not exist; the activity log of 90 days holds no delete; "
            "an HSM of this name is in resource group rg-hsm of payments-2, westus"
        ),
    )
    assert verdict.fix.endswith(other.id)
    assert verdict.subject.hsms == (other.key,)


@pytest.mark.parametrize("entry", ["a", A.id])
def test_hsm_that_is_being_deleted_fails(entry):
    verdict = only(expected_exist, estate(hsm("a", provisioning_state="deleting")), expecting(entry))
    assert (verdict.outcome, verdict.evidence) == (
        FAIL,
        "it is being deleted from resource group rg-hsm of payments-prod",
    )
    assert verdict.subject.hsms == (A.key,)
    assert "RELEASE" in verdict.fix


@pytest.mark.parametrize("state", ["Failed", "Connecting", "Succeeded"])
def test_any_other_state_is_left_to_another_check(state):
    assert only(expected_exist, estate(hsm("a", provisioning_state=state)), expecting("a")).outcome is PASS


@pytest.mark.parametrize("lost", [unread_hsm("a"), hsm("a", provisioning_state=None)])
@pytest.mark.parametrize("entry", ["a", A.id])
def test_hsm_that_may_be_on_its_way_out_is_unknown(lost, entry):
    verdict = only(expected_exist, estate(lost), expecting(entry))
    assert verdict.outcome is UNKNOWN
    assert verdict.evidence.startswith("it exists, but whether it is being deleted is not known: ")


def test_ambiguous_name_passes_with_a_note():
    state = estate(A, hsm("a", subscription=SUB_2), SECOND)
    verdict = only(expected_exist, state, expecting("a"))
    assert verdict.outcome is PASS
    assert verdict.evidence.endswith("; 2 HSMs have this name, an id would tell them apart")
    one_leaves = estate(hsm("a", provisioning_state="Deleting"), hsm("a", subscription=SUB_2), SECOND)
    assert "of payments-2" in only(expected_exist, one_leaves, expecting("a")).evidence


def test_name_that_may_be_in_an_unread_subscription_is_unknown():
    verdict = only(expected_exist, estate(A, refused_subscription()), expecting("gone"))
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        "not found, but in payments-dr the subscription could not be read: 403 AuthorizationFailed",
    )
    missing = replace(estate(A), scope=(SUB_1, SUB_2))
    verdict = only(expected_exist, missing, expecting("gone"))
    assert (verdict.outcome, verdict.evidence) == (UNKNOWN, f"not found, but subscription {SUB_2} was not read")


def test_id_is_unknown_only_where_its_own_subscription_was_not_read():
    state = estate(A, refused_subscription())
    assert only(expected_exist, state, expecting(GONE.id)).outcome is FAIL
    verdict = only(expected_exist, state, expecting(hsm("gone", subscription=SUB_2).id))
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        "not found, but in payments-dr the subscription could not be read: 403 AuthorizationFailed",
    )


def test_gap_that_leaves_the_list_of_hsms_whole_does_not_matter():
    gap = Gap(subject=f"/subscriptions/{SUB_1}", what="features", reason="429 TooManyRequests")
    assert only(expected_exist, estate(A, subscription(gap=gap)), expecting("gone")).outcome is FAIL


def test_narrowed_run_does_not_know_about_names_but_about_ids_in_its_scope():
    state = replace(estate(A), narrowed=True)
    verdict = only(expected_exist, state, expecting("gone"))
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        "not found, but it may be outside the scope of this run",
    )
    assert only(expected_exist, state, expecting(GONE.id)).outcome is FAIL
    assert only(expected_exist, state, expecting("a")).outcome is PASS


def test_id_outside_the_scope_is_unknown():
    verdict = only(expected_exist, estate(A), expecting(hsm("gone", subscription=SUB_2).id))
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        f"subscription {SUB_2} is not in the scope of this run",
    )


def test_expected_hsm_is_missed_in_an_estate_without_any():
    assert only(expected_exist, with_log(estate()), expecting("a")).outcome is FAIL


def test_why_it_is_not_known_whether_an_hsm_stays_is_told():
    untold = only(expected_exist, estate(hsm("a", provisioning_state=None)), Policy(expected=("a",)))
    unread = only(expected_exist, estate(unread_hsm("a")), Policy(expected=("a",)))
    it_exists = "it exists, but whether it is being deleted is not known"
    assert untold.evidence == f"{it_exists}: its provisioning state is not known"
    assert unread.evidence == f"{it_exists}: payment HSM could not be read: 403 AuthorizationFailed"


@pytest.mark.parametrize("entry", ["LUNA-we-1", f"{hsm('luna-we-1').id.upper()}/"])
def test_luna_hsm_is_told_as_what_it_is_and_nobody_is_told_to_create_it_again(entry):
    verdict = only(expected_exist, with_luna(with_log(estate(A))), expecting(entry))
    assert (verdict.outcome, verdict.evidence) == (
        FAIL,
        (
            "it exists in resource group rg-hsm of payments-prod, but is no payment HSM "
            "(SKU SafeNet Luna Network HSM A790)"
        ),
    )
    assert "create" not in verdict.fix


def test_sku_of_a_luna_hsm_stands_on_one_line():
    verdict = only(expected_exist, with_luna(estate(A), sku="Luna\n::error::"), expecting("luna-we-1"))
    assert verdict.evidence.endswith("(SKU Luna : :error::)")


def test_payment_hsm_of_the_same_name_counts_and_one_that_was_deleted_is_missed():
    namesake = LunaHsm(id=hsm("a", subscription=SUB_2).id, name="a", sku="SafeNet Luna Network HSM A790")
    state = replace(with_log(estate(A, SECOND)), lunas={arm_id.key(namesake.id): namesake})
    assert only(expected_exist, state, expecting("a")).outcome is PASS
    gone = replace(with_log(estate(SECOND), deleted(A.id)), lunas=state.lunas)
    assert only(expected_exist, gone, expecting("a")).evidence.startswith("it does not exist; by the activity log")


def test_luna_hsm_of_a_name_that_may_be_elsewhere_too_is_unknown():
    state = with_luna(estate(A, refused_subscription()))
    assert only(expected_exist, state, expecting("luna-we-1")).outcome is UNKNOWN
    assert only(expected_exist, state, expecting(hsm("luna-we-1").id)).outcome is FAIL
