"""Text from Azure, a log or a configuration, made safe to stand on one line.

Names, tags and status messages can hold terminal escapes, line breaks, marks that reverse the reading direction, or
commands to the machine that runs the workflow: GitHub's runner obeys a line that starts with ``::command::``, however
far it is indented, and ``##[command]`` anywhere in a line; the agent of Azure Pipelines obeys ``##vso[command]``.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# control, format (bidi, zero width), surrogates, private, unassigned, line ends
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
"""Letters and marks that show nothing: fillers, variation selectors. A name made of them looks like another, or empty."""
_MARKS_IN_A_ROW = 3
"""Three marks on one letter occur in living languages; dozens only to paint over the lines above and below."""
_COLONS = re.compile(r"(?<!\S):{2,}")
_HASH = re.compile("#(?=#)")


def one_line(text: object, limit: int = 300) -> str:
    """``text`` on one line: what cannot be seen becomes a space, runs of spaces one, cut at ``limit`` characters.

    A space is put where a machine would read a command: ``: :error: :``, ``# #[group]``.
    """
    whole = str(text)
    if len(whole) <= limit and _is_plain(whole):
        return whole
    visible = whole[: limit * 4]
    if not visible.isascii() or not visible.isprintable():
        visible = _visible(visible)
    line = " ".join(visible.split())
    line = _HASH.sub("# ", _COLONS.sub(lambda found: " ".join(found[0]), line))
    if len(line) <= limit and len(whole) <= limit * 4:
        return line
    return line[: limit - 1].rstrip() + "…"


def _is_plain(text: str) -> bool:
    """Whether there is nothing to do: so it is with most names, and to see that costs less than to clean them."""
    if not text.isascii() or not text.isprintable():
        return False
    return not ("  " in text or "::" in text or "##" in text or text[:1] == " " or text[-1:] == " ")


@lru_cache(maxsize=256)  # the same few names stand in most lines of a report
def _visible(text: str) -> str:
    kinds = {char: unicodedata.category(char) for char in set(text)}
    shown = _BLANK.sub(" ", text.translate({ord(char): " " for char, kind in kinds.items() if kind in _DROPPED}))
    marks = "".join(char for char, kind in kinds.items() if kind in ("Mn", "Me"))
    flood = f"([{re.escape(marks)}]{{{_MARKS_IN_A_ROW}}})[{re.escape(marks)}]+"
    return re.sub(flood, r"\1", shown) if marks else shown
