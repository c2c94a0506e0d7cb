"""Files that are read and written whole, or not at all."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

from ops.errors import UsageProblem


def read_whole(path: Path, *, tip: str, again: str) -> str:
    """The text of a file. ``tip``: how such a file is made; ``again``: what to do with a damaged one.

    Raises UsageProblem when it cannot be read or is no UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError as error:
        raise UsageProblem(f"{path} does not exist", tip=tip) from error
    except OSError as error:
        raise UsageProblem(f"{path} cannot be read: {error.strerror}", tip="name a file that you may read") from error
    except UnicodeDecodeError as error:
        raise UsageProblem(f"{path} is damaged: not UTF-8 from byte {error.start} on", tip=again) from error


def write_whole(path: Path, text: str, *, tip: str, mode: int = 0o644) -> None:
    """Put ``text`` into the file as UTF-8; what was there stays until the new text is complete.

    A device or a pipe is written to as it is. Raises UsageProblem, with ``tip``, when the file cannot be written.
    """
    try:
        if path.exists() and not path.is_file():
            path.write_text(text, "utf-8")  # /dev/stdout must not be replaced by a file; a folder says what it is
        else:
            _replace(path, text, mode)
    except OSError as error:
        raise UsageProblem(f"{path} could not be written: {error.strerror}", tip=tip) from error


def _replace(path: Path, text: str, mode: int) -> None:
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(
            "w", dir=path.parent, prefix=f".{path.name}.", encoding="utf-8", newline="\n", delete=False
        ) as file:
            temporary = Path(file.name)
            file.write(text)
        temporary.chmod(mode)
        temporary.replace(path)
    except BaseException:  # Ctrl-C too must leave nothing half-written behind
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
        raise
