"""A bug of ours: a report file that can go into an issue, without anything that is the operator's."""

from __future__ import annotations

import platform
import re
import tempfile
import traceback
from collections.abc import Sequence
from importlib.metadata import distributions
from pathlib import Path

from ops import __version__
from ops.cli.screen import printable

_OURS = re.compile(
    r"--[a-z-]+|inventory|check|route|readiness|tickets|ledger|checks|config|snapshot|sandbox|doctor"
    r"|plan|open|list|show|comment|close|verify|explain|conflicts|save|serve|init|validate|schema"
)
_HIDDEN = (
    (re.compile(r"(?i)bearer\s+\S+"), "Bearer <token>"),
    (re.compile(r"eyJ[\w-]+\.[\w-]+(\.[\w-]+)?"), "<token>"),
    (re.compile(r"(https?://[^\s?'\"]+)\?[^\s'\"]*"), r"\1?<query>"),
    (re.compile(r"(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "<guid>"),
    (re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"), "<mail>"),
    (re.compile(r"\b\d{1,3}(\.\d{1,3}){3}\b"), "<address>"),
    (re.compile(r"(?i)(/resourcegroups/)[^\s'\"]+"), r"\1<names>"),
)


def report_of(error: BaseException, words: Sequence[str]) -> str:
    """What a developer needs: versions, the command, the traceback; ids, addresses, mail and tokens are left out."""
    frames = "".join(traceback.format_exception(error))
    for home in {str(Path.home()), str(Path.cwd())} - {"/"}:
        frames = frames.replace(home, "~")
    text = "\n".join(
        (
            f"phsm {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}",
            f"command: phsm {' '.join(word if _is_ours(word) else '<value>' for word in words)}",
            *sorted(f"{item.name} {item.version}" for item in distributions() if item.name.startswith("azure-")),
            "",
            frames,
        )
    )
    for pattern, instead in _HIDDEN:
        text = pattern.sub(instead, text)
    return "\n".join(printable(line) for line in text.split("\n"))


def _is_ours(word: str) -> bool:
    """Whether a word of the command line is an option or the name of a command, and not the operator's."""
    return _OURS.fullmatch(word) is not None


def write_report(error: BaseException, words: Sequence[str]) -> Path | None:
    """The report in a file of its own in the folder for temporary files; None when it cannot be written."""
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="phsm-crash-", suffix=".txt", encoding="utf-8", errors="replace", delete=False
        ) as file:
            file.write(report_of(error, words))
    except OSError:
        return None
    return Path(file.name)
