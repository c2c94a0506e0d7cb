"""The faults of an estate file: which request they hit, and how often still."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from ops.sandbox import errors
from ops.sandbox.estate_values import Fault
from ops.sandbox.wire import Answer, Call

_VERBS = {"GET": "read", "PUT": "write", "PATCH": "write", "DELETE": "delete"}


class Faults:
    """Counts down the faults that happen a number of times only."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self._faults = faults
        self._left = [1 if fault.nth and fault.times is None else fault.times for fault in faults]
        self._met = [0 for _ in faults]

    def hitting(self, method: str, path: str) -> Iterator[Fault]:
        """The faults that hit this request, in the order of the file, up to the first that decides the answer."""
        matching = [index for index in range(len(self._faults)) if self._matches(index, method, path)]
        for index in matching:
            self._met[index] += 1
        for index in matching:
            fault = self._faults[index]
            if self._left[index] == 0 or self._met[index] < (fault.nth or 1):
                continue
            left = self._left[index]
            if left is not None:
                self._left[index] = left - 1
            yield fault
            if decides(fault):
                return

    def refuses(self, arm_id: str) -> bool:
        """Whether reading this id is refused now, not one request alone; nothing is counted down."""
        return any(
            fault.status == 403 and not fault.nth and self._left[index] != 0 and self._matches(index, "GET", arm_id)
            for index, fault in enumerate(self._faults)
        )

    def _matches(self, index: int, method: str, path: str) -> bool:
        fault = self._faults[index]
        return fnmatchcase(method, fault.method.upper()) and fnmatchcase(path.lower(), fault.path.lower())


def decides(fault: Fault) -> bool:
    """Whether the fault does more than to slow the answer down."""
    return bool(fault.status or fault.reset or fault.hang or fault.body is not None or fault.truncate is not None)


def takes_effect(fault: Fault) -> bool:
    """Whether Azure does all the same what it is asked."""
    if fault.takes_effect or fault.reset == "after":
        return True
    return not (fault.reset or fault.hang or fault.status or fault.body is not None)


def fault_answer(fault: Fault, call: Call) -> Answer | None:
    """The answer that a fault puts in the place of the real one, if it does."""
    if fault.body is not None:
        return Answer(
            status=fault.status or 200, body=fault.body, headers={"content-type": "text/html"} | fault.headers
        )
    if fault.status is None:
        return None
    if fault.status < 400:
        return Answer(status=fault.status, headers=fault.headers)
    problem = _problem(fault.status, fault.code or errors.default_code(fault.status), call)
    headers = {**problem.headers, **fault.headers}
    if not any(name.lower() == "retry-after" for name in fault.headers):
        headers.pop("Retry-After", None)
    return Answer(status=fault.status, body=problem.body(), headers=headers)


def _problem(status: int, code: str, call: Call) -> errors.ArmError:
    match code:
        case "AuthorizationFailed":
            return errors.refused(action_of(call), call.path)
        case "SubscriptionRequestsThrottled" if "/providers/microsoft.resourcegraph/" in call.path.lower():
            return errors.throttled_graph("", "")
        case "SubscriptionRequestsThrottled":
            return errors.throttled(
                call.segments[1] if len(call.segments) > 1 else "", 10, _VERBS.get(call.method, "write")
            )
        case _ if status == 401:
            return errors.unauthenticated(code, "The access token is from the wrong issuer.")
        case _:
            return errors.ArmError(status, code, f"The request was answered with {code} by a fault of the sandbox.")


def action_of(call: Call) -> str:
    """The action that a request needs the right to: ``Microsoft.Network/virtualNetworks/subnets/read``."""
    lowered = call.lowered
    kind = "Microsoft.Resources/subscriptions"
    if "providers" in lowered:
        last = len(lowered) - 1 - lowered[::-1].index("providers")
        kind = "/".join([*call.segments[last + 1 : last + 2], *call.segments[last + 2 :: 2]])
    return f"{kind}/{_VERBS.get(call.method, 'action')}"
