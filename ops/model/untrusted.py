"""Text from Azure, a log or a configuration, made safe to stand on one line.

Names, tags and status messages can hold terminal escapes, line breaks or marks that reverse the reading direction.
"""

from __future__ import annotations

import unicodedata

_DROPPED = {
    "Cc",
    "Cf",
    "Cs",
    "Co",
    "Cn",
    "Zl",
    "Zp",
}  # control, format (bidi, zero width), surrogates, private, line ends


def one_line(text: object, limit: int = 300) -> str:
    """``text`` on one line: control and direction marks become spaces, runs of spaces one, cut at ``limit`` characters."""
    visible = "".join(" " if unicodedata.category(char) in _DROPPED else char for char in str(text)[: limit * 4])
    line = " ".join(visible.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
