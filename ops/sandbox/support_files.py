"""File workspaces: where evidence lies before there is a ticket, and what a ticket takes over.

A file is announced with its size and then comes in chunks; it is whole when all of them are there.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from ops.sandbox.errors import SupportError, invalid, not_allowed, unknown_item
from ops.sandbox.support_names import file_name_problem, ticket_name_problem
from ops.sandbox.support_ticket import told, wire_time
from ops.sandbox.support_tickets import number_of
from ops.sandbox.wire import Answer, Body, Call

_MOST_BYTES = 5_242_880
_MOST_CHUNK = 2_621_440
_KEPT = timedelta(hours=24)
_KEPT_WITH_TICKET = timedelta(days=548)  # the service keeps tickets for 18 months


class _Announced(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, strict=True)

    file_size: Annotated[int, Field(ge=1, le=_MOST_BYTES)]
    chunk_size: Annotated[int, Field(ge=1, le=_MOST_CHUNK)]
    number_of_chunks: Annotated[int, Field(ge=1, le=2)]

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.chunk_size > self.file_size:
            raise ValueError("chunkSize is more than fileSize")
        needed = -(-self.file_size // self.chunk_size)
        if self.number_of_chunks != needed:
            raise ValueError(f"numberOfChunks has to be {needed} with this fileSize and chunkSize")
        return self

    def size_of(self, index: int) -> int:
        """The bytes of a chunk: only the last may be smaller than the others."""
        is_last = index == self.number_of_chunks - 1
        return self.file_size - self.chunk_size * index if is_last else self.chunk_size


class _Chunk(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, strict=True)

    chunk_index: int
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    name: str
    announced: _Announced
    created: datetime
    chunks: dict[int, bytes] = field(default_factory=dict)

    @property
    def content(self) -> bytes | None:
        """All of it; None while chunks are missing."""
        count = self.announced.number_of_chunks
        return b"".join(self.chunks[index] for index in range(count)) if len(self.chunks) == count else None


@dataclass(slots=True, kw_only=True)
class _Workspace:
    """``ticket``: the id of the ticket whose own it is."""

    id: str
    created: datetime
    expires: datetime
    ticket: str | None = None
    files: dict[str, _File] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        properties = {"expirationTime": wire_time(self.expires), "createdOn": wire_time(self.created)}
        return _body(self.id, "Microsoft.Support/fileWorkspaces", properties)

    def file(self, name: str) -> _File:
        if name.lower() not in self.files:
            raise unknown_item(name)
        return self.files[name.lower()]

    def file_body(self, file: _File) -> dict[str, Any]:
        properties = {"createdOn": wire_time(file.created), **file.announced.model_dump(by_alias=True)}
        return _body(f"{self.id}/files/{file.name}", "Microsoft.Support/files", properties)


class FileWorkspaces:
    """Workspaces by id in lower case."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._workspaces: dict[str, _Workspace] = {}

    def answer(self, call: Call, subscription: str) -> Answer:
        """Answers a request for a workspace or what is in it; raises ``ArmError``."""
        workspace_id = self._id(subscription, call.segments[5])
        match [call.method, *call.lowered[6:]]:
            case ["PUT"]:
                return self._make(call, workspace_id)
            case ["GET"]:
                return Answer(body=self._get(workspace_id).body())
            case ["GET", "files"]:
                workspace = self._get(workspace_id)
                return Answer(body={"value": [workspace.file_body(file) for file in workspace.files.values()]})
            case ["GET", "files", name]:
                workspace = self._get(workspace_id)
                return Answer(body=workspace.file_body(workspace.file(name)))
            case ["PUT", "files", _]:
                return self._announce(call, self._get(workspace_id))
            case ["POST", "files", name, "upload"]:
                _upload(call, self._get(workspace_id).file(name))
                return Answer(status=204)
            case _:
                raise not_allowed(call.method)

    def is_there(self, subscription: str, name: str) -> bool:
        workspace = self._workspaces.get(self._id(subscription, name).lower())
        return workspace is not None and workspace.expires > self._now()

    def hand_over(self, subscription: str, ticket: Body, given: str | None) -> None:
        """Makes the workspace of a ticket, which bears its number, from the one that was asked for.

        Raises ``SupportError`` 400 when there is none of that name.
        """
        files: dict[str, _File] = {}
        if given is not None:
            if not self.is_there(subscription, given):
                raise invalid(f"fileWorkspaceName: there is no file workspace {given}")
            files = self._workspaces.pop(self._id(subscription, given).lower()).files
        workspace_id = self._id(subscription, number_of(ticket))
        self._workspaces[workspace_id.lower()] = _Workspace(
            id=workspace_id,
            created=self._now(),
            expires=self._now() + _KEPT_WITH_TICKET,
            ticket=str(ticket["id"]),
            files=files,
        )

    def contents(self) -> Iterator[Mapping[str, Any]]:
        """All files as they are; ``content`` and ``sha256`` of whole ones only."""
        for workspace in self._workspaces.values():
            for file in workspace.files.values():
                content = file.content
                yield {
                    "workspace": workspace.id.rpartition("/")[2],
                    "ticket": workspace.ticket,
                    "name": file.name,
                    "size": file.announced.file_size,
                    "complete": content is not None,
                    "sha256": None if content is None else hashlib.sha256(content).hexdigest(),
                    "content": None if content is None else base64.b64encode(content).decode(),
                }

    def _id(self, subscription: str, name: str) -> str:
        return f"/subscriptions/{subscription}/providers/Microsoft.Support/fileWorkspaces/{name}"

    def _get(self, workspace_id: str) -> _Workspace:
        found = self._workspaces.get(workspace_id.lower())
        if found is None or found.expires <= self._now():
            raise unknown_item(workspace_id.rpartition("/")[2])
        return found

    def _make(self, call: Call, workspace_id: str) -> Answer:
        """A workspace that is there already stays as it is, with its files."""
        name = call.segments[5]
        workspace = self._workspaces.get(workspace_id.lower())
        if workspace is None or workspace.expires <= self._now():
            if problem := ticket_name_problem(name):
                raise SupportError(400, "InvalidData", problem)
            now = self._now()
            workspace = _Workspace(id=workspace_id, created=now, expires=now + _KEPT)
            self._workspaces[workspace_id.lower()] = workspace
        location = f"{call.base}{workspace.id}?api-version={call.parameter('api-version')}"
        return Answer(status=201, body=workspace.body(), headers={"location": location})

    def _announce(self, call: Call, workspace: _Workspace) -> Answer:
        """A file of the same name begins anew, without chunks."""
        name = call.segments[-1]
        if why := file_name_problem(name):
            raise invalid(f"fileName: {why}")
        try:
            announced = _Announced.model_validate(call.json_object().get("properties"))
        except ValidationError as problem:
            raise invalid(told(problem)) from None
        file = _File(name=name, announced=announced, created=self._now())
        workspace.files[name.lower()] = file
        return Answer(status=201, body=workspace.file_body(file))


def _upload(call: Call, file: _File) -> None:
    try:
        chunk = _Chunk.model_validate(call.json_object())
        content = base64.b64decode(chunk.content, validate=True)
    except ValidationError as problem:
        raise invalid(told(problem)) from None
    except (binascii.Error, ValueError):
        raise invalid("content: it is no base64") from None
    count = file.announced.number_of_chunks
    if not 0 <= chunk.chunk_index < count:
        raise invalid(f"chunkIndex: {chunk.chunk_index} is not from 0 to {count - 1}")
    size = file.announced.size_of(chunk.chunk_index)
    if len(content) != size:
        raise invalid(f"content: chunk {chunk.chunk_index} has {len(content)} bytes instead of {size}")
    file.chunks[chunk.chunk_index] = content


def _body(id: str, kind: str, properties: Body) -> dict[str, Any]:
    return {"id": id, "name": id.rpartition("/")[2], "type": kind, "properties": dict(properties)}
