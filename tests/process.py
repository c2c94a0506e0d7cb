"""The command as a person starts it: a process of its own, with an empty home and nothing inherited."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

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
    """Run ``phsm`` with these words, in ``home`` unless ``cwd`` says otherwise."""
    done = subprocess.run(
        [BIN / "phsm", *words],
        cwd=cwd or home,
        env=environment(home, **env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    return Ended(code=done.returncode, out=done.stdout, err=done.stderr)
