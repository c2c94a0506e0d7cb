"""The whole pretended Azure: which service answers which request."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime

from ops.sandbox import errors
from ops.sandbox.arm import Arm
from ops.sandbox.estate_values import EstateFile
from ops.sandbox.faults import Faults, action_of
from ops.sandbox.holdings import Holdings
from ops.sandbox.limits import Throttle
from ops.sandbox.resource_graph import ResourceGraph
from ops.sandbox.support_desk import SupportDesk
from ops.sandbox.wire import Answer, Call


def utc_now() -> datetime:
    """The time, without fractions of a second, as Azure's support desk writes it."""
    return datetime.now(UTC).replace(microsecond=0)


class Azure:
    """All services over one estate. Its state are tickets, provider registrations and what throttling has counted."""

    def __init__(self, estate: EstateFile) -> None:
        holdings = Holdings(estate)
        self.faults = Faults(estate.faults)
        self.latency = estate.latency_ms / 1000
        self._throttle = Throttle(estate.limits, time.monotonic, lambda: utc_now().isoformat())
        self._arm = Arm(estate, holdings)
        self._holdings = holdings
        self._graph = ResourceGraph(
            estate, holdings, lambda arm_id: self.faults.refuses(arm_id) or holdings.hides(arm_id)
        )
        self._desk = SupportDesk(estate, utc_now)

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

    def _route(self, call: Call) -> Answer:
        match call.lowered:
            case ["providers", "microsoft.resourcegraph", "resources"]:
                return self._graph.answer(call)
            case ["providers", "microsoft.support", *_] | ["subscriptions", _, "providers", "microsoft.support", _, *_]:
                return self._desk.answer(call)
            case _:
                return self._arm.answer(call)
