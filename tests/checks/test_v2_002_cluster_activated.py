import pytest

from ops.checks.v2_002_cluster_activated import cluster_activated
from tests.checks.judging import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, only, outcomes
from tests.clusters import cluster, estate_of, unread_cluster


def verdict(**changes):
    return only(cluster_activated, estate_of(cluster(**changes)))


@pytest.mark.parametrize("state", ["Active", "active"])
def test_an_active_cluster_passes(state):
    said = verdict(activation_state=state)
    assert (said.outcome, said.evidence) == (PASS, f"activationState {state}")


@pytest.mark.parametrize("state", ["NotActivated", "NotDefined", "failed"])
def test_a_cluster_that_is_not_activated_fails_and_says_where_to_look(state):
    said = verdict(activation_state=state)
    assert (said.outcome, said.evidence) == (FAIL, f"activationState {state}")
    assert f"az resource show --ids {cluster().id} --api-version 2025-12-01-preview" in said.fix


@pytest.mark.parametrize("state", [None, "", "Unknown", "unknown"])
def test_untold_activation_is_unknown_never_pass(state):
    assert verdict(activation_state=state).outcome is UNKNOWN


def test_activation_that_nobody_knows_is_unknown_with_its_word():
    said = verdict(activation_state="Sealed\x1b[2J")
    assert (said.outcome, said.evidence) == (UNKNOWN, "activationState Sealed [2J, a state that is not known here")


def test_an_update_does_not_hide_the_activation():
    assert verdict(provisioning_state="Updating", activation_state="NotActivated").outcome is FAIL
    assert verdict(provisioning_state="Updating").outcome is PASS


@pytest.mark.parametrize("state", ["Provisioning", "Deleting", "Failed", "canceled"])
def test_cluster_that_is_not_provisioned_is_not_applicable(state):
    said = verdict(provisioning_state=state, activation_state="NotDefined")
    assert (said.outcome, said.evidence) == (NOT_APPLICABLE, f"provisioningState {state} (PHSM-V2-001)")


@pytest.mark.parametrize("state", [None, "Unknown", "Migrating"])
def test_cluster_in_no_known_state_is_unknown(state):
    assert verdict(provisioning_state=state).outcome is UNKNOWN


def test_unread_cluster_is_unknown_and_no_cluster_is_nothing():
    assert only(cluster_activated, estate_of(unread_cluster())).outcome is UNKNOWN
    assert outcomes(cluster_activated, estate_of()) == {}
