"""The tickets of all subscriptions: opened, listed, changed, and seen late."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from ops.sandbox.errors import SupportError, invalid, unknown_item
from ops.sandbox.estate_values import Support
from ops.sandbox.merge_patch import merged
from ops.sandbox.support_filter import wanted
from ops.sandbox.support_lag import Lag
from ops.sandbox.support_names import ticket_name_problem
from ops.sandbox.support_operations import Failure, Operations
from ops.sandbox.support_plan import covers, plan_failure
from ops.sandbox.support_ticket import changed, check_request, opened
from ops.sandbox.wire import Answer, Body, Call, page, positive

_ENGINEER = "support-engineer@example.com"
_MOST, _USUAL = 100, 25
_FIELDS = {
    "status": "status",
    "serviceid": "serviceId",
    "problemclassificationid": "problemClassificationId",
}
_GRAPHED = (
    "supportTicketId",
    "title",
    "severity",
    "status",
    "createdDate",
    "modifiedDate",
    "serviceId",
    "serviceDisplayName",
    "problemClassificationId",
    "problemClassificationDisplayName",
    "technicalTicketDetails",
)


class Tickets:
    """Tickets by id in lower case."""

    def __init__(self, support: Support, operations: Operations, now: Callable[[], datetime]) -> None:
        self._support = support
        self._operations = operations
        self._now = now
        self._engineer = {"emailAddress": _ENGINEER} if support.engineer_assigned else {}
        self._tickets: dict[str, Body] = {}
        for ticket in support.tickets:
            if self._engineer and not (ticket.get("properties") or {}).get("supportEngineer"):
                ticket = merged(ticket, {"properties": {"supportEngineer": self._engineer}})
            self._tickets[str(ticket["id"]).lower()] = ticket
        self._by_name = Lag(support.closing_lag)
        self._in_list = Lag(support.ticket_lag)
        self._in_graph = Lag(support.graph_lag)
        self._opened = 0

    def all(self) -> Mapping[str, Body]:
        """What there is, whether it is shown already or not."""
        return self._tickets

    def find(self, ticket_id: str, *, look: bool = True) -> Body | None:
        """The ticket with this id, if it is there for those who ask for it by its name."""
        key = ticket_id.lower()
        if key not in self._tickets or not self._is_visible(key, look=look):
            return None
        return self._tickets[key]

    def get(self, ticket_id: str) -> Body:
        """As ``find``; raises ``ArmError`` 404."""
        found = self.find(ticket_id)
        if found is None:
            raise unknown_item(ticket_id.rpartition("/")[2])
        return found

    def read(self, ticket_id: str) -> Answer:
        """The answer to a GET by name: it may still show a ticket as open that was closed."""
        found = self.get(ticket_id)
        return Answer(body=self._by_name.seen({ticket_id.lower(): found})[0])

    def listed(self, call: Call, subscription: str) -> Answer:
        holds = wanted(call.parameter("$filter") or "", _FIELDS)
        size = positive(call, "$top", _USUAL)
        if size > _MOST:
            raise invalid(f"$top: {size} is more than {_MOST}")
        goes_on = bool(call.parameter("$skiptoken"))
        seen = self._in_list.seen(self._visible(f"/subscriptions/{subscription}/", look=not goes_on), goes_on=goes_on)
        return page(sorted(filter(holds, seen), key=_created, reverse=True), call, size)

    def graphed(self, *, goes_on: bool) -> list[Body]:
        """The rows of Resource Graph; ``goes_on``: a further page of the query before."""
        seen = self._in_graph.seen(self._visible("/", look=not goes_on), goes_on=goes_on)
        return [
            {
                "id": ticket["id"],
                "name": ticket.get("name") or str(ticket["id"]).rpartition("/")[2],
                "type": "microsoft.support/supporttickets",
                "properties": {name: told[name] for name in _GRAPHED if name in told},
            }
            for ticket in seen
            for told in [ticket.get("properties") or {}]
        ]

    def create(self, call: Call, subscription: str, hand_over: Callable[[Body, str | None], None]) -> Answer:
        """Opens a ticket. ``hand_over``: told the new ticket and the file workspace that was asked for with it."""
        name = call.segments[-1]
        if problem := ticket_name_problem(name):
            raise SupportError(400, "InvalidData", problem)
        properties = check_request(call.json_object(), subscription)
        ticket_id = f"/subscriptions/{subscription}/providers/Microsoft.Support/supportTickets/{name}"
        key = ticket_id.lower()
        if existing := self._tickets.get(key):
            if self._support.second_put == "refuse":
                message = f"A support ticket with the name '{name}' exists already."
                raise SupportError(409, "ResourceAlreadyExists", message)
            return self._operations.begin(call, subscription, about=key, number=number_of(existing))
        failure = plan_failure(self._support.plan)
        if failure is None:
            self._must_be_covered(properties["severity"])
            failure = self._quota_failure(subscription)
        if failure:
            return self._operations.begin(call, subscription, about=key, number="", failure=failure)
        ticket = opened(
            ticket_id,
            properties,
            number=self._next_number(),
            plan=self._support.plan or "",
            engineer=self._engineer,
            now=self._now(),
        )
        hand_over(ticket, properties.get("fileWorkspaceName"))
        self._tickets[key] = ticket
        self._in_list.changed(key, None)
        self._in_graph.changed(key, None)
        return self._operations.begin(call, subscription, about=key, number=number_of(ticket))

    def change(self, call: Call) -> Answer:
        """A PATCH. That the ticket is closed is told in another case than it is read later."""
        former = self.get(call.path)
        # Told by operations with certainty; how a PATCH, which has none, says it is not known.
        if failure := plan_failure(self._support.plan):
            raise SupportError(400, failure.code, failure.message)
        change = call.json_object()
        ticket = changed(former, change, self._now())
        if "severity" in change:
            self._must_be_covered(change["severity"])
        self._replace(former, ticket)
        if ticket["properties"].get("status") != "Closed":
            return Answer(body=ticket)
        return Answer(body={**ticket, "properties": {**ticket["properties"], "status": "closed"}})

    def merge(self, ticket_id: str, patch: Body) -> None:
        """What Microsoft does to a ticket: seen at once. Raises ``ArmError`` 404."""
        key = ticket_id.lower()
        if key not in self._tickets:
            raise unknown_item(ticket_id)
        self._tickets[key] = merged(self._tickets[key], {**patch, "id": self._tickets[key]["id"]})

    def _replace(self, former: Body, ticket: Body) -> None:
        key = str(ticket["id"]).lower()
        self._tickets[key] = ticket
        for view in (self._by_name, self._in_list, self._in_graph):
            view.changed(key, former)

    def _visible(self, prefix: str, *, look: bool) -> dict[str, Body]:
        return {
            key: ticket
            for key, ticket in self._tickets.items()
            if key.startswith(prefix.lower()) and self._is_visible(key, look=look)
        }

    def _is_visible(self, key: str, *, look: bool) -> bool:
        return self._support.visible == "accepted" or self._operations.is_done(key, look=look)

    def _must_be_covered(self, severity: str) -> None:
        if not covers(self._support, severity):
            raise invalid()  # it does not tell that the plan is the reason

    def _quota_failure(self, subscription: str) -> Failure | None:
        most = self._support.max_open_tickets
        prefix = f"/subscriptions/{subscription}/".lower()
        count = sum(1 for key, ticket in self._tickets.items() if key.startswith(prefix) and _is_open(ticket))
        if most is None or count < most:
            return None
        message = f"The quota of {most} open support tickets is exceeded. Close tickets, then open new ones."
        return Failure(code="QuotaExceeded", message=message)

    def _next_number(self) -> str:
        """Sixteen digits that begin with the date."""
        self._opened += 1
        return f"{self._now():%y%m%d}0010{self._opened:06d}"


def number_of(ticket: Body) -> str:
    """The number that people quote; of a ticket without, its name."""
    return str((ticket.get("properties") or {}).get("supportTicketId") or str(ticket["id"]).rpartition("/")[2])


def _is_open(ticket: Body) -> bool:
    return str((ticket.get("properties") or {}).get("status", "")).lower() != "closed"


def _created(ticket: Body) -> str:
    return str((ticket.get("properties") or {}).get("createdDate", ""))
