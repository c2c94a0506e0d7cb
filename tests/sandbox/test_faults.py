"""Faults: answers that are no answers, and connections that die."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ops.sandbox.child import running
from ops.sandbox.estate_values import Fault
from ops.sandbox.faults import Faults, fault_answer
from ops.sandbox.wire import Call
from tests.sandbox.client import HSM_TYPE, OTHER, SUB, Client, resource

_TICKETS = f"/subscriptions/{SUB}/providers/Microsoft.Support/supportTickets"
_SERVICE = "/providers/Microsoft.Support/services/ce34cf91-b52e-afe9-57d6-1baf3ff5a59b"
_NIC = "Microsoft.Network/networkInterfaces"
_CUT = (http.client.RemoteDisconnected, ConnectionError)
_ESTATE: dict[str, Any] = {
    "subscriptions": [{"id": SUB, "displayName": "payments"}, {"id": OTHER, "displayName": "other"}],
    "resources": [
        resource(HSM_TYPE, "hsm1"),
        *(resource(_NIC, name) for name in ("throttled", "broken", "html", "cut", "slow", "gone", "hanging", "short")),
    ],
    "faults": [
        {"path": "*/slow", "latency_ms": 200},
        {
            "method": "GET",
            "path": "*/NETWORKINTERFACES/throttled",
            "status": 429,
            "headers": {"Retry-After": 1},
            "times": 2,
        },
        {"method": "GET", "path": "*/broken", "status": 500},
        {"method": "GET", "path": "*/html", "status": 502, "body": "<html>bad gateway</html>"},
        {"method": "GET", "path": "*/cut", "truncate": 20, "times": 1},
        {"method": "GET", "path": "*/gone", "reset": "before", "times": 1},
        {"method": "GET", "path": "*/hanging", "hang": 0.2, "times": 1},
        {"method": "PUT", "path": "*/supportTickets/after", "reset": "after", "times": 1},
        {"method": "PUT", "path": "*/supportTickets/before", "reset": "before", "times": 1},
        {"method": "*", "path": f"/subscriptions/{OTHER}/*", "status": 403, "code": "AuthorizationFailed"},
        {"method": "POST", "path": "*/Microsoft.ResourceGraph/*", "status": 429, "times": 1},
        {
            "method": "PUT",
            "path": "*/supportTickets/throttled",
            "status": 429,
            "headers": {"Retry-After": 7},
            "times": 1,
        },
        {"method": "PUT", "path": "*/supportTickets/broken", "status": 500, "times": 1},
        {"method": "PUT", "path": "*/supportTickets/timeout", "status": 504, "takesEffect": True, "times": 1},
        {"method": "PUT", "path": "*/supportTickets/portal", "body": "<html>", "times": 1},
        {"method": "PUT", "path": "*/supportTickets/mangled", "body": "<html>", "takesEffect": True, "times": 1},
        {"method": "PUT", "path": "*/supportTickets/refused", "status": 403},
        {"method": "PUT", "path": "*/supportTickets/hanging", "hang": 0.1, "times": 1},
        {"method": "PUT", "path": "*/supportTickets/hangs-later", "hang": 0.1, "takesEffect": True, "times": 1},
        {"method": "PATCH", "path": "*/supportTickets/patched", "truncate": 10, "times": 1},
        {"method": "PATCH", "path": "*/supportTickets/*", "nth": 3, "status": 429},
        {"method": "POST", "path": "*/Microsoft.Support/checkNameAvailability", "nth": 2, "times": 2, "status": 503},
    ],
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    path = tmp_path_factory.mktemp("estate") / "faults.yaml"
    path.write_text(json.dumps(_ESTATE))
    with running(str(path)) as serving:
        yield Client(serving)


def _nic(name: str) -> str:
    return f"/subscriptions/{SUB}/resourceGroups/rg-hsm/providers/{_NIC}/{name}"


def _ticket(client: Client) -> dict[str, Any]:
    known = client.get(f"{_SERVICE}/problemClassifications").json["value"]
    contact = {
        "firstName": "Ada",
        "lastName": "Okafor",
        "primaryEmailAddress": "hsm-oncall@example.com",
        "preferredContactMethod": "email",
        "preferredTimeZone": "GMT Standard Time",
        "country": "GBR",
        "preferredSupportLanguage": "en-us",
    }
    properties = {
        "title": "t",
        "description": "d",
        "severity": "minimal",
        "serviceId": _SERVICE,
        "problemClassificationId": known[0]["id"],
        "advancedDiagnosticConsent": "No",
        "contactDetails": contact,
    }
    return {"properties": properties}


def test_a_fault_happens_as_often_as_it_says_and_no_oftener(client: Client) -> None:
    replies = [client.get(_nic("throttled")) for _ in range(3)]
    assert [reply.status for reply in replies] == [429, 429, 200]
    assert replies[0].headers["Retry-After"] == "1"
    assert replies[0].code == "SubscriptionRequestsThrottled"


def test_a_fault_without_times_happens_always(client: Client) -> None:
    assert [client.get(_nic("broken")).code for _ in range(3)] == ["InternalServerError"] * 3


def test_a_fault_can_answer_with_html(client: Client) -> None:
    reply = client.get(_nic("html"))
    assert (reply.status, reply.text) == (502, "<html>bad gateway</html>")
    assert reply.headers["Content-Type"].startswith("text/html")


def test_a_refusal_names_action_and_scope_as_arm_does(client: Client) -> None:
    reply = client.get(f"/subscriptions/{OTHER}/providers/{HSM_TYPE}")
    assert (reply.status, reply.code) == (403, "AuthorizationFailed")
    assert reply.headers["x-ms-failure-cause"] == "gateway"
    assert f"perform action '{HSM_TYPE}/read'" in reply.json["error"]["message"]


def test_a_refused_subscription_is_still_listed(client: Client) -> None:
    assert [item["subscriptionId"] for item in client.get("/subscriptions").json["value"]] == [SUB, OTHER]


def test_an_answer_can_be_cut_short(client: Client) -> None:
    with pytest.raises(http.client.IncompleteRead) as problem:
        client.get(_nic("cut"))
    assert len(problem.value.partial) == 20
    assert client.get(_nic("cut")).status == 200


def test_a_connection_can_die_before_anything_happened(client: Client) -> None:
    with pytest.raises(_CUT):
        client.get(_nic("gone"))
    assert client.get(_nic("gone")).status == 200
    with pytest.raises(_CUT):
        client.send("PUT", f"{_TICKETS}/before", body=_ticket(client))
    assert client.get(f"{_TICKETS}/before").status == 404


def test_a_connection_can_die_after_the_write_has_happened(client: Client) -> None:
    with pytest.raises(_CUT):
        client.send("PUT", f"{_TICKETS}/after", body=_ticket(client))
    assert client.get(f"{_TICKETS}/after").status == 200
    assert [entry["status"] for entry in client.log() if entry["path"] == f"{_TICKETS}/after"] == [None, 200]


def test_a_request_can_hang_and_then_gets_no_answer(client: Client) -> None:
    start = time.monotonic()
    with pytest.raises(_CUT):
        client.get(_nic("hanging"))
    assert time.monotonic() - start >= 0.2


def test_an_answer_can_be_slow(client: Client) -> None:
    start = time.monotonic()
    assert client.get(_nic("slow")).status == 200
    assert time.monotonic() - start >= 0.2
    assert client.get(_nic("short")).status == 200


def test_a_throttled_query_has_the_body_of_resource_graph(client: Client) -> None:
    replies = [client.query("Resources") for _ in range(2)]
    assert [reply.status for reply in replies] == [429, 200]
    assert replies[0].code == "RateLimiting"
    assert "Retry-After" not in replies[0].headers


@pytest.mark.parametrize(
    ("name", "status", "exists"),
    [
        ("throttled", 429, False),
        ("broken", 500, False),
        ("timeout", 504, True),
        ("portal", 200, False),
        ("mangled", 200, True),
        ("refused", 403, False),
        ("hanging", None, False),
        ("hangs-later", None, True),
    ],
)
def test_a_write_that_fails_has_happened_only_where_the_fault_says_so(
    client: Client, name: str, status: int | None, exists: bool
) -> None:
    if status is None:
        with pytest.raises(_CUT):
            client.send("PUT", f"{_TICKETS}/{name}", body=_ticket(client))
    else:
        assert client.send("PUT", f"{_TICKETS}/{name}", body=_ticket(client)).status == status
    assert (client.get(f"{_TICKETS}/{name}").status == 200) == exists


def test_a_throttled_write_is_told_as_a_write() -> None:
    fault = {"method": "PUT", "path": "*", "status": 429, "headers": {"Retry-After": "7"}}
    call = Call(method="PUT", path=f"{_TICKETS}/a", base="https://localhost")
    answer = fault_answer(Fault.model_validate(fault), call)
    assert answer is not None
    assert answer.body["error"]["message"].startswith("Number of 'write' requests for subscription")
    assert answer.headers["Retry-After"] == "7"


def test_a_fault_can_hit_exactly_one_request_of_a_run(client: Client) -> None:
    client.send("PUT", f"{_TICKETS}/patched", body=_ticket(client))
    with pytest.raises(http.client.IncompleteRead):
        client.send(
            "PATCH", f"{_TICKETS}/patched", body={"severity": "moderate"}
        )  # hit by the fault before, yet counted
    assert client.get(f"{_TICKETS}/patched").json["properties"]["severity"] == "Moderate"
    statuses = [client.send("PATCH", f"{_TICKETS}/patched", body={"status": "open"}).status for _ in range(3)]
    assert statuses == [200, 429, 200]


def test_a_fault_can_begin_late_and_last(client: Client) -> None:
    body = {"name": "free", "type": "Microsoft.Support/supportTickets"}
    path = f"/subscriptions/{SUB}/providers/Microsoft.Support/checkNameAvailability"
    assert [client.send("POST", path, body=body).status for _ in range(4)] == [200, 503, 503, 200]


def test_a_fault_of_one_request_hides_nothing_in_resource_graph() -> None:
    standing, passing = ({"path": "/subscriptions/*", "status": 403, "nth": nth} for nth in (None, 5))
    assert Faults([Fault.model_validate(standing)]).refuses("/subscriptions/a")
    assert not Faults([Fault.model_validate(passing)]).refuses("/subscriptions/a")


def test_the_index_of_the_log_is_what_a_fault_for_all_requests_counts(tmp_path: Path) -> None:
    path = tmp_path / "third.yaml"
    path.write_text(json.dumps(_ESTATE | {"faults": [{"path": "*", "nth": 3, "status": 500}]}))
    with running(str(path)) as serving:
        client = Client(serving)
        for _ in range(4):
            client.get("/subscriptions")
        assert [(entry["index"], entry["status"]) for entry in client.log()] == [(1, 200), (2, 200), (3, 500), (4, 200)]


def test_control_paths_are_never_hit_by_a_fault(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("estate") / "dead.yaml"
    path.write_text(json.dumps(_ESTATE | {"faults": [{"path": "*", "reset": "before"}]}))
    with running(str(path)) as serving:
        client = Client(serving)
        with pytest.raises(_CUT):
            client.get("/subscriptions")
        assert client.send("GET", "/_sandbox", token=None, version=None).json == {"name": "dead.yaml"}
        assert [entry["status"] for entry in client.log()] == [None]
