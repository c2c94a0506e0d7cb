"""The ``$filter`` of the lists of Microsoft.Support."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from ops.sandbox.errors import invalid
from ops.sandbox.wire import Body

_CLAUSE = re.compile(r"^(?P<field>\w+)\s+(?P<operator>eq|gt|ge)\s+(?P<value>'[^']*'|\S+)$", re.IGNORECASE)
_CREATED = "createddate"


def wanted(text: str, fields: Mapping[str, str]) -> Callable[[Body], bool]:
    """What a filter asks for. ``fields``: the properties that can be asked for with ``eq``, by name in lower case.

    The date of creation can be asked for besides, with ``gt`` or ``ge``. Raises ``SupportError`` 400 for all else.
    """
    clauses: list[Callable[[Mapping[str, Any]], bool]] = []
    for part in re.split(r"\s+and\s+", text.strip(), flags=re.IGNORECASE) if text.strip() else ():
        match = _CLAUSE.match(part)
        field, operator = (match["field"].lower(), match["operator"].lower()) if match else ("", "")
        if match and field == _CREATED and operator != "eq":
            clauses.append(_created_from(operator, match["value"].strip("'")))
        elif match and field in fields and operator == "eq":
            clauses.append(_equals(fields[field], match["value"].strip("'")))
        else:
            raise invalid(f"$filter: {part!r} is not understood")
    return lambda item: all(clause(item.get("properties") or {}) for clause in clauses)


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
