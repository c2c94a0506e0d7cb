"""``/_sandbox``: what a sandbox is, what it was asked, what it really holds, and how to change that while it runs.

``GET /_sandbox``, ``/_sandbox/requests``, ``/_sandbox/tickets``, ``/_sandbox/files``; ``PUT /_sandbox/resources`` with a
merge patch (RFC 7396) that names its ``id``: of a resource, which is added where it is not there, of a subscription, of a
ticket or of a message on one; ``DELETE /_sandbox/resources?id=...``. No token is needed, and no fault hits these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ops.sandbox.azure import Azure
from ops.sandbox.errors import ArmError, not_allowed
from ops.sandbox.wire import Answer, Call

_ROOT = "/_sandbox"


def is_control(path: str) -> bool:
    """Whether a request is for the sandbox itself and not for Azure."""
    return path == _ROOT or path.startswith(f"{_ROOT}/")


class Control:
    """``log`` is what Azure was asked so far; it grows."""

    def __init__(self, azure: Azure, name: str, log: Sequence[Mapping[str, Any]]) -> None:
        self._azure = azure
        self._name = name
        self._log = log

    def answer(self, call: Call) -> Answer:
        """Answers one request; never raises ``ArmError``."""
        try:
            return Answer(body=self._told(call))
        except ArmError as problem:
            return Answer(status=problem.status, body=problem.body())

    def _told(self, call: Call) -> dict[str, Any]:
        match [call.method, *call.segments[1:]]:
            case ["GET"]:
                return {"name": self._name}
            case ["GET", "requests"]:
                return {"requests": list(self._log)}
            case ["GET", "tickets"]:
                return {"tickets": self._azure.desk.truth()}
            case ["GET", "files"]:
                return {"files": self._azure.desk.files()}
            case ["PUT", "resources"]:
                patch = call.json_object()
                self._azure.change(patch)
                return {"changed": patch["id"]}
            case ["DELETE", "resources"]:
                arm_id = call.parameter("id") or ""
                self._azure.remove(arm_id)
                return {"removed": arm_id}
            case _:
                raise not_allowed(call.method)
