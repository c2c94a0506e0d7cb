"""``python -m ops.sandbox NAME_OR_FILE [--port N]``: serves an estate until its standard input closes.

Prints one line of JSON when it listens. A bad estate: its mistakes on standard error, exit code 2.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ops.errors import ConfigProblem
from ops.sandbox import yaml_text
from ops.sandbox.azure import Azure
from ops.sandbox.estate_file import load
from ops.sandbox.estate_values import EstateFile
from ops.sandbox.example_config import EXAMPLE_CONFIG
from ops.sandbox.server import Server


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m ops.sandbox", description="An embedded Azure over HTTPS.")
    parser.add_argument("estate", metavar="NAME_OR_FILE")
    parser.add_argument("--port", type=int, default=0, metavar="N", help="0, the default, takes any free port")
    options = parser.parse_args()
    try:
        estate = load(options.estate)
    except ConfigProblem as problem:
        tip = (f"try: {problem.tip}",) if problem.tip else ()
        sys.stderr.write("\n".join((problem.what, *(f"  {mistake}" for mistake in problem.mistakes), *tip)) + "\n")
        return problem.exit_code
    try:
        asyncio.run(_serve(estate, options.estate, options.port))
    except OSError as problem:
        sys.stderr.write(f"port {options.port} on 127.0.0.1 cannot be used: {problem.strerror}\n")
        return ConfigProblem.exit_code
    return 0


async def _serve(estate: EstateFile, given: str, port: int) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stop.set)
    threading.Thread(target=_wait_for_end_of_input, args=(loop, stop), daemon=True).start()
    name = Path(given).name if Path(given).suffix else given
    with tempfile.TemporaryDirectory(prefix="phsm-sandbox-") as folder:
        config = _config_file(estate, Path(folder))
        async with Server(Azure(estate), name).listening(port, Path(folder)) as (bound, ca_bundle):
            line = {
                "endpoint": f"https://127.0.0.1:{bound}",
                "ca_bundle": str(ca_bundle),
                "config": str(config) if config else None,
                "name": name,
            }
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()
            await stop.wait()


def _wait_for_end_of_input(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """A killed owner closes the pipe: nobody is left who would end us."""
    try:
        while os.read(0, 4096):
            pass
    except OSError:
        pass  # no standard input at all is as good as a closed one
    loop.call_soon_threadsafe(stop.set)


def _config_file(estate: EstateFile, folder: Path) -> Path | None:
    if not estate.config:
        return None
    path = folder / "phsm.yaml"
    path.write_text(yaml_text.write(_merged(EXAMPLE_CONFIG, estate.config)), encoding="utf-8")
    return path


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(below)
    for key, value in above.items():
        known = result.get(key)
        if isinstance(known, Mapping) and isinstance(value, Mapping):
            value = _merged(known, value)
        result[key] = value
    return result


if __name__ == "__main__":
    sys.exit(main())
