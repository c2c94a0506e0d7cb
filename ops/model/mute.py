"""Mutes: failures that somebody has decided to bear until a day."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase, translate
from typing import Any

_STRICT: dict[str, Any] = {"extra": "forbid"}  # read by the codec, as in ops.model.policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """Which failures: globs over check ids and over subjects (name or id), any case. Holds through the day ``expires``.

    ``since``: the day it was decided, for the history; None = not said.
    """

    __pydantic_config__ = _STRICT

    check: str
    subject: str
    reason: str
    owner: str
    expires: date
    since: date | None = None

    def names(self, check: str) -> bool:
        """Whether the check with this id is meant."""
        return fnmatchcase(check.lower(), self.check.lower())

    def holds_on(self, day: date) -> bool:
        return day <= self.expires


@dataclass(frozen=True, slots=True, kw_only=True)
class Muting:
    """The mutes of one check, arranged so that a subject is looked up and not compared with each of thousands."""

    by_subject: Mapping[str, tuple[Mute, ...]]
    by_glob: tuple[_Glob, ...]

    def of(self, *subject: str) -> tuple[Mute, ...]:
        """The mutes of a subject that goes by these texts (any case), the one that lasts longest first."""
        texts = tuple(dict.fromkeys(text.lower() for text in subject))
        found = [mute for text in texts for mute in self.by_subject.get(text, ())]
        found += [glob.mute for glob in self.by_glob if glob.matches(texts)]
        return tuple(sorted(found, key=lambda mute: mute.expires, reverse=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Glob:
    """A glob over subjects. ``part`` is in every text that it matches; to look for that first is ten times as fast."""

    pattern: re.Pattern[str]
    part: str
    mute: Mute

    def matches(self, texts: tuple[str, ...]) -> bool:
        return any(self.part in text and self.pattern.match(text) for text in texts)


def muting(check: str, mutes: Iterable[Mute]) -> Muting:
    """Those of the mutes that name the check with this id."""
    by_subject: dict[str, tuple[Mute, ...]] = {}
    by_glob = []
    for mute in mutes:
        if mute.names(check):
            glob = mute.subject.lower()
            if re.search(r"[*?\[]", glob):
                part = "" if "[" in glob else max(re.split("[*?]", glob), key=len)
                by_glob.append(_Glob(pattern=re.compile(translate(glob)), part=part, mute=mute))
            else:
                by_subject[glob] = (*by_subject.get(glob, ()), mute)
    return Muting(by_subject=by_subject, by_glob=tuple(by_glob))
