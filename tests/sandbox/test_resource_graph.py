"""Resource Graph: the queries that are understood, paging, and what it hides."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ops.sandbox.child import running
from tests.sandbox.client import HSM_TYPE, LONELY, OTHER, SUB, Client, resource

_VNETS = "Microsoft.Network/virtualNetworks"
_ESTATE: dict[str, Any] = {
    "subscriptions": [
        {"id": SUB, "displayName": "payments", "managementGroup": "Payments"},
        {"id": OTHER, "displayName": "labs", "managementGroup": "labs"},
        {"id": LONELY, "displayName": "refused", "managementGroup": "labs"},
    ],
    "resources": [
        resource(HSM_TYPE, "b", group="RG-Cards", zones=["1"], properties={"stampId": "stamp1"}),
        resource(HSM_TYPE, "a", group="RG-Cards", tags={"app": "cards"}, properties={"stampId": "stamp2"}),
        resource(HSM_TYPE, "other", subscription=OTHER),
        resource(HSM_TYPE, "refused", subscription=LONELY),
        resource(_VNETS, "vnet"),
        resource(_VNETS, "vnet-refused"),
    ],
    "faults": [
        {"method": "*", "path": f"/subscriptions/{LONELY}/*", "status": 403},
        {"method": "GET", "path": "*/VNET-refused", "status": 403},
    ],
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    path = tmp_path_factory.mktemp("estate") / "graph.yaml"
    path.write_text(json.dumps(_ESTATE))
    with running(str(path)) as serving:
        yield Client(serving)


def _names(client: Client, query: str, **request: Any) -> list[str]:
    return [row["name"] for row in client.query(query, **request).json["data"]]


def test_a_query_by_type_gives_lower_case_types_and_all_columns(client: Client) -> None:
    reply = client.query(f"Resources\n| where type =~ '{HSM_TYPE}'", subscriptions=[SUB])
    body = reply.json
    assert {key: body[key] for key in ("totalRecords", "count", "facets", "resultTruncated")} == {
        "totalRecords": 2,
        "count": 2,
        "facets": [],
        "resultTruncated": "false",
    }
    assert body["data"][0] == {
        "id": f"/subscriptions/{SUB}/resourceGroups/RG-Cards/providers/{HSM_TYPE}/b",
        "name": "b",
        "type": HSM_TYPE.lower(),
        "location": "westeurope",
        "subscriptionId": SUB,
        "resourceGroup": "rg-cards",
        "tags": None,
        "sku": None,
        "properties": {"stampId": "stamp1"},
        "zones": ["1"],
    }
    assert reply.headers["x-ms-user-quota-remaining"] == "14"
    assert reply.headers["x-ms-user-quota-resets-after"] == "00:00:05"


def test_several_types_can_be_asked_for_at_once(client: Client) -> None:
    query = f"resources | where type in~ ('{HSM_TYPE}', \"{_VNETS}\") | order by id asc"
    assert _names(client, query, subscriptions=[SUB]) == ["a", "b", "vnet"]
    assert set(_names(client, query)) == {"a", "b", "other", "vnet"}


def test_rows_are_ordered_by_id_when_that_is_asked_for(client: Client) -> None:
    query = f"Resources | where type =~ '{HSM_TYPE}'"
    assert _names(client, query, subscriptions=[SUB]) == ["b", "a"]
    assert _names(client, f"{query} | order by id asc", subscriptions=[SUB]) == ["a", "b"]


def test_columns_can_be_projected_with_paths_and_aliases(client: Client) -> None:
    query = f"Resources | where type =~ '{HSM_TYPE}' | project ID, app = tags.app, properties.stampId, none"
    assert client.query(query, subscriptions=[SUB]).json["data"][1] == {
        "ID": f"/subscriptions/{SUB}/resourceGroups/RG-Cards/providers/{HSM_TYPE}/a",
        "app": "cards",
        "properties_stampId": "stamp2",
        "none": None,
    }


@pytest.mark.parametrize(
    "query",
    [
        "Resources | summarize count()",
        "Resources | where location == 'westeurope'",
        "Resources | where type in~ ('a' 'b'; 'c')",
        "Resources | order by name desc",
        "Resources | project id, tolower(name)",
        "SecurityResources",
        "Resources | ",
    ],
)
def test_a_query_that_is_not_understood_is_refused_with_the_part_in_question(client: Client, query: str) -> None:
    reply = client.query(query)
    assert (reply.status, reply.code) == (400, "BadRequest")
    assert "does not understand: " in reply.json["error"]["details"][0]["message"]


def test_pages_are_continued_by_skip_token(client: Client) -> None:
    query = "Resources | project id, name | order by id asc"
    names: list[str] = []
    options: dict[str, Any] = {"$top": 2, "resultFormat": "objectArray"}
    for _ in range(10):
        body = client.query(query, options=options).json
        assert body["totalRecords"] == 4
        assert body["count"] <= 2
        names += [row["name"] for row in body["data"]]
        if "$skipToken" not in body:
            break
        options = options | {"$skipToken": body["$skipToken"]}
    assert sorted(names) == ["a", "b", "other", "vnet"]


def test_without_ids_a_long_answer_is_cut_and_says_so(client: Client) -> None:
    body = client.query("Resources | project name", options={"$top": 1}).json
    assert body["resultTruncated"] == "true"
    assert "$skipToken" not in body


def test_more_than_a_thousand_rows_cannot_be_asked_for(client: Client) -> None:
    assert client.query("Resources", options={"$top": 1001}).status == 400


def test_what_may_not_be_read_is_hidden(client: Client) -> None:
    assert set(_names(client, "Resources")) == {"a", "b", "other", "vnet"}


def test_subscriptions_that_may_be_read_are_listed_as_containers(client: Client) -> None:
    query = "ResourceContainers | where type =~ 'microsoft.resources/subscriptions'"
    rows = client.query(query).json["data"]
    assert [(row["name"], row["subscriptionId"]) for row in rows] == [("payments", SUB), ("labs", OTHER)]
    assert rows[0]["properties"]["managementGroupAncestorsChain"][0]["name"] == "Payments"


def test_a_management_group_narrows_the_scope(client: Client) -> None:
    assert _names(client, "Resources", managementGroups=["labs"]) == ["other"]


def test_only_refused_subscriptions_are_an_error(client: Client) -> None:
    reply = client.query("Resources", subscriptions=[LONELY])
    assert (reply.status, reply.code) == (403, "AuthorizationFailed")


def test_only_unknown_subscriptions_are_an_error(client: Client) -> None:
    reply = client.query("Resources", subscriptions=["99999999-9999-4999-8999-999999999999"])
    assert reply.json["error"]["details"][0]["code"] == "NoValidSubscriptionsInQueryRequest"
