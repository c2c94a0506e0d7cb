"""Slower than ARM's limits, so that nobody else's budget is eaten and few requests are refused.

ARM refills 25 reads a second per subscription and principal, up to 250:
https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
Resource Graph allows 15 queries in 5 seconds:
https://learn.microsoft.com/azure/governance/resource-graph/concepts/guidance-for-throttled-requests
"""

from __future__ import annotations

import asyncio
from typing import Any

from aiolimiter import AsyncLimiter
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import AsyncHTTPPolicy

from ops.adapters.retry_policy import QUEUED
from ops.model import arm_id

IN_FLIGHT = 32
_BURST, _BURST_SECONDS = 200, 10  # drains 20 a second
_GRAPH, _GRAPH_SECONDS = 15, 5


class Pace:
    """What the policies of one connection share: a bucket per subscription, one for Resource Graph, and the free slots."""

    def __init__(self) -> None:
        self.slots = asyncio.Semaphore(IN_FLIGHT)
        self._graph = AsyncLimiter(_GRAPH, _GRAPH_SECONDS)
        self._subscriptions: dict[str, AsyncLimiter] = {}

    def limiter(self, url: str) -> AsyncLimiter:
        """The bucket that a request to this URL draws from."""
        path = url.partition("?")[0]
        if "/providers/microsoft.resourcegraph/" in path.lower():
            return self._graph
        subscription = arm_id.subscription(path)
        return self._subscriptions.setdefault(subscription, AsyncLimiter(_BURST, _BURST_SECONDS))


class PacePolicy(AsyncHTTPPolicy[Any, Any]):
    """Holds a request back until its bucket and one of the slots allow it."""

    def __init__(self, pace: Pace) -> None:
        super().__init__()
        self._pace = pace

    async def send(self, request: PipelineRequest[Any]) -> PipelineResponse[Any, Any]:
        clock = asyncio.get_running_loop()
        queued_at = clock.time()
        await self._pace.limiter(request.http_request.url).acquire()
        async with self._pace.slots:
            request.context[QUEUED] = request.context.get(QUEUED, 0.0) + clock.time() - queued_at
            return await self.next.send(request)
