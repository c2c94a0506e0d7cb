"""Microsoft.Support: services, problem classifications, and tickets that are opened asynchronously.

A ticket can be seen from the moment its request is accepted, also where the connection dies before the 202 arrives.
A missing support plan is told by the operation alone, after a 202, and then there is no ticket.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ops.sandbox import errors
from ops.sandbox.errors import ArmError, SupportError
from ops.sandbox.estate_values import EstateFile
from ops.sandbox.support_services import classifications, services
from ops.sandbox.support_ticket import changed, check_request, invalid, name_problem, opened
from ops.sandbox.wire import Answer, Body, Call, page, positive

_TOO_LOW = {"none", "developer", "csp", "free", "basic"}
_CLAUSE = re.compile(r"^(?P<field>\w+)\s+(?P<operator>eq|gt|ge)\s+(?P<value>'[^']*'|\S+)$", re.IGNORECASE)
_FIELDS = {
    "status": ("status", {"eq"}),
    "serviceid": ("serviceId", {"eq"}),
    "problemclassificationid": ("problemClassificationId", {"eq"}),
    "createddate": ("createdDate", {"gt", "ge"}),
}


@dataclass(slots=True, kw_only=True)
class _Operation:
    """A ticket on its way; ``number`` None = it will fail."""

    ticket: str
    number: str | None
    looks_left: int
    signature: Mapping[str, str]


class SupportDesk:
    """The tickets of all subscriptions of an estate."""

    def __init__(self, estate: EstateFile, now: Callable[[], datetime]) -> None:
        self._support = estate.support
        self._now = now
        self._subscriptions = {item.id.lower() for item in estate.subscriptions}
        self._tickets: dict[str, Body] = {str(ticket["id"]).lower(): ticket for ticket in estate.support.tickets}
        self._operations: dict[str, _Operation] = {}
        self._opened = 0

    def answer(self, call: Call) -> Answer:
        """Answers a request to Microsoft.Support; raises ``ArmError``."""
        segments = call.segments
        match [call.method, *call.lowered]:
            case ["GET", "providers", _, "services"]:
                return Answer(body={"value": services()})
            case ["GET", "providers", _, "services", guid]:
                return Answer(body=_named(services(), guid))
            case ["GET", "providers", _, "services", guid, "problemclassifications", *rest]:
                known = self._classifications(guid)
                return Answer(body=_named(known, rest[0]) if rest else {"value": known})
            case ["GET" | "POST" | "PUT" | "PATCH", "subscriptions", key, _, _, *rest]:
                if key not in self._subscriptions:
                    raise errors.unknown_subscription(segments[1])
                return self._in_subscription(call, segments[1], rest)
            case _:
                raise errors.not_allowed(call.method)

    def _in_subscription(self, call: Call, subscription: str, rest: list[str]) -> Answer:
        match [call.method, *rest]:
            case ["POST", "checknameavailability"]:
                return Answer(body=self._availability(call, subscription))
            case ["GET", "supporttickets"]:
                return self._list(call, subscription)
            case ["GET", "supporttickets", _]:
                return Answer(body=self._ticket(call))
            case ["PUT", "supporttickets", _]:
                return self._create(call, subscription)
            case ["PATCH", "supporttickets", _]:
                return self._change(call)
            case ["GET", "operationsstatus", guid]:
                return self._status(call, guid)
            case ["GET", "operationresults", guid]:
                return self._result(call, guid)
            case _:
                raise errors.unknown_type("Microsoft.Support", call.parameter("api-version") or "")

    def _classifications(self, guid: str) -> list[dict[str, Any]]:
        try:
            return classifications(guid)
        except KeyError:
            raise _not_found(guid) from None

    def _availability(self, call: Call, subscription: str) -> dict[str, Any]:
        name = call.json_object().get("name")
        problem = name_problem(name if isinstance(name, str) else "")
        if problem:
            return {"message": problem, "nameAvailable": False, "reason": "Invalid"}
        if f"/subscriptions/{subscription}/providers/microsoft.support/supporttickets/{name}".lower() in self._tickets:
            return {"message": f"Name {name} is already in use.", "nameAvailable": False, "reason": "AlreadyExists"}
        return {"nameAvailable": True}

    def _ticket(self, call: Call) -> Body:
        try:
            return self._tickets["/" + "/".join(call.lowered)]
        except KeyError:
            raise _not_found(call.segments[-1]) from None

    def _list(self, call: Call, subscription: str) -> Answer:
        prefix = f"/subscriptions/{subscription}/".lower()
        wanted = _filter(call.parameter("$filter") or "")
        found = [ticket for key, ticket in self._tickets.items() if key.startswith(prefix) and wanted(ticket)]
        size = positive(call, "$top", 25)
        if size > 100:
            raise invalid(f"$top: {size} is more than 100")
        return page(sorted(found, key=_created, reverse=True), call, size)

    def _create(self, call: Call, subscription: str) -> Answer:
        name = call.segments[-1]
        if problem := name_problem(name):
            raise SupportError(400, "InvalidData", problem)
        properties = check_request(call.json_object(), subscription)
        ticket_id = f"/subscriptions/{subscription}/providers/Microsoft.Support/supportTickets/{name}"
        existing = self._tickets.get(ticket_id.lower())
        if existing and self._support.second_put == "refuse":
            message = f"A support ticket with the name '{name}' exists already."
            raise SupportError(409, "ResourceAlreadyExists", message)
        number: str | None = None
        if existing:
            number = str((existing.get("properties") or {}).get("supportTicketId", name))
        elif (self._support.plan or "none").lower() not in _TOO_LOW:
            number = self._next_number()
            plan = self._support.plan or ""
            self._tickets[ticket_id.lower()] = opened(ticket_id, properties, number=number, plan=plan, now=self._now())
        return self._accepted(call, subscription, ticket_id, number)

    def _accepted(self, call: Call, subscription: str, ticket_id: str, number: str | None) -> Answer:
        guid = str(uuid.uuid4())
        digest = hashlib.sha512(guid.encode()).hexdigest()
        # ARM signs these addresses: some 3 kB that have to come back as they are.
        signature = {
            "t": str(int(self._now().timestamp())),
            "c": "MII" + digest * 23,
            "s": digest * 2,
            "h": digest[:43],
        }
        self._operations[guid] = _Operation(
            ticket=ticket_id.lower(), number=number, looks_left=self._support.polls_until_done, signature=signature
        )
        version = call.parameter("api-version")
        query = "&".join([f"api-version={version}", *(f"{key}={value}" for key, value in signature.items())])
        start = f"{call.base}/subscriptions/{subscription}/providers/Microsoft.Support"
        headers = {
            "azure-asyncoperation": f"{start}/operationsStatus/{guid}?{query}",
            "location": f"{start}/operationResults/{guid}?{query}",
        }
        return Answer(status=202, headers=headers)

    def _change(self, call: Call) -> Answer:
        ticket = changed(self._ticket(call), call.json_object(), self._now())
        self._tickets[str(ticket["id"]).lower()] = ticket
        if ticket["properties"]["status"] != "Closed":
            return Answer(body=ticket)
        return Answer(body={**ticket, "properties": {**ticket["properties"], "status": "closed"}})

    def _operation(self, call: Call, guid: str) -> _Operation:
        operation = self._operations.get(guid)
        if operation is None:
            raise _not_found(guid)
        if any(call.parameter(key) != value for key, value in operation.signature.items()):
            raise ArmError(
                403, "AuthorizationFailed", "The signature of the operation's address is wrong.", gateway=True
            )
        return operation

    def _status(self, call: Call, guid: str) -> Answer:
        operation = self._operation(call, guid)
        body: dict[str, Any] = {"id": call.path, "status": "InProgress"}
        if operation.looks_left > 0:
            operation.looks_left -= 1
        elif operation.number is None:
            message = (
                f"Your support plan type is {_plan_name(self._support.plan)}. To create and update support tickets, and "
                "add communication operations, you need access to our high tier-support plans. Learn more at "
                "https://aka.ms/supportapi"
            )
            body |= {"status": "Failed", "error": {"code": "InvalidSupportPlan", "message": message}}
        else:
            told = {"supportTicketCreationWarning": "", "supportTicketId": operation.number}
            body |= {"status": "Succeeded", "properties": told}
        return Answer(body=body)

    def _result(self, call: Call, guid: str) -> Answer:
        operation = self._operation(call, guid)
        if operation.looks_left > 0:
            operation.looks_left -= 1
            return Answer(status=202, headers={"location": f"{call.base}{call.path}?{_query(call)}"})
        if operation.number is None:
            raise _not_found(operation.ticket)
        return Answer(body=self._tickets[operation.ticket])

    def _next_number(self) -> str:
        """Sixteen digits that begin with the date."""
        self._opened += 1
        return f"{self._now():%y%m%d}0010{self._opened:06d}"


def _query(call: Call) -> str:
    return "&".join(f"{key}={value}" for key, value in call.query.items())


def _plan_name(plan: str | None) -> str:
    return "Free" if plan is None or plan.lower() == "none" else plan


def _named(items: list[dict[str, Any]], name: str) -> dict[str, Any]:
    found = next((item for item in items if item["name"] == name), None)
    if found is None:
        raise _not_found(name)
    return found


def _not_found(name: str) -> ArmError:
    return ArmError(404, "ResourceNotFound", f"The resource '{name}' was not found.")


def _created(ticket: Body) -> str:
    return str((ticket.get("properties") or {}).get("createdDate", ""))


def _filter(text: str) -> Callable[[Body], bool]:
    """What a ``$filter`` asks for; raises ``SupportError`` 400 for what the service cannot filter by."""
    clauses: list[Callable[[Mapping[str, Any]], bool]] = []
    for part in re.split(r"\s+and\s+", text.strip(), flags=re.IGNORECASE) if text.strip() else ():
        match = _CLAUSE.match(part)
        name, operators = _FIELDS.get(match["field"].lower(), ("", set())) if match else ("", set())
        if match is None or match["operator"].lower() not in operators:
            raise invalid(f"$filter: {part!r} is not understood")
        value = match["value"].strip("'")
        clauses.append(_equals(name, value) if operators == {"eq"} else _created_from(match["operator"].lower(), value))
    return lambda ticket: all(clause(ticket.get("properties") or {}) for clause in clauses)


def _equals(name: str, value: str) -> Callable[[Mapping[str, Any]], bool]:
    """Ids are asked for by their whole path or by their GUID."""

    def holds(properties: Mapping[str, Any]) -> bool:
        given = str(properties.get(name, "")).lower()
        return value.lower() in (given, given.rpartition("/")[2])

    return holds


def _created_from(operator: str, value: str) -> Callable[[Mapping[str, Any]], bool]:
    try:
        since = _moment(value)
    except ValueError:
        raise invalid(f"$filter: {value!r} is no time") from None

    def holds(properties: Mapping[str, Any]) -> bool:
        created = _moment(str(properties.get("createdDate", "0001-01-01")))
        return created > since if operator == "gt" else created >= since

    return holds


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
