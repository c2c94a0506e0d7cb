"""The file of a snapshot."""

from __future__ import annotations

from pathlib import Path

from ops.adapters.whole_file import write_whole
from ops.codec.snapshot import Snapshot, snapshot_from
from ops.errors import UsageProblem

_PRIVATE = 0o600
"""A snapshot tells where the HSMs are and what is wrong with them: it is for its owner's eyes until handed on."""


def load_snapshot(path: Path) -> Snapshot:
    """What the file holds. Raises UsageProblem, with the reason, for a file that is no whole snapshot."""
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError as error:
        raise UsageProblem(f"{path} does not exist", tip="phsm snapshot save FILE makes a snapshot") from error
    except OSError as error:
        raise UsageProblem(f"{path} cannot be read: {error.strerror}", tip="name a file that you may read") from error
    except UnicodeDecodeError as error:
        tip = "fetch it again from where it was saved"
        raise UsageProblem(f"{path} is damaged: not UTF-8 from byte {error.start} on", tip=tip) from error
    return snapshot_from(text, str(path))


def save_snapshot(path: Path, text: str) -> Snapshot:
    """Write the text, whole or not at all, and return what it holds, read back before anything is written.

    Raises UsageProblem when the file cannot be written.
    """
    snapshot = snapshot_from(text, str(path))
    write_whole(path, text, tip="name another file", mode=_PRIVATE)
    return snapshot
