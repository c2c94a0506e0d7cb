"""What Azure's support desk answers to a ticket, replayed: the ticket, or a problem that says what to do next."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ops.adapters.azure_desk import AzureDesk
from ops.adapters.connection import Connection
from ops.errors import TicketProblem
from ops.model.estate import HSM_TYPE
from ops.model.fact import Gap
from ops.model.finding import IssueCategory
from ops.model.policy import Consent, Contact, TicketSeverity
from ops.model.ticket import Cause, Communication, Draft, ProblemClassification, Sent, SupportService, Ticket
from tests.build import SUB_1

CONTACT = Contact(
    first_name="Ada",
    last_name="Okafor",
    email="hsm-oncall@example.com",
    country="GBR",
    time_zone="GMT Standard Time",
    phone="+44 20 7946 0000",
)
HSM = f"/subscriptions/{SUB_1}/resourceGroups/group-1/providers/{HSM_TYPE}/hsm-1"
GUID = "ce34cf91-b52e-afe9-57d6-1baf3ff5a59b"
SERVICE = SupportService(
    id=f"/providers/Microsoft.Support/services/{GUID}", name=GUID, display_name="Azure Payment HSM Service"
)
DRAFT = Draft(
    name="ticket-1",
    cause=Cause(kind="hsm", subject=HSM.lower(), hsms=(HSM.lower(),), subscriptions=(SUB_1,), findings=()),
    title="title-1",
    description="description-1",
    severity=TicketSeverity.MODERATE,
    would_be=None,
    cap_reason="",
    category=IssueCategory.PROVISIONING,
    subscription=SUB_1,
    resource_id=HSM,
    started_at=datetime(2026, 11, 23, 21, 58, 4, tzinfo=UTC),
    consent=Consent(diagnostics=True),
    service=SERVICE,
)

pytestmark = [pytest.mark.vcr, pytest.mark.estate("desk")]


def _desk(connection: Connection) -> AzureDesk:
    return AzureDesk(connection, poll_seconds=0.01, progress=lambda line: None)


def _open(
    connection: Connection, contact: Contact = CONTACT, workspace: str | None = None, **changes: Any
) -> tuple[AzureDesk, Sent]:
    desk = _desk(connection)
    known = desk.classifications(SERVICE)
    assert not isinstance(known, Gap)
    return desk, desk.open(replace(DRAFT, **{"classification": known[0], **changes}), contact, workspace)


def _opened(connection: Connection, **changes: Any) -> tuple[AzureDesk, Ticket]:
    desk, sent = _open(connection, **changes)
    assert sent.ticket is not None
    return desk, sent.ticket


def _problem(connection: Connection, contact: Contact = CONTACT, **changes: Any) -> TicketProblem:
    with pytest.raises(TicketProblem) as caught:
        _open(connection, contact, **changes)
    return caught.value


def test_a_ticket_is_followed_until_azure_has_created_it(recorded: Connection) -> None:
    _, ticket = _opened(recorded)
    assert (ticket.name, ticket.subscription, ticket.resource_id) == ("ticket-1", SUB_1, HSM)
    assert len(ticket.number) == 16
    assert ticket.is_open
    assert ticket.severity.lower() == DRAFT.severity.value
    assert ticket.service == SERVICE.display_name
    assert ticket.classification == "Provisioning / HSM creation failed"


def test_a_ticket_that_is_there_already_is_found_and_nothing_is_sent(recorded: Connection) -> None:
    desk, ticket = _opened(recorded)
    draft = replace(DRAFT, classification=ProblemClassification(id="any", display_name="any"))
    again = desk.open(draft, CONTACT, None)
    assert (again.ticket, again.found) == (ticket, True)


def test_silence_answers_no_to_every_consent_that_a_problem_type_asks_for(recorded: Connection) -> None:
    known = _desk(recorded).classifications(SERVICE)
    assert not isinstance(known, Gap)
    asks = replace(known[0], secondary_consents=("KeyVault", "Network"))
    _, sent = _open(recorded, classification=asks)  # the recording holds what was sent
    assert sent.ticket is not None


def test_evidence_is_there_before_the_ticket_which_takes_it_over(recorded: Connection) -> None:
    _desk(recorded).attach(SUB_1, "workspace-1", "file-1", b"evidence")
    _, sent = _open(recorded, workspace="workspace-1")
    assert sent.ticket is not None


def test_a_communication_is_sent_once_and_read_back(recorded: Connection) -> None:
    desk, ticket = _opened(recorded)
    sent = [desk.comment(ticket, "message-1", "New findings", "host NIC 2 is missing", "") for _ in range(2)]
    assert [one.found for one in sent] == [False, True]
    lists = [desk.communications(ticket) for _ in range(2)]
    assert not any(isinstance(told, Gap) for told in lists)
    assert [[one.name for one in told if isinstance(one, Communication)] for told in map(tuple, lists)] == [
        [],  # the list shows it later than its name does
        ["message-1"],
    ]


def test_a_severity_is_raised_and_a_closed_ticket_can_be_changed_by_nobody(recorded: Connection) -> None:
    desk, ticket = _opened(recorded)
    raised = desk.change(ticket, severity=TicketSeverity.CRITICAL)
    assert raised.ticket is not None
    assert raised.ticket.severity.lower() == "critical"
    closed = desk.change(ticket, status="closed")
    assert closed.ticket is not None
    assert not closed.ticket.is_open
    with pytest.raises(TicketProblem) as caught:
        desk.change(ticket, severity=TicketSeverity.MINIMAL)
    assert caught.value.denied
    assert "400 UpdateOperationDenied" in caught.value.what


@pytest.mark.estate("desk-developer")
def test_a_plan_that_is_too_low_fails_after_all_and_leaves_no_ticket(recorded: Connection) -> None:
    problem = _problem(recorded)
    assert problem.what.startswith(
        "the ticket ticket-1 was not opened: InvalidSupportPlan: Your support plan type is Developer."
    )
    assert "ProDirect, Premier or Unified" in problem.tip
    assert not problem.may_exist


def test_a_body_in_pascal_case_is_understood(recorded: Connection) -> None:
    problem = _problem(recorded, replace(CONTACT, country="UK"))
    assert problem.what.startswith("the ticket ticket-1 was not opened: 400 InvalidParameterValue: ")
    assert "country" in problem.what
    assert "correct support.contact" in problem.tip
    assert not problem.may_exist


def test_a_refused_ticket_tells_which_role_is_missing(recorded: Connection) -> None:
    problem = _problem(recorded, name="ticket-2")
    assert problem.what.startswith("the ticket ticket-2 was not opened: 403 AuthorizationFailed: The client ")
    assert problem.tip.startswith("az role assignment create --role 'Support Request Contributor' --assignee ")
    assert problem.tip.endswith(f"--scope /subscriptions/{SUB_1}")
    assert not problem.may_exist


def test_a_namespace_that_is_not_registered_is_for_a_person_to_register(recorded: Connection) -> None:
    problem = _problem(recorded, name="ticket-3")
    assert problem.what.startswith("the ticket ticket-3 was not opened: 409 MissingSubscriptionRegistration")
    assert problem.tip == f"az provider register --namespace Microsoft.Support --subscription {SUB_1}"
    assert not problem.may_exist


def test_a_throttled_ticket_is_sent_again_as_it_did_not_happen(recorded: Connection) -> None:
    _, ticket = _opened(recorded, name="ticket-4")
    assert ticket.name == "ticket-4"


def test_a_page_of_html_says_nothing_of_the_ticket_which_is_looked_for_and_not_sent_again(recorded: Connection) -> None:
    problem = _problem(recorded, name="ticket-5")
    assert problem.what == "whether the ticket ticket-5 was created is not known: 502 not JSON"
    assert "none is opened twice" in problem.tip
    assert problem.may_exist
