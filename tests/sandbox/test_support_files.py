"""Files for a ticket: the limits of their size and names, chunks, and what a ticket takes over."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ops.sandbox.support_files import FileWorkspaces
from ops.sandbox.wire import Answer, Call
from tests.sandbox.at_hand import AtHand, error, tickets, workspaces
from tests.sandbox.client import SUB

_MOST, _CHUNK = 5_242_880, 2_621_440


def _announce(at: AtHand, name: str = "evidence.zip", size: Any = 10, chunk: Any = 10, count: Any = 1) -> Answer:
    properties = {"fileSize": size, "chunkSize": chunk, "numberOfChunks": count}
    return at.send("PUT", workspaces(f"ws/files/{name}"), {"properties": properties})


def _upload(at: AtHand, content: bytes, index: Any = 0, name: str = "evidence.zip", workspace: str = "ws") -> Answer:
    body = {"chunkIndex": index, "content": base64.b64encode(content).decode()}
    return at.send("POST", workspaces(f"{workspace}/files/{name}/upload"), body)


def _files(at: AtHand) -> list[dict[str, Any]]:
    return list(at.get("/_sandbox/files").body["files"])


@pytest.fixture
def at() -> AtHand:
    found = AtHand()
    assert found.send("PUT", workspaces("ws")).status == 201
    return found


def test_a_workspace_is_made_for_a_day(at: AtHand) -> None:
    made = at.send("PUT", workspaces("other"))
    assert made.headers["location"].startswith(f"https://127.0.0.1:1{workspaces('other')}")
    assert (made.body["name"], made.body["type"]) == ("other", "Microsoft.Support/fileWorkspaces")
    created, expires = (
        datetime.fromisoformat(made.body["properties"][name]) for name in ("createdOn", "expirationTime")
    )
    assert expires - created == timedelta(hours=24)
    assert at.get(workspaces("OTHER")).body == made.body
    assert at.get(workspaces("none")).status == 404


def test_a_workspace_is_gone_after_its_day() -> None:
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    times = [now]
    desk = FileWorkspaces(lambda: times[-1])
    made = desk.answer(Call(method="PUT", path=workspaces("ws"), base="https://localhost"), SUB)
    assert made.status == 201
    times.append(now + timedelta(hours=23))
    assert desk.is_there(SUB, "ws")
    times.append(now + timedelta(hours=24))
    assert not desk.is_there(SUB, "ws")


def test_making_a_workspace_again_keeps_its_files(at: AtHand) -> None:
    _announce(at)
    assert at.send("PUT", workspaces("ws")).status == 201
    assert at.names(workspaces("ws/files")) == ["evidence.zip"]


def test_a_workspace_has_no_name_of_digits(at: AtHand) -> None:
    assert error(at.send("PUT", workspaces("12345"))) == (400, "InvalidData")


def test_a_file_is_announced_with_its_size_and_then_comes_in_chunks(at: AtHand) -> None:
    content = bytes(range(256)) * 10_241  # a little more than one chunk
    announced = _announce(at, size=len(content), chunk=_CHUNK, count=2)
    assert announced.status == 201
    assert announced.body["type"] == "Microsoft.Support/files"
    told = announced.body["properties"]
    assert (told["fileSize"], told["chunkSize"], told["numberOfChunks"]) == (len(content), _CHUNK, 2)
    assert (_upload(at, content[:_CHUNK]).status, _files(at)[0]["complete"]) == (204, False)
    assert _files(at)[0]["content"] is None
    last = _upload(at, content[_CHUNK:], 1)
    assert (last.status, last.body) == (204, None)
    (file,) = _files(at)
    assert (file["workspace"], file["ticket"], file["name"]) == ("ws", None, "evidence.zip")
    assert (file["size"], file["complete"]) == (len(content), True)
    assert file["sha256"] == hashlib.sha256(content).hexdigest()
    assert base64.b64decode(file["content"]) == content
    assert at.get(workspaces("ws/files/EVIDENCE.zip")).body == announced.body


@pytest.mark.parametrize(
    ("size", "chunk", "count", "status"),
    [
        (_MOST, _CHUNK, 2, 201),
        (_MOST + 1, _CHUNK, 2, 400),
        (0, 1, 1, 400),
        (_CHUNK + 1, _CHUNK + 1, 1, 400),
        (_CHUNK, _CHUNK, 1, 201),
        (30, 10, 3, 400),
        (30, 10, 2, 400),
        (30, 30, 2, 400),
        (10, 20, 1, 400),
        ("10", 10, 1, 400),
        (None, 10, 1, 400),
    ],
)
def test_sizes_have_limits_and_have_to_agree(at: AtHand, size: Any, chunk: Any, count: Any, status: int) -> None:
    answer = _announce(at, size=size, chunk=chunk, count=count)
    assert answer.status == status
    assert status == 201 or error(answer) == (400, "InvalidParameterValue")


def test_a_file_that_is_too_large_is_told_as_such(at: AtHand) -> None:
    told = _announce(at, size=_MOST + 1, chunk=_CHUNK, count=2).body["Error"]["Message"]
    assert f"fileSize: Input should be less than or equal to {_MOST}" in told


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("run.json", 201),
        ("page.HTML", 400),
        ("picture.svg", 400),
        ("a.tar.exe", 400),
        ("html", 201),
        ("x" * 110 + ".zip", 201),
        ("x" * 111 + ".zip", 400),
        ("x" * 111, 400),
    ],
)
def test_names_of_files_have_limits(at: AtHand, name: str, status: int) -> None:
    assert _announce(at, name).status == status


@pytest.mark.parametrize(
    ("content", "index", "told"),
    [
        (b"0123456789", 1, "chunkIndex"),
        (b"0123456789", -1, "chunkIndex"),
        (b"012345678", 0, "9 bytes instead of 10"),
        (b"0123456789a", 0, "11 bytes instead of 10"),
        (b"0123456789", "0", "chunkIndex"),
    ],
)
def test_a_chunk_that_was_not_announced_is_refused(at: AtHand, content: bytes, index: Any, told: str) -> None:
    _announce(at)
    answer = _upload(at, content, index)
    assert error(answer) == (400, "InvalidParameterValue")
    assert told in answer.body["Error"]["Message"]
    assert not _files(at)[0]["complete"]


def test_only_the_last_chunk_is_smaller(at: AtHand) -> None:
    _announce(at, size=15, chunk=10, count=2)
    assert [_upload(at, b"x" * size, index).status for index, size in ((0, 5), (1, 10), (0, 10), (1, 5))] == [
        400,
        400,
        204,
        204,
    ]


def test_what_is_no_base64_is_refused(at: AtHand) -> None:
    _announce(at)
    body = {"chunkIndex": 0, "content": "MDEy!MzQ1Njc4OQ=="}
    assert error(at.send("POST", workspaces("ws/files/evidence.zip/upload"), body))[0] == 400


def test_a_file_that_is_announced_again_begins_anew(at: AtHand) -> None:
    _announce(at)
    _upload(at, b"0123456789")
    _announce(at)
    assert [file["complete"] for file in _files(at)] == [False]


def test_nothing_is_uploaded_where_there_is_nothing(at: AtHand) -> None:
    assert _upload(at, b"0").status == 404
    assert _upload(at, b"0", workspace="none").status == 404
    assert at.get(workspaces("ws/files/none")).status == 404
    assert at.send("PUT", workspaces("none/files/a.zip"), {"properties": {}}).status == 404
    assert at.send("DELETE", workspaces("ws")).status == 405


def test_a_ticket_takes_the_files_over_into_a_workspace_that_bears_its_number(at: AtHand) -> None:
    _announce(at)
    _upload(at, b"0123456789")
    at.open("t", fileWorkspaceName="WS")
    own = at.get(tickets("t")).body["properties"]["fileWorkspaceName"]
    assert own != "ws"
    assert at.names(workspaces(f"{own}/files")) == ["evidence.zip"]
    assert at.get(workspaces("ws")).status == 404
    (file,) = _files(at)
    assert (file["workspace"], file["ticket"]) == (own, tickets("t"))
    assert at.get("/_sandbox/tickets").body["tickets"][0]["files"] == ["evidence.zip"]


def test_files_can_be_added_to_the_workspace_of_a_ticket(at: AtHand) -> None:
    at.open("t")
    own = at.get(tickets("t")).body["properties"]["fileWorkspaceName"]
    assert at.get(workspaces(f"{own}/files")).body == {"value": []}
    assert at.send("PUT", workspaces(own)).status == 201
    properties = {"fileSize": 3, "chunkSize": 3, "numberOfChunks": 1}
    assert at.send("PUT", workspaces(f"{own}/files/later.txt"), {"properties": properties}).status == 201
    assert _upload(at, b"abc", name="later.txt", workspace=own).status == 204
    assert _files(at)[0]["ticket"] == tickets("t")


def test_a_ticket_of_the_estate_has_its_workspace_too() -> None:
    old = {"id": tickets("old"), "properties": {"supportTicketId": "2611240010000001", "status": "Open"}}
    at = AtHand(tickets=[old])
    assert at.get(workspaces("2611240010000001/files")).body == {"value": []}


def test_a_ticket_that_is_refused_leaves_the_files_where_they_are(at: AtHand) -> None:
    _announce(at)
    assert at.open("t", fileWorkspaceName="ws", severity="urgent").status == 400
    assert at.names(workspaces("ws/files")) == ["evidence.zip"]
