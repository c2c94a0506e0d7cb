"""The command as a person gives it, with an empty home and nothing inherited."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ops.cli.main import main

REPOSITORY = Path(__file__).parent.parent
BIN = Path(sys.executable).parent


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a command ended. ``out`` and ``err`` are what it printed."""

    code: int
    out: str
    err: str


def environment(home: Path, **more: str) -> dict[str, str]:
    """A path with the command on it, an empty home, and no setting of ours or of Azure's."""
    return {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "HOME": str(home), "LANG": "C.UTF-8", **more}


def phsm(home: Path, *words: str, **env: str) -> Ended:
    """Run ``phsm`` with these words, in ``home`` and in this process: a start costs a second, and there are many."""
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
