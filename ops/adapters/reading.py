"""One reading as a fact: the value, or Absent, or a Gap that says why not."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

from ops.adapters import failure
from ops.adapters.together import attempt
from ops.adapters.wire_value import WireProblem
from ops.model import arm_id
from ops.model.fact import ABSENT, Absent, Gap

FactT = TypeVar("FactT")
_NO_ID = "its id is no id of such a resource"


async def known(reading: Coroutine[Any, Any, FactT], subject: str, what: str) -> FactT | Gap:
    """The fact, or why it could not be read."""
    result = await attempt(reading)
    return _gap(subject, what, result) if isinstance(result, Exception) else result


async def existing(reading: Coroutine[Any, Any, FactT], resource_id: str, what: str) -> FactT | Absent | Gap:
    """The resource, Absent where ARM says that there is none, or why it could not be read."""
    result = await attempt(reading)
    if isinstance(result, Exception):
        return ABSENT if failure.is_absence(result) else _gap(resource_id, what, result)
    return result


def _gap(subject: str, what: str, error: Exception) -> Gap:
    return Gap(subject=subject, what=what, reason=failure.reason(error))


def parts(resource_id: str, kind: str) -> tuple[str, str, str]:
    """Subscription, resource group and name in the id of a resource of this kind. Raises WireProblem for another id."""
    subscription, group = arm_id.subscription(resource_id), arm_id.resource_group(resource_id)
    name = arm_id.segment(resource_id, kind)
    if not (subscription and group and name) or name != arm_id.name(resource_id):
        raise WireProblem(_NO_ID)
    return subscription, group, name


def as_json(answer: Any) -> object:
    """What ARM sent: a model keeps it whole, and a body that is no object comes through as it is."""
    return answer.as_dict() if hasattr(answer, "as_dict") else answer
