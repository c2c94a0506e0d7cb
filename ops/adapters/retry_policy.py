"""The one owner of retries: a pipeline policy that lets tenacity call the rest of the pipeline again.

The SDK's own policy waits as long as ``Retry-After`` says, without a cap, and repeats a PUT on any 5xx; ours never
repeats a write that may have happened. Pages and operation polls go through the same pipeline and are retried too.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientConnectorCertificateError, ClientConnectorError
from azure.core.exceptions import (
    DecodeError,
    ServiceRequestError,
    ServiceRequestTimeoutError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
)
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import AsyncHTTPPolicy, AsyncRetryPolicy
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    retry_if_result,
    stop_after_attempt,
    wait_exponential_jitter,
    wait_random,
)

TOO_MANY_REQUESTS = 429
_TRANSIENT = frozenset({408, 500, 502, 503, 504})
_READING_POSTS = ("/providers/microsoft.resourcegraph/resources", "/checknameavailability")
QUEUED = "phsm_queued_seconds"
"""Key of the request context: how long our own pace held the request back. That time does not count for the deadline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrySettings:
    """How often and how long one request is tried. All times in seconds; ``read_seconds`` is between two bytes."""

    attempts: int = 5
    deadline_seconds: float = 90.0
    longest_wait_seconds: float = 30.0
    first_wait_seconds: float = 0.5
    connect_seconds: float = 10.0
    read_seconds: float = 30.0


class RetryPolicy(AsyncHTTPPolicy[Any, Any]):
    """Tries a request again where that is safe, and gives the last answer or error when it is not."""

    def __init__(self, settings: RetrySettings) -> None:
        super().__init__()
        self._settings = settings
        self._retry_after = AsyncRetryPolicy().get_retry_after
        self._backoff = wait_exponential_jitter(
            multiplier=settings.first_wait_seconds,
            max=settings.longest_wait_seconds,
            jitter=settings.first_wait_seconds,
        )
        self._jitter = wait_random(0, settings.first_wait_seconds)

    async def send(self, request: PipelineRequest[Any]) -> PipelineResponse[Any, Any]:
        reads = only_reads(request.http_request)
        attempts = stop_after_attempt(self._settings.attempts)
        request.context[QUEUED] = 0.0

        def out_of_patience(state: RetryCallState) -> bool:
            spent = (state.seconds_since_start or 0.0) - request.context[QUEUED]
            return (
                state.upcoming_sleep > self._settings.longest_wait_seconds + self._settings.first_wait_seconds
                or spent + state.upcoming_sleep > self._settings.deadline_seconds
            )

        retrying = AsyncRetrying(
            retry=retry_if_result(lambda response: _may_repeat(response.http_response.status_code, reads))
            | retry_if_exception(lambda error: _may_send_again(error, reads)),
            wait=self._wait,
            stop=lambda state: attempts(state) or out_of_patience(state),
            retry_error_callback=_last_outcome,
        )
        try:
            response: PipelineResponse[Any, Any] = await retrying(self.next.send, request)
        except ServiceResponseTimeoutError as error:
            told = f"no answer within {self._settings.read_seconds:g} s"
            raise ServiceResponseTimeoutError(told, error=error.inner_exception) from error
        except ServiceRequestTimeoutError as error:
            told = f"no connection within {self._settings.connect_seconds:g} s"
            raise ServiceRequestTimeoutError(told, error=error.inner_exception) from error
        return response

    def _wait(self, state: RetryCallState) -> float:
        """What Azure asks for, and a little more so that not all come back at once; else longer from time to time."""
        answer = _answer(state)
        asked = self._retry_after(answer) if answer is not None else None
        return self._backoff(state) if asked is None else asked + self._jitter(state)


def only_reads(request: Any) -> bool:
    """Whether a request changes nothing: GET, HEAD, and the two POSTs that only ask."""
    if request.method in ("GET", "HEAD"):
        return True
    path = request.url.partition("?")[0].rstrip("/").lower()
    return bool(request.method == "POST" and path.endswith(_READING_POSTS))


def _may_repeat(status: int, reads: bool) -> bool:
    return status == TOO_MANY_REQUESTS or (reads and status in _TRANSIENT)


def _may_send_again(error: BaseException, reads: bool) -> bool:
    if isinstance(error, DecodeError):
        status = error.status_code or 200
        return _may_repeat(status, reads) or (reads and status < 400)
    if isinstance(error, ServiceRequestTimeoutError):  # no connection within connect_seconds
        return True
    if isinstance(error, ServiceRequestError):
        # azure-core calls every broken connection a request error, also when the request was on its way already
        cause = error.inner_exception
        if isinstance(cause, ClientConnectorError):
            return not isinstance(cause, ClientConnectorCertificateError)  # a wrong certificate stays wrong
        return reads and cause is not None
    return reads and isinstance(error, (ServiceResponseError, UnicodeError, zlib.error, OSError))


def _answer(state: RetryCallState) -> PipelineResponse[Any, Any] | None:
    if state.outcome is None or state.outcome.failed:
        return None
    response: PipelineResponse[Any, Any] = state.outcome.result()
    return response


def _last_outcome(state: RetryCallState) -> PipelineResponse[Any, Any]:
    assert state.outcome is not None
    response: PipelineResponse[Any, Any] = state.outcome.result()  # raises the error of the last attempt as it was
    return response
