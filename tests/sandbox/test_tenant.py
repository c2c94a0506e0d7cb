"""What ARM tells of a tenant: management groups, delegated and hidden subscriptions, and what the caller may do."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from ops.sandbox.child import running
from tests.sandbox.client import HSM_TYPE, LONELY, OTHER, SUB, Client, resource

_GROUPS = "/providers/Microsoft.Management/managementGroups"
_ESTATE = {
    "subscriptions": [
        {"id": SUB, "displayName": "payments", "managementGroup": "Cards"},
        {"id": OTHER, "displayName": "partner", "tenantId": LONELY, "state": "PastDue", "actions": ["*/read"]},
        {"id": LONELY, "displayName": "vault", "managementGroup": "root", "actions": []},
    ],
    "managementGroups": {"Cards": "root"},
    "resources": [resource(HSM_TYPE, "a"), resource(HSM_TYPE, "hidden", subscription=LONELY)],
    "pageSize": 2,
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    path = tmp_path_factory.mktemp("estate") / "tenant.yaml"
    path.write_text(json.dumps(_ESTATE))
    with running(str(path)) as serving:
        yield Client(serving)


def test_the_descendants_of_a_group_are_groups_and_subscriptions_in_one_list_with_pages(client: Client) -> None:
    first = client.get(f"{_GROUPS}/ROOT/descendants")
    assert first.json["value"] == [
        {
            "id": f"{_GROUPS}/Cards",
            "type": "Microsoft.Management/managementGroups",
            "name": "Cards",
            "properties": {"displayName": "Cards", "parent": {"id": f"{_GROUPS}/root"}},
        },
        {
            "id": f"/subscriptions/{SUB}",
            "type": "/subscriptions",
            "name": SUB,
            "properties": {"displayName": "payments", "parent": {"id": f"{_GROUPS}/Cards"}},
        },
    ]
    assert [item["name"] for item in client.follow(first.json["nextLink"]).json["value"]] == [LONELY]
    assert client.get(f"{_GROUPS}/cards/descendants").names == [SUB]


def test_a_group_that_is_not_there_looks_like_one_that_may_not_be_read(client: Client) -> None:
    reply = client.get(f"{_GROUPS}/nope/descendants")
    assert (reply.status, reply.code) == (403, "AuthorizationFailed")


def test_graph_knows_a_group_with_all_that_lies_below_it_and_hides_what_may_not_be_read(client: Client) -> None:
    assert [row["name"] for row in client.query("Resources", managementGroups=["root"]).json["data"]] == ["a"]


def test_a_subscription_without_rights_is_not_listed_and_refuses_everything(client: Client) -> None:
    assert [item["subscriptionId"] for item in client.get("/subscriptions").json["value"]] == [SUB, OTHER]
    for path in (f"/subscriptions/{LONELY}", f"/subscriptions/{LONELY}/resources"):
        reply = client.get(path)
        assert (reply.status, reply.code) == (403, "AuthorizationFailed")


def test_a_delegated_subscription_tells_its_own_tenant_and_its_state(client: Client) -> None:
    own, delegated = client.get("/subscriptions").json["value"]
    assert delegated["tenantId"] == LONELY
    assert delegated["managedByTenants"] == [{"tenantId": own["tenantId"]}]
    assert own["managedByTenants"] == []
    assert (own["state"], delegated["state"]) == ("Enabled", "PastDue")


def test_the_permissions_of_the_caller_are_what_the_file_says_or_reader_and_support(client: Client) -> None:
    path = "providers/Microsoft.Authorization/permissions"
    told = [client.get(f"/subscriptions/{one}/{path}").json["value"][0]["actions"] for one in (SUB, OTHER)]
    assert told == [["*/read", "Microsoft.Support/*"], ["*/read"]]
