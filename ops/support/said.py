"""What a person writes on a ticket: without what nobody can see, and short enough for a message."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from ops.errors import UsageProblem
from ops.model.untrusted import one_line
from ops.support.wording import DESCRIPTION_LIMIT

MESSAGE_LIMIT = DESCRIPTION_LIMIT
"""Characters. Azure documents no limit for a message, so it is that of a description."""
SUBJECT_LIMIT = 200
_UNSEEN = frozenset({"Cc", "Cf", "Cs"})
"""Control and format characters (those that turn the direction of reading, too), and halves of surrogate pairs."""
_KEPT = frozenset("\t\u200c\u200d")
"""The two joiners are format characters, and spelling in some scripts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A subject and a text as they are sent. ``left_out``: how many characters were taken from the two."""

    subject: str
    text: str
    left_out: int


def said(subject: str, text: str) -> Said:
    """The message of a person. Raises UsageProblem where nothing is left of it, or where it is too long."""
    lines = text.splitlines()
    clean = "\n".join(map(_seen, lines)).strip("\n").rstrip()
    left_out = sum(len(line) - len(_seen(line)) for line in (*lines, subject))
    topic = one_line(_seen(subject), len(subject) * 2 + 1)
    if not clean or not topic:
        raise UsageProblem("there is nothing to write", tip='phsm tickets comment NUMBER "what Microsoft should know"')
    if len(clean) > MESSAGE_LIMIT:
        raise UsageProblem(
            f"the text is longer than the {MESSAGE_LIMIT} characters that a message may have",
            tip="send it in parts, or upload it as a file in the Azure portal: Help + support, All support requests",
        )
    if len(topic) > SUBJECT_LIMIT:
        raise UsageProblem(f"the subject is longer than {SUBJECT_LIMIT} characters", tip="say the rest in the text")
    return Said(subject=topic, text=clean, left_out=left_out)


def _seen(line: str) -> str:
    return "".join(char for char in line if char in _KEPT or unicodedata.category(char) not in _UNSEEN)
