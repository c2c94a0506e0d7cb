from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from ops.adapters.azure_desk import AzureDesk
from ops.adapters.connection import Connection
from ops.adapters.credential import ConstantCredential
from ops.adapters.retry_policy import RetrySettings
from ops.errors import TicketProblem
from ops.model.estate import Gap
from ops.model.finding import IssueCategory
from ops.model.policy import Consent, Contact, TicketSeverity
from ops.model.ticket import Cause, Draft, ProblemClassification, SupportService
from ops.sandbox.child import running
from tests.build import SUB_1, SUB_2, hsm

TICKETS = "*/supportTickets/*"
CONTACT = Contact(
    first_name="Ada",
    last_name="Okafor",
    email="hsm-oncall@example.com",
    country="GBR",
    time_zone="GMT Standard Time",
    phone="+44 20 7946 0000",
)
DRAFT = Draft(
    name="phsm-hsm-1f2e3d",
    cause=Cause(kind="hsm", subject=hsm().key, hsms=(hsm().key,), subscriptions=(SUB_1,), findings=()),
    title="Payment HSM hsm1 (eastus, stamp1) is Failed",
    description="Impact: one of two",
    severity=TicketSeverity.MODERATE,
    would_be=None,
    cap_reason="",
    category=IssueCategory.PROVISIONING,
    subscription=SUB_1,
    resource_id=hsm().id,
    started_at=datetime(2026, 11, 23, 21, 58, 4, 123456, tzinfo=UTC),
)


@dataclass(kw_only=True)
class Office:
    """A sandbox, a desk at it, and what the desk told a person who waits."""

    desk: AzureDesk
    endpoint: str
    ca_bundle: str
    told: list[str] = field(default_factory=list)

    def draft(self, **changes: Any) -> Draft:
        """The draft with the service and the first problem type that the sandbox lists."""
        services = self.desk.services()
        assert not isinstance(services, Gap)
        service = next(item for item in services if "payment hsm" in item.display_name.lower())
        classifications = self.desk.classifications(service)
        assert not isinstance(classifications, Gap)
        return replace(DRAFT, service=service, classification=classifications[0], **changes)

    def requests(self, method: str) -> list[str]:
        """The paths of the requests that reached the sandbox, in order."""
        return [entry["path"] for entry in self._get("/_sandbox/requests")["requests"] if entry["method"] == method]

    def properties(self, name: str) -> dict[str, Any]:
        """A ticket's properties as the sandbox has them."""
        path = f"/subscriptions/{SUB_1}/providers/Microsoft.Support/supportTickets/{name}?api-version=2024-04-01"
        found: dict[str, Any] = self._get(path)["properties"]
        return found

    def _get(self, path: str) -> dict[str, Any]:
        context = ssl.create_default_context(cafile=self.ca_bundle)
        request = Request(self.endpoint + path, headers={"Authorization": "Bearer sandbox"})
        with urlopen(request, context=context) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def refused(self, draft: Draft, contact: Contact = CONTACT) -> TicketProblem:
        with pytest.raises(TicketProblem) as caught:
            self.desk.open(draft, contact)
        return caught.value

    def names(self) -> list[str]:
        tickets = self.desk.tickets(SUB_1, only_open=True)
        assert not isinstance(tickets, Gap)
        return [ticket.name for ticket in tickets]


@contextmanager
def office(
    folder: Path,
    *faults: Mapping[str, Any],
    deadline_seconds: float = 20.0,
    consent: Consent | None = None,
    **support: Any,
) -> Iterator[Office]:
    estate = {
        "subscriptions": [{"id": SUB_1, "displayName": "payments-prod"}],
        "resources": [],
        "support": support,
        "faults": list(faults),
    }
    file = folder / "estate.yaml"
    file.write_text(json.dumps(estate), "utf-8")
    told: list[str] = []
    with (
        running(str(file)) as serving,
        Connection(
            endpoint=serving.endpoint,
            credential_scopes=("https://sandbox.invalid/.default",),
            credential=ConstantCredential(),
            ca_bundle=serving.ca_bundle,
            retry=RetrySettings(attempts=2, first_wait_seconds=0.01),
        ) as connection,
    ):
        desk = AzureDesk(
            connection,
            poll_seconds=0.05,
            consent=consent or Consent(),
            progress=told.append,
            deadline_seconds=deadline_seconds,
        )
        yield Office(desk=desk, endpoint=serving.endpoint, ca_bundle=serving.ca_bundle, told=told)


def stored(name: str, **properties: Any) -> dict[str, Any]:
    """A ticket as Azure stores it, opened by somebody else."""
    number = f"{2411230050000000 + int(name)}"
    facts = {
        "supportTicketId": number,
        "title": "Somebody else's",
        "status": "Open",
        "severity": "Minimal",
        "serviceDisplayName": "Billing",
        "createdDate": "2026-11-22T10:00:00Z",
    }
    return {
        "id": f"/subscriptions/{SUB_1}/providers/Microsoft.Support/supportTickets/{number}",
        "name": number,
        "type": "Microsoft.Support/supportTickets",
        "properties": facts | properties,
    }


def test_a_ticket_is_opened_and_listed_once_with_its_number(tmp_path: Path) -> None:
    with office(tmp_path) as at:
        draft = at.draft()
        ticket = at.desk.open(draft, CONTACT)
        listed = at.desk.tickets(SUB_1, only_open=True)
        assert listed == (ticket,)
        assert not any("looking for" in line for line in at.told)  # the operation itself told the end
        assert draft.service is not None
        assert draft.classification is not None
    assert len(ticket.number) == 16
    assert ticket.number.isdigit()
    assert ticket.name == draft.name
    assert ticket.subscription == SUB_1
    assert (ticket.title, ticket.description) == (draft.title, draft.description)
    assert (ticket.severity.lower(), ticket.status.lower()) == ("moderate", "open")
    assert ticket.is_open
    assert ticket.service == draft.service.display_name
    assert ticket.classification == draft.classification.display_name
    assert ticket.resource_id == draft.resource_id
    assert ticket.created_at is not None
    assert "Unified" in ticket.plan
    assert ticket.engineer == ""


def test_what_is_sent_holds_nothing_empty_and_whole_seconds(tmp_path: Path) -> None:
    """The sandbox, as Azure, refuses empty strings; what it took is read back as it stands there."""
    draft_of_the_pool: dict[str, Any] = {"resource_id": None, "severity": TicketSeverity.MINIMAL}
    with office(tmp_path, consent=Consent(diagnostics=True)) as at:
        ticket = at.desk.open(at.draft(**draft_of_the_pool), replace(CONTACT, phone=""))
        properties = at.properties(ticket.name)
    assert ticket.resource_id is None
    assert "technicalTicketDetails" not in properties
    assert "phoneNumber" not in properties["contactDetails"]
    assert datetime.fromisoformat(properties["problemStartTime"]) == DRAFT.started_at.replace(microsecond=0)
    assert properties["advancedDiagnosticConsent"] == "Yes"
    assert properties["require24X7Response"] is False


def test_severity_a_asks_for_an_answer_around_the_clock_and_silence_is_no_consent(tmp_path: Path) -> None:
    with office(tmp_path) as at:
        ticket = at.desk.open(at.draft(severity=TicketSeverity.CRITICAL), CONTACT)
        properties = at.properties(ticket.name)
    assert properties["require24X7Response"] is True
    assert properties["advancedDiagnosticConsent"] == "No"
    assert properties["technicalTicketDetails"] == {"resourceId": hsm().id}
    assert properties["contactDetails"]["phoneNumber"] == CONTACT.phone


def test_a_second_ticket_of_the_same_name_is_refused_before_it_is_sent(tmp_path: Path) -> None:
    with office(tmp_path) as at:
        draft = at.draft()
        at.desk.open(draft, CONTACT)
        problem = at.refused(draft)
        assert at.names() == [draft.name]
        assert len(at.requests("PUT")) == 1
    assert "its name is taken" in problem.what
    assert "phsm tickets list" in problem.tip
    assert not problem.may_exist


def test_a_name_that_azure_does_not_allow_is_a_problem_in_azures_words(tmp_path: Path) -> None:
    with office(tmp_path) as at:
        problem = at.refused(at.draft(name="12345"))
        assert at.requests("PUT") == []
    assert "Azure refuses its name: Name 12345 is invalid." in problem.what
    assert not problem.may_exist


@pytest.mark.parametrize("plan", ["Developer", "CSP", None])
def test_a_plan_that_is_too_low_is_told_with_the_plans_that_can(tmp_path: Path, plan: str | None) -> None:
    with office(tmp_path, plan=plan) as at:
        problem = at.refused(at.draft())
        assert at.names() == []
    assert f"InvalidSupportPlan: Your support plan type is {plan or 'Free'}." in problem.what
    assert "200" not in problem.what
    assert "ProDirect, Premier or Unified" in problem.tip
    assert not problem.may_exist


REFUSALS: list[tuple[dict[str, Any], str, str]] = [
    ({"status": 403}, "403 AuthorizationFailed: The client", "Support Request Contributor"),
    ({"status": 401}, "401 InvalidAuthenticationToken", "az login"),
    ({"status": 400, "code": "QuotaExceeded"}, "400 QuotaExceeded", "close tickets"),
    ({"status": 429, "headers": {"Retry-After": "0"}}, "429 SubscriptionRequestsThrottled", "wait"),
    ({"status": 409, "code": "MissingSubscriptionRegistration"}, "409 Missing", "az provider register"),
    (
        {
            "status": 400,
            "body": '{"Error": {"Code": "InvalidData", "Message": "Time zone\\nis wrong.", "Target": null}}',
            "headers": {"content-type": "application/json"},
        },
        "400 InvalidData: Time zone is wrong.",
        "support.contact",
    ),
    ({"status": 400, "body": "<html>proxy</html>"}, "400 not JSON", "support.contact"),
    (
        {"status": 403, "body": "<html>", "headers": {"content-type": "application/json"}},
        "403 not JSON",
        "Support Request Contributor",
    ),
]


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office that refuses the ticket ``refused-<n>`` as the n-th of the refusals says."""
    faults = [
        {"method": "PUT", "path": f"*/supportTickets/refused-{number}", **fault}
        for number, (fault, _, _) in enumerate(REFUSALS)
    ]
    with office(tmp_path_factory.mktemp("refusing"), *faults) as at:
        yield at


@pytest.mark.parametrize("number", range(len(REFUSALS)))
def test_a_refusal_says_why_and_what_to_do_and_leaves_no_ticket(refusing: Office, number: int) -> None:
    _, said, tip = REFUSALS[number]
    problem = refusing.refused(refusing.draft(name=f"refused-{number}"))
    assert problem.what.startswith(f"the ticket refused-{number} was not opened: {said}")
    assert tip in problem.tip
    assert not problem.may_exist
    assert f"refused-{number}" not in refusing.names()


def test_a_refusal_to_tell_whether_the_name_is_free_sends_nothing(tmp_path: Path) -> None:
    with office(tmp_path, {"method": "POST", "path": "*/checkNameAvailability", "status": 403}) as at:
        problem = at.refused(at.draft())
        assert at.requests("PUT") == []
    assert problem.what.startswith(f"the ticket {DRAFT.name} was not opened: 403 AuthorizationFailed: The client")
    assert "Support Request Contributor" in problem.tip
    assert not problem.may_exist


def test_a_connection_that_dies_before_anything_was_sent_is_told_so(tmp_path: Path) -> None:
    with office(tmp_path, {"method": "POST", "path": "*", "reset": "before"}) as at:
        problem = at.refused(at.draft())
        assert at.requests("PUT") == []
    assert problem.what == f"the ticket {DRAFT.name} was not opened: the connection was lost"
    assert "nothing was sent" in problem.tip
    assert not problem.may_exist


@pytest.mark.parametrize(
    "fault",
    [
        {"method": "PUT", "path": TICKETS, "reset": "after"},
        {"method": "GET", "path": "*/operationsStatus/*", "status": 403},
        {"method": "GET", "path": "*/operationsStatus/*", "status": 502},
        {"method": "GET", "path": "*/operationsStatus/*", "reset": "before"},
        {"method": "GET", "path": "*/operationsStatus/*", "body": "<html>"},
        {
            "method": "GET",
            "path": "*/operationsStatus/*",
            "body": "{}",
            "headers": {"content-type": "application/json"},
        },
    ],
)
def test_a_ticket_that_azure_took_without_saying_so_is_found_and_sent_once(
    tmp_path: Path, fault: Mapping[str, Any]
) -> None:
    with office(tmp_path, fault) as at:
        ticket = at.desk.open(at.draft(), CONTACT)
        assert at.names() == [DRAFT.name]
        assert len(at.requests("PUT")) == 1
        assert any("looking for the ticket" in line for line in at.told)
    assert len(ticket.number) == 16


@pytest.mark.parametrize("fault", [{"reset": "before"}, {"status": 503}, {"status": 408}, {"status": 202}])
def test_a_ticket_that_is_not_found_after_all_may_exist_and_the_next_run_settles_it(
    tmp_path: Path, fault: Mapping[str, Any]
) -> None:
    with office(tmp_path, {"method": "PUT", "path": TICKETS, **fault}) as at:
        problem = at.refused(at.draft())
        assert len(at.requests("PUT")) == 1
        assert len([path for path in at.requests("GET") if path.endswith(DRAFT.name)]) > 1
        assert at.names() == []
    assert problem.may_exist
    assert problem.what.startswith(f"whether the ticket {DRAFT.name} was created is not known: ")
    assert "run it again" in problem.tip


def test_an_operation_that_never_ends_is_given_up_and_its_ticket_is_found(tmp_path: Path) -> None:
    with office(tmp_path, deadline_seconds=1.0, pollsUntilDone=100_000) as at:
        ticket = at.desk.open(at.draft(), CONTACT)
        assert "no end after 1 s" in at.told[-1]
    assert ticket.name == DRAFT.name


def test_an_operation_that_asks_for_a_long_wait_does_not_outlast_the_deadline(tmp_path: Path) -> None:
    endless = {
        "method": "GET",
        "path": "*/operationsStatus/*",
        "body": '{"status": "InProgress"}',
        "headers": {"content-type": "application/json", "Retry-After": "3600"},
    }
    absent = {"method": "GET", "path": TICKETS, "status": 404, "code": "ResourceNotFound"}
    with office(tmp_path, endless, absent, deadline_seconds=1.0) as at:
        problem = at.refused(at.draft())
    assert problem.may_exist
    assert problem.what.endswith("no end after 1 s")


def test_an_operation_on_another_host_is_not_asked_and_gets_no_token(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        url = f"https://127.0.0.1:{stranger.getsockname()[1]}/operationsStatus/1?t=1&s=signed-secret"
        headers = {"azure-asyncoperation": url, "location": url}
        with office(tmp_path, {"method": "PUT", "path": TICKETS, "status": 202, "headers": headers}) as at:
            problem = at.refused(at.draft())
            told = [*at.told, problem.what, problem.tip]
        stranger.setblocking(False)
        with pytest.raises(BlockingIOError):  # nobody has knocked
            stranger.accept()
    assert problem.may_exist
    assert "another host, 127.0.0.1" in problem.what
    assert not any("signed-secret" in line for line in told)


def test_the_signed_address_of_an_operation_is_never_shown(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    with office(tmp_path, {"method": "GET", "path": "*/operationsStatus/*", "status": 404}) as at:
        at.desk.open(at.draft(), CONTACT)
    assert not any("operationsStatus" in line for line in at.told)
    assert any("operationsStatus" in record.getMessage() for record in caplog.records)
    assert not any("c=MII" in record.getMessage() for record in caplog.records)


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
    tmp_path: Path, changes: Mapping[str, Any], contact: Contact, tip: str
) -> None:
    service = SupportService(id="/providers/Microsoft.Support/services/1", name="1", display_name="Payment HSM")
    classification = ProblemClassification(id=f"{service.id}/problemClassifications/2", display_name="Other")
    draft = replace(DRAFT, **{"service": service, "classification": classification, **changes})
    with office(tmp_path) as at:
        problem = at.refused(draft, contact)
        assert [*at.requests("POST"), *at.requests("PUT"), *at.requests("GET")] == []
    assert problem.tip == tip
    assert not problem.may_exist


def test_all_pages_of_the_tickets_are_read(tmp_path: Path) -> None:
    tickets = [stored(str(n), status="Closed" if n % 2 else "Open") for n in range(250)]
    with office(tmp_path, tickets=tickets) as at:
        everything = at.desk.tickets(SUB_1, only_open=False)
        still_open = at.desk.tickets(SUB_1, only_open=True)
    assert not isinstance(everything, Gap)
    assert not isinstance(still_open, Gap)
    assert len({ticket.number for ticket in everything}) == 250
    assert len(still_open) == 125
    assert all(ticket.is_open for ticket in still_open)


def test_a_closed_ticket_is_left_out_even_where_azure_ignores_the_filter(tmp_path: Path) -> None:
    body = json.dumps({"value": [stored("1", status="closed"), stored("2", status="open"), {"name": "3"}]})
    fault = {"method": "GET", "path": "*/supportTickets", "body": body, "headers": {"content-type": "application/json"}}
    with office(tmp_path, fault) as at:
        tickets = at.desk.tickets(SUB_1, only_open=True)
    assert not isinstance(tickets, Gap)
    assert [(ticket.name[-1], ticket.status) for ticket in tickets] == [("2", "open"), ("3", "")]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"status": 403}, "403 AuthorizationFailed"),
        ({"status": 429, "headers": {"Retry-After": "0"}}, "429 SubscriptionRequestsThrottled"),
        ({"status": 502, "body": "<html>"}, "502 not JSON"),
        ({"truncate": 5}, None),
        ({"reset": "before"}, "the connection was lost"),
        ({"body": "[]", "headers": {"content-type": "application/json"}}, None),
        ({"body": '{"value": null}', "headers": {"content-type": "application/json"}}, None),
        ({"body": '{"value": [null]}', "headers": {"content-type": "application/json"}}, None),
        ({"body": "<html>"}, None),
    ],
)
def test_what_cannot_be_read_is_a_gap_with_its_reason_and_never_an_empty_list(
    tmp_path: Path, fault: Mapping[str, Any], reason: str | None
) -> None:
    service = SupportService(id="/providers/Microsoft.Support/services/1", name="1", display_name="Payment HSM")
    with office(tmp_path, {"method": "GET", "path": "*", **fault}) as at:
        services = at.desk.services()
        classifications = at.desk.classifications(service)
        tickets = at.desk.tickets(SUB_1, only_open=False)
    for answer in (services, classifications, tickets):
        assert isinstance(answer, Gap)
        assert answer.reason
        assert reason is None or answer.reason == reason
    assert isinstance(tickets, Gap)
    assert (tickets.subject, tickets.what) == (f"/subscriptions/{SUB_1}", "support tickets")


def test_a_next_page_on_another_host_is_a_gap_and_not_a_short_list(tmp_path: Path) -> None:
    body = json.dumps({"value": [stored("1")], "nextLink": "https://example.com/next"})
    fault = {"method": "GET", "path": "*/supportTickets", "body": body, "headers": {"content-type": "application/json"}}
    with office(tmp_path, fault) as at:
        tickets = at.desk.tickets(SUB_1, only_open=False)
    assert isinstance(tickets, Gap)
    assert tickets.reason == "next page names another host: example.com"


def test_a_subscription_that_is_not_there_is_a_gap(tmp_path: Path) -> None:
    with office(tmp_path) as at:
        tickets = at.desk.tickets(SUB_2, only_open=False)
    assert isinstance(tickets, Gap)
    assert tickets.reason == "404 SubscriptionNotFound"
