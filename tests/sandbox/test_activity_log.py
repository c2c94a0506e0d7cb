"""The activity log as the product asks for it, over HTTPS from a real child process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ops.sandbox.child import running
from tests.sandbox.client import HSM_TYPE, OTHER, SUB, Client, Reply, resource

_NOW = datetime.now(UTC)
_HSM = resource(HSM_TYPE, "gone")["id"]


def _ago(days: float) -> str:
    return (_NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _event(days: float | None, resource_id: str = _HSM, **more: Any) -> dict[str, Any]:
    told = {"eventTimestamp": _ago(days)} if days is not None else {}
    return {
        **told,
        "resourceId": resource_id,
        "caller": "ada@example.com",
        "operationName": {"value": f"{HSM_TYPE}/delete"},
        "status": {"value": "Succeeded"},
        "eventDataId": f"{days}",
        **more,
    }


_ESTATE: dict[str, Any] = {
    "pageSize": 2,
    "subscriptions": [{"id": SUB, "displayName": "payments"}, {"id": OTHER, "displayName": "labs"}],
    "resources": [],
    "activityLog": [
        _event(2, _HSM.upper()),
        _event(40),
        _event(10),
        _event(None),
        _event(3, resourceProviderName={"value": "Microsoft.Network"}),
        _event(1, _HSM.replace(SUB, OTHER)),
    ],
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    path = tmp_path_factory.mktemp("estate") / "log.yaml"
    path.write_text(json.dumps(_ESTATE))
    with running(str(path)) as serving:
        yield Client(serving)


def _asked(client: Client, filter: str, subscription: str = SUB, **query: str) -> Reply:
    path = f"/subscriptions/{subscription}/providers/Microsoft.Insights/eventtypes/management/values"
    return client.get(path, **{"$filter": filter, **query})


def _ids(client: Client, filter: str, subscription: str = SUB) -> list[str]:
    reply = _asked(client, filter, subscription)
    found = [event["eventDataId"] for event in reply.json["value"]]
    for _ in range(10):
        if "nextLink" not in reply.json:
            break
        reply = client.follow(reply.json["nextLink"])
        found += [event["eventDataId"] for event in reply.json["value"]]
    return found


def test_the_events_of_a_subscription_come_in_pages_and_the_newest_first(client: Client) -> None:
    assert _ids(client, f"eventTimestamp ge '{_ago(89)}'") == ["None", "2", "3", "10", "40"]
    assert _ids(client, f"eventTimestamp ge '{_ago(89)}'", OTHER) == ["1"]


def test_the_filter_narrows_by_time_and_by_resource_provider(client: Client) -> None:
    narrow = f"eventTimestamp ge '{_ago(20)}' and eventTimestamp le '{_ago(1.5)}'"
    assert _ids(client, narrow) == ["2", "3", "10"]
    provider = "resourceProvider eq 'microsoft.hardwaresecuritymodules'"
    assert _ids(client, f"{narrow} and {provider}") == ["2", "10"]


def test_an_event_without_a_time_is_of_yesterday(client: Client) -> None:
    assert "None" in _ids(client, f"eventTimestamp ge '{_ago(1.1)}'")
    assert "None" not in _ids(client, f"eventTimestamp ge '{_ago(0.5)}'")


def test_only_what_is_selected_is_sent(client: Client) -> None:
    reply = _asked(client, f"eventTimestamp ge '{_ago(89)}'", **{"$select": "caller, EVENTDATAID"})
    assert reply.json["value"][0] == {"caller": "ada@example.com", "eventDataId": "None"}


_REFUSED = {
    "no-filter": "",
    "no-time": "resourceProvider eq 'a'",
    "no-moment": "eventTimestamp ge 'yesterday'",
    "too-long-ago": f"eventTimestamp ge '{_ago(91)}'",
    "another-field": f"eventTimestamp ge '{_ago(1)}' and status eq 'Failed'",
    "or": f"eventTimestamp ge '{_ago(1)}' or resourceProvider eq 'a'",
}


@pytest.mark.parametrize("name", _REFUSED)
def test_what_azure_would_refuse_is_refused(client: Client, name: str) -> None:
    reply = _asked(client, _REFUSED[name])
    assert (reply.status, reply.code) == (400, "BadRequest")
