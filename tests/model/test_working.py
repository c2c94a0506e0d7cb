from datetime import UTC, datetime

import pytest

from ops.model.attachment import nic_slots
from ops.model.estate import ABSENT, Gap
from ops.model.working import why_not, working
from tests.build import estate, hsm, nics, unread_hsm

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


def test_nic_that_nobody_looked_for_is_not_known():
    state = estate(hsm("other"))
    assert working(hsm(), state) is None
    assert why_not(hsm(), state) == "host NIC 1 was not read"
