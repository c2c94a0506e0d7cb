"""A ticket is opened once, over HTTPS, or Azure's no is told with what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ops.model.policy import Consent, Contact, TicketSeverity
from tests.adapters.office import (
    CONTACT,
    DRAFT,
    JSON,
    Office,
    office,
    stored,
    subscription,
    support,
    ticket_of,
    ticket_path,
)

ROLE = "az role assignment create --role 'Support Request Contributor'"
CLIENT = "33e40745-0000-0000-0000-000000000000"
LOW_PLAN = '{"status": "Failed", "error": {"code": "Odd", "message": "You need our high tier-support plans."}}'
PASCAL = '{"Error": {"Code": "InvalidData", "Message": "Time zone\\nis wrong.", "Target": null}}'
PERSONAL = (
    '{"error": {"code": "BadPhone", "message": "The phone number \'+44 (0)20-7946 0000\' of Ada Okafor, '
    "HSM-oncall@example.com, or of ada@corp.example with object id '33e40745-0000-0000-0000-000000000000', is wrong.\"}}"
)
SIGNED = '{"error": {"code": "BadThing", "message": "See https://example.com/op?t=1&s=signed-secret, please."}}'

# What answers a PUT in a subscription of its own, what is said of it, and the next step.
REFUSALS: list[tuple[dict[str, Any], str, str]] = [
    (
        {"status": 403},
        "403 AuthorizationFailed: The client",
        f"{ROLE} --assignee {CLIENT} --scope /subscriptions/{subscription(1)}",
    ),
    ({"status": 401}, "401 InvalidAuthenticationToken", "az login, then run it again"),
    ({"status": 400, "code": "QuotaExceeded"}, "400 QuotaExceeded", "close tickets that are done, then run it again"),
    (
        {"status": 429, "headers": {"Retry-After": "3600"}},
        "429 SubscriptionRequestsThrottled: Number of 'write' requests",
        "wait 3600 s, as Azure asks, then run it again",
    ),
    ({"status": 429}, "429 SubscriptionRequestsThrottled", "wait some minutes, then run it again"),
    (
        {"status": 409, "code": "MissingSubscriptionRegistration"},
        "409 MissingSubscriptionRegistration",
        f"az provider register --namespace Microsoft.Support --subscription {subscription(6)}",
    ),
    (
        {"status": 400, "body": PASCAL, "headers": JSON},
        "400 InvalidData: Time zone is wrong.",
        "correct support.contact",
    ),
    ({"status": 400, "body": "<html>proxy</html>"}, "400 not JSON", "correct support.contact"),
    (
        {"status": 403, "body": "<html>", "headers": JSON},
        "403 not JSON",
        "--assignee OBJECT-ID --scope /subscriptions/",
    ),
    ({"status": 400, "code": "JsonDeserializationError"}, "400 JsonDeserializationError", "please report it"),
    ({"status": 404, "code": "SubscriptionNotFound"}, "404 SubscriptionNotFound", "phsm doctor"),
    ({"status": 302, "headers": {"location": "https://example.com/"}}, "302", "in the Azure portal"),
    (
        {"status": 422, "body": SIGNED, "headers": JSON},
        "422 BadThing: See https://example.com/op please.",
        "in the Azure portal",
    ),
    (
        {"status": 403, "body": PERSONAL, "headers": JSON},
        "403 BadPhone: The phone number '(phone number)' of (contact), (e-mail address), or of (e-mail address) with ",
        f"--assignee {CLIENT} ",
    ),
]
_TAKEN, _INVISIBLE, _SILENT, _UNASKED, _CUT, _THROTTLED, _LOW = range(31, 38)
OURS = DRAFT.name


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The n-th subscription refuses tickets as the n-th of the refusals says; those after them have faults of their own."""
    faults = [
        *({"method": "PUT", "path": ticket_path(n + 1, "*"), **fault} for n, (fault, _, _) in enumerate(REFUSALS)),
        {"method": "GET", "path": ticket_path(_INVISIBLE), "status": 404, "code": "ResourceNotFound"},
        {"method": "POST", "path": support(_SILENT, "checkNameAvailability"), "body": "{}", "headers": JSON},
        {"method": "POST", "path": support(_UNASKED, "checkNameAvailability"), "status": 403},
        {"method": "PUT", "path": ticket_path(_THROTTLED), "nth": 1, "status": 429, "headers": {"Retry-After": "0"}},
        {"method": "GET", "path": support(_LOW, "operationsStatus/*"), "body": LOW_PLAN, "headers": JSON},
        {"method": "POST", "path": support(_CUT, "checkNameAvailability"), "reset": "before"},
    ]
    closed = stored(OURS, _TAKEN, status="Closed", supportTicketId="2411230050000077")
    tickets = [closed, stored(OURS, _INVISIBLE)]
    folder = tmp_path_factory.mktemp("opening")
    with office(folder, *faults, subscriptions=50, tickets=tickets) as made:
        yield made


def test_a_ticket_is_opened_and_listed_once_with_its_number(at: Office) -> None:
    draft = at.draft(20)
    sent = at.desk.open(draft, CONTACT, None)
    ticket = ticket_of(sent)
    assert at.desk.tickets(subscription(20), only_open=True) == (ticket,)
    assert at.desk.find(subscription(20), draft.name) == ticket
    assert at.writes(subscription(20)) == [("PUT", draft.name)]
    assert draft.service is not None
    assert draft.classification is not None
    assert not sent.found
    assert len(ticket.number) == 16
    assert ticket.number.isdigit()
    assert (ticket.name, ticket.subscription) == (draft.name, subscription(20))
    assert (ticket.title, ticket.description) == (draft.title, draft.description)
    assert (ticket.severity.lower(), ticket.status.lower()) == ("moderate", "open")
    assert ticket.is_open
    assert ticket.service == draft.service.display_name
    assert ticket.classification == draft.classification.display_name
    assert ticket.resource_id == draft.resource_id
    assert ticket.created_at is not None
    assert "Unified" in ticket.plan
    assert ticket.engineer == ""


def test_azures_ids_of_the_request_that_opened_it_are_told_and_those_of_reading_are_not(at: Office) -> None:
    one, another = (at.desk.open(at.draft(n), CONTACT, None).request_ids for n in (21, 22))
    assert [len(one), len(another)] == [2, 2]  # x-ms-request-id and x-ms-correlation-request-id of one PUT
    assert len({*one, *another}) == 4
    assert all(len(text) == 36 for text in one)


def test_the_ids_of_an_attempt_that_was_throttled_are_told_too(at: Office) -> None:
    sent = at.desk.open(at.draft(_THROTTLED), CONTACT, None)
    assert [entry["status"] for entry in at.log("PUT", subscription(_THROTTLED))] == [429, 202]
    assert len(sent.request_ids) == 4


def test_what_is_sent_holds_nothing_empty_and_whole_seconds(at: Office) -> None:
    """The sandbox, as Azure, refuses empty strings and lists; what it took is read back as it stands there."""
    draft = at.draft(23, resource_id=None, severity=TicketSeverity.MINIMAL, consent=Consent(diagnostics=True))
    ticket = ticket_of(at.desk.open(draft, replace(CONTACT, phone=""), ""))
    properties = at.truth(23)[draft.name]["properties"]
    assert ticket.resource_id is None
    assert "technicalTicketDetails" not in properties
    assert "phoneNumber" not in properties["contactDetails"]
    assert datetime.fromisoformat(properties["problemStartTime"]) == DRAFT.started_at.replace(microsecond=0)
    assert properties["advancedDiagnosticConsent"] == "Yes"
    assert properties["require24X7Response"] is False


def test_severity_a_asks_for_an_answer_around_the_clock(at: Office) -> None:
    draft = at.draft(24, severity=TicketSeverity.CRITICAL)
    at.desk.open(draft, CONTACT, None)
    properties = at.truth(24)[draft.name]["properties"]
    assert properties["require24X7Response"] is True
    assert properties["technicalTicketDetails"] == {"resourceId": draft.resource_id}
    assert properties["contactDetails"]["phoneNumber"] == CONTACT.phone


def test_a_ticket_takes_over_the_workspace_that_its_evidence_lies_in(at: Office) -> None:
    draft = at.draft(25)
    at.desk.attach(subscription(25), draft.name, "evidence.zip", b"all of it")
    ticket = ticket_of(at.desk.open(draft, CONTACT, draft.name))
    (file,) = at.files(ticket.number).values()
    assert (file["name"], file["complete"], file["ticket"]) == ("evidence.zip", True, ticket_path(25))


def test_a_second_run_finds_the_ticket_and_sends_nothing(at: Office) -> None:
    draft = at.draft(26)
    first = at.desk.open(draft, CONTACT, None)
    second = at.another_desk().open(draft, CONTACT, None)
    assert (second.ticket, second.found, second.request_ids) == (first.ticket, True, ())
    assert at.writes(subscription(26)) == [("PUT", draft.name)]


def test_a_closed_ticket_of_this_name_is_found_too(at: Office) -> None:
    sent = at.desk.open(at.draft(_TAKEN), CONTACT, None)
    assert (sent.found, ticket_of(sent).number, ticket_of(sent).is_open) == (True, "2411230050000077", False)
    assert at.writes(subscription(_TAKEN)) == []


def test_a_name_that_is_taken_by_what_cannot_be_seen_may_be_a_ticket_and_nothing_is_sent(at: Office) -> None:
    problem = at.refused(at.draft(_INVISIBLE))
    assert at.writes(subscription(_INVISIBLE)) == []
    assert len(at.log("GET", ticket_path(_INVISIBLE))) > 1
    assert "its name is taken, and none is found under it" in problem.what
    assert problem.tip.startswith("wait some minutes, then run it again")
    assert problem.may_exist


def test_a_name_that_azure_does_not_allow_is_a_problem_in_azures_words(at: Office) -> None:
    problem = at.refused(at.draft(27, name="12345"))
    assert at.writes(subscription(27)) == []
    assert "Azure refuses its name: Name 12345 is invalid." in problem.what
    assert problem.tip == "please report it, with the name"
    assert not problem.may_exist


@pytest.mark.parametrize("number", range(1, len(REFUSALS) + 1))
def test_a_refusal_says_why_and_what_to_do_and_leaves_no_ticket(at: Office, number: int) -> None:
    _, said, tip = REFUSALS[number - 1]
    problem = at.refused(at.draft(number))
    assert problem.what.startswith(f"the ticket {DRAFT.name} was not opened: {said}")
    assert tip in problem.tip
    assert "signed-secret" not in problem.what
    assert (problem.may_exist, problem.denied) == (False, False)
    assert problem.request_ids
    assert at.truth(number) == {}


def test_a_yes_that_is_not_said_is_no_yes_and_nothing_is_sent(at: Office) -> None:
    problem = at.refused(at.draft(_SILENT))
    assert "Azure does not say whether its name is free" in problem.what
    assert not problem.may_exist
    assert at.writes(subscription(_SILENT)) == []


def test_a_refusal_to_tell_whether_the_name_is_free_sends_nothing(at: Office) -> None:
    problem = at.refused(at.draft(_UNASKED))
    assert problem.what.startswith(f"the ticket {DRAFT.name} was not opened: 403 AuthorizationFailed: The client")
    assert "Support Request Contributor" in problem.tip
    assert not problem.may_exist
    assert at.writes(subscription(_UNASKED)) == []


def test_a_connection_that_dies_before_anything_was_sent_is_told_so(at: Office) -> None:
    problem = at.refused(at.draft(_CUT))
    assert problem.what == f"the ticket {DRAFT.name} was not opened: the connection was lost"
    assert problem.tip == "run it again; nothing was sent"
    assert not problem.may_exist
    assert at.writes(subscription(_CUT)) == []


@pytest.mark.parametrize(
    ("changes", "contact", "tip"),
    [
        ({"severity": TicketSeverity.CRITICAL}, replace(CONTACT, phone=" "), "set support.contact.phone"),
        ({}, replace(CONTACT, phone="", method="phone"), "set support.contact.phone"),
        ({"service": None}, CONTACT, "plan it again when the support desk can be read"),
        ({"classification": None}, CONTACT, "plan it again when the support desk can be read"),
    ],
)
def test_a_ticket_that_cannot_be_right_is_refused_with_nothing_sent(
    at: Office, changes: Mapping[str, Any], contact: Contact, tip: str
) -> None:
    draft = replace(at.draft(28), **changes)
    problem = at.refused(draft, contact)
    assert at.log(containing=subscription(28)) == []
    assert problem.tip == tip
    assert not problem.may_exist


@pytest.mark.parametrize("plan", ["Developer", None])
def test_a_plan_that_is_too_low_is_told_with_the_plans_that_can(tmp_path: Path, plan: str | None) -> None:
    with office(tmp_path, plan=plan, tickets=[stored(OURS)]) as at:
        problem = at.refused(at.draft(name="phsm-hsm-hsm2-1f2e3d4c5b6a-1"))
        assert [*at.truth()] == [OURS]
    assert f"InvalidSupportPlan: Your support plan type is {plan or 'Free'}." in problem.what
    assert "200" not in problem.what
    assert "ProDirect, Premier or Unified" in problem.tip
    assert "in the Azure portal" in problem.tip
    assert not problem.may_exist


def test_a_plan_that_is_too_low_is_known_by_its_words_under_another_code_too(at: Office) -> None:
    problem = at.refused(at.draft(_LOW))
    assert "Odd: You need our high tier-support plans." in problem.what
    assert "ProDirect, Premier or Unified" in problem.tip
    assert not problem.may_exist


def test_too_many_open_tickets_and_a_severity_that_the_plan_does_not_cover_are_told(tmp_path: Path) -> None:
    with office(tmp_path, maxOpenTickets=1, severities=["minimal"]) as at:
        severe = at.refused(at.draft())
        at.opened(severity=TicketSeverity.MINIMAL)
        one_more = at.refused(at.draft(name="phsm-hsm-hsm2-1f2e3d4c5b6a-1", severity=TicketSeverity.MINIMAL))
        assert [*at.truth()] == [OURS]
    assert "400 InvalidParameterValue" in severe.what
    assert "a severity may not be in your plan" in severe.tip
    assert "QuotaExceeded: The quota of 1 open support tickets is exceeded." in one_more.what
    assert "close tickets" in one_more.tip


def test_silence_is_no_consent_to_diagnostics(at: Office) -> None:
    draft = at.draft(29)
    at.desk.open(draft, CONTACT, None)
    assert at.truth(29)[draft.name]["properties"]["advancedDiagnosticConsent"] == "No"
