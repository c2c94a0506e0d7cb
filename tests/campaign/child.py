"""``phsm tickets open --apply`` as a process that can be killed: forked from one that has loaded everything already."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from pkgutil import iter_modules

import ops.checks
from tests.campaign.estate import CONFIG
from tests.campaign.place import Place

_COMMAND = ("tickets", "open", "--apply", "--quiet")
_SECONDS = 60.0
_LOADED = (
    "ops.cli.main",
    "ops.cli.tickets",
    "ops.reports.receipts",
    "ops.reports.plan",
    "tests.campaign.run",
    "azure.mgmt.network.aio",
    *(f"ops.checks.{module.name}" for module in iter_modules(ops.checks.__path__)),
)


def context() -> ForkServerContext:
    """What starts the processes."""
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(list(_LOADED))
    return found


def command(place: Place, ledger: Path, *, audit: int = 0) -> tuple[ForkServerProcess, Connection]:
    """The process, not yet started, and where it tells at its end how often it called the system about its ledger.

    ``audit``: before which of these calls it is killed.
    """
    config = ledger.parent / "phsm.yaml"
    config.write_text(json.dumps(CONFIG), "utf-8")
    environment = {
        "PHSM_ARM_ENDPOINT": place.endpoint,
        "PHSM_CA_BUNDLE": place.ca_bundle,
        "PHSM_CONFIG": str(config),
        "PHSM_LEDGER_DIR": str(ledger),
    }
    here = context()
    told, tell = here.Pipe(duplex=False)
    return here.Process(target=_main, args=(environment, audit, tell), daemon=True), told


def ended(process: ForkServerProcess) -> int:
    """The exit code; negative = the signal that killed it."""
    process.join(_SECONDS)
    if process.exitcode is None:
        process.kill()
        process.join(_SECONDS)
        raise TimeoutError(f"the command did not end within {_SECONDS:g} s")
    return process.exitcode


def _main(environment: Mapping[str, str], audit: int, tell: Connection) -> None:
    from ops.cli.main import main

    os.environ.update(environment)
    seen = 0
    ledger = environment["PHSM_LEDGER_DIR"]

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        paths = [os.fsdecode(each) for each in arguments if isinstance(each, str | bytes | os.PathLike)]
        if event == "fcntl.flock" or any(path.startswith(ledger) for path in paths):
            seen += 1
            if seen == audit:
                os.kill(os.getpid(), signal.SIGKILL)

    with Path(os.devnull).open("w") as nowhere:
        sys.stdout = sys.stderr = nowhere
        sys.addaudithook(hook)
        code = main(_COMMAND)
    tell.send(seen)
    sys.exit(code)
