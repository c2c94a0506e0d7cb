"""Azure's own ids of the requests that wrote something: what its support asks for when a write is in doubt."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import SansIOHTTPPolicy

from ops.adapters.retry_policy import only_reads
from ops.model.untrusted import one_line

_HEADERS = ("x-ms-request-id", "x-ms-correlation-request-id")
_LONGEST = 80
_noted: ContextVar[list[str] | None] = ContextVar("noted", default=None)


@contextmanager
def noted() -> Iterator[list[str]]:
    """The ids in the answers to writes while this lasts, in the order of the answers, each once; a read has none here."""
    ids: list[str] = []
    token = _noted.set(ids)
    try:
        yield ids
    finally:
        _noted.reset(token)


class RequestIdNotes(SansIOHTTPPolicy[Any, Any]):
    """Notes the ids of every answer to a write, those of attempts that are tried again too."""

    def on_response(self, request: PipelineRequest[Any], response: PipelineResponse[Any, Any]) -> None:
        ids = _noted.get()
        if ids is None or only_reads(request.http_request):
            return
        for header in _HEADERS:
            value = one_line(response.http_response.headers.get(header) or "", _LONGEST)
            if value and value not in ids:
                ids.append(value)
