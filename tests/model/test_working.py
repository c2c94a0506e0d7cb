from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ops.model import attachment
from ops.model.attachment import nic_slots
from ops.model.estate import Probe
from ops.model.fact import ABSENT, Gap
from ops.model.working import why_not, working
from tests.build import NOW, estate, hsm, nics, unread_hsm

HOST_1, HOST_2, MANAGEMENT = (slot.nic_id for slot in nic_slots(hsm()))
REFUSED = Gap(subject=HOST_1, what="network interface", reason="403 AuthorizationFailed")


def answer(owner, overrides=None):
    state = estate(owner, overrides=overrides)
    return working(owner, state), why_not(owner, state)


def test_a_provisioned_hsm_with_three_nics_works():
    assert answer(hsm(provisioning_state="succeeded")) == (True, "")


@pytest.mark.parametrize("state", ["Failed", "Connecting", "Deleting"])
def test_any_other_state_does_not_work(state):
    assert answer(hsm(provisioning_state=state)) == (False, f"provisioningState {state}")


@pytest.mark.parametrize("state", [None, "", "Unknown"])
def test_untold_state_is_not_known(state):
    assert answer(hsm(provisioning_state=state)) == (None, "its provisioning state is not known")


def test_unread_hsm_is_not_known():
    assert answer(unread_hsm()) == (None, "payment HSM could not be read: 403 AuthorizationFailed")


@pytest.mark.parametrize("nic_id", [HOST_1, HOST_2, MANAGEMENT])
def test_missing_nic_does_not_work(nic_id):
    assert answer(hsm(), {nic_id: ABSENT})[0] is False


@pytest.mark.parametrize(
    ("created", "works"),
    [(datetime(2023, 4, 30, tzinfo=UTC), True), (datetime(2023, 5, 1, tzinfo=UTC), False), (None, None)],
)
def test_second_host_nic_is_due_from_may_2023_on(created, works):
    assert answer(hsm(created_at=created), {HOST_2: ABSENT})[0] is works


def test_unread_nic_is_not_known_and_a_broken_one_decides():
    assert answer(hsm(), {HOST_1: REFUSED}) == (None, "host NIC 1 could not be read: 403 AuthorizationFailed")
    assert answer(hsm(), {HOST_1: REFUSED, MANAGEMENT: ABSENT})[0] is False
    broken = {HOST_2: nics(hsm(), provisioning_state="Failed")[HOST_2.lower()]}
    assert answer(hsm(), {HOST_1: REFUSED} | broken) == (False, "host NIC 2 is Failed")


@pytest.mark.parametrize(
    ("state", "works"),
    [("Updating", None), ("Creating", None), ("failed", False), ("Deleting", False), ("Canceled", False)],
)
def test_nic_that_azure_is_at_work_on_may_work_and_one_that_failed_or_goes_does_not(state, works):
    nic = nics(hsm(), provisioning_state=state)[HOST_2.lower()]
    assert answer(hsm(), {HOST_2: nic}) == (works, f"host NIC 2 is {state}")


def test_nic_that_nobody_looked_for_is_not_known():
    state = replace(estate(hsm()), nics={})
    assert working(hsm(), state) is None
    assert why_not(hsm(), state) == "host NIC 1 was not read"


def after_a_probe(answers, *, owner=None, at=NOW, overrides=None):
    owner = owner or hsm()
    probe = Probe(at=at, answers=answers, firmware=None)
    state = replace(estate(owner, overrides=overrides), probes={owner.key: probe})
    return working(owner, state), why_not(owner, state)


@pytest.mark.parametrize("role", [attachment.HOST_1, attachment.HOST_2])
def test_hsm_that_is_silent_on_a_host_nic_does_not_work(role):
    assert after_a_probe({role: False}) == (False, f"{role} does not answer")
    assert after_a_probe({role: False}, overrides={MANAGEMENT: REFUSED})[0] is False


@pytest.mark.parametrize("answers", [{}, dict.fromkeys((attachment.HOST_1, attachment.HOST_2), True)])
def test_hsm_works_without_management_and_without_an_answer_nobody_waited_for(answers):
    assert after_a_probe(answers | {attachment.MANAGEMENT: False}) == (True, "")


def test_a_probe_of_another_day_does_not_count():
    assert after_a_probe({attachment.HOST_1: False}, at=NOW - timedelta(hours=24))[0] is False
    assert after_a_probe({attachment.HOST_1: False}, at=NOW - timedelta(hours=25)) == (True, "")


def test_an_answer_does_not_stand_for_a_nic_that_is_not_there():
    answers = dict.fromkeys((attachment.HOST_1, attachment.HOST_2, attachment.MANAGEMENT), True)
    assert after_a_probe(answers, overrides={HOST_1: ABSENT})[0] is False
    assert after_a_probe(answers, overrides={HOST_1: REFUSED})[0] is None


def test_second_host_nic_that_is_not_due_may_be_silent():
    old = hsm(created_at=datetime(2023, 4, 30, tzinfo=UTC))
    assert after_a_probe({attachment.HOST_2: False}, owner=old, overrides={HOST_2: ABSENT}) == (True, "")
