"""The activity log: what was done to the resources of a subscription, as ``$filter`` asks for it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from ops.model import arm_id
from ops.sandbox.errors import ArmError
from ops.sandbox.estate_values import EstateFile
from ops.sandbox.wire import Body, Call

_CLAUSE = re.compile(r"(?P<field>\w+)\s+(?P<operator>eq|ge|le)\s+'(?P<value>[^']*)'", re.IGNORECASE)
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
_KEPT = timedelta(days=90)


class ActivityLog:
    """The events of an estate file; one without a time happened a day before the sandbox was started."""

    def __init__(self, estate: EstateFile) -> None:
        yesterday = (datetime.now(UTC) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        self._events: list[Body] = [{"eventTimestamp": yesterday, **event} for event in estate.activity_log]

    def events(self, call: Call, subscription: str) -> list[Body]:
        """Those of a subscription that the call wants, the newest first; raises ``ArmError``."""
        wanted = _filter(call.parameter("$filter") or "")
        found = [event for event in self._events if _subscription(event) == subscription and wanted(event)]
        shown = call.parameter("$select")
        names = [name.strip().lower() for name in shown.split(",")] if shown else []
        return [
            {key: value for key, value in event.items() if not names or key.lower() in names}
            for event in sorted(found, key=_time, reverse=True)
        ]


def _subscription(event: Body) -> str:
    return arm_id.subscription(str(event.get("resourceId", "")))


def _time(event: Body) -> datetime:
    return _moment(str(event["eventTimestamp"]))


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _filter(text: str) -> Callable[[Body], bool]:
    """What a ``$filter`` asks for: a range of time, whose beginning is needed, and a resource provider."""
    clauses: dict[tuple[str, str], str] = {}
    for part in _AND.split(text.strip()):
        match = _CLAUSE.fullmatch(part.strip())
        if match is None:
            raise _bad_request(f"The filter '{text}' is not understood.")
        clauses[match["field"].lower(), match["operator"].lower()] = match["value"]
    try:
        since = _moment(clauses.pop(("eventtimestamp", "ge")))
        until = _moment(clauses.pop(("eventtimestamp", "le"), "9999-12-31"))
    except (KeyError, ValueError):
        raise _bad_request("The filter needs eventTimestamp ge a time.") from None
    provider = clauses.pop(("resourceprovider", "eq"), "").lower()
    if clauses:
        raise _bad_request(f"The filter '{text}' is not understood.")
    if datetime.now(UTC) - since > _KEPT:
        raise _bad_request(f"The log is kept {_KEPT.days} days, and the filter begins before.")

    def holds(event: Body) -> bool:
        return since <= _time(event) <= until and (not provider or _provider(event) == provider)

    return holds


def _provider(event: Body) -> str:
    named: Any = event.get("resourceProviderName") or {}
    if value := named.get("value"):
        return str(value).lower()
    operation: Any = event.get("operationName") or {}
    return str(operation.get("value", "")).partition("/")[0].lower()


def _bad_request(message: str) -> ArmError:
    return ArmError(400, "BadRequest", message)
