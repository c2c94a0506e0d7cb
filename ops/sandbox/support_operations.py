"""The operations of Microsoft.Support: accepted at once, done or failed after some looks."""

from __future__ import annotations

import hashlib
import math
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ops.sandbox.errors import ArmError, unknown_item
from ops.sandbox.estate_values import Support
from ops.sandbox.wire import Answer, Body, Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why an operation fails."""

    code: str
    message: str


@dataclass(slots=True, kw_only=True)
class _Operation:
    """Something on its way. ``about`` is the id of what it makes, ``number`` that of the ticket."""

    about: str
    number: str
    failure: Failure | None
    looks_left: float
    signature: Mapping[str, str]
    address_left: float

    def look(self) -> bool:
        """Whether it has come to its end; each look brings it nearer."""
        is_done = self.looks_left <= 0
        self.looks_left -= 0 if is_done else 1
        return is_done


class Operations:
    """All operations of a desk."""

    def __init__(self, support: Support, now: Callable[[], datetime]) -> None:
        self._support = support
        self._now = now
        self._operations: dict[str, _Operation] = {}
        self._making: dict[str, _Operation] = {}

    def begin(
        self, call: Call, subscription: str, *, about: str, number: str, failure: Failure | None = None
    ) -> Answer:
        """Accepts a request; the answer tells where to look."""
        guid = str(uuid.uuid4())
        digest = hashlib.sha512(guid.encode()).hexdigest()
        # ARM signs these addresses: some 3 kB that have to come back as they are.
        signature = {
            "t": str(int(self._now().timestamp())),
            "c": "MII" + digest * 23,
            "s": digest * 2,
            "h": digest[:43],
        }
        expires = self._support.poll_url_expires_after
        operation = _Operation(
            about=about,
            number=number,
            failure=failure,
            looks_left=math.inf if self._support.never_ends else self._support.polls_until_done,
            signature=signature,
            address_left=math.inf if expires is None else expires,
        )
        self._operations[guid] = operation
        if failure is None:
            self._making.setdefault(about, operation)
        version = call.parameter("api-version")
        query = "&".join([f"api-version={version}", *(f"{key}={value}" for key, value in signature.items())])
        start = f"{call.base}/subscriptions/{subscription}/providers/Microsoft.Support"
        headers = {
            "azure-asyncoperation": f"{start}/operationsStatus/{guid}?{query}",
            "location": f"{start}/operationResults/{guid}?{query}",
        }
        return Answer(status=202, headers=headers)

    def is_done(self, about: str, *, look: bool) -> bool:
        """Whether what has this id is there. ``look``: who looks for it brings it nearer, as a poll does."""
        operation = self._making.get(about)
        if operation is None:
            return True
        return operation.look() if look else operation.looks_left <= 0

    def status(self, call: Call, guid: str) -> Answer:
        operation = self._operation(call, guid)
        body: dict[str, Any] = {"id": call.path, "status": "InProgress"}
        if not self._look(operation):
            pass
        elif operation.failure:
            error = {"code": operation.failure.code, "message": operation.failure.message}
            body |= {"status": "Failed", "error": error}
        else:
            told = {"supportTicketCreationWarning": "", "supportTicketId": operation.number}
            body |= {"status": "Succeeded", "properties": told}
        return Answer(body=body)

    def result(self, call: Call, guid: str, find: Callable[[str], Body | None]) -> Answer:
        """What the operation made, which ``find`` knows by its id."""
        operation = self._operation(call, guid)
        if not self._look(operation):
            query = "&".join(f"{key}={value}" for key, value in call.query.items())
            return Answer(status=202, headers={"location": f"{call.base}{call.path}?{query}"})
        found = None if operation.failure else find(operation.about)
        if found is None:
            raise unknown_item(operation.about)
        return Answer(body=found)

    def _look(self, operation: _Operation) -> bool:
        is_done = operation.look()
        if is_done and operation.failure is None:
            self._making[operation.about].looks_left = 0  # that of a second request may end before that of the first
        return is_done

    def _operation(self, call: Call, guid: str) -> _Operation:
        operation = self._operations.get(guid)
        if operation is None:
            raise unknown_item(guid)
        if any(call.parameter(key) != value for key, value in operation.signature.items()):
            raise ArmError(
                403, "AuthorizationFailed", "The signature of the operation's address is wrong.", gateway=True
            )
        if operation.address_left <= 0:
            message = "The signature of the operation's address has expired."
            raise ArmError(403, "ExpiredAuthenticationToken", message, gateway=True)
        operation.address_left -= 1
        return operation
