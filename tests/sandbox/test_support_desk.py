"""Microsoft.Support: what is refused at once, what fails later, and what a ticket looks like."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from ops.sandbox.child import running
from ops.sandbox.estate_values import EstateFile
from ops.sandbox.support_desk import SupportDesk
from ops.sandbox.wire import Call
from tests.sandbox.client import HSM_TYPE, LONELY, OTHER, SUB, Client, Reply, resource

PAYMENT_HSM = "ce34cf91-b52e-afe9-57d6-1baf3ff5a59b"
_SERVICE = f"/providers/Microsoft.Support/services/{PAYMENT_HSM}"
_OLD = f"/subscriptions/{OTHER}/providers/Microsoft.Support/supportTickets/from-the-portal"
_HSM = resource(HSM_TYPE, "hsm1")
_ESTATE: dict[str, Any] = {
    "subscriptions": [{"id": one, "displayName": "payments"} for one in (SUB, OTHER, LONELY)],
    "resources": [_HSM],
    "support": {
        "plan": "Unified",
        "pollsUntilDone": 2,
        "tickets": [
            {
                "id": _OLD,
                "name": "from-the-portal",
                "type": "Microsoft.Support/supportTickets",
                "properties": {
                    "status": "Closed",
                    "title": "an old one",
                    "serviceId": _SERVICE,
                    "createdDate": "2026-01-05T10:00:00Z",
                },
            }
        ],
    },
}


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Client]]:
    folder = tmp_path_factory.mktemp("estate")
    changes: dict[str, dict[str, Any]] = {
        "unified": {},
        "developer": {"plan": "Developer", "tickets": []},
        "accepting": {"secondPut": "accept", "pollsUntilDone": 0},
    }
    with ExitStack() as stack:
        found = {}
        for name, change in changes.items():
            path = folder / f"{name}.yaml"
            path.write_text(json.dumps(_ESTATE | {"support": _ESTATE["support"] | change}))
            found[name] = Client(stack.enter_context(running(str(path))))
        yield found


@pytest.fixture
def client(clients: dict[str, Client]) -> Client:
    return clients["unified"]


def _classification(client: Client, guid: str = PAYMENT_HSM, index: int = 0) -> str:
    reply = client.get(f"/providers/Microsoft.Support/services/{guid}/problemClassifications")
    return str(reply.json["value"][index]["id"])


def _request(client: Client, **changes: Any) -> dict[str, Any]:
    """A ticket request in order, with changes; a change to None leaves the property out."""
    properties = {
        "title": "Payment HSM hsm1 is Failed",
        "description": "it does not answer",
        "severity": "moderate",
        "serviceId": _SERVICE,
        "problemClassificationId": _classification(client),
        "advancedDiagnosticConsent": "No",
        "problemStartTime": "2026-11-23T21:58:00Z",
        "technicalTicketDetails": {"resourceId": _HSM["id"]},
        "contactDetails": {
            "firstName": "Ada",
            "lastName": "Okafor",
            "primaryEmailAddress": "hsm-oncall@example.com",
            "preferredContactMethod": "email",
            "phoneNumber": "+44 20 7946 0000",
            "preferredTimeZone": "GMT Standard Time",
            "country": "GBR",
            "preferredSupportLanguage": "en-us",
        },
    }
    for key, value in copy.deepcopy(changes).items():
        inside = key.split("__")
        target: dict[str, Any] = properties
        for step in inside[:-1]:
            target = target[step]
        if value is None:
            del target[inside[-1]]
        else:
            target[inside[-1]] = value
    return {"properties": properties}


def _tickets(name: str = "", subscription: str = SUB) -> str:
    return f"/subscriptions/{subscription}/providers/Microsoft.Support/supportTickets/{name}".rstrip("/")


def _open(client: Client, name: str, subscription: str = SUB, **changes: Any) -> Reply:
    return client.send("PUT", _tickets(name, subscription), body=_request(client, **changes))


def _available(client: Client, name: str) -> dict[str, Any]:
    body = {"name": name, "type": "Microsoft.Support/supportTickets"}
    reply = client.send("POST", f"/subscriptions/{SUB}/providers/Microsoft.Support/checkNameAvailability", body=body)
    assert reply.status == 200
    return dict(reply.json)


def test_the_payment_hsm_service_has_its_real_guid_and_odd_resource_type(client: Client) -> None:
    services = {
        item["name"]: item["properties"] for item in client.get("/providers/Microsoft.Support/services").json["value"]
    }
    assert services[PAYMENT_HSM] == {
        "displayName": "Azure Payment HSM Service",
        "resourceTypes": ["Microsoft.HardwareSecurityModules/dedicatedHSM"],
    }
    assert services["7d1ce754-b825-74b6-8022-87193cd96b6e"]["resourceTypes"] == [
        "Microsoft.HardwareSecurityModules/DedicatedHSM"
    ]
    assert len(services) >= 12


def test_classifications_join_type_and_subtype_and_keep_their_ids(clients: dict[str, Client]) -> None:
    path = f"{_SERVICE}/problemClassifications"
    first = clients["unified"].get(path).json["value"]
    assert any(" / " in item["properties"]["displayName"] for item in first)
    assert first == clients["developer"].get(path).json["value"]
    assert clients["unified"].get(first[0]["id"]).json == first[0]
    assert clients["unified"].get("/providers/Microsoft.Support/services/nope/problemClassifications").status == 404


@pytest.mark.parametrize("name", ["12345", "tmp-a", "a<b", "a/b", "x" * 256, ""])
def test_a_name_that_cannot_be_is_told_as_invalid(client: Client, name: str) -> None:
    found = _available(client, name)
    assert (found["nameAvailable"], found["reason"]) == (False, "Invalid")
    assert "cannot be all digits" in found["message"]


def test_a_ticket_is_accepted_first_and_done_after_some_polls(client: Client) -> None:
    assert _available(client, "phsm-1") == {"nameAvailable": True}
    accepted = _open(client, "phsm-1")
    assert (accepted.status, accepted.text) == (202, "")
    assert "Retry-After" not in accepted.headers
    assert accepted.headers["x-ms-ratelimit-remaining-subscription-writes"] == "1199"
    operation = accepted.headers["azure-asyncoperation"]
    assert operation.startswith(f"{client.endpoint}/subscriptions/{SUB}/providers/Microsoft.Support/operationsStatus/")
    assert len(operation) > 3000
    assert [client.follow(operation).json["status"] for _ in range(3)] == ["InProgress", "InProgress", "Succeeded"]
    told = client.follow(operation).json["properties"]
    assert told["supportTicketCreationWarning"] == ""
    assert len(told["supportTicketId"]) == 16
    assert told["supportTicketId"].isdigit()
    ticket = client.get(_tickets("PHSM-1")).json
    assert ticket["name"] == "phsm-1"
    properties = ticket["properties"]
    assert properties["supportTicketId"] == properties["fileWorkspaceName"] == told["supportTicketId"]
    assert properties["severity"] == "Moderate"
    assert properties["status"] == "Open"
    assert properties["contactDetails"]["preferredContactMethod"] == "Email"
    assert properties["contactDetails"]["preferredSupportLanguage"] == "en-US"
    assert properties["serviceDisplayName"] == "Azure Payment HSM Service"
    assert properties["supportEngineer"] == {}
    assert properties["supportPlanType"] == "Unified"
    assert properties["technicalTicketDetails"] == {"resourceId": _HSM["id"]}
    assert client.follow(accepted.headers["location"]).json == ticket
    assert _available(client, "phsm-1")["reason"] == "AlreadyExists"


def test_the_result_is_not_there_while_the_operation_goes_on(client: Client) -> None:
    result = _open(client, "phsm-result").headers["location"]
    first = client.follow(result)
    assert (first.status, first.headers["location"]) == (202, result)


def test_an_operations_address_is_signed_as_a_whole(client: Client) -> None:
    operation = _open(client, "phsm-signed").headers["azure-asyncoperation"]
    assert client.follow(operation[:-3]).status == 403


def test_without_a_plan_the_ticket_fails_later_and_there_is_none(clients: dict[str, Client]) -> None:
    client = clients["developer"]
    accepted = _open(client, "phsm-1")
    assert accepted.status == 202
    operation = accepted.headers["azure-asyncoperation"]
    replies = [client.follow(operation) for _ in range(3)]
    assert [(reply.status, reply.json["status"]) for reply in replies] == [
        (200, "InProgress"),
        (200, "InProgress"),
        (200, "Failed"),
    ]
    error = replies[-1].json["error"]
    assert error["code"] == "InvalidSupportPlan"
    assert error["message"].startswith("Your support plan type is Developer. ")
    assert client.get(_tickets("phsm-1")).status == 404
    assert _available(client, "phsm-1") == {"nameAvailable": True}


@pytest.mark.parametrize(("plan", "told"), [(None, "Free"), ("None", "Free"), ("CSP", "CSP"), ("Basic", "Basic")])
def test_every_low_plan_fails(clients: dict[str, Client], plan: str | None, told: str) -> None:
    support = {"plan": plan, "pollsUntilDone": 0}
    desk = SupportDesk(EstateFile.model_validate(_ESTATE | {"support": support}), lambda: datetime.now(UTC))
    base, version = "https://localhost", {"api-version": "2024-04-01"}
    body = json.dumps(_request(clients["unified"])).encode()
    accepted = desk.answer(Call(method="PUT", path=_tickets("a"), base=base, query=version, body=body))
    operation = urlsplit(accepted.headers["azure-asyncoperation"])
    polled = desk.answer(Call(method="GET", path=operation.path, base=base, query=dict(parse_qsl(operation.query))))
    assert polled.body["error"]["message"].startswith(f"Your support plan type is {told}. ")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"title": None}, "title"),
        ({"contactDetails__country": None}, "country"),
        ({"contactDetails__country": "Germany"}, "country"),
        ({"contactDetails__phoneNumber": ""}, "phoneNumber"),
        ({"contactDetails__additionalEmailAddresses": []}, "additionalEmailAddresses"),
        ({"contactDetails__preferredSupportLanguage": "tlh"}, "preferredSupportLanguage"),
        ({"severity": "urgent"}, "severity"),
        ({"severity": "minimal", "require24X7Response": True}, "require24X7Response"),
        ({"severity": "critical", "contactDetails__phoneNumber": None}, "phoneNumber"),
        ({"contactDetails__preferredContactMethod": "phone", "contactDetails__phoneNumber": None}, "phoneNumber"),
        ({"serviceId": "/providers/Microsoft.Support/services/none"}, "serviceId"),
        ({"technicalTicketDetails": {"resourceId": _OLD}}, "another subscription"),
        ({"technicalTicketDetails": {"resourceId": "hsm1"}}, "no resource id"),
    ],
)
def test_a_request_with_a_mistake_is_refused_at_once_in_pascal_case(
    client: Client, changes: dict[str, Any], told: str
) -> None:
    reply = _open(client, "phsm-bad", **changes)
    assert reply.status == 400
    assert reply.json["Error"]["Code"] == "InvalidParameterValue"
    assert told in reply.json["Error"]["Message"]
    assert client.get(_tickets("phsm-bad")).status == 404


def test_a_classification_of_another_service_is_refused(client: Client) -> None:
    other = _classification(client, "7d1ce754-b825-74b6-8022-87193cd96b6e")
    reply = _open(client, "phsm-bad", problemClassificationId=other)
    assert "problemClassificationId" in reply.json["Error"]["Message"]


def test_a_ticket_with_an_invalid_name_is_refused(client: Client) -> None:
    reply = _open(client, "12345")
    assert (reply.status, reply.json["Error"]["Code"]) == (400, "InvalidData")


def test_a_second_request_for_a_name_is_refused_and_changes_nothing(client: Client) -> None:
    _open(client, "phsm-twice")
    before = client.get(_tickets("phsm-twice")).json
    again = _open(client, "phsm-twice", title="another title")
    assert again.status == 409
    assert client.get(_tickets("phsm-twice")).json == before


def test_a_second_request_can_be_accepted_and_still_makes_no_second_ticket(clients: dict[str, Client]) -> None:
    client = clients["accepting"]
    numbers = []
    for _ in range(2):
        accepted = _open(client, "phsm-twice")
        assert accepted.status == 202
        numbers.append(client.follow(accepted.headers["azure-asyncoperation"]).json["properties"]["supportTicketId"])
    assert numbers[0] == numbers[1]
    assert client.get(_tickets()).names.count("phsm-twice") == 1


def test_tickets_are_listed_by_status_service_and_age(client: Client) -> None:
    _open(client, "phsm-listed", OTHER, technicalTicketDetails=None)

    def names(wanted: str) -> list[str]:
        return client.get(_tickets(subscription=OTHER), **{"$filter": wanted}).names

    assert names("status eq 'Open'") == ["phsm-listed"]
    assert names("STATUS eq 'closed'") == ["from-the-portal"]
    assert names(f"serviceId eq '{_SERVICE}' and CreatedDate ge 2026-01-05T10:00:00Z") == [
        "phsm-listed",
        "from-the-portal",
    ]
    assert names(f"ServiceId eq '{PAYMENT_HSM}' and createdDate gt 2026-01-05T10:00:00.5Z") == ["phsm-listed"]
    assert names("createdDate ge 2026-01-06") == ["phsm-listed"]
    assert names("serviceId eq 'another'") == []


@pytest.mark.parametrize(
    "wanted", ["title eq 'a'", "status gt 'Open'", "createdDate ge yesterday", "status eq 'Open' or"]
)
def test_a_filter_that_the_service_does_not_know_is_refused(client: Client, wanted: str) -> None:
    assert client.get(_tickets(), **{"$filter": wanted}).status == 400


def test_a_list_of_tickets_is_paged(client: Client) -> None:
    for number in range(3):
        _open(client, f"phsm-page-{number}", LONELY, technicalTicketDetails=None)
    pages = client.pages(_tickets(subscription=LONELY), **{"$top": "2"})
    assert [len(page) for page in pages] == [2, 1]
    assert client.get(_tickets(), **{"$top": "101"}).status == 400


def test_a_flat_change_raises_the_severity(client: Client) -> None:
    _open(client, "phsm-raised")
    reply = client.send("PATCH", _tickets("phsm-raised"), body={"severity": "critical"})
    assert (reply.status, reply.json["properties"]["severity"]) == (200, "Critical")


def test_closing_answers_in_another_case_than_the_next_reading(client: Client) -> None:
    _open(client, "phsm-closed")
    reply = client.send("PATCH", _tickets("phsm-closed"), body={"status": "closed"})
    assert (reply.status, reply.json["properties"]["status"]) == (200, "closed")
    assert client.get(_tickets("phsm-closed")).json["properties"]["status"] == "Closed"
    again = client.send("PATCH", _tickets("phsm-closed"), body={"severity": "minimal"})
    assert again.json["Error"]["Code"] == "UpdateOperationDenied"


def test_a_change_in_an_envelope_is_refused(client: Client) -> None:
    _open(client, "phsm-envelope")
    reply = client.send("PATCH", _tickets("phsm-envelope"), body={"properties": {"status": "closed"}})
    assert reply.json["Error"]["Code"] == "JsonDeserializationError"


def test_a_body_that_is_no_json_is_refused(client: Client) -> None:
    assert client.send("PUT", _tickets("phsm-bad"), body=b"<html>").status == 400


def test_an_unknown_subscription_has_no_desk(client: Client) -> None:
    assert client.get(_tickets(subscription="99999999-9999-4999-8999-999999999999")).code == "SubscriptionNotFound"
