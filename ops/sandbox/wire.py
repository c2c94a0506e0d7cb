"""A request and an answer of the sandbox, apart from the HTTP server that carries them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from ops.sandbox.errors import ArmError

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request. ``base`` is ``https://host:port`` as the client wrote it: links to further pages start with it."""

    method: str
    path: str
    base: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def segments(self) -> list[str]:
        """The parts of the path as they were written."""
        return [part for part in self.path.split("/") if part]

    @property
    def lowered(self) -> list[str]:
        """The parts of the path in lower case: ARM tells paths apart without case."""
        return [part.lower() for part in self.segments]

    def parameter(self, name: str) -> str | None:
        """A query parameter; ARM tells their names apart without case."""
        return next((value for key, value in self.query.items() if key.lower() == name.lower()), None)

    def json_object(self) -> dict[str, Any]:
        """The body, which has to be a JSON object; else ``ArmError`` 400."""
        try:
            found = json.loads(self.body)
        except ValueError as problem:
            raise ArmError(400, "InvalidRequestContent", f"The request content was invalid: {problem}.") from None
        if not isinstance(found, dict):
            raise ArmError(400, "InvalidRequestContent", "The request content was invalid: an object is expected.")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is sent back. ``body`` None is an empty body; text is sent as it is, all else as JSON."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


def positive(call: Call, name: str, default: int) -> int:
    """A query parameter that is a positive number; else ``ArmError`` 400."""
    text = call.parameter(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise ArmError(400, "InvalidParameterValue", f"The value '{text}' of the parameter '{name}' is invalid.")
    return int(text)


def page(items: Sequence[Body], call: Call, size: int) -> Answer:
    """One page of a list, with a ``nextLink`` on the client's own endpoint while there is more."""
    start = int(text) if (text := call.parameter("$skiptoken") or "0").isdigit() else 0
    body: dict[str, Any] = {"value": list(items[start : start + size])}
    if start + size < len(items):
        kept = {key: value for key, value in call.query.items() if key.lower() != "$skiptoken"}
        body["nextLink"] = f"{call.base}{call.path}?{urlencode(kept | {'$skiptoken': str(start + size)})}"
    return Answer(body=body)
