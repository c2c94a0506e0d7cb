import json
import shlex

import pytest

from ops.checks.v2_004_private_endpoints_approved import private_endpoints_approved
from ops.model.finding import Severity
from tests.checks.judging import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, only, outcomes
from tests.clusters import cluster, endpoint, estate_of, unread_cluster

APPLICATION, MANAGEMENT = endpoint("application"), endpoint("management")


def verdict(*endpoints, **changes):
    return only(private_endpoints_approved, estate_of(cluster(**({"endpoints": endpoints} | changes))))


@pytest.mark.parametrize(
    "endpoints",
    [
        (APPLICATION, MANAGEMENT),
        (
            endpoint("Application", name="pe-application", status="approved"),
            endpoint("MANAGEMENT", name="pe-management"),
        ),
        (APPLICATION, MANAGEMENT, endpoint("application", name="other", status="Rejected")),
        (APPLICATION, MANAGEMENT, endpoint(name="other", status=None)),
        (endpoint("application", provisioning_state=None), endpoint("management", provisioning_state="Updating")),
    ],
)
def test_an_approved_endpoint_for_each_group_passes_by_name(endpoints):
    said = verdict(*endpoints)
    assert (said.outcome, said.evidence) == (
        PASS,
        "approved private endpoints: application by pe-application, management by pe-management",
    )


def test_one_connection_may_serve_both_groups():
    assert verdict(endpoint("application", "management")).outcome is PASS


def test_without_application_it_fails_with_high_severity():
    for endpoints in ((MANAGEMENT,), ()):
        said = verdict(*endpoints)
        assert (said.outcome, said.severity, private_endpoints_approved.severity) == (FAIL, None, Severity.HIGH)
        assert said.evidence.startswith("application: no approved private endpoint")
        assert f"--private-connection-resource-id {cluster().id} --group-id application" in said.fix


def test_without_management_alone_it_fails_with_medium_severity():
    said = verdict(APPLICATION)
    assert (said.outcome, said.severity, said.evidence) == (
        FAIL,
        Severity.MEDIUM,
        "management: no approved private endpoint",
    )
    assert "--group-id management" in said.fix


@pytest.mark.parametrize("status", ["Pending", "pending"])
@pytest.mark.parametrize("groups", [("application",), ()])
def test_pending_connection_is_named_and_the_fix_approves_it(status, groups):
    said = verdict(MANAGEMENT, endpoint(*groups, name="pe 1", status=status))
    for_groups = "" if groups else " for untold groups"
    assert (said.outcome, said.evidence) == (
        FAIL,
        f"application: no approved private endpoint: pe 1 {status}{for_groups}",
    )
    told, *command = said.fix.partition("az rest ")
    assert told == "if it is yours: "
    url, body = (
        f"{cluster().id}/privateEndpointConnections/pe 1?api-version=2025-12-01-preview",
        shlex.split(said.fix)[-1],
    )
    assert shlex.split("".join(command)) == ["az", "rest", "--method", "put", "--url", url, "--body", body]
    assert json.loads(body)["properties"] == {"privateLinkServiceConnectionState": {"status": "Approved"}}


@pytest.mark.parametrize("status", ["Rejected", "Disconnected"])
def test_refused_connection_does_not_count_and_is_not_approved_by_the_fix(status):
    said = verdict(MANAGEMENT, endpoint("application", status=status))
    assert (said.outcome, said.evidence) == (
        FAIL,
        f"application: no approved private endpoint: pe-application {status}",
    )
    assert "Approved" not in said.fix


@pytest.mark.parametrize("state", ["Failed", "deleting", "Canceled", "InternalError"])
def test_approved_connection_that_failed_or_goes_does_not_count(state):
    said = verdict(MANAGEMENT, endpoint("application", provisioning_state=state))
    assert (said.outcome, said.evidence) == (
        FAIL,
        f"application: no approved private endpoint: pe-application Approved, provisioningState {state}",
    )
    assert "az rest" not in verdict(MANAGEMENT, endpoint("application", status="Pending", provisioning_state=state)).fix


@pytest.mark.parametrize("status", [None, "", "Unknown", "Timeout"])
def test_connection_in_no_known_state_is_unknown_never_pass(status):
    said = verdict(MANAGEMENT, endpoint("application", status=status))
    assert said.outcome is UNKNOWN
    word = "Timeout" if status == "Timeout" else "in an untold state"
    assert said.evidence == f"application: not known whether one is approved: pe-application {word}"


def test_approved_connection_for_untold_groups_is_unknown():
    said = verdict(MANAGEMENT, endpoint(name="pe-1"))
    assert (said.outcome, said.evidence) == (
        UNKNOWN,
        "application: not known whether one is approved: pe-1 Approved for untold groups",
    )


def test_definite_failure_wins_over_what_is_not_known():
    said = verdict(endpoint("application", status=None))
    assert (said.outcome, said.severity) == (FAIL, Severity.MEDIUM)
    assert said.evidence.startswith("application: not known whether one is approved")


def test_names_and_states_stay_on_one_line_and_the_command_stays_one_word():
    said = verdict(MANAGEMENT, endpoint("application", name="x\n; id", status="Pending"))
    assert "\n" not in said.evidence
    assert "/privateEndpointConnections/x\n; id?api-version=" in next(
        one for one in shlex.split(said.fix) if "/" in one
    )


def test_untold_connections_are_unknown():
    assert verdict(endpoints=None).outcome is UNKNOWN


@pytest.mark.parametrize("state", ["Provisioning", "Deleting"])
def test_cluster_that_comes_or_goes_is_not_applicable(state):
    assert verdict(provisioning_state=state).outcome is NOT_APPLICABLE


@pytest.mark.parametrize("state", [None, "Migrating"])
def test_cluster_in_no_known_state_is_unknown(state):
    assert verdict(APPLICATION, MANAGEMENT, provisioning_state=state).outcome is UNKNOWN


def test_unread_cluster_is_unknown_and_no_cluster_is_nothing():
    assert only(private_endpoints_approved, estate_of(unread_cluster())).outcome is UNKNOWN
    assert outcomes(private_endpoints_approved, estate_of()) == {}
