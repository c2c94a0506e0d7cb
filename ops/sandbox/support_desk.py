"""Microsoft.Support: services and their problem classifications, tickets, the messages on them, and files.

A ticket can be seen from the moment its request is accepted, also where the connection dies before the 202 arrives;
an estate may have it seen only when its operation is done. A missing support plan is told by the operation alone, after
a 202, and then there is no ticket.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from ops.sandbox import errors
from ops.sandbox.estate_values import EstateFile
from ops.sandbox.support_communications import Communications
from ops.sandbox.support_files import FileWorkspaces
from ops.sandbox.support_names import communication_name_problem, ticket_name_problem
from ops.sandbox.support_operations import Operations
from ops.sandbox.support_services import classifications, services
from ops.sandbox.support_tickets import Tickets
from ops.sandbox.wire import Answer, Body, Call

_TICKETS = "microsoft.support/supporttickets"
_COMMUNICATIONS = "microsoft.support/communications"
_WORKSPACES = "microsoft.support/fileworkspaces"


class SupportDesk:
    """The support desk of all subscriptions of an estate."""

    def __init__(self, estate: EstateFile, now: Callable[[], datetime]) -> None:
        self._subscriptions = {item.id.lower() for item in estate.subscriptions}
        self._operations = Operations(estate.support, now)
        self._tickets = Tickets(estate.support, self._operations, now)
        self._communications = Communications(estate.support, self._operations, now)
        self._workspaces = FileWorkspaces(now)
        for ticket in estate.support.tickets:
            self._workspaces.hand_over(str(ticket["id"]).split("/")[2], ticket, None)

    def answer(self, call: Call) -> Answer:
        """Answers a request to Microsoft.Support; raises ``ArmError``."""
        segments = call.segments
        match [call.method, *call.lowered]:
            case ["GET", "providers", _, "services"]:
                return Answer(body={"value": services()})
            case ["GET", "providers", _, "services", guid]:
                return Answer(body=_named(services(), guid))
            case ["GET", "providers", _, "services", guid, "problemclassifications", *rest]:
                known = _classifications(guid)
                return Answer(body=_named(known, rest[0]) if rest else {"value": known})
            case ["GET" | "POST" | "PUT" | "PATCH", "subscriptions", key, _, _, *rest]:
                if key not in self._subscriptions:
                    raise errors.unknown_subscription(segments[1])
                return self._in_subscription(call, segments[1], rest)
            case _:
                raise errors.not_allowed(call.method)

    def graphed(self, *, goes_on: bool) -> list[Body]:
        """The tickets as Resource Graph shows them."""
        return self._tickets.graphed(goes_on=goes_on)

    def truth(self) -> list[dict[str, Any]]:
        """All tickets as they are, shown already or not, with their messages and the names of their files."""
        files = list(self._workspaces.contents())
        return [
            {
                **ticket,
                "communications": list(self._communications.of(ticket).values()),
                "files": [file["name"] for file in files if file["ticket"] == ticket["id"]],
            }
            for ticket in self._tickets.all().values()
        ]

    def files(self) -> list[Body]:
        """All files of all workspaces, as ``FileWorkspaces.contents`` tells them."""
        return list(self._workspaces.contents())

    def receive(self, patch: Body) -> None:
        """What Microsoft does: to a ticket, or a message on it, by its id. Raises ``ArmError`` 404 for no ticket."""
        ticket_id, is_message = _ticket_of(str(patch["id"]))
        if not is_message:
            self._tickets.merge(ticket_id, patch)
            return
        ticket = self._tickets.all().get(ticket_id.lower())
        if ticket is None:
            raise errors.unknown_item(ticket_id)
        self._communications.receive(ticket, str(patch["id"]), patch.get("properties") or {})

    def _in_subscription(self, call: Call, subscription: str, rest: list[str]) -> Answer:
        match [call.method, *rest]:
            case ["POST", "checknameavailability"]:
                return Answer(body=self._availability(call, subscription))
            case ["GET", "supporttickets"]:
                return self._tickets.listed(call, subscription)
            case ["GET", "supporttickets", _]:
                return self._tickets.read(call.path)
            case ["PUT", "supporttickets", _]:
                return self._tickets.create(
                    call, subscription, lambda ticket, given: self._workspaces.hand_over(subscription, ticket, given)
                )
            case ["PATCH", "supporttickets", _]:
                return self._tickets.change(call)
            case ["GET" | "POST" | "PUT", "supporttickets", _, *inside]:
                return self._in_ticket(call, subscription, inside)
            case ["GET" | "POST" | "PUT", "fileworkspaces", _, *_]:
                return self._workspaces.answer(call, subscription)
            case ["GET", "operationsstatus", guid]:
                return self._operations.status(call, guid)
            case ["GET", "operationresults", guid]:
                return self._operations.result(call, guid, self._made)
            case _:
                raise errors.unknown_type("Microsoft.Support", call.parameter("api-version") or "")

    def _in_ticket(self, call: Call, subscription: str, inside: list[str]) -> Answer:
        ticket = self._tickets.get("/" + "/".join(call.segments[:6]))
        match [call.method, *inside]:
            case ["POST", "checknameavailability"]:
                name = _asked(call, _COMMUNICATIONS)
                found = self._communications.find(ticket, f"{ticket['id']}/communications/{name}")
                return Answer(body=_told(name, communication_name_problem(name), is_taken=found is not None))
            case ["GET", "communications"]:
                return self._communications.listed(call, ticket)
            case ["GET", "communications", _]:
                return self._communications.get(call, ticket)
            case ["PUT", "communications", _]:
                return self._communications.create(call, subscription, ticket)
            case _:
                raise errors.unknown_type("Microsoft.Support", call.parameter("api-version") or "")

    def _availability(self, call: Call, subscription: str) -> dict[str, Any]:
        name = _asked(call, _TICKETS, _COMMUNICATIONS, _WORKSPACES)
        match str(call.json_object()["type"]).lower():
            case "microsoft.support/communications":
                return _told(name, communication_name_problem(name), is_taken=False)
            case "microsoft.support/fileworkspaces":
                taken = self._workspaces.is_there(subscription, name)
                return _told(name, ticket_name_problem(name), is_taken=taken)
            case _:
                ticket_id = f"/subscriptions/{subscription}/providers/Microsoft.Support/supportTickets/{name}"
                taken = self._tickets.find(ticket_id, look=False) is not None
                return _told(name, ticket_name_problem(name), is_taken=taken)

    def _made(self, about: str) -> Body | None:
        """What an operation made: a ticket, or a message on one."""
        ticket_id, is_message = _ticket_of(about)
        ticket = self._tickets.all().get(ticket_id)
        return self._communications.of(ticket).get(about) if ticket and is_message else ticket


def _ticket_of(id: str) -> tuple[str, bool]:
    """The id of the ticket in this id, and whether it is the id of something in it."""
    parts = id.split("/")
    return "/".join(parts[:7]), len(parts) > 7


def _asked(call: Call, *kinds: str) -> str:
    """The name whose availability is asked for; raises ``ArmError`` 400 for a type that is none of these."""
    request = call.json_object()
    if str(request.get("type", "")).lower() not in kinds:
        raise errors.invalid(f"type: {request.get('type')} is not known here")
    name = request.get("name")
    return name if isinstance(name, str) else ""


def _told(name: str, problem: str | None, *, is_taken: bool) -> dict[str, Any]:
    if problem:
        return {"message": problem, "nameAvailable": False, "reason": "Invalid"}
    if is_taken:
        return {"message": f"Name {name} is already in use.", "nameAvailable": False, "reason": "AlreadyExists"}
    return {"nameAvailable": True}


def _classifications(guid: str) -> list[dict[str, Any]]:
    try:
        return classifications(guid)
    except KeyError:
        raise errors.unknown_item(guid) from None


def _named(items: list[dict[str, Any]], name: str) -> dict[str, Any]:
    found = next((item for item in items if item["name"] == name), None)
    if found is None:
        raise errors.unknown_item(name)
    return found
