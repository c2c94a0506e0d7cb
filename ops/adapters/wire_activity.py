"""The activity log's JSON as values of the model. Pure.

https://learn.microsoft.com/rest/api/monitor/activity-logs/list
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ops.adapters.wire_value import WireProblem, as_object, moment, object_of, text_of, value_of
from ops.model import arm_id
from ops.model.estate import HSM_TYPE, Deletion

_DELETE = f"{HSM_TYPE}/delete".lower()
_DONE, _ON_ITS_WAY = "succeeded", ("accepted", "started")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    """One step of a delete; the steps of one operation have the correlation id in common."""

    hsm_id: str
    correlation: str
    status: str
    by: str
    at: datetime


def deletions(items: Iterable[object]) -> tuple[Deletion, ...]:
    """The deletes of HSMs among these events, the oldest first: those that were done, or are under way and did not fail."""
    operations: dict[tuple[str, str], list[_Event]] = {}
    for item in items:
        event = _event(item)
        if event is not None:
            operations.setdefault((arm_id.key(event.hsm_id), event.correlation), []).append(event)
    found = [deletion for events in operations.values() if (deletion := _deletion(events))]
    return tuple(sorted(found, key=lambda deletion: deletion.at))


def _event(item: object) -> _Event | None:
    body = as_object(item)
    if (text_of(object_of(body, "operationName"), "value") or "").lower() != _DELETE:
        return None
    hsm_id, at = text_of(body, "resourceId"), moment(value_of(body, "eventTimestamp"))
    if hsm_id is None or at is None:
        raise WireProblem("an event names no resource or no time")
    return _Event(
        hsm_id=hsm_id,
        correlation=text_of(body, "correlationId") or "",
        status=(text_of(object_of(body, "status"), "value") or "").lower(),
        by=text_of(body, "caller") or "",
        at=at,
    )


def _deletion(events: list[_Event]) -> Deletion | None:
    """Who asked for it may stand in only one of the steps."""
    done = [event for event in events if event.status == _DONE]
    if not done and not all(event.status in _ON_ITS_WAY for event in events):
        return None
    last = max(done or events, key=lambda event: event.at)
    by = last.by or next((event.by for event in events if event.by), "")
    return Deletion(hsm_id=last.hsm_id, by=by, at=last.at)
