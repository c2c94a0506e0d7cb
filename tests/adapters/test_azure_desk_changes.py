"""The severity and the status of a ticket, changed over HTTPS, or not, and then said so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest

from ops.errors import TicketProblem
from ops.model.policy import TicketSeverity
from ops.model.ticket import Sent, Ticket
from tests.adapters.office import JSON, Office, office, stored, subscription, support

TICKET = "phsm-hsm-hsm1-1f2e3d4c5b6a-1"
PATH = f"supportTickets/{TICKET}"
_FAULTS: list[dict[str, Any]] = [
    {"reset": "before"},
    {"reset": "after"},
    {"status": 408},
    {"status": 429},
    {"status": 500},
    {"status": 503, "takesEffect": True},
    {"status": 403},
    {"status": 202, "takesEffect": True},
    {"body": "<html>", "takesEffect": True},
    {"body": "{}", "headers": JSON, "takesEffect": True},
    {"body": "[]", "headers": JSON},
    {"body": json.dumps(stored(TICKET)), "headers": JSON},
    {"status": 409},
]
CASES = [
    *({"method": "PATCH", "path": PATH, **fault, **often} for fault in _FAULTS for often in ({}, {"nth": 1})),
    # the change is made, its answer is lost, and the look at the ticket meets a fault of its own
    *({"method": "GET", "path": PATH, "nth": 2, **fault} for fault in _FAULTS),
]
_ASSIGNED, _CLOSED, _REFUSED, _WRAPPED, _FREE = range(len(CASES) + 1, len(CASES) + 6)


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The n-th subscription has the n-th of the faults; those after them have a ticket of their own sort."""
    lost = [
        {"method": "PATCH", "path": support(n + 1, PATH), "reset": "after"}
        for n, fault in enumerate(CASES)
        if fault["method"] == "GET"
    ]
    faults = [
        *(fault | {"path": support(n + 1, fault["path"])} for n, fault in enumerate(CASES)),
        *lost,
        {"method": "PATCH", "path": support(_REFUSED, PATH), "status": 403},
        {"method": "PATCH", "path": support(_WRAPPED, PATH), "status": 400, "code": "JsonDeserializationError"},
    ]
    special: dict[int, dict[str, Any]] = {
        _ASSIGNED: {"supportEngineer": {"emailAddress": "engineer@example.com"}},
        _CLOSED: {"status": "Closed"},
    }
    count = len(CASES) + 12
    tickets = [stored(TICKET, n, **special.get(n, {})) for n in range(1, count + 1)]
    with office(tmp_path_factory.mktemp("changes"), *faults, subscriptions=count, tickets=tickets) as made:
        yield made


def ticket(at: Office, number: int) -> Ticket:
    found = at.desk.find(subscription(number), TICKET)
    assert isinstance(found, Ticket)
    return found


def outcome(
    at: Office,
    number: int,
    severity: TicketSeverity | None = TicketSeverity.CRITICAL,
    status: Literal["open", "closed"] | None = None,
) -> Sent | TicketProblem:
    try:
        return at.desk.change(ticket(at, number), severity=severity, status=status)
    except TicketProblem as problem:
        return problem


def really(at: Office, number: int) -> tuple[str, str]:
    properties = at.truth(number)[TICKET]["properties"]
    return properties["severity"], properties["status"]


def test_a_severity_is_raised_by_one_flat_request(at: Office) -> None:
    sent = outcome(at, _FREE)
    assert isinstance(sent, Sent)
    assert (sent.found, len(sent.request_ids)) == (False, 2)
    assert sent.ticket is not None
    assert (sent.ticket.severity, sent.ticket.is_open) == ("Critical", True)
    assert really(at, _FREE) == ("Critical", "Open")  # the sandbox refuses a body in an envelope
    assert at.writes(subscription(_FREE)) == [("PATCH", TICKET)]


def test_a_ticket_is_closed_and_closing_it_again_is_seen_to_be_needless(at: Office) -> None:
    number = _FREE + 1
    first, second = (outcome(at, number, None, "closed") for _ in range(2))
    assert really(at, number) == ("Minimal", "Closed")
    assert isinstance(first, Sent)
    assert isinstance(second, Sent)
    assert (first.found, second.found) == (False, True)
    assert first.ticket is not None
    assert not first.ticket.is_open


def test_both_are_changed_at_once(at: Office) -> None:
    number = _FREE + 2
    assert isinstance(outcome(at, number, TicketSeverity.MODERATE, "closed"), Sent)
    assert really(at, number) == ("Moderate", "Closed")
    assert len(at.writes(subscription(number))) == 1


@pytest.mark.parametrize("number", [_ASSIGNED, _CLOSED])
def test_a_ticket_that_azure_lets_nobody_change_is_denied_with_what_to_do(at: Office, number: int) -> None:
    problem = outcome(at, number)
    assert isinstance(problem, TicketProblem)
    assert (problem.denied, problem.may_exist) == (True, False)
    assert problem.what.startswith("ticket 2411230050000001 was not changed to severity A: 400 UpdateOperationDenied: ")
    assert "ask for it by a message on the ticket" in problem.tip
    assert problem.request_ids
    assert really(at, number)[0] == "Minimal"


def test_a_refusal_says_why_and_what_to_do(at: Office) -> None:
    refused, wrapped = outcome(at, _REFUSED), outcome(at, _WRAPPED)
    assert isinstance(refused, TicketProblem)
    assert "403 AuthorizationFailed" in refused.what
    assert f"--scope /subscriptions/{subscription(_REFUSED)}" in refused.tip
    assert isinstance(wrapped, TicketProblem)
    assert wrapped.tip.startswith("please report it")
    assert not any((refused.denied, refused.may_exist, wrapped.denied, wrapped.may_exist))


@pytest.mark.parametrize("case", range(len(CASES)), ids=lambda case: f"{case}-{CASES[case]['method']}")
def test_what_the_desk_says_is_true_whatever_happens_to_a_request(at: Office, case: int) -> None:
    number = case + 1
    came = outcome(at, number)
    changed = really(at, number)[0] == "Critical"
    patches = [entry for entry in at.log("PATCH", subscription(number)) if entry["status"] != 429]
    assert len(patches) <= 1
    if isinstance(came, Sent):
        assert changed
        assert came.ticket is not None
        assert came.ticket.severity == "Critical"
        return
    assert came.tip
    assert not came.denied
    assert came.may_exist or not changed


def test_a_change_that_shows_late_is_looked_for_again(tmp_path: Path) -> None:
    as_it_was = {"body": json.dumps(stored(TICKET)), "headers": JSON}
    faults = [
        {"method": "PATCH", "path": support(1, PATH), "reset": "after"},
        {"method": "GET", "path": support(1, PATH), "nth": 2, "times": 2, **as_it_was},
    ]
    with office(tmp_path, *faults, tickets=[stored(TICKET)]) as at:
        sent = outcome(at, 1)
        assert len(at.log("PATCH")) == 1
    assert isinstance(sent, Sent)


def test_a_severity_that_the_plan_does_not_cover_is_refused(tmp_path: Path) -> None:
    with office(tmp_path, severities=["minimal"], tickets=[stored(TICKET)]) as at:
        problem = outcome(at, 1)
    assert isinstance(problem, TicketProblem)
    assert "400 InvalidParameterValue" in problem.what
    assert "the severity may not be in your support plan" in problem.tip


def test_a_ticket_that_shows_late_that_it_is_closed_is_closed(tmp_path: Path) -> None:
    """The answer to the PATCH tells it; reading the ticket still shows it as open."""
    with office(tmp_path, closingLag=3, tickets=[stored(TICKET)]) as at:
        sent = outcome(at, 1, None, "closed")
        assert ticket(at, 1).is_open
    assert isinstance(sent, Sent)
    assert sent.ticket is not None
    assert not sent.ticket.is_open
