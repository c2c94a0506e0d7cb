"""Azure Resource Graph: a small interpreter of the queries that look for resources and subscriptions.

``Resources``, ``ResourceContainers`` or ``SupportResources``, then any of ``where type =~ '...'``,
``where type in~ ('...', '...')``, ``project alias = path, ...`` and ``order by id asc``. Anything else is refused by
name, never answered wrongly.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from ops.sandbox import errors
from ops.sandbox.estate_values import EstateFile
from ops.sandbox.holdings import Holdings
from ops.sandbox.wire import Answer, Body, Call

_COLUMNS = ("id", "name", "type", "location", "subscriptionId", "resourceGroup", "tags", "sku", "properties", "zones")
_COLUMNS_BY_NAME = {name.lower(): name for name in _COLUMNS}
_IS = re.compile(r"^where\s+type\s*=~\s*(?P<values>'[^']*'|\"[^\"]*\")$", re.IGNORECASE)
_IN = re.compile(r"^where\s+type\s+in~\s*\((?P<values>[^()]*)\)$", re.IGNORECASE)
_LITERAL = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_COLUMN = re.compile(r"^(?:(?P<alias>\w+)\s*=\s*)?(?P<path>\w+(?:\.\w+)*)$")
_MOST = 1000

Rows = list[dict[str, Any]]


class Graphed(Protocol):
    """The support tickets as Graph knows them; ``goes_on``: it is asked for a further page."""

    def __call__(self, *, goes_on: bool) -> list[Body]: ...


class ResourceGraph:
    """``is_refused`` tells whether reading an id is refused: Graph does not show what its reader may not read."""

    def __init__(
        self, estate: EstateFile, holdings: Holdings, tickets: Graphed, is_refused: Callable[[str], bool]
    ) -> None:
        self._holdings = holdings
        self._tickets = tickets
        self._is_refused = is_refused
        self._page_size = estate.page_size or _MOST

    def answer(self, call: Call) -> Answer:
        """Answers a query; raises ``ArmError``."""
        if call.method != "POST":
            raise errors.not_allowed(call.method)
        request = call.json_object()
        query = request.get("query")
        if not isinstance(query, str) or not query.strip():
            raise _bad_request("InvalidQuery", "the query is missing")
        readable = self._readable(_texts(request, "subscriptions"), _texts(request, "managementGroups"))
        options = request.get("options") or {}
        top, start = _paging(options)
        tables: dict[str, Callable[[], Rows]] = {
            "resources": lambda: self._resources(readable),
            "resourcecontainers": lambda: self._containers(readable),
            "supportresources": lambda: self._shown(self._tickets(goes_on=start > 0), readable),
        }
        rows = _run(query, tables)
        size = min(top, self._page_size, _MOST)
        data = rows[start : start + size]
        body: dict[str, Any] = {"totalRecords": len(rows), "count": len(data), "data": data, "facets": []}
        body["resultTruncated"] = "false"
        if start + size < len(rows):
            if all("id" in row for row in data):
                body["$skipToken"] = base64.urlsafe_b64encode(f"from {start + size}".encode()).decode()
            else:
                body["resultTruncated"] = "true"  # a page can be continued only where rows have their id
        return Answer(body=body)

    def _readable(self, subscriptions: Sequence[str], management_groups: Sequence[str]) -> list[str]:
        known = self._holdings.subscriptions
        asked = [key for key in (item.lower() for item in subscriptions) if key in known]
        if not subscriptions:
            groups = {group.lower() for group in management_groups}
            asked = [
                key
                for key in known
                if not groups or groups & {group.lower() for group in self._holdings.ancestors(key)}
            ]
        if not asked and (subscriptions or management_groups):
            given = ", ".join([*subscriptions, *management_groups])
            message = (
                f"There must be at least one subscription that is eligible to contain resources. Given: '{given}'."
            )
            raise _bad_request("NoValidSubscriptionsInQueryRequest", message)
        readable = [key for key in asked if not self._is_refused(f"/subscriptions/{key}/")]
        if asked and not readable:
            raise errors.refused("Microsoft.Resources/subscriptions/resources/read", f"/subscriptions/{asked[0]}")
        return readable

    def _resources(self, readable: Sequence[str]) -> Rows:
        return self._shown(self._holdings.top_level(), readable)

    def _shown(self, bodies: Iterable[Body], readable: Sequence[str]) -> Rows:
        shown = set(readable)
        return [
            _row(body)
            for body in bodies
            if str(body["id"]).split("/")[2].lower() in shown and not self._is_refused(str(body["id"]))
        ]

    def _containers(self, readable: Sequence[str]) -> Rows:
        rows: Rows = []
        for key in readable:
            subscription = self._holdings.subscriptions[key]
            properties = {
                "state": subscription.state,
                "managementGroupAncestorsChain": [
                    {"name": group, "displayName": group} for group in self._holdings.ancestors(key)
                ],
            }
            body = {
                "id": f"/subscriptions/{subscription.id}",
                "name": subscription.display_name,
                "type": "microsoft.resources/subscriptions",
                "properties": properties,
            }
            rows.append(_row(body))
            for group in self._holdings.groups_of(key):
                rows.append(_row(dict(group) | {"type": "microsoft.resources/subscriptions/resourcegroups"}))
        return rows


def _row(body: Body) -> dict[str, Any]:
    parts = str(body["id"]).split("/")
    row = {name: body.get(name) for name in _COLUMNS}
    row["type"] = str(body["type"]).lower()
    row["subscriptionId"] = parts[2]
    row["resourceGroup"] = parts[4].lower() if len(parts) > 4 and parts[3].lower() == "resourcegroups" else ""
    return row


def _run(query: str, tables: Mapping[str, Callable[[], Rows]]) -> Rows:
    table, *steps = [" ".join(step.split()) for step in query.strip().rstrip(";").split("|")]
    if table.lower() not in tables:
        raise _not_understood(table)
    rows = tables[table.lower()]()
    for step in steps:
        match step.lower().split(" ")[0]:
            case "where":
                types = _types(step)
                rows = [row for row in rows if row.get("type") in types]
            case "project":
                rows = _project(rows, step)
            case "order" if step.lower() == "order by id asc":
                rows = sorted(rows, key=lambda row: str(row.get("id")).lower())
            case _:
                raise _not_understood(step)
    return rows


def _types(step: str) -> set[str]:
    match = _IS.match(step) or _IN.match(step)
    if match is None or re.sub(r"[\s,]", "", _LITERAL.sub("", match["values"])):
        raise _not_understood(step)
    return {(single or double).lower() for single, double in _LITERAL.findall(match["values"])}


def _project(rows: Rows, step: str) -> Rows:
    columns: dict[str, list[str]] = {}
    for item in step[len("project") :].split(","):
        match = _COLUMN.match(item.strip())
        if match is None:
            raise _not_understood(item.strip() or step)
        first, *rest = match["path"].split(".")
        columns[match["alias"] or match["path"].replace(".", "_")] = [_COLUMNS_BY_NAME.get(first.lower(), first), *rest]
    return [{name: _at(row, path) for name, path in columns.items()} for row in rows]


def _at(value: Any, path: Sequence[str]) -> Any:
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _texts(request: Body, name: str) -> list[str]:
    found = request.get(name) or []
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise _bad_request("InvalidRequest", f"{name} has to be a list of texts")
    return found


def _paging(options: Body) -> tuple[int, int]:
    top = options.get("$top", 100)
    if not isinstance(top, int) or not 1 <= top <= _MOST:
        raise _bad_request("InvalidPagingParameters", f"$top {top!r} is not between 1 and {_MOST}")
    token = options.get("$skipToken")
    if not token:
        return top, options.get("$skip") or 0
    try:
        return top, int(base64.urlsafe_b64decode(str(token)).decode().removeprefix("from "))
    except ValueError:
        raise _bad_request("InvalidPagingParameters", "the $skipToken is none of ours") from None


def _not_understood(part: str) -> errors.ArmError:
    return _bad_request("ParserFailure", f"the sandbox does not understand: {part}")


def _bad_request(code: str, message: str) -> errors.ArmError:
    detail = {"code": code, "message": message}
    return errors.ArmError(400, "BadRequest", "Please provide below info when asking for support.", details=(detail,))
