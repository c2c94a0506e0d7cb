"""Throttling as Azure does it: a token bucket per subscription for ARM reads, a window of queries for Resource Graph."""

from __future__ import annotations

import math
from collections.abc import Callable

from ops.sandbox import errors
from ops.sandbox.estate_values import GraphLimit, Limits, ReadLimit
from ops.sandbox.wire import Call

_UNLIMITED_READS, _WRITES, _UNLIMITED_QUERIES = 11999, 1199, 14


class Throttle:
    """``clock`` gives seconds from any start, ``stamp`` the time for a message."""

    def __init__(self, limits: Limits, clock: Callable[[], float], stamp: Callable[[], str]) -> None:
        self._limits = limits
        self._clock = clock
        self._stamp = stamp
        self._buckets: dict[str, tuple[float, float]] = {}
        self._window: tuple[float, int] = (-math.inf, 0)

    def admit(self, call: Call, correlation_id: str) -> dict[str, str]:
        """The headers that tell what is left; raises ``ArmError`` 429 when nothing is."""
        lowered = call.lowered
        if lowered[:2] == ["providers", "microsoft.resourcegraph"]:
            return self._query(self._limits.graph, correlation_id)
        scope = lowered[1] if lowered[0] == "subscriptions" and len(lowered) > 1 else ""
        side = "subscription" if scope else "tenant"
        if call.method != "GET":
            return {f"x-ms-ratelimit-remaining-{side}-writes": str(_WRITES)}
        left = self._read(self._limits.reads, scope) if self._limits.reads else _UNLIMITED_READS
        return {f"x-ms-ratelimit-remaining-{side}-reads": str(left)}

    def _read(self, limit: ReadLimit, scope: str) -> int:
        now = self._clock()
        tokens, since = self._buckets.get(scope, (float(limit.bucket), now))
        tokens = min(limit.bucket, tokens + (now - since) * limit.per_second)
        if tokens < 1:
            self._buckets[scope] = (tokens, now)
            raise errors.throttled(scope, max(1, math.ceil((1 - tokens) / limit.per_second)))
        self._buckets[scope] = (tokens - 1, now)
        return int(tokens - 1)

    def _query(self, limit: GraphLimit | None, correlation_id: str) -> dict[str, str]:
        if limit is None:
            return _quota(_UNLIMITED_QUERIES, 5)
        now = self._clock()
        since, used = self._window
        if now - since >= limit.seconds:
            since, used = now, 0
        resets = max(1, math.ceil(since + limit.seconds - now))
        if used >= limit.bucket:
            problem = errors.throttled_graph(self._stamp(), correlation_id)
            problem.headers |= _quota(0, resets) | {"Retry-After": str(resets)}
            raise problem
        self._window = (since, used + 1)
        return _quota(limit.bucket - used - 1, resets)


def _quota(left: int, seconds: int) -> dict[str, str]:
    minutes, rest = divmod(seconds, 60)
    return {"x-ms-user-quota-remaining": str(left), "x-ms-user-quota-resets-after": f"00:{minutes:02}:{rest:02}"}
