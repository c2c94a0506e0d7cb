"""The pretended Azure without a server: every estate of a test costs nothing."""

from __future__ import annotations

import copy
import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ops.sandbox.azure import Azure
from ops.sandbox.control import Control
from ops.sandbox.estate_values import EstateFile
from ops.sandbox.support_services import PAYMENT_HSM, classifications
from ops.sandbox.wire import Answer, Call
from tests.sandbox.client import HSM_TYPE, OTHER, SUB, resource

HSM = resource(HSM_TYPE, "hsm1")
SERVICE = f"/providers/Microsoft.Support/services/{PAYMENT_HSM}"
_BASE = "https://127.0.0.1:1"


class AtHand:
    """An Azure with two subscriptions and one HSM, whose support desk is as it is told."""

    def __init__(self, **support: Any) -> None:
        estate = {
            "subscriptions": [{"id": one, "displayName": "payments"} for one in (SUB, OTHER)],
            "resources": [HSM],
            "support": {"pollsUntilDone": 0} | support,
        }
        azure = Azure(EstateFile.model_validate(estate))
        self._azure = azure
        self._control = Control(azure, "at hand", [])

    def send(self, method: str, path: str, body: Any = None, **query: str) -> Answer:
        data = b"" if body is None else json.dumps(body).encode()
        call = Call(method=method, path=path, base=_BASE, query={"api-version": "2024-04-01"} | query, body=data)
        if path.startswith("/_sandbox"):
            return self._control.answer(call)
        return self._azure.answer(call, authorized=True, correlation_id="c")

    def get(self, path: str, **query: str) -> Answer:
        return self.send("GET", path, **query)

    def follow(self, url: str) -> Answer:
        """Follows a link as it came."""
        parts = urlsplit(url)
        return self.send("GET", parts.path, **dict(parse_qsl(parts.query)))

    def names(self, path: str, **query: str) -> list[str]:
        return [item["name"] for item in self.get(path, **query).body["value"]]

    def open(self, name: str, subscription: str = SUB, **changes: Any) -> Answer:
        return self.send("PUT", tickets(name, subscription), ticket_request(**changes))

    def outcome(self, accepted: Answer) -> dict[str, Any]:
        """One look at the operation that was accepted."""
        assert accepted.status == 202
        return dict(self.follow(accepted.headers["azure-asyncoperation"]).body)

    def graphed(self, **options: Any) -> list[dict[str, Any]]:
        query = "SupportResources | where type =~ 'microsoft.support/supporttickets' | order by id asc"
        body = {"query": query, "options": options}
        return list(self.send("POST", "/providers/Microsoft.ResourceGraph/resources", body).body["data"])


def tickets(name: str = "", subscription: str = SUB) -> str:
    return f"/subscriptions/{subscription}/providers/Microsoft.Support/supportTickets/{name}".rstrip("/")


def workspaces(rest: str, subscription: str = SUB) -> str:
    return f"/subscriptions/{subscription}/providers/Microsoft.Support/fileWorkspaces/{rest}"


def error(answer: Answer) -> tuple[int, str]:
    """Status and code of a refusal by Microsoft.Support itself."""
    return answer.status, answer.body["Error"]["Code"]


def ticket_request(**changes: Any) -> dict[str, Any]:
    """A ticket request in order, with changes; a change to None leaves the property out."""
    properties = {
        "title": "Payment HSM hsm1 is Failed",
        "description": "it does not answer",
        "severity": "moderate",
        "serviceId": SERVICE,
        "problemClassificationId": classifications(PAYMENT_HSM)[0]["id"],
        "advancedDiagnosticConsent": "No",
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
    told = copy.deepcopy(properties | changes)
    return {"properties": {key: value for key, value in told.items() if value is not None}}
