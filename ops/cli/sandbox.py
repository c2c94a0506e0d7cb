"""``phsm sandbox``: the embedded Azure, on its own."""

from __future__ import annotations

import shlex
import signal
import threading

import click

from ops.cli.options import FORMAT, Group
from ops.cli.screen import emit, say
from ops.wiring import Settings


@click.group(cls=Group)
def sandbox() -> None:
    """An embedded Azure, to try everything without a subscription."""


@sandbox.command("list")
@click.option("--format", "format_", type=FORMAT, default="text", show_default=True)
def list_(format_: str) -> int:
    """List the estates that come with phsm."""
    from ops.reports.run_json import dumps
    from ops.sandbox.estate_file import estates

    found = estates()
    if format_ == "json":
        emit(dumps({"schema": "phsm.estates/1", "estates": dict(found)}), None)
    else:
        longest = max(len(name) for name in found)
        emit("".join(f"{name:<{longest}}   {description}\n" for name, description in found.items()), None)
    return 0


@sandbox.command()
@click.argument("estate", metavar="NAME_OR_FILE")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 takes any free port.")
@click.pass_obj
def serve(settings: Settings, estate: str, port: int) -> int:
    """Keep an estate running for other commands, until Ctrl-C. Prints the lines that point them at it."""
    from ops.sandbox.child import running

    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    with running(estate, port=port) as serving:
        lines = {"PHSM_ARM_ENDPOINT": serving.endpoint, "PHSM_CA_BUNDLE": serving.ca_bundle}
        if serving.config:
            lines["PHSM_CONFIG"] = serving.config
        emit("".join(f"export {name}={shlex.quote(value)}\n" for name, value in lines.items()), None)
        if not settings.quiet:
            say(f"serving {serving.name}; Ctrl-C ends it")
        while not stop.wait(timeout=3600):
            pass
    return 0
