"""A sandbox in a process of its own, which ends with its owner."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ops.errors import ConfigProblem, PhsmError

_START_SECONDS = 60.0
_STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """Where a sandbox listens. ``ca_bundle`` and ``config`` are files; ``config`` is None when the estate brings none."""

    endpoint: str
    ca_bundle: str
    config: str | None
    name: str


@contextmanager
def running(estate: str, *, port: int = 0) -> Iterator[Serving]:
    """A sandbox of this estate (a name or a file) while the context lasts; ``port`` 0 = any free one.

    Raises ``ConfigProblem`` when the estate has mistakes or there is none of this name.
    """
    command = [sys.executable, "-P", "-m", "ops.sandbox", estate, "--port", str(port)]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as messages:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=messages,
            text=True,
            start_new_session=True,  # Ctrl-C is for the owner, who still needs the sandbox to end well
        )
        assert process.stdin is not None
        assert process.stdout is not None
        with process.stdout:
            try:
                line = _first_line(process)
                if not line:
                    _end(process)
                    messages.seek(0)
                    raise _why(process.returncode, estate, messages.read())
                yield Serving(**json.loads(line))
            finally:
                _end(process)


def _first_line(process: subprocess.Popen[str]) -> str:
    """What the child prints when it listens; ``""`` when it ends before, or does not listen in time."""
    assert process.stdout is not None
    deadline = threading.Timer(_START_SECONDS, process.kill)
    deadline.daemon = True
    deadline.start()
    try:
        return process.stdout.readline()
    finally:
        deadline.cancel()


def _end(process: subprocess.Popen[str]) -> None:
    """Ends the child by its own handle: it leaves when its standard input closes; else it is made to."""
    assert process.stdin is not None
    process.stdin.close()
    for force in (process.terminate, process.kill):
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            force()
        else:
            return
    process.wait(_STOP_SECONDS)


def _why(code: int, estate: str, messages: str) -> PhsmError:
    what, *rest = messages.strip().splitlines() or ["it said nothing"]
    if code != ConfigProblem.exit_code:
        return PhsmError(f"the sandbox {estate} did not start (exit code {code}): {[what, *rest][-1]}")
    tips = [line.removeprefix("try: ") for line in rest if line.startswith("try: ")]
    mistakes = tuple(line.strip() for line in rest if not line.startswith("try: "))
    return ConfigProblem(what, mistakes, tip="; ".join(tips))
