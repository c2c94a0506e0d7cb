"""The whole pretended Azure: which service answers which request."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from ops.sandbox import errors
from ops.sandbox.arm import Arm
from ops.sandbox.estate_values import EstateFile
from ops.sandbox.faults import Faults, action_of
from ops.sandbox.holdings import Holdings
from ops.sandbox.limits import Throttle
from ops.sandbox.resource_graph import ResourceGraph
from ops.sandbox.support_desk import SupportDesk
from ops.sandbox.wire import Answer, Body, Call


def utc_now() -> datetime:
    """The time, without fractions of a second, as Azure's support desk writes it."""
    return datetime.now(UTC).replace(microsecond=0)


class Azure:
    """All services over one estate. Its state are what it holds, tickets, registrations and what throttling counted.

    ``now``: the clock of the support desk, in UTC.
    """

    def __init__(self, estate: EstateFile, now: Callable[[], datetime] = utc_now) -> None:
        holdings = Holdings(estate)
        self.faults = Faults(estate.faults)
        self.latency = estate.latency_ms / 1000
        self._throttle = Throttle(estate.limits, time.monotonic, lambda: utc_now().isoformat())
        self._arm = Arm(estate, holdings)
        self._holdings = holdings
        self.desk = SupportDesk(estate, now)
        self._graph = ResourceGraph(
            estate, holdings, self.desk.graphed, lambda arm_id: self.faults.refuses(arm_id) or holdings.hides(arm_id)
        )

    def answer(self, call: Call, *, authorized: bool, correlation_id: str) -> Answer:
        """Answers one request; never raises ``ArmError``."""
        headers: Mapping[str, str] = {}
        try:
            if not authorized:
                raise errors.unauthenticated()
            if not call.segments:
                raise errors.ArmError(404, "NotFound", "There is nothing here.")
            if not call.parameter("api-version"):
                raise errors.missing_api_version()
            if self._holdings.hides(call.path):
                raise errors.refused(action_of(call), call.path)
            headers = self._throttle.admit(call, correlation_id)
            answer = self._route(call)
        except errors.ArmError as problem:
            return Answer(status=problem.status, body=problem.body(), headers={**headers, **problem.headers})
        return Answer(status=answer.status, body=answer.body, headers={**headers, **answer.headers})

    def change(self, patch: Body) -> None:
        """What happens by itself: a resource, subscription, ticket or message of this id is patched, or added.

        Raises ``ArmError`` for an id that nothing can have, and for values that a subscription cannot have.
        """
        match str(patch.get("id", "")).lower().split("/"):
            case ["", "subscriptions", key, *_] if key not in self._holdings.subscriptions:
                raise errors.unknown_subscription(key)
            case ["", "subscriptions", key]:
                self._holdings.change_subscription(key, patch)
            case ["", "subscriptions", _, "providers", "microsoft.support", "supporttickets", _, *_]:
                self.desk.receive(patch)
            case ["", "subscriptions", _, "resourcegroups" | "providers", _, *_]:
                self._holdings.change(patch)
            case _:
                raise errors.ArmError(400, "InvalidRequestContent", f"{patch.get('id')!r} is no ARM id.")

    def remove(self, arm_id: str) -> None:
        """Takes a resource away; raises ``ArmError`` 404 when it is not there."""
        if not self._holdings.remove(arm_id):
            raise errors.unknown_item(arm_id)

    def _route(self, call: Call) -> Answer:
        match call.lowered:
            case ["providers", "microsoft.resourcegraph", "resources"]:
                return self._graph.answer(call)
            case ["providers", "microsoft.support", *_] | ["subscriptions", _, "providers", "microsoft.support", _, *_]:
                return self.desk.answer(call)
            case _:
                return self._arm.answer(call)
