"""What the support desk tells, over HTTPS: all of it, or a gap with its reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ops.model.fact import ABSENT, Gap
from ops.model.ticket import SupportService, Ticket
from tests.adapters.office import DRAFT, JSON, Office, office, stored, subscription, support, ticket_path

SERVICE = SupportService(id="/providers/Microsoft.Support/services/1", name="1", display_name="Payment HSM")
OURS = "phsm-hsm-hsm1-1f2e3d4c5b6a"
MAIL = "<html><script>steal()</script><img src='data:image/png;base64,AAAA'><p>We look at it.</p></html>"


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Subscription 1 has many tickets, 2 answers oddly, 3 has one that is not listed, 4 has messages, 5 is not there."""
    odd = {"value": [stored("1", status="closed"), stored("2", status="open"), {"name": "3"}]}
    elsewhere = {"value": [stored("1")], "nextLink": "https://example.com/next"}
    faults = [
        {"method": "GET", "path": support(2, "supportTickets"), "body": json.dumps(odd), "headers": JSON},
        {"method": "GET", "path": support(3, "supportTickets"), "body": json.dumps(elsewhere), "headers": JSON},
        {"method": "GET", "path": ticket_path(3, "other"), "body": json.dumps(stored("another")), "headers": JSON},
        {"method": "GET", "path": ticket_path(3, "empty"), "body": "{}", "headers": JSON},
        {"method": "GET", "path": ticket_path(3, "refused"), "status": 403},
        {"method": "GET", "path": ticket_path(3, "html"), "body": "<html>"},
        {"method": "GET", "path": ticket_path(3, "gone/communications"), "status": 403},
        {
            "method": "GET",
            "path": "*/services/1/problemClassifications",
            "headers": JSON,
            "body": json.dumps(
                {
                    "value": [
                        {
                            "id": "/providers/Microsoft.Support/services/1/problemClassifications/2",
                            "properties": {
                                "displayName": "Hardware / Device",
                                "secondaryConsentEnabled": [{"type": "KeyVault", "description": "May we?"}],
                            },
                        }
                    ]
                }
            ),
        },
    ]
    many = [stored(str(2411230050000000 + n), status="Closed" if n % 2 else "Open") for n in range(250)]
    talk = [stored(f"{OURS}-1", 4)]
    said = [
        {"name": f"m{n:02d}", "subject": f"message {n}", "body": MAIL, "createdDate": f"2026-11-23T10:{n:02d}:00Z"}
        for n in range(25)
    ]
    with office(
        tmp_path_factory.mktemp("reading"),
        *faults,
        subscriptions=4,
        tickets=[*many, *talk],
        communications={f"{OURS}-1": list(reversed(said))},
    ) as at:
        yield at


def test_all_pages_of_the_tickets_are_read(reading: Office) -> None:
    everything = reading.desk.tickets(subscription(1), only_open=False)
    still_open = reading.desk.tickets(subscription(1), only_open=True)
    assert not isinstance(everything, Gap)
    assert not isinstance(still_open, Gap)
    assert len({ticket.number for ticket in everything}) == 250
    assert len(still_open) == 125
    assert all(ticket.is_open for ticket in still_open)


def test_a_closed_ticket_is_left_out_even_where_azure_ignores_the_filter(reading: Office) -> None:
    tickets = reading.desk.tickets(subscription(2), only_open=True)
    assert not isinstance(tickets, Gap)
    assert [(ticket.name, ticket.status) for ticket in tickets] == [("2", "open"), ("3", "")]


def test_a_next_page_on_another_host_is_a_gap_and_not_a_short_list(reading: Office) -> None:
    tickets = reading.desk.tickets(subscription(3), only_open=False)
    assert isinstance(tickets, Gap)
    assert tickets.reason == "next page names another host: example.com"


def test_a_subscription_that_is_not_there_is_a_gap(reading: Office) -> None:
    tickets = reading.desk.tickets(subscription(5), only_open=False)
    assert isinstance(tickets, Gap)
    assert tickets.reason == "404 SubscriptionNotFound"


def test_a_ticket_is_found_by_its_name_in_any_case_and_absence_is_a_fact(reading: Office) -> None:
    found = reading.desk.find(subscription(4), f"{OURS}-1".upper())
    assert isinstance(found, Ticket)
    assert (found.name, found.subscription) == (f"{OURS}-1", subscription(4))
    assert reading.desk.find(subscription(4), f"{OURS}-2") == ABSENT


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("refused", "403 AuthorizationFailed"),
        ("other", "the answer is another ticket"),
        ("empty", "the answer names no ticket"),
        ("html", None),
    ],
)
def test_a_ticket_that_cannot_be_read_by_its_name_is_a_gap_and_never_absent(
    reading: Office, name: str, reason: str | None
) -> None:
    found = reading.desk.find(subscription(3), name)
    assert isinstance(found, Gap)
    assert found.subject == ticket_path(3, name)
    assert reason in (None, found.reason)


def test_a_ticket_of_a_subscription_that_is_not_there_is_a_gap_and_not_absent(reading: Office) -> None:
    found = reading.desk.find(subscription(5), f"{OURS}-1")
    assert isinstance(found, Gap)
    assert found.reason == "404 SubscriptionNotFound"


def test_all_messages_on_a_ticket_are_read_the_oldest_first_and_as_they_are(reading: Office) -> None:
    ticket = reading.desk.find(subscription(4), f"{OURS}-1")
    assert isinstance(ticket, Ticket)
    told = reading.desk.communications(ticket)
    assert not isinstance(told, Gap)
    assert [one.name for one in told] == [f"m{n:02d}" for n in range(25)]
    assert {(one.body, one.direction, one.sender) for one in told} == {(MAIL, "Inbound", "support@example.com")}
    assert told[0].created_at is not None
    assert told[0].created_at.isoformat() == "2026-11-23T10:00:00+00:00"
    assert {entry["query"].split("&")[0] for entry in reading.log("GET", f"{OURS}-1/communications")} >= {"$top=10"}


def test_messages_that_cannot_be_read_are_a_gap(reading: Office) -> None:
    ticket = reading.desk.find(subscription(4), f"{OURS}-1")
    assert isinstance(ticket, Ticket)
    elsewhere = reading.desk.communications(replace(ticket, name="gone", subscription=subscription(3)))
    assert isinstance(elsewhere, Gap)
    assert (elsewhere.subject, elsewhere.what) == (ticket_path(3, "gone"), "communications")
    assert elsewhere.reason == "403 AuthorizationFailed"


def test_the_consents_that_a_problem_type_asks_for_are_told(reading: Office) -> None:
    told = reading.desk.classifications(SERVICE)
    assert not isinstance(told, Gap)
    assert [(one.display_name, one.secondary_consents) for one in told] == [("Hardware / Device", ("KeyVault",))]


def test_reading_writes_nothing(reading: Office) -> None:
    desk = reading.another_desk()
    ticket = desk.find(subscription(4), f"{OURS}-1")
    assert isinstance(ticket, Ticket)
    for answer in (
        desk.services(),
        desk.classifications(SERVICE),
        desk.tickets(subscription(1), only_open=True),
        desk.communications(ticket),
    ):
        assert not isinstance(answer, Gap)
    assert reading.writes() == []
    assert {entry["method"] for entry in reading.log()} == {"GET", "POST"}
    assert {entry["path"] for entry in reading.log("POST")} == {"/providers/Microsoft.ResourceGraph/resources"}


UNREADABLE: list[tuple[dict[str, Any], str | None]] = [
    ({"status": 403}, "403 AuthorizationFailed"),
    ({"status": 429, "headers": {"Retry-After": "0"}}, "429 SubscriptionRequestsThrottled"),
    ({"status": 502, "body": "<html>"}, "502 not JSON"),
    ({"truncate": 5}, None),
    ({"reset": "before"}, "the connection was lost"),
    ({"body": "[]", "headers": JSON}, None),
    ({"body": '{"value": null}', "headers": JSON}, None),
    ({"body": '{"value": [null]}', "headers": JSON}, None),
    ({"body": '{"value": [{"properties": {"title": "without a name"}}]}', "headers": JSON}, None),
    ({"body": "<html>"}, None),
]


@pytest.fixture(scope="module")
def unreadable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The n-th subscription, and the service n, answer as the n-th of the cases says."""
    faults = [
        {"method": "GET", "path": path, **fault}
        for n, (fault, _) in enumerate(UNREADABLE)
        for path in (support(n + 1, "*"), f"*/services/{n}/problemClassifications")
    ]
    faults.append({"method": "GET", "path": "/providers/Microsoft.Support/services", "status": 403})
    with office(tmp_path_factory.mktemp("unreadable"), *faults, subscriptions=len(UNREADABLE)) as at:
        yield at


@pytest.mark.parametrize("case", range(len(UNREADABLE)))
def test_what_cannot_be_read_is_a_gap_with_its_reason_and_never_an_empty_list(unreadable: Office, case: int) -> None:
    _, reason = UNREADABLE[case]
    service = SupportService(id=f"/providers/Microsoft.Support/services/{case}", name=str(case), display_name="")
    tickets = unreadable.desk.tickets(subscription(case + 1), only_open=False)
    if case != 8:  # a problem type without a name is shown as it is
        assert isinstance(unreadable.desk.classifications(service), Gap)
    assert isinstance(tickets, Gap)
    assert (tickets.subject, tickets.what) == (f"/subscriptions/{subscription(case + 1)}", "support tickets")
    assert tickets.reason
    assert reason in (None, tickets.reason)
    assert isinstance(unreadable.desk.find(subscription(case + 1), DRAFT.name), Gap)


def test_services_that_cannot_be_read_are_a_gap(unreadable: Office) -> None:
    services = unreadable.desk.services()
    assert isinstance(services, Gap)
    assert services.reason == "403 AuthorizationFailed"


def test_a_graph_that_cannot_be_used_leaves_the_list_of_the_support_desk(tmp_path: Path) -> None:
    odd = '{"data": [{"id": 7}], "count": 1, "totalRecords": 1, "resultTruncated": "false"}'
    graph = {"method": "POST", "path": "*/Microsoft.ResourceGraph/resources"}
    faults = [
        {**graph, "nth": 1, "status": 403},
        {**graph, "nth": 2, "times": 2, "status": 429, "headers": {"Retry-After": "0"}},
        {**graph, "nth": 4, "body": "<html>"},
        {**graph, "nth": 5, "body": odd, "headers": JSON},
    ]
    with office(tmp_path, *faults, tickets=[stored("2411230050000001")]) as at:
        desks = [at.another_desk() for _ in range(4)]
        answers = [desk.tickets(subscription(1), only_open=False) for desk in desks]
        elsewhere = [desk.open_elsewhere() for desk in desks]
        assert [entry["status"] for entry in at.log("POST")] == [403, 429, 429, 200, 200]
    assert [isinstance(told, Gap) for told in elsewhere] == [True, True, True, False]
    assert isinstance(elsewhere[0], Gap)
    assert elsewhere[0].reason == "403 AuthorizationFailed"
    for tickets in answers:
        assert not isinstance(tickets, Gap)
        assert [ticket.name for ticket in tickets] == ["2411230050000001"]


def test_tickets_of_ours_that_only_the_graph_shows_are_read_by_their_names_and_it_is_asked_once(
    tmp_path: Path,
) -> None:
    """The list is empty; of what Graph tells, ours are fetched, stale ones are absent, and one that is refused is a gap."""
    known = {
        1: [stored(f"{OURS}-1"), stored("2411230050000009"), stored(f"{OURS}-2", status="Closed")],
        2: [stored(f"{OURS}-3", 2)],
        3: [stored(f"{OURS}-4", 3, status="Closed")],
        4: [stored(f"{OURS}-5", 4)],
    }
    faults = [
        {"method": "GET", "path": "*/supportTickets", "body": '{"value": []}', "headers": JSON},
        {"method": "GET", "path": ticket_path(2, f"{OURS}-3"), "status": 502, "body": "<html>"},
        {"method": "GET", "path": ticket_path(3, f"{OURS}-4"), "status": 400},
        {"method": "GET", "path": ticket_path(4, f"{OURS}-5"), "status": 404, "code": "ResourceNotFound"},
    ]
    with office(tmp_path, *faults, subscriptions=4, tickets=[one for many in known.values() for one in many]) as at:
        first = at.desk.tickets(subscription(1), only_open=False)
        only_open = at.desk.tickets(subscription(1), only_open=True)
        elsewhere = at.desk.open_elsewhere()
        refused, closed, stale = (at.desk.tickets(subscription(n), only_open=False) for n in (2, 3, 4))
        assert len(at.log("POST", "Microsoft.ResourceGraph")) == 1
        assert len(at.log("GET", f"{OURS}-2")) == 1
        assert at.writes() == []
    assert not isinstance(first, Gap)
    assert not isinstance(only_open, Gap)
    assert not isinstance(elsewhere, Gap)
    open_ones = ((1, f"{OURS}-1"), (2, f"{OURS}-3"), (4, f"{OURS}-5"))
    assert sorted(map(str.lower, elsewhere)) == [ticket_path(n, name).lower() for n, name in open_ones]
    assert [ticket.name for ticket in first] == [f"{OURS}-1", f"{OURS}-2"]
    assert [ticket.name for ticket in only_open] == [f"{OURS}-1"]
    assert isinstance(refused, Gap)
    assert (refused.subject, refused.reason) == (ticket_path(2, f"{OURS}-3"), "502 not JSON")
    assert closed == ()  # kept for 18 months only; what is closed and cannot be read any more stands in nobody's way
    assert stale == ()
