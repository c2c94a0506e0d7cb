from datetime import timedelta

import pytest

from ops.checks.v2_003_nodes_running import nodes_running
from ops.model.finding import Party, Severity
from tests.build import NOW
from tests.checks.judging import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, only, outcomes
from tests.clusters import cluster, estate_of, node, nodes, unread_cluster

LATELY = NOW - timedelta(minutes=60)
LONG_AGO = NOW - timedelta(minutes=61)
IN_BETWEEN = ["Deploying", "ConfiguringSlb", "Starting", "Relocating", "InitialProvisioning", "updating"]


def verdict(*states, **changes):
    return only(nodes_running, estate_of(cluster(**({"nodes": nodes(*states)} | changes))))


def test_nodes_that_are_started_or_running_pass_by_name():
    said = verdict("Started", "Running", "STARTED")
    assert (said.outcome, said.evidence) == (
        PASS,
        "3 of 3 nodes up: phsm1 Started, phsm2 Running, phsm3 STARTED",
    )


@pytest.mark.parametrize("state", ["Failed", "degraded", "Deleting", "DeletingSlbEntry", "DelayedDeletion"])
def test_one_of_three_down_is_microsofts_and_of_medium_severity(state):
    said = verdict("Started", state, "Started")
    assert (said.outcome, said.severity) == (FAIL, Severity.MEDIUM)
    assert said.evidence == f"1 of 3 nodes down: phsm2 {state}"
    assert (nodes_running.party, nodes_running.ticket, said.ticket) == (Party.MICROSOFT, False, None)
    assert "az resource show --ids" in said.fix


@pytest.mark.parametrize(
    "states", [("Failed", "Failed", "Started"), ("Failed",) * 3, ("Failed", "Started"), ("Failed",)]
)
def test_two_down_or_one_of_fewer_than_three_is_of_high_severity(states):
    assert (verdict(*states).outcome, nodes_running.severity, verdict(*states).severity) == (FAIL, Severity.HIGH, None)


@pytest.mark.parametrize("state", IN_BETWEEN)
def test_a_node_in_between_has_an_hour_and_counts_as_down_after_it(state):
    young = verdict("Started", state, "Started", last_modified_at=LATELY)
    assert (young.outcome, young.evidence) == (
        NOT_APPLICABLE,
        f"1 of 3 nodes in between, since 2026-11-23 21:14 UTC, within 60 minutes: phsm2 {state}",
    )
    old = verdict("Started", state, "Started", last_modified_at=LONG_AGO)
    assert (old.outcome, old.severity, old.evidence) == (FAIL, Severity.MEDIUM, f"1 of 3 nodes down: phsm2 {state}")
    assert verdict("Failed", state, "Started", last_modified_at=LONG_AGO).severity is None


def test_a_node_in_between_since_an_unknown_moment_is_unknown():
    said = verdict("Started", "Updating", "Started", last_modified_at=None)
    assert (said.outcome, said.evidence) == (
        UNKNOWN,
        "1 of 3 nodes in between, and not known since when: phsm2 Updating",
    )


@pytest.mark.parametrize(
    ("state", "told"), [("Unknown", "Unknown"), (None, "untold"), (" ", "untold"), ("Paused", "Paused")]
)
def test_node_in_no_known_state_is_unknown_never_pass(state, told):
    said = verdict("Started", state, "Started", last_modified_at=LATELY)
    assert (said.outcome, said.evidence) == (UNKNOWN, f"1 of 3 nodes in no known state: phsm2 {told}")
    assert verdict("Updating", state, "Started", last_modified_at=LATELY).outcome is UNKNOWN


def test_definite_failure_wins_over_what_is_not_known():
    said = verdict("Failed", None, "Updating", last_modified_at=LATELY)
    assert (said.outcome, said.severity) == (FAIL, Severity.MEDIUM)
    assert said.evidence == "1 of 3 nodes down: phsm1 Failed; in no known state: phsm2 untold"


def test_the_message_of_a_node_that_is_down_is_told_on_one_line():
    broken = (node("a", "Failed", "fan\nbroken"), node("b", "Started", "HSM is operational"), node("c\x1b"))
    said = verdict(nodes=broken)
    assert said.evidence == '1 of 3 nodes down: a Failed "fan broken"'
    assert verdict(nodes=broken[1:]).evidence == "2 of 2 nodes up: b Started, c Started"


@pytest.mark.parametrize("untold", [None, ()])
def test_cluster_whose_nodes_are_not_told_is_unknown(untold):
    assert verdict(nodes=untold).outcome is UNKNOWN


@pytest.mark.parametrize("state", ["Provisioning", "deleting"])
def test_cluster_that_comes_or_goes_is_not_applicable(state):
    assert verdict("Failed", provisioning_state=state).outcome is NOT_APPLICABLE


@pytest.mark.parametrize("state", ["Failed", "Canceled", "Updating"])
def test_any_other_provisioning_state_does_not_hide_the_nodes(state):
    assert verdict("Failed", "Started", "Started", provisioning_state=state).outcome is FAIL


@pytest.mark.parametrize("state", [None, "Migrating"])
def test_cluster_in_no_known_state_is_unknown(state):
    assert verdict("Started", provisioning_state=state).outcome is UNKNOWN


def test_unread_cluster_is_unknown_and_no_cluster_is_nothing():
    assert only(nodes_running, estate_of(unread_cluster())).outcome is UNKNOWN
    assert outcomes(nodes_running, estate_of()) == {}
