from datetime import timedelta

import pytest

from ops.checks.v2_001_cluster_provisioned import cluster_provisioned
from ops.model.finding import Party
from tests.build import NOW
from tests.checks.judging import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, only, outcomes
from tests.clusters import cluster, estate_of, unread_cluster


def verdict(**changes):
    return only(cluster_provisioned, estate_of(cluster(**changes)))


@pytest.mark.parametrize("state", ["Succeeded", "SUCCEEDED"])
def test_succeeded_passes_with_its_status_message(state):
    said = verdict(provisioning_state=state)
    assert (said.outcome, said.evidence) == (
        PASS,
        f'provisioningState {state}, status message "HSM cluster provisioning successful."',
    )
    assert (said.subject.name, said.subject.id, said.subject.hsms) == ("cluster1", cluster().id, ())


@pytest.mark.parametrize("state", ["Failed", "failed", "Canceled"])
def test_failed_is_microsofts_at_once_and_opens_no_ticket(state):
    said = verdict(provisioning_state=state, status_message="No\ncapacity.", last_modified_at=None)
    assert (said.outcome, said.evidence) == (FAIL, f'provisioningState {state}, status message "No capacity."')
    assert (cluster_provisioned.party, cluster_provisioned.ticket, said.ticket) == (Party.MICROSOFT, False, None)
    assert said.fix.endswith(f"az resource show --ids {cluster().id} --api-version 2025-12-01-preview")


@pytest.mark.parametrize("state", ["Provisioning", "updating"])
@pytest.mark.parametrize(
    ("minutes", "outcome", "words"),
    [
        (-5, NOT_APPLICABLE, "since 2026-11-23 22:19 UTC, within 60 minutes"),
        (60, NOT_APPLICABLE, "since 2026-11-23 21:14 UTC, within 60 minutes"),
        (61, FAIL, "since 2026-11-23 21:13 UTC, longer than 60 minutes"),
    ],
)
def test_in_progress_fails_only_after_its_grace(state, minutes, outcome, words):
    at = NOW - timedelta(minutes=minutes)
    said = verdict(provisioning_state=state, last_modified_at=at, status_message="")
    assert (said.outcome, said.evidence) == (outcome, f"provisioningState {state} {words}")


@pytest.mark.parametrize("state", ["Provisioning", "Updating"])
def test_in_progress_since_an_unknown_moment_is_unknown(state):
    said = verdict(provisioning_state=state, last_modified_at=None, status_message=None)
    assert (said.outcome, said.evidence) == (UNKNOWN, f"provisioningState {state} and not known since when")


def test_deleting_is_not_applicable():
    assert verdict(provisioning_state="Deleting").outcome is NOT_APPLICABLE


@pytest.mark.parametrize("state", [None, "", " ", "Unknown"])
def test_untold_state_is_unknown_never_pass(state):
    assert verdict(provisioning_state=state).outcome is UNKNOWN


def test_state_that_nobody_knows_is_unknown_with_its_word_on_one_line():
    said = verdict(provisioning_state="Migr\nating")
    assert (said.outcome, said.evidence) == (UNKNOWN, "provisioningState Migr ating, a state that is not known here")


def test_unread_cluster_is_unknown_with_its_reason():
    said = only(cluster_provisioned, estate_of(unread_cluster(reason="429 TooManyRequests")))
    assert (said.outcome, said.evidence) == (UNKNOWN, "payment HSM cluster could not be read: 429 TooManyRequests")


def test_each_cluster_is_judged_and_an_estate_without_any_is_not():
    two = estate_of(cluster("a"), cluster("b", provisioning_state="Failed"))
    assert outcomes(cluster_provisioned, two) == {"a": PASS, "b": FAIL}
    assert outcomes(cluster_provisioned, estate_of()) == {}
