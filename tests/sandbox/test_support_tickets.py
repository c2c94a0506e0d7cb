"""Tickets that are seen late, cannot be opened, or can no longer be changed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.at_hand import AtHand, error, ticket_request, tickets
from tests.sandbox.client import OTHER, SUB


def _status(at: AtHand, name: str) -> str:
    return str(at.get(tickets(name)).body["properties"]["status"])


def _available(at: AtHand, name: str, kind: str = "supportTickets") -> dict[str, Any]:
    path = f"/subscriptions/{SUB}/providers/Microsoft.Support/checkNameAvailability"
    return dict(at.send("POST", path, {"name": name, "type": f"Microsoft.Support/{kind}"}).body)


def test_a_ticket_can_be_invisible_until_its_operation_is_done() -> None:
    at = AtHand(visible="done", pollsUntilDone=2)
    accepted = at.open("late")
    assert at.get(tickets("late")).status == 404
    assert at.outcome(accepted)["status"] == "InProgress"
    assert at.outcome(accepted)["status"] == "Succeeded"
    assert at.get(tickets("late")).status == 200


def test_what_is_invisible_comes_nearer_with_each_look_for_it() -> None:
    at = AtHand(visible="done", pollsUntilDone=2)
    at.open("late")
    assert _available(at, "late") == {"nameAvailable": True}
    assert [at.get(tickets("late")).status for _ in range(3)] == [404, 404, 200]
    assert _available(at, "late")["reason"] == "AlreadyExists"
    at.open("later")
    assert [at.names(tickets()) for _ in range(3)] == [["late"], ["late"], ["late", "later"]]


def test_an_invisible_ticket_takes_its_name_all_the_same() -> None:
    at = AtHand(visible="done", pollsUntilDone=9)
    at.open("late")
    assert error(at.open("late")) == (409, "ResourceAlreadyExists")
    at = AtHand(visible="done", pollsUntilDone=9, secondPut="accept")
    assert [at.open("late").status for _ in range(2)] == [202, 202]
    assert len(at.get("/_sandbox/tickets").body["tickets"]) == 1


def test_what_a_second_operation_says_is_done_is_there() -> None:
    at = AtHand(visible="done", pollsUntilDone=2, secondPut="accept")
    at.open("late")
    again = at.open("late")
    assert [at.outcome(again)["status"] for _ in range(3)] == ["InProgress", "InProgress", "Succeeded"]
    assert at.get(tickets("late")).status == 200


def test_an_operation_can_go_on_for_ever() -> None:
    at = AtHand(neverEnds=True)
    accepted = at.open("endless")
    assert {at.outcome(accepted)["status"] for _ in range(50)} == {"InProgress"}
    assert at.get(tickets("endless")).status == 200


def test_the_address_of_an_operation_expires_after_some_looks() -> None:
    at = AtHand(pollsUntilDone=9, pollUrlExpiresAfter=2)
    accepted = at.open("a")
    operation = accepted.headers["azure-asyncoperation"]
    assert [at.follow(operation).status for _ in range(3)] == [200, 200, 403]
    refused = at.follow(operation)
    assert refused.body["error"]["code"] == "ExpiredAuthenticationToken"
    assert at.follow(accepted.headers["location"]).status == 403


def test_a_list_shows_a_new_ticket_only_after_some_readings_while_its_name_shows_it_at_once() -> None:
    at = AtHand(ticketLag=2)
    at.open("lagging")
    assert at.get(tickets("lagging")).status == 200
    assert at.names(tickets(subscription=OTHER)) == []
    assert [at.names(tickets()) for _ in range(3)] == [[], [], ["lagging"]]


def test_further_pages_are_of_the_same_reading() -> None:
    at = AtHand(ticketLag=1)
    for name in ("a", "b", "c"):
        at.open(name)
    at.get(tickets())
    at.open("d")
    link = at.get(tickets(), **{"$top": "2"}).body["nextLink"]
    assert [item["name"] for item in at.follow(link).body["value"]] == ["c"]
    assert sorted(at.names(tickets())) == ["a", "b", "c", "d"]


def test_a_closed_ticket_may_still_read_open_for_a_while() -> None:
    at = AtHand(closingLag=1)
    at.open("closing")
    told = at.send("PATCH", tickets("closing"), {"status": "closed"})
    assert told.body["properties"]["status"] == "closed"
    assert [_status(at, "closing") for _ in range(2)] == ["Open", "Closed"]
    at.open("raised")
    at.send("PATCH", tickets("raised"), {"severity": "critical"})
    assert at.get(tickets("raised")).body["properties"]["severity"] == "Moderate"


def test_more_open_tickets_than_the_quota_fail_as_an_operation() -> None:
    at = AtHand(maxOpenTickets=1)
    assert at.outcome(at.open("first"))["status"] == "Succeeded"
    failed = at.outcome(at.open("second"))
    assert (failed["status"], failed["error"]["code"]) == ("Failed", "QuotaExceeded")
    assert at.get(tickets("second")).status == 404
    assert at.outcome(at.open("elsewhere", OTHER))["status"] == "Succeeded"
    at.send("PATCH", tickets("first"), {"status": "closed"})
    assert at.outcome(at.open("second"))["status"] == "Succeeded"


@pytest.mark.parametrize(
    ("support", "severity", "status"),
    [
        ({"plan": "Unified"}, "highestcriticalimpact", 202),
        ({"plan": "ProDirect"}, "highestcriticalimpact", 400),
        ({"plan": "ProDirect"}, "critical", 202),
        ({"severities": ["minimal"]}, "Moderate", 400),
        ({"severities": ["moderate"]}, "moderate", 202),
        ({"plan": "Standard", "severities": []}, "moderate", 202),
    ],
)
def test_a_severity_outside_the_plan_is_refused_without_a_reason(
    support: dict[str, Any], severity: str, status: int
) -> None:
    answer = AtHand(**support).open("a", severity=severity)
    assert answer.status == status
    if status == 400:
        told = answer.body["Error"]
        assert told["Code"] == "InvalidParameterValue"
        assert told["Message"] == "The calling client sent a bad request to the service."


def test_a_severity_outside_the_plan_is_refused_in_a_change_too() -> None:
    at = AtHand(severities=["minimal", "moderate"])
    at.open("a")
    assert error(at.send("PATCH", tickets("a"), {"severity": "critical"})) == (400, "InvalidParameterValue")
    assert at.get(tickets("a")).body["properties"]["severity"] == "Moderate"


def test_a_plan_without_the_right_to_open_tickets_refuses_changes_too() -> None:
    old = {"id": tickets("old"), "name": "old", "properties": {"status": "Open", "severity": "Minimal"}}
    at = AtHand(plan="Standard", tickets=[old])
    assert error(at.send("PATCH", tickets("old"), {"severity": "moderate"})) == (400, "InvalidSupportPlan")


@pytest.mark.parametrize("change", [{"severity": "critical"}, {"status": "closed"}])
def test_neither_severity_nor_status_changes_once_an_engineer_is_assigned(change: dict[str, str]) -> None:
    at = AtHand(engineerAssigned=True)
    at.open("taken")
    assert at.get(tickets("taken")).body["properties"]["supportEngineer"]["emailAddress"].endswith("@example.com")
    assert error(at.send("PATCH", tickets("taken"), change)) == (400, "UpdateOperationDenied")
    changed = at.send("PATCH", tickets("taken"), {"contactDetails": {"phoneNumber": "+44 20 7946 0001"}})
    assert changed.body["properties"]["contactDetails"]["phoneNumber"] == "+44 20 7946 0001"
    assert changed.body["properties"]["contactDetails"]["firstName"] == "Ada"


def test_an_engineer_in_the_body_of_a_ticket_counts_as_well() -> None:
    taken = {"status": "Open", "supportEngineer": {"emailAddress": "engineer@example.com"}}
    for support, properties in (({}, taken), ({"engineerAssigned": True}, {"status": "Open"})):
        at = AtHand(tickets=[{"id": tickets("old"), "properties": properties}], **support)
        assert error(at.send("PATCH", tickets("old"), {"status": "closed"})) == (400, "UpdateOperationDenied")


def test_a_change_can_give_the_consent_and_holds_nothing_empty() -> None:
    at = AtHand()
    at.open("a")
    told = at.send("PATCH", tickets("a"), {"advancedDiagnosticConsent": "yes"}).body["properties"]
    assert told["advancedDiagnosticConsent"] == "Yes"
    assert error(at.send("PATCH", tickets("a"), {"contactDetails": {"phoneNumber": ""}}))[0] == 400


def test_names_of_all_three_kinds_can_be_asked_for() -> None:
    at = AtHand()
    guid = "12345678-1234-1234-1234-123412341234"
    assert _available(at, guid) == {"nameAvailable": True}
    assert _available(at, guid, "fileWorkspaces") == {"nameAvailable": True}
    assert _available(at, guid, "communications")["reason"] == "Invalid"
    assert "cannot be a Guid" in _available(at, guid, "communications")["message"]
    assert _available(at, "12345", "fileWorkspaces")["reason"] == "Invalid"
    assert _available(at, "12345", "communications") == {"nameAvailable": True}
    path = f"/subscriptions/{SUB}/providers/Microsoft.Support/checkNameAvailability"
    assert error(at.send("POST", path, {"name": "a"})) == (400, "InvalidParameterValue")


def test_resource_graph_lists_tickets_without_what_is_said_in_them() -> None:
    at = AtHand()
    at.open("a", technicalTicketDetails={"resourceId": f"/subscriptions/{SUB}/providers/x/y/z"})
    (row,) = at.graphed()
    assert (row["id"], row["name"], row["subscriptionId"], row["resourceGroup"]) == (tickets("a"), "a", SUB, "")
    assert row["type"] == "microsoft.support/supporttickets"
    told = row["properties"]
    assert told["status"] == "Open"
    assert told["severity"] == "Moderate"
    assert told["serviceDisplayName"] == "Azure Payment HSM Service"
    assert told["technicalTicketDetails"]["resourceId"].endswith("/z")
    assert len(told["supportTicketId"]) == 16
    assert told.keys().isdisjoint({"description", "contactDetails"})


def test_resource_graph_lags_behind_new_and_closed_tickets() -> None:
    at = AtHand(graphLag=1)
    at.open("a")
    assert [len(at.graphed()) for _ in range(2)] == [0, 1]
    at.send("PATCH", tickets("a"), {"status": "closed"})
    assert [at.graphed()[0]["properties"]["status"] for _ in range(2)] == ["Open", "Closed"]
    at.open("b")
    assert len(at.graphed(**{"$top": 1, "$skipToken": "ZnJvbSAx"})) == 0  # a further page of the query before
    assert [len(at.graphed()) for _ in range(2)] == [1, 2]


def test_a_ticket_with_files_needs_their_workspace() -> None:
    answer = AtHand().send("PUT", tickets("a"), ticket_request(fileWorkspaceName="none"))
    assert error(answer) == (400, "InvalidParameterValue")
    assert "fileWorkspaceName" in answer.body["Error"]["Message"]
