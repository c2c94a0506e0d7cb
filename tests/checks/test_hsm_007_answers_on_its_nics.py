from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from ops.checks.hsm_007_answers_on_its_nics import answers_on_its_nics
from ops.model.attachment import HOST_1, HOST_2, MANAGEMENT, nic_slots
from ops.model.estate import Probe
from ops.model.fact import ABSENT, Gap
from ops.model.finding import IssueCategory, Party
from tests.build import NOW, estate, hsm, unread_hsm
from tests.checks.judging import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, only, outcomes

OLD = datetime(2023, 4, 30, tzinfo=UTC)
ALL = {HOST_1: True, HOST_2: True, MANAGEMENT: True}
SECOND = nic_slots(hsm())[1].nic_id
REFUSED = Gap(subject=SECOND, what="network interface", reason="403 AuthorizationFailed")


def verdict(answers, owner=None, *, at=NOW, second=None):
    owner = owner or hsm()
    state = estate(owner, overrides={SECOND: second} if second else None)
    probe = Probe(at=at, answers=answers, firmware=None)
    return only(answers_on_its_nics, replace(state, probes={owner.key: probe}))


def test_an_hsm_that_answers_on_three_nics_passes_with_the_time():
    said = verdict(ALL)
    assert (said.outcome, said.evidence) == (
        PASS,
        "host NIC 1 answers; host NIC 2 answers; management NIC answers; probed 2026-11-23 22:14 UTC",
    )
    assert said.subject.hsms == (hsm().key,)


@pytest.mark.parametrize("role", [HOST_1, HOST_2, MANAGEMENT])
def test_one_silent_nic_fails_by_name_and_drafts_a_ticket_to_microsoft(role):
    said = verdict(ALL | {role: False})
    assert said.outcome is FAIL
    assert f"{role} does not answer; " in said.evidence
    assert said.evidence.count(" answers; ") == 2
    check = answers_on_its_nics
    assert (check.party, check.ticket, check.category) == (Party.MICROSOFT, True, IssueCategory.PORT_CONNECTION)
    assert (said.party, said.ticket) == (None, None)


@pytest.mark.parametrize("role", [HOST_1, HOST_2, MANAGEMENT])
def test_role_that_was_not_probed_is_unknown_never_pass(role):
    said = verdict({other: True for other in ALL if other != role})
    assert said.outcome is UNKNOWN
    assert f"{role} was not probed; " in said.evidence


def test_definite_silence_wins_over_what_was_not_probed():
    assert verdict({HOST_1: False}).outcome is FAIL


def test_an_hsm_that_nobody_probed_is_not_applicable():
    for owner in (hsm(), unread_hsm(), hsm(provisioning_state=None)):
        said = only(answers_on_its_nics, estate(owner))
        assert (said.outcome, said.evidence) == (NOT_APPLICABLE, "not probed")


@pytest.mark.parametrize("hours", [24, -24, 0])
@pytest.mark.parametrize(("answers", "outcome"), [(ALL, PASS), (ALL | {HOST_1: False}, FAIL)])
def test_a_probe_counts_for_a_day(hours, answers, outcome):
    assert verdict(answers, at=NOW - timedelta(hours=hours)).outcome is outcome


@pytest.mark.parametrize("seconds", [86401, -86401])
@pytest.mark.parametrize("answers", [ALL, ALL | {HOST_1: False}])
def test_a_probe_of_another_day_is_unknown_whatever_it_says(seconds, answers):
    said = verdict(answers, at=NOW - timedelta(seconds=seconds))
    assert said.outcome is UNKNOWN
    assert said.evidence.endswith("UTC, more than 24 hours from this reading")


def test_the_time_is_told_in_utc():
    said = verdict(ALL, at=NOW.astimezone(timezone(timedelta(hours=2))))
    assert said.evidence.endswith("probed 2026-11-23 22:14 UTC")


def test_second_host_nic_that_an_old_hsm_has_not_got_need_not_answer():
    old = hsm(created_at=OLD)
    for answers in (ALL | {HOST_2: False}, {HOST_1: True, MANAGEMENT: True}):
        said = verdict(answers, old, second=ABSENT)
        assert said.outcome is PASS
        assert said.evidence == (
            "host NIC 1 answers; one host NIC, as it was created in 2023-04, before May 2023; "
            "management NIC answers; probed 2026-11-23 22:14 UTC"
        )
    assert verdict(ALL | {HOST_1: False}, old, second=ABSENT).outcome is FAIL


def test_second_host_nic_that_an_old_hsm_has_must_answer():
    assert verdict(ALL | {HOST_2: False}, hsm(created_at=OLD)).outcome is FAIL
    named = replace(hsm(created_at=OLD), host=hsm().host)
    assert verdict(ALL | {HOST_2: False}, named, second=REFUSED).outcome is FAIL


@pytest.mark.parametrize(
    ("created", "second"), [(OLD, REFUSED), (None, REFUSED), (None, ABSENT)], ids=["old", "unknown", "missing"]
)
def test_silence_of_a_nic_that_may_not_be_due_is_unknown(created, second):
    said = verdict(ALL | {HOST_2: False}, hsm(created_at=created), second=second)
    assert said.outcome is UNKNOWN
    assert "host NIC 2 does not answer, and not known whether the HSM has it" in said.evidence
    assert verdict(ALL, hsm(created_at=created), second=second).outcome is PASS


@pytest.mark.parametrize("second", [REFUSED, ABSENT])
def test_silence_of_a_nic_that_is_due_fails_whether_it_was_read_or_not(second):
    bare = replace(hsm(), host=ABSENT)
    assert verdict(ALL | {HOST_2: False}, hsm(), second=second).outcome is FAIL
    assert verdict(ALL | {HOST_2: False}, bare, second=second).outcome is FAIL


@pytest.mark.parametrize("state", ["Failed", "Deleting", "Connecting"])
def test_hsm_that_is_not_provisioned_need_not_answer(state):
    said = verdict(dict.fromkeys(ALL, False), hsm(provisioning_state=state))
    assert (said.outcome, said.evidence) == (
        NOT_APPLICABLE,
        f"provisioningState {state}: it need not answer (PHSM-HSM-001)",
    )


@pytest.mark.parametrize("state", [None, "", "Unknown"])
def test_untold_state_is_unknown_even_if_the_hsm_answers(state):
    said = verdict(ALL, hsm(provisioning_state=state))
    assert (said.outcome, said.evidence) == (UNKNOWN, "its provisioning state is not known")


def test_unread_hsm_is_unknown_even_if_it_answers():
    said = verdict(ALL, unread_hsm())
    assert (said.outcome, said.evidence) == (UNKNOWN, "payment HSM could not be read: 403 AuthorizationFailed")


def test_the_probe_of_one_hsm_says_nothing_about_another():
    one = hsm("a")
    state = replace(estate(one, hsm("b")), probes={one.key: Probe(at=NOW, answers=ALL, firmware=None)})
    assert outcomes(answers_on_its_nics, state) == {"a": PASS, "b": NOT_APPLICABLE}
