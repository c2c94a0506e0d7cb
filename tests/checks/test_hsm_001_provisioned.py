from datetime import timedelta

import pytest

from ops.checks.hsm_001_provisioned import provisioned
from ops.model.finding import Outcome, Party
from ops.model.policy import CheckSettings, Policy
from tests.build import NOW, estate, hsm, unread_hsm
from tests.checks.judging import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, only


def since(state: str | None, minutes: int | None, **changes: object):
    at = None if minutes is None else NOW - timedelta(minutes=minutes)
    return estate(hsm(provisioning_state=state, last_modified_at=at, status_message=None, **changes))


@pytest.mark.parametrize("state", ["Succeeded", "succeeded"])
def test_succeeded_passes_with_its_status_message(state: str):
    verdict = only(provisioned, estate(hsm(provisioning_state=state)))
    assert verdict.outcome is PASS
    assert verdict.evidence == (
        f'provisioningState {state}, status message "The Dedicated HSM device is provisioned successfully and ready to use."'
    )
    assert verdict.subject.hsms == (hsm().key,)


@pytest.mark.parametrize("state", ["Failed", "failed", "Canceled"])
def test_failed_is_microsofts_and_drafts_a_ticket_at_once(state: str):
    failed = estate(hsm(provisioning_state=state, status_message="Resource creation\nfailed.", last_modified_at=None))
    verdict = only(provisioned, failed)
    assert (verdict.outcome, verdict.evidence) == (
        FAIL,
        f'provisioningState {state}, status message "Resource creation failed."',
    )
    assert (verdict.party or provisioned.party, provisioned.ticket, verdict.ticket) == (Party.MICROSOFT, True, None)


@pytest.mark.parametrize(
    ("state", "minutes", "outcome", "evidence"),
    [
        ("Connecting", 12, NOT_APPLICABLE, "connecting for 12 minutes of 60 minutes"),
        ("Provisioning", 60, NOT_APPLICABLE, "provisioning for 60 minutes of 60 minutes"),
        ("CheckingQuota", 61, FAIL, "checking quota for 61 minutes, longer than 60 minutes"),
        ("Allocating", 600, FAIL, "allocating for 10 hours, longer than 60 minutes"),
        ("Updating", 600, FAIL, "updating for 10 hours, longer than 60 minutes"),
        ("SomethingNew", 60, NOT_APPLICABLE, "something new for 60 minutes of 60 minutes"),
        ("Connecting", -5, NOT_APPLICABLE, "connecting for 0 minutes of 60 minutes"),
    ],
)
def test_in_progress_fails_only_after_its_grace(state: str, minutes: int, outcome: Outcome, evidence: str):
    verdict = only(provisioned, since(state, minutes))
    assert (verdict.outcome, verdict.evidence) == (outcome, evidence)
    assert (verdict.party, verdict.ticket) == (None, None)


@pytest.mark.parametrize(("state", "shown"), [("SomethingNew", "SomethingNew"), ("x\n::error::", "x : :error::")])
def test_state_that_is_not_known_here_is_unknown_after_the_grace(state: str, shown: str):
    verdict = only(provisioned, since(state, 600))
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        f"provisioningState {shown} for 10 hours, a state that is not known here",
    )


def test_the_grace_is_the_operators():
    def policy(minutes: int | None) -> Policy:
        return Policy(checks={"PHSM-HSM-001": CheckSettings(in_progress_minutes=minutes)})

    assert only(provisioned, since("Connecting", 12), policy(10)).outcome is FAIL
    assert only(provisioned, since("Connecting", 90), policy(120)).outcome is NOT_APPLICABLE
    assert only(provisioned, since("Connecting", 1), policy(0)).outcome is FAIL
    assert only(provisioned, since("Connecting", 59), policy(None)).outcome is NOT_APPLICABLE
    assert provisioned.parameters == {"in_progress_minutes": 60}


@pytest.mark.parametrize("state", ["Connecting", "Deleting"])
def test_in_progress_since_an_unknown_moment_is_unknown(state: str):
    assert only(provisioned, since(state, None)).outcome is UNKNOWN


@pytest.mark.parametrize("state", ["Deleting", "DELETING"])
def test_delete_that_waits_for_release_is_the_customers_without_a_ticket(state: str):
    verdict = only(provisioned, since(state, 75))
    assert (verdict.outcome, verdict.party, verdict.ticket) == (FAIL, Party.CUSTOMER, False)
    assert verdict.evidence == "deleting for 75 minutes, longer than 60 minutes; the delete waits for RELEASE"
    assert only(provisioned, since(state, 30)).outcome is NOT_APPLICABLE


def test_nobody_is_told_to_release_an_hsm_before_it_is_sure_that_it_shall_go():
    fix = only(provisioned, since("Deleting", 75)).fix
    steps = [
        "who deletes it",
        "no RELEASE before",
        "erases its keys",
        "Microsoft's support",
        "if it shall go, release it",
    ]
    places = [fix.index(step) for step in [*steps, "az dedicated-hsm delete"]]
    assert places == sorted(places)
    page = provisioned.page
    assert page.index("who deletes it") < page.index("If it shall go") < page.index("press RELEASE, then delete")


@pytest.mark.parametrize("state", [None, "", " ", "Unknown"])
def test_untold_state_is_unknown_never_pass(state: str | None):
    assert only(provisioned, since(state, 5)).outcome is UNKNOWN


def test_unread_hsm_is_unknown_with_its_reason():
    verdict = only(provisioned, estate(unread_hsm(reason="429 TooManyRequests")))
    assert (verdict.outcome, verdict.evidence) == (UNKNOWN, "payment HSM could not be read: 429 TooManyRequests")


def test_hostile_status_message_stays_on_one_line():
    verdict = only(provisioned, estate(hsm(provisioning_state="Failed", status_message="a\x1b[2J\u202eb")))
    assert verdict.evidence == 'provisioningState Failed, status message "a [2J b"'
