"""A file is uploaded whole, over HTTPS, or it is said that it is not."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Any

import pytest

from ops.adapters.desk_files import CHUNK, LARGEST
from ops.errors import TicketProblem
from ops.model.ticket import Sent
from tests.adapters.office import JSON, Office, office, subscription, support

FILE = "phsm-evidence.zip"
CONTENT = bytes(range(256)) * 4
_LOOK, _MAKE, _ANNOUNCE, _UPLOAD = (
    ("GET", ""),
    ("PUT", ""),
    ("PUT", f"/files/{FILE}"),
    ("POST", f"/files/{FILE}/upload"),
)
_FAULTS: list[dict[str, Any]] = [
    {"reset": "before"},
    {"reset": "after"},
    {"status": 429},
    {"status": 500},
    {"status": 503, "takesEffect": True},
    {"status": 403},
    {"status": 200, "takesEffect": True},
    {"body": "<html>", "takesEffect": True},
    {"body": "{}", "headers": JSON, "takesEffect": True},
    {"status": 409},
]
CASES = [
    {"method": method, "path": path, **fault, **often}
    for method, path in (_LOOK, _MAKE, _ANNOUNCE, _UPLOAD)
    for fault in _FAULTS
    for often in ({}, {"nth": 1})
]
LOST, REFUSED, OTHER, UNREAD, FREE = range(len(CASES) + 1, len(CASES) + 6)


def space(number: int) -> str:
    """Every subscription has a workspace of its own name."""
    return f"phsm-hsm-hsm1-1f2e3d4c5b6a-{number}"


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The n-th subscription has the n-th of the faults; those from FREE on have none."""
    faults = [
        fault | {"path": support(n, f"fileWorkspaces/{space(n)}{fault['path']}")}
        for n, fault in enumerate(CASES, start=1)
    ]
    faults += [
        {"method": "POST", "path": support(LOST, "*/upload"), "nth": 1, "reset": "after"},
        {"method": "PUT", "path": support(OTHER, f"*/files/{FILE}"), "nth": 2, "reset": "before"},
        {"method": "GET", "path": support(UNREAD, "fileWorkspaces/*"), "status": 403},
        {"method": "PUT", "path": support(REFUSED, f"*/files/{FILE}"), "status": 403},
    ]
    with office(tmp_path_factory.mktemp("files"), *faults, subscriptions=FREE + 12) as made:
        yield made


def outcome(at: Office, number: int, name: str = FILE, content: bytes = CONTENT) -> Sent | TicketProblem:
    try:
        return at.desk.attach(subscription(number), space(number), name, content)
    except TicketProblem as problem:
        return problem


@pytest.mark.parametrize(("size", "chunks"), [(1, 1), (CHUNK, 1), (CHUNK + 1, 2), (LARGEST, 2)])
def test_every_chunk_is_sent_and_the_file_is_the_same(at: Office, size: int, chunks: int) -> None:
    number, name = FREE, f"file-{size}.zip"
    content = (CONTENT * (size // len(CONTENT) + 1))[:size]
    sent = outcome(at, number, name, content)
    assert isinstance(sent, Sent)
    assert not sent.found
    file = at.files(space(number))[name]
    assert (file["size"], file["complete"]) == (size, True)
    assert file["sha256"] == hashlib.sha256(content).hexdigest()
    assert len(at.log("POST", f"{name}/upload")) == chunks
    assert len(sent.request_ids) >= 2 * (1 + chunks)  # of the announcement and of each chunk


def test_the_workspace_is_made_once_and_a_second_upload_writes_the_file_over(at: Office) -> None:
    number = FREE + 1
    assert isinstance(outcome(at, number, content=b"first"), Sent)
    assert isinstance(outcome(at, number, content=b"second, and longer"), Sent)
    assert at.writes(subscription(number)) == [
        ("PUT", space(number)),
        ("PUT", FILE),
        ("POST", "upload"),
        ("PUT", FILE),
        ("POST", "upload"),
    ]
    file = at.files(space(number))[FILE]
    assert base64.b64decode(file["content"]) == b"second, and longer"


def test_a_later_file_goes_to_the_workspace_that_bears_the_number_of_the_ticket(at: Office) -> None:
    number = FREE + 2
    ticket = at.opened(number)
    at.desk.attach(subscription(number), ticket.number, FILE, CONTENT)
    file = at.files(ticket.number)[FILE]
    assert (file["complete"], file["ticket"]) == (True, ticket.id)
    assert ("PUT", ticket.number) not in at.writes(subscription(number))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (FILE, b"", "it has 0 bytes"),
        (FILE, bytes(LARGEST + 1), f"it has {LARGEST + 1} bytes, and 1 to {LARGEST} are allowed"),
        ("x" * 111 + ".zip", CONTENT, "1 to 110 characters"),
        (".zip", CONTENT, "1 to 110 characters"),
        ("", CONTENT, "1 to 110 characters"),
        ("../../evil.zip", CONTENT, "good for a URL"),
        ("a?b.zip", CONTENT, "good for a URL"),
        ("report.HTML", CONTENT, "files that end in .html are refused"),
        ("run.ps1", CONTENT, "files that end in .ps1 are refused"),
    ],
)
def test_a_file_that_azure_would_refuse_is_refused_with_nothing_sent(
    at: Office, name: str, content: bytes, said: str
) -> None:
    problem = outcome(at, FREE + 3, name, content)
    assert isinstance(problem, TicketProblem)
    assert said in problem.what
    assert (problem.may_exist, problem.request_ids) == (False, ())
    assert at.log(containing=subscription(FREE + 3)) == []


def test_the_longest_name_and_one_without_an_extension_are_fine(at: Office) -> None:
    number = FREE + 4
    assert isinstance(outcome(at, number, "x" * 110 + ".json"), Sent)
    assert isinstance(outcome(at, number, "evidence"), Sent)


@pytest.mark.parametrize("case", range(len(CASES)), ids=lambda case: f"{case}-{CASES[case]['method']}")
def test_what_the_desk_says_is_true_whatever_happens_to_a_request(at: Office, case: int) -> None:
    number = case + 1
    came = outcome(at, number)
    sent = [entry for entry in at.log("P", subscription(number)) if entry["status"] != 429]
    by_path = [(entry["method"], entry["path"]) for entry in sent]
    assert len(by_path) == len(set(by_path))  # nothing is sent twice
    file = at.files(space(number)).get(FILE)
    is_whole = file is not None and file["complete"]
    if isinstance(came, Sent):
        assert is_whole
        return
    assert came.tip
    assert came.may_exist or not is_whole


def test_the_next_run_uploads_what_was_not_known_and_there_is_one_file(at: Office) -> None:
    first, second = outcome(at, LOST), outcome(at, LOST)
    assert isinstance(first, TicketProblem)
    assert first.may_exist
    assert first.what == (
        f"whether the file {FILE} was uploaded to the file workspace {space(LOST)} is not known: the connection was lost"
    )
    assert "the same file is written over" in first.tip
    assert isinstance(second, Sent)
    (file,) = at.files(space(LOST)).values()
    assert base64.b64decode(file["content"]) == CONTENT


def test_a_file_of_the_same_name_that_is_another_is_not_taken_for_it(at: Office) -> None:
    """The new size did not arrive, so no chunk is sent into the old file."""
    assert isinstance(outcome(at, OTHER, content=b"old"), Sent)
    problem = outcome(at, OTHER, content=b"new, and longer")
    assert isinstance(problem, TicketProblem)
    assert not problem.may_exist
    assert base64.b64decode(at.files(space(OTHER))[FILE]["content"]) == b"old"
    assert len(at.log("POST", subscription(OTHER))) == 1


def test_where_the_workspace_cannot_be_read_nothing_is_written(at: Office) -> None:
    problem = outcome(at, UNREAD)
    assert isinstance(problem, TicketProblem)
    assert "its workspace could not be read: 403 AuthorizationFailed" in problem.what
    assert at.writes(subscription(UNREAD)) == []


def test_a_refusal_says_why_and_what_to_do_and_names_the_file(at: Office) -> None:
    problem = outcome(at, REFUSED)
    assert isinstance(problem, TicketProblem)
    assert problem.what.startswith(f"the file {FILE} was not uploaded to the file workspace {space(REFUSED)}: 403 ")
    assert problem.tip.startswith("az role assignment create --role 'Support Request Contributor'")
    assert not problem.may_exist
    assert len(problem.request_ids) == 4  # of the workspace and of the file
