"""The command as a person starts it: a process of its own, with an empty home and nothing inherited."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ops.cli.main import main

REPOSITORY = Path(__file__).parent.parent
BIN = Path(sys.executable).parent


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a process ended. ``out`` and ``err`` are what it printed."""

    code: int
    out: str
    err: str


def environment(home: Path, **more: str) -> dict[str, str]:
    """A path with the command on it, an empty home, and no setting of ours or of Azure's."""
    return {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "HOME": str(home), "LANG": "C.UTF-8", **more}


def phsm(home: Path, *words: str, cwd: Path | None = None, **env: str) -> Ended:
    """Run ``phsm`` with these words, in ``home`` unless ``cwd`` says otherwise; the ledger is in ``home`` all the same."""
    ledger = {"PHSM_LEDGER_DIR": str(home / "ledger")} if cwd else {}
    done = subprocess.run(
        [BIN / "phsm", *words],
        cwd=cwd or home,
        env=environment(home, **(ledger | env)),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    return Ended(code=done.returncode, out=done.stdout, err=done.stderr)


def phsm_here(home: Path, *words: str, **env: str) -> Ended:
    """As ``phsm``, but in this process: for the many commands of which it matters what they do, and not that they start."""
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.chdir(home),
        _environ(environment(home, **env)),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = main(words)
    return Ended(code=code, out=out.getvalue(), err=err.getvalue())


@contextlib.contextmanager
def _environ(wanted: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(wanted)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
