"""The messages on tickets: ours are sent by an operation, Microsoft's stand in the estate."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any
from uuid import NAMESPACE_URL, uuid5

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from ops.sandbox.errors import SupportError, invalid, unknown_item
from ops.sandbox.estate_values import Support
from ops.sandbox.support_filter import wanted
from ops.sandbox.support_lag import Lag
from ops.sandbox.support_names import communication_name_problem
from ops.sandbox.support_operations import Operations
from ops.sandbox.support_plan import plan_failure
from ops.sandbox.support_ticket import told, wire_time
from ops.sandbox.support_tickets import number_of
from ops.sandbox.wire import Answer, Body, Call, page, positive

_MOST = 10
_LONGEST_SUBJECT = 50

_Text = Annotated[str, StringConstraints(min_length=1)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="allow")

    subject: _Text
    body: _Text
    sender: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")] | None = None


class Communications:
    """Messages by the id of their ticket, the oldest first."""

    def __init__(self, support: Support, operations: Operations, now: Callable[[], datetime]) -> None:
        self._support = support
        self._operations = operations
        self._now = now
        self._in_list = Lag(support.communication_lag)
        self._given = {name.lower(): messages for name, messages in support.communications.items()}
        self._sent: dict[str, Body] = {}

    def of(self, ticket: Body) -> dict[str, Body]:
        """All messages on a ticket by id in lower case, whether they are shown already or not."""
        start = f"{ticket['id']}/communications/"
        given = self._given.get(str(ticket["id"]).rpartition("/")[2].lower(), ())
        found: list[Body] = [_given(start, index, properties, ticket) for index, properties in enumerate(given)]
        found += [body for key, body in self._sent.items() if key.startswith(start.lower())]
        return {str(body["id"]).lower(): body for body in found}

    def find(self, ticket: Body, communication_id: str) -> Body | None:
        """The message, if it is there for those who ask for it by its name."""
        key = communication_id.lower()
        found = self.of(ticket).get(key)
        return found if found and self._operations.is_done(key, look=True) else None

    def get(self, call: Call, ticket: Body) -> Answer:
        found = self.find(ticket, call.path)
        if found is None:
            raise unknown_item(call.segments[-1])
        return Answer(body=found)

    def listed(self, call: Call, ticket: Body) -> Answer:
        holds = wanted(call.parameter("$filter") or "", {"communicationtype": "communicationType"})
        size = positive(call, "$top", _MOST)
        if size > _MOST:
            raise invalid(f"$top: {size} is more than {_MOST}")
        goes_on = bool(call.parameter("$skiptoken"))
        done = {key: body for key, body in self.of(ticket).items() if self._operations.is_done(key, look=not goes_on)}
        seen = self._in_list.seen(done, goes_on=goes_on)
        newest = sorted(filter(holds, seen), key=lambda body: str(body["properties"]["createdDate"]), reverse=True)
        return page(newest, call, size)

    def create(self, call: Call, subscription: str, ticket: Body) -> Answer:
        """Sends a message, as an operation; raises ``SupportError``."""
        name = call.segments[-1]
        if communication_name_problem(name):
            raise SupportError(
                400, "InvalidData", "Communication resource name is invalid. Please provide a valid name."
            )
        request = _read(call)
        communication_id = f"{ticket['id']}/communications/{name}"
        key = communication_id.lower()
        number = number_of(ticket)
        if key in self.of(ticket):
            if self._support.second_put == "refuse":
                message = f"A communication with the name '{name}' exists already."
                raise SupportError(409, "ResourceAlreadyExists", message)
            return self._operations.begin(call, subscription, about=key, number=number)
        failure = plan_failure(self._support.plan)
        if failure is None:
            contact = (ticket.get("properties") or {}).get("contactDetails") or {}
            properties = {
                "communicationType": "Web",
                "communicationDirection": "Outbound",  # so the service calls what comes from its customer
                "sender": request.sender or contact.get("primaryEmailAddress", ""),
                "subject": f"{_short(request.subject)} - TrackingID#{number}",
                "body": f"<pre>{html.escape(request.body) if self._support.pre == 'escaped' else request.body}</pre>",
                "createdDate": wire_time(self._now()),
            }
            self._sent[key] = _body(communication_id, properties)
            self._in_list.changed(key, None)
        return self._operations.begin(call, subscription, about=key, number=number, failure=failure)

    def receive(self, ticket: Body, communication_id: str, properties: Body) -> None:
        """A message of Microsoft: seen at once."""
        name = communication_id.rpartition("/")[2]
        told_now = {"createdDate": wire_time(self._now()), **properties, "name": name}
        body = _given(f"{ticket['id']}/communications/", 0, told_now, ticket)
        self._sent[str(body["id"]).lower()] = body


def _read(call: Call) -> _Request:
    properties = call.json_object().get("properties")
    if not isinstance(properties, dict):
        raise invalid("properties: Field required")
    try:
        return _Request.model_validate(properties)
    except ValidationError as problem:
        raise invalid(told(problem)) from None


def _given(start: str, index: int, properties: Body, ticket: Body) -> dict[str, Any]:
    name = str(properties.get("name") or uuid5(NAMESPACE_URL, f"{start}{index}".lower()))
    usual = {
        "communicationType": "Web",
        "communicationDirection": "Inbound",
        "sender": "support@example.com",
        "subject": f"Your ticket - TrackingID#{number_of(ticket)}",
        "body": "",
        "createdDate": str((ticket.get("properties") or {}).get("createdDate", "")),
    }
    given = {key: value for key, value in properties.items() if key != "name"}
    return _body(f"{start}{name}", usual | given)


def _body(id: str, properties: Body) -> dict[str, Any]:
    return {
        "id": id,
        "name": id.rpartition("/")[2],
        "type": "Microsoft.Support/communications",
        "properties": dict(properties),
    }


def _short(subject: str) -> str:
    return subject if len(subject) <= _LONGEST_SUBJECT else f"{subject[: _LONGEST_SUBJECT - 3]}..."
