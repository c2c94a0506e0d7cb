"""Whatever happens to a request on its way, what the desk says of the ticket is true, and it is sent once."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ops.adapters.retry_policy import RetrySettings
from ops.errors import TicketProblem
from ops.model.ticket import Sent
from tests.adapters.office import CONTACT, DRAFT, JSON, Office, office, subscription, support, ticket_path

_CHECK, _PUT, _POLL, _GET = (
    ("POST", "checkNameAvailability"),
    ("PUT", f"supportTickets/{DRAFT.name}"),
    ("GET", "operationsStatus/*"),
    ("GET", f"supportTickets/{DRAFT.name}"),
)
_FAULTS: list[dict[str, Any]] = [
    {"reset": "before"},
    {"reset": "after"},
    {"status": 408, "takesEffect": True},
    {"status": 429},
    {"status": 500},
    {"status": 503, "takesEffect": True},
    {"status": 403},
    {"status": 404, "code": "ResourceNotFound"},
    {"status": 202, "takesEffect": True},
    {"body": "<html>", "takesEffect": True},
    {"body": "{}", "headers": JSON, "takesEffect": True},
    {"body": '{"properties": null}', "headers": JSON, "takesEffect": True},
    {"status": 200, "body": '{"status": "Suc', "headers": JSON, "takesEffect": True},
    {"status": 409},
]
CASES = [
    {"method": method, "path": path, **fault, **often}
    for method, path in (_CHECK, _PUT, _POLL, _GET)
    for fault in _FAULTS
    for often in ({}, {"nth": 1}, *([{"nth": 2}] if method == "GET" else []))
]


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The n-th subscription has the n-th of the faults."""
    faults = [fault | {"path": support(n + 1, fault["path"])} for n, fault in enumerate(CASES)]
    folder = tmp_path_factory.mktemp("faulty")
    with office(folder, *faults, subscriptions=len(CASES), pollsUntilDone=1) as at:
        yield at


def _outcome(at: Office, number: int) -> Sent | TicketProblem:
    try:
        return at.desk.open(at.draft(number), CONTACT, None)
    except TicketProblem as problem:
        return problem


@pytest.mark.parametrize("case", range(len(CASES)), ids=lambda case: f"{case}-{CASES[case]['method']}")
def test_what_the_desk_says_is_true_whatever_happens_to_a_request(faulty: Office, case: int) -> None:
    number = case + 1
    outcome = _outcome(faulty, number)
    tickets = faulty.truth(number)
    puts = [entry for entry in faulty.log("PUT", subscription(number)) if entry["status"] != 429]
    assert len(puts) <= 1
    assert len(tickets) <= 1
    if isinstance(outcome, Sent):
        assert outcome.ticket is not None
        assert outcome.ticket.number == tickets[DRAFT.name]["properties"]["supportTicketId"]
        assert bool(outcome.request_ids) == bool([put for put in puts if put["status"]])
        return
    assert outcome.tip
    assert outcome.may_exist or tickets == {}
    assert not outcome.may_exist or puts  # only what was sent can be in doubt
    assert not outcome.denied


def test_the_next_run_settles_what_was_not_known(tmp_path: Path) -> None:
    """The ticket is there, and for a while nobody can see it: then it is found, and not sent again."""
    unseen = {"method": "GET", "path": ticket_path(1), "nth": 1, "times": 8, "status": 404, "code": "ResourceNotFound"}
    with office(tmp_path, {"method": "PUT", "path": ticket_path(1), "reset": "after"}, unseen) as at:
        first = [_outcome(at, 1), _outcome(at, 1)]
        settled = _outcome(at, 1)
        assert len(at.log("PUT")) == 1
    assert [isinstance(one, TicketProblem) and one.may_exist for one in first] == [True, True]
    assert isinstance(settled, Sent)
    assert settled.found


def test_a_ticket_that_has_no_number_yet_is_looked_at_again(tmp_path: Path) -> None:
    numberless = json.dumps({"name": DRAFT.name, "properties": {"status": "Open"}})
    first_look = {"method": "GET", "path": ticket_path(1), "nth": 1, "body": numberless, "headers": JSON}
    with office(tmp_path, {"method": "PUT", "path": ticket_path(1), "reset": "after"}, first_look) as at:
        sent = at.desk.open(at.draft(), CONTACT, None)
    assert sent.ticket is not None
    assert len(sent.ticket.number) == 16


def test_a_ticket_that_another_runner_opens_at_the_same_moment_is_found(tmp_path: Path) -> None:
    """Both were told that the name is free; the second PUT is refused with 409."""
    free = {"method": "POST", "path": support(1, "checkNameAvailability"), "body": '{"nameAvailable": true}'}
    with office(tmp_path, free | {"headers": JSON}) as at:
        first = at.desk.open(at.draft(), CONTACT, None)
        second = at.another_desk().open(at.draft(), CONTACT, None)
        assert [entry["status"] for entry in at.log("PUT")] == [202, 409]
        assert len(at.truth()) == 1
    assert (first.found, second.found) == (False, True)
    assert first.ticket == second.ticket


def test_a_ticket_that_another_runner_has_just_sent_is_waited_for(tmp_path: Path) -> None:
    """Its name is refused with 409 at once, and it is there only when Azure has created it."""
    cut = {"method": "GET", "path": "*/operationsStatus/*", "status": 403}
    unseen = {"method": "GET", "path": ticket_path(1), "times": 4, "status": 404, "code": "ResourceNotFound"}
    with office(tmp_path, cut, unseen, visible="done", pollsUntilDone=2) as at:
        first = _outcome(at, 1)
        second = at.another_desk().open(at.draft(), CONTACT, None)
        assert [entry["status"] for entry in at.log("PUT")] == [202, 409]
        assert len(at.truth()) == 1
    assert isinstance(first, TicketProblem)
    assert first.may_exist
    assert second.found
    assert second.ticket is not None


def test_an_operation_that_never_ends_is_given_up_and_its_ticket_is_found(tmp_path: Path) -> None:
    with office(tmp_path, deadline_seconds=0.5, neverEnds=True) as at:
        sent = at.desk.open(at.draft(), CONTACT, None)
        assert at.told[-1] == f"looking for the ticket {DRAFT.name}: no end after 0.5 s"
    assert sent.ticket is not None
    assert not sent.found


def test_an_operation_that_never_ends_and_shows_no_ticket_is_not_known(tmp_path: Path) -> None:
    with office(tmp_path, deadline_seconds=0.5, neverEnds=True, visible="done") as at:
        problem = at.refused(at.draft())
    assert problem.what == f"whether the ticket {DRAFT.name} was created is not known: no end after 0.5 s"
    assert problem.tip.startswith("run it again: ")
    assert problem.may_exist


def test_an_operation_that_asks_for_a_long_wait_does_not_outlast_the_deadline(tmp_path: Path) -> None:
    endless = {
        "method": "GET",
        "path": "*/operationsStatus/*",
        "body": '{"status": "InProgress"}',
        "headers": {**JSON, "Retry-After": "3600"},
    }
    absent = {"method": "GET", "path": ticket_path(1), "status": 404, "code": "ResourceNotFound"}
    with office(tmp_path, endless, absent, deadline_seconds=0.5) as at:
        problem = at.refused(at.draft())
    assert problem.may_exist
    assert problem.what.endswith("no end after 0.5 s")


def test_an_answer_that_does_not_come_is_not_known_and_the_ticket_is_looked_for(tmp_path: Path) -> None:
    slow = {"method": "PUT", "path": ticket_path(1), "hang": 2, "takesEffect": True}
    retry = RetrySettings(attempts=2, first_wait_seconds=0.01, read_seconds=0.3)
    with office(tmp_path, slow, retry=retry) as at:
        sent = at.desk.open(at.draft(), CONTACT, None)
        assert any(line.endswith("no answer within 0.3 s") for line in at.told)
        assert len(at.log("PUT")) == 1
    assert sent.ticket is not None
    assert sent.request_ids == ()  # Azure told none


def test_an_operation_on_another_host_is_not_asked_and_gets_no_token(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        url = f"https://127.0.0.1:{stranger.getsockname()[1]}/operationsStatus/1?t=1&s=signed-secret"
        headers = {"azure-asyncoperation": url, "location": url}
        fault = {"method": "PUT", "path": "*/supportTickets/*", "status": 202, "headers": headers}
        with office(tmp_path, fault) as at:
            problem = at.refused(at.draft())
            told = [*at.told, problem.what, problem.tip]
        stranger.setblocking(False)
        with pytest.raises(BlockingIOError):  # nobody has knocked
            stranger.accept()
    assert problem.may_exist
    assert "another host, 127.0.0.1" in problem.what
    assert not any("signed-secret" in line for line in told)


def test_an_address_that_has_expired_is_no_end_and_is_never_shown(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    with office(tmp_path, pollUrlExpiresAfter=1, pollsUntilDone=5) as at:
        sent = at.desk.open(at.draft(), CONTACT, None)
        assert at.told[-1] == f"looking for the ticket {DRAFT.name}: 403 ExpiredAuthenticationToken"
    assert sent.ticket is not None
    assert not any("operationsStatus" in line for line in at.told)
    assert any("operationsStatus" in record.getMessage() for record in caplog.records)
    assert not any("c=MII" in record.getMessage() for record in caplog.records)
