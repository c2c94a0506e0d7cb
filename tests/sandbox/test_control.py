"""What a sandbox tells of itself, and how what it holds changes while it runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.core.pipeline.transport import RequestsTransport
from azure.mgmt.support import MicrosoftSupport
from azure.mgmt.support.models import (
    CheckNameAvailabilityInput,
    CommunicationDetails,
    FileDetails,
    SupportTicketDetails,
    UploadFile,
)

from ops.sandbox.child import running
from tests.sandbox.at_hand import AtHand, ticket_request, tickets
from tests.sandbox.client import HSM_TYPE, OTHER, SUB, Client, resource

_VNET = resource("Microsoft.Network/virtualNetworks", "vnet", tags={"fastpathenabled": "True"})
_VNET["properties"] = {"subnets": [{"name": "hsm", "id": "x", "properties": {"addressPrefix": "10.0.0.0/24"}}]}
_HSM = resource(HSM_TYPE, "hsm1")
_ESTATE: dict[str, Any] = {
    "subscriptions": [{"id": SUB, "displayName": "payments"}],
    "resources": [_HSM, _VNET],
    "support": {"pollsUntilDone": 1},
    "faults": [{"path": "/_sandbox*", "status": 500}],
}


class _AnyToken:
    """A credential that the sandbox takes, as it takes every other."""

    def get_token(self, *scopes: str, **kwargs: Any) -> AccessToken:
        return AccessToken("sandbox", 2_000_000_000)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    path = tmp_path_factory.mktemp("estate") / "control.yaml"
    path.write_text(json.dumps(_ESTATE))
    with running(str(path)) as serving:
        yield Client(serving)


def _change(client: Client, patch: Any) -> int:
    return client.send("PUT", "/_sandbox/resources", body=patch, token=None, version=None).status


def _remove(client: Client, arm_id: str) -> int:
    return client.send("DELETE", "/_sandbox/resources", query={"id": arm_id}, token=None, version=None).status


def _told(client: Client, what: str) -> list[dict[str, Any]]:
    return list(client.send("GET", f"/_sandbox/{what}", token=None, version=None).json[what])


def test_a_ticket_with_files_and_a_message_of_the_real_sdk_is_told_as_it_is(client: Client) -> None:
    with MicrosoftSupport(
        _AnyToken(),
        SUB,
        base_url=client.endpoint,
        transport=RequestsTransport(connection_verify=client.ca_bundle),
        polling_interval=0,
    ) as sdk:
        assert sdk.file_workspaces.create("phsm-ws").name == "phsm-ws"
        details = FileDetails(chunk_size=5, file_size=8, number_of_chunks=2)
        assert sdk.files.create("phsm-ws", "a.txt", details).chunk_size == 5
        for index, content in enumerate(("MDEyMzQ=", "NTY3")):
            sdk.files.upload("phsm-ws", "a.txt", UploadFile(chunk_index=index, content=content))
        request = SupportTicketDetails.deserialize(ticket_request(fileWorkspaceName="phsm-ws"))
        ticket = sdk.support_tickets.begin_create("phsm-1", request).result()
        assert [file.name for file in sdk.files.list(ticket.file_workspace_name or "")] == ["a.txt"]
        asked = CheckNameAvailabilityInput(name="c1", type="Microsoft.Support/communications")
        assert sdk.communications.check_name_availability("phsm-1", asked).name_available
        sent = sdk.communications.begin_create("phsm-1", "c1", CommunicationDetails(subject="s", body="b")).result()
        assert sent.communication_direction == "Outbound"
        assert [item.name for item in sdk.communications.list("phsm-1")] == []
        assert [item.name for item in sdk.communications.list("phsm-1")] == ["c1"]
    (told,) = _told(client, "tickets")
    assert told["id"] == tickets("phsm-1")
    assert told["properties"]["supportTicketId"] == ticket.support_ticket_id
    assert [message["properties"]["body"] for message in told["communications"]] == ["<pre>b</pre>"]
    assert told["files"] == ["a.txt"]
    (file,) = _told(client, "files")
    assert (file["complete"], file["content"]) == (True, "MDEyMzQ1Njc=")


def test_a_resource_fails_and_is_repaired_while_it_runs(client: Client) -> None:
    for state in ("Failed", "Succeeded"):
        patch = {"id": str(_HSM["id"]).upper(), "properties": {"provisioningState": state, "stampId": "stamp1"}}
        assert _change(client, patch) == 200
        body = client.get(_HSM["id"]).json
        assert body == _HSM | {"properties": {"provisioningState": state, "stampId": "stamp1"}}
        assert [row["properties"] for row in client.query(f"Resources | where type =~ '{HSM_TYPE}'").json["data"]] == [
            body["properties"]
        ]


def test_a_resource_goes_and_comes_back(client: Client) -> None:
    nic = resource("Microsoft.Network/networkInterfaces", "nic", group="rg-new")
    listed = nic["id"].rpartition("/")[0]
    assert _change(client, nic) == 200
    assert client.get(nic["id"]).json == nic
    assert client.get(listed).names == ["nic"]
    assert _remove(client, nic["id"]) == 200
    assert client.get(nic["id"]).status == 404
    assert client.get(listed).names == []
    assert _remove(client, nic["id"]) == 404
    assert _change(client, nic) == 200
    assert client.get(nic["id"]).status == 200


def test_a_subnet_inside_its_vnet_can_be_changed_added_and_taken_away(client: Client) -> None:
    subnets = f"{_VNET['id']}/subnets"
    group = {"id": "/nsg"}
    assert _change(client, {"id": f"{subnets}/HSM", "properties": {"networkSecurityGroup": group}}) == 200
    assert client.get(f"{subnets}/hsm").json["properties"] == {
        "addressPrefix": "10.0.0.0/24",
        "networkSecurityGroup": group,
    }
    assert _change(client, {"id": f"{subnets}/hsm", "properties": {"networkSecurityGroup": None}}) == 200
    assert client.get(f"{subnets}/hsm").json["properties"] == {"addressPrefix": "10.0.0.0/24"}
    assert _change(client, {"id": f"{subnets}/second", "properties": {}}) == 200
    assert [item["name"] for item in client.get(_VNET["id"]).json["properties"]["subnets"]] == ["hsm", "second"]
    assert _remove(client, f"{subnets}/second") == 200
    assert client.get(f"{subnets}/second").status == 404
    assert client.get(_VNET["id"]).json["tags"] == {"fastpathenabled": "True"}


def test_a_feature_of_a_subscription_can_be_approved(client: Client) -> None:
    path = f"/subscriptions/{SUB}/providers/Microsoft.Features/providers/Microsoft.Network/features/FastPathEnabled"
    assert client.get(path).json["properties"]["state"] == "NotRegistered"
    approved = {"id": f"/subscriptions/{SUB}", "features": {"Microsoft.Network/FastPathEnabled": "Registered"}}
    assert _change(client, approved) == 200
    assert client.get(path).json["properties"]["state"] == "Registered"
    assert _change(client, {"id": f"/subscriptions/{SUB}", "colour": "blue"}) == 400


@pytest.mark.parametrize(
    ("patch", "status"),
    [
        ({"id": f"/subscriptions/{OTHER}/resourceGroups/a"}, 404),
        ({"id": "nonsense"}, 400),
        ({}, 400),
        ([], 400),
        ({"id": tickets("none")}, 404),
        ({"id": tickets("none/communications/c")}, 404),
    ],
)
def test_what_nothing_can_be_is_refused(client: Client, patch: Any, status: int) -> None:
    assert _change(client, patch) == status


def test_an_unknown_control_path_is_no_path_of_azure(client: Client) -> None:
    before = len(client.log())
    assert client.send("GET", "/_sandbox/none", token=None, version=None).status == 405
    assert len(client.log()) == before


def test_microsoft_takes_a_ticket_over_answers_and_closes_it() -> None:
    at = AtHand()
    at.open("t")
    engineer = {"emailAddress": "engineer@example.com"}
    at.send("PUT", "/_sandbox/resources", {"id": tickets("T"), "properties": {"supportEngineer": engineer}})
    assert at.send("PATCH", tickets("t"), {"severity": "critical"}).status == 400
    mail = {"id": tickets("T/communications/m1"), "properties": {"body": "<html>", "sender": "engineer@example.com"}}
    assert at.send("PUT", "/_sandbox/resources", mail).status == 200
    (message,) = at.get(tickets("t/communications")).body["value"]
    assert message["id"] == tickets("t/communications/m1")
    assert (message["properties"]["communicationDirection"], message["properties"]["body"]) == ("Inbound", "<html>")
    at.send("PUT", "/_sandbox/resources", {"id": tickets("t"), "properties": {"status": "Closed"}})
    ticket = at.get(tickets("t")).body
    assert (ticket["id"], ticket["properties"]["status"]) == (tickets("t"), "Closed")
    assert ticket["properties"]["title"] == "Payment HSM hsm1 is Failed"
