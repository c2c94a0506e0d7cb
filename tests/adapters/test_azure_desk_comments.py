"""A communication is sent once, over HTTPS, whatever happens on its way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ops.errors import TicketProblem
from ops.model.fact import Gap
from ops.model.ticket import Sent, Ticket
from tests.adapters.office import JSON, Office, office, stored, subscription, support

TICKET = "phsm-hsm-hsm1-1f2e3d4c5b6a-1"
NAME = "phsm-evidence-0123456789ab-20261124"
PATH = f"supportTickets/{TICKET}/communications/{NAME}"
SUBJECT = "New findings on payment HSM hsm1"
BODY = "host NIC 2 is missing <now>"
_CHECK, _PUT, _POLL, _GET = (
    ("POST", f"supportTickets/{TICKET}/checkNameAvailability"),
    ("PUT", PATH),
    ("GET", "operationsStatus/*"),
    ("GET", PATH),
)
_FAULTS: list[dict[str, Any]] = [
    {"reset": "before"},
    {"reset": "after"},
    {"status": 429},
    {"status": 503, "takesEffect": True},
    {"status": 403},
    {"status": 202, "takesEffect": True},
    {"body": "<html>", "takesEffect": True},
    {"body": "{}", "headers": JSON, "takesEffect": True},
    {"status": 409},
]
CASES = [
    {"method": method, "path": path, **fault, **often}
    for method, path in (_CHECK, _PUT, _POLL, _GET)
    for fault in _FAULTS
    for often in ({}, {"nth": 1})
]
_REFUSED, _GONE, _PASCAL = range(len(CASES) + 1, len(CASES) + 4)


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Every subscription has the ticket; the n-th has the n-th of the faults, those after them have none or their own."""
    pascal = '{"Error": {"Code": "InvalidData", "Message": "The sender is wrong.", "Target": null}}'
    faults = [
        *(fault | {"path": support(n + 1, fault["path"])} for n, fault in enumerate(CASES)),
        {"method": "PUT", "path": support(_REFUSED, PATH), "status": 403},
        {"method": "PUT", "path": support(_PASCAL, PATH), "status": 400, "body": pascal, "headers": JSON},
    ]
    count = len(CASES) + 10
    tickets = [stored(TICKET, n + 1, supportTicketId=f"{2411230050000000 + n}") for n in range(count)]
    with office(tmp_path_factory.mktemp("comments"), *faults, subscriptions=count, tickets=tickets) as made:
        yield made


def ticket(at: Office, number: int) -> Ticket:
    found = at.desk.find(subscription(number), TICKET)
    assert isinstance(found, Ticket)
    return found


def outcome(at: Office, number: int) -> Sent | TicketProblem:
    try:
        return at.desk.comment(ticket(at, number), NAME, SUBJECT, BODY, "")
    except TicketProblem as problem:
        return problem


def written(at: Office, number: int) -> list[dict[str, Any]]:
    """The messages on the ticket, as the sandbox really has them."""
    found: list[dict[str, Any]] = at.truth(number)[TICKET]["communications"]
    return found


def test_a_communication_is_sent_and_read_back(at: Office) -> None:
    number = len(CASES) + 4
    about = ticket(at, number)
    sent = at.desk.comment(about, NAME, SUBJECT, BODY, "ada@example.com")
    assert (sent.ticket, sent.found, len(sent.request_ids)) == (about, False, 2)
    at.desk.communications(about)  # the list shows it later than its name does
    told = at.desk.communications(about)
    assert not isinstance(told, Gap)
    (one,) = told
    assert (one.name, one.sender, one.direction) == (NAME, "ada@example.com", "Outbound")
    assert one.subject == f"{SUBJECT} - TrackingID#{about.number}"
    assert one.body == "<pre>host NIC 2 is missing < now></pre>"
    assert at.writes(subscription(number)) == [("PUT", NAME)]


def test_no_tag_is_sent_as_azure_may_take_it_for_one(at: Office) -> None:
    number = len(CASES) + 8
    at.desk.comment(ticket(at, number), NAME, SUBJECT, "a<b> </pre> <!-- <?x\n1 < 2 <3 <= 4 &lt;c&gt;", "")
    (message,) = written(at, number)
    assert message["properties"]["body"] == "<pre>a< b> < /pre> < !-- < ?x\n1 < 2 <3 <= 4 &lt;c&gt;</pre>"


def test_a_second_run_leaves_it_as_it_is_and_sends_nothing(at: Office) -> None:
    number = len(CASES) + 5
    assert isinstance(outcome(at, number), Sent)
    again = at.another_desk().comment(ticket(at, number), NAME, "another subject", "another body", "")
    assert (again.found, again.request_ids) == (True, ())
    assert at.writes(subscription(number)) == [("PUT", NAME)]


def test_without_a_sender_none_is_sent_as_azure_refuses_an_empty_one(at: Office) -> None:
    number = len(CASES) + 6
    assert isinstance(outcome(at, number), Sent)
    (message,) = written(at, number)
    assert message["properties"]["sender"] == ""  # the ticket's contact has none either


def test_a_name_that_azure_does_not_allow_is_a_problem_in_azures_words(at: Office) -> None:
    number = len(CASES) + 7
    with pytest.raises(TicketProblem) as caught:
        at.desk.comment(ticket(at, number), "12345678-1234-1234-1234-123412341234", SUBJECT, BODY, "")
    assert "It cannot be a Guid." in caught.value.what
    assert "to ticket 24112300500" in caught.value.what
    assert not caught.value.may_exist
    assert at.writes(subscription(number)) == []


def test_a_refusal_says_why_and_what_to_do(at: Office) -> None:
    refused, pascal = outcome(at, _REFUSED), outcome(at, _PASCAL)
    assert isinstance(refused, TicketProblem)
    assert refused.what.startswith(f"the communication {NAME} was not sent to ticket 24112300500")
    assert "403 AuthorizationFailed" in refused.what
    assert refused.tip.startswith("az role assignment create --role 'Support Request Contributor'")
    assert isinstance(pascal, TicketProblem)
    assert pascal.what.endswith("400 InvalidData: The sender is wrong.")
    assert "support.contact.email" in pascal.tip
    assert not any((refused.may_exist, pascal.may_exist))


def test_a_ticket_that_is_gone_gets_no_communication(at: Office) -> None:
    gone = replace(ticket(at, _GONE), name="phsm-hsm-gone-1f2e3d4c5b6a-1")
    with pytest.raises(TicketProblem) as caught:
        at.desk.comment(gone, NAME, SUBJECT, BODY, "")
    assert "404 ResourceNotFound" in caught.value.what
    assert "phsm tickets list" in caught.value.tip


@pytest.mark.parametrize("case", range(len(CASES)), ids=lambda case: f"{case}-{CASES[case]['method']}")
def test_what_the_desk_says_is_true_whatever_happens_to_a_request(at: Office, case: int) -> None:
    number = case + 1
    came = outcome(at, number)
    messages = written(at, number)
    puts = [entry for entry in at.log("PUT", subscription(number)) if entry["status"] != 429]
    assert len(puts) <= 1
    assert len(messages) <= 1
    if isinstance(came, Sent):
        assert messages
        return
    assert came.tip
    assert came.may_exist or messages == []
    assert not came.may_exist or puts


def test_a_plan_that_is_too_low_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    with office(tmp_path, plan="Developer", tickets=[stored(TICKET)]) as at:
        came = outcome(at, 1)
        assert written(at, 1) == []
    assert isinstance(came, TicketProblem)
    assert "InvalidSupportPlan: Your support plan type is Developer." in came.what
    assert "ProDirect, Premier or Unified plan; with another, write to the ticket in the Azure portal" in came.tip


def test_a_communication_that_nobody_sees_for_a_while_is_not_known_and_settled_by_the_next_run(tmp_path: Path) -> None:
    cut = {"method": "PUT", "path": support(1, PATH), "nth": 1, "reset": "after"}
    unseen = {"method": "GET", "path": support(1, PATH), "times": 4, "status": 404, "code": "ResourceNotFound"}
    with office(tmp_path, cut, unseen, tickets=[stored(TICKET)]) as at:
        first, second = outcome(at, 1), outcome(at, 1)
        assert [entry["status"] for entry in at.log("PUT")] == [None, 409]
        assert len(written(at, 1)) == 1
    assert isinstance(first, TicketProblem)
    assert first.may_exist
    assert first.what.startswith(f"whether the communication {NAME} was sent to ticket ")
    assert "none is sent twice" in first.tip
    assert isinstance(second, Sent)
    assert second.found
