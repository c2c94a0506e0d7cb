"""The file of a snapshot."""

from __future__ import annotations

from pathlib import Path

from ops.adapters.whole_file import read_whole, write_whole
from ops.codec.snapshot import KIND, Snapshot, snapshot_from

_PRIVATE = 0o600
"""A snapshot tells where the HSMs are and what is wrong with them: it is for its owner's eyes until handed on."""


def load_snapshot(path: Path) -> Snapshot:
    """What the file holds. Raises UsageProblem, with the reason, for a file that is no whole snapshot."""
    return snapshot_from(read_whole(path, tip=KIND.tip, again=KIND.again), str(path))


def save_snapshot(path: Path, text: str) -> Snapshot:
    """Write the text, whole or not at all, and return what it holds, read back before anything is written.

    Raises UsageProblem when the file cannot be written.
    """
    snapshot = snapshot_from(text, str(path))
    write_whole(path, text, tip="name another file", mode=_PRIVATE)
    return snapshot
