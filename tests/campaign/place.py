"""A sandbox in this process: served by a thread, watched, and told from outside what it holds."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from ops.sandbox.azure import Azure, utc_now
from ops.sandbox.estate_values import EstateFile
from ops.sandbox.server import Server
from ops.sandbox.wire import Answer, Call

_SECONDS = 20.0
_WRITES = ("PUT", "PATCH", "POST")
_READING_POSTS = ("/providers/microsoft.resourcegraph/resources", "/checknameavailability")


def writes(method: str, path: str) -> bool:
    """Whether a request changes something."""
    return method in _WRITES and not path.lower().endswith(_READING_POSTS)


@dataclass(frozen=True, slots=True)
class Kill:
    """Which request is the last of the process that sends it, and whether it still takes effect."""

    request: int
    when: Literal["before", "after"]


@dataclass(slots=True)
class Watch:
    """``asked``: method and path of all requests. ``victim``: the process id that ``kill`` is for."""

    kill: Kill | None = None
    victim: Future[int] = field(default_factory=Future)
    asked: list[tuple[str, str]] = field(default_factory=list)

    @property
    def written(self) -> list[tuple[str, str]]:
        return [one for one in self.asked if writes(*one)]


class WatchedAzure(Azure):
    """An Azure that kills who asks it, if it is told to."""

    def __init__(self, estate: EstateFile, now: Callable[[], datetime] = utc_now) -> None:
        super().__init__(estate, now)
        self.watch = Watch()

    def answer(self, call: Call, *, authorized: bool, correlation_id: str) -> Answer:
        self.watch.asked.append((call.method, call.path))
        kill = self.watch.kill
        if kill is None or kill.request != len(self.watch.asked):
            return super().answer(call, authorized=authorized, correlation_id=correlation_id)
        if kill.when == "after":
            super().answer(call, authorized=authorized, correlation_id=correlation_id)
        os.kill(self.watch.victim.result(_SECONDS), signal.SIGKILL)
        return Answer(status=503)  # nobody is there to read it


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where it listens, and what it really holds."""

    azure: WatchedAzure
    endpoint: str
    ca_bundle: str

    @property
    def name(self) -> str:
        """What a command calls this sandbox."""
        return self.endpoint.removeprefix("https://")

    def tickets(self) -> list[dict[str, Any]]:
        return self.azure.desk.truth()


@contextmanager
def serving(azure: WatchedAzure) -> Iterator[Place]:
    """A sandbox while the context lasts."""
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    listening: Future[tuple[int, Path]] = Future()

    async def serve() -> None:
        with tempfile.TemporaryDirectory(prefix="phsm-campaign-") as folder:
            try:
                async with Server(azure, "campaign").listening(0, Path(folder)) as where:
                    listening.set_result(where)
                    await stop.wait()
            finally:
                if not listening.done():
                    listening.set_exception(RuntimeError("the sandbox does not listen"))

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    try:
        port, ca_bundle = listening.result(_SECONDS)
        yield Place(azure=azure, endpoint=f"https://127.0.0.1:{port}", ca_bundle=str(ca_bundle))
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(_SECONDS)
        loop.close()
