"""What the doctor found: signs, each well, a problem, or not known, with what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fnmatch import fnmatchcase

from ops.model.estate import Source

PROBLEM, NOT_KNOWN = 3, 4
_FIRST = (2, 5, PROBLEM, NOT_KNOWN)


class State(StrEnum):
    """How a sign is. ``not_known``: it could not be read, or nobody tells it."""

    OK = "ok"
    PROBLEM = "problem"
    NOT_KNOWN = "not_known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One thing that was looked at. ``says`` is a lower-case fact, untrusted as all text from Azure; ``tip`` the next step.

    ``area``: machine, configuration, azure, access or tickets.
    """

    area: str
    what: str
    state: State
    says: str
    tip: str = ""
    exit_code: int = 0


def well(area: str, what: str, says: str) -> Sign:
    return Sign(area=area, what=what, state=State.OK, says=says)


def problem(area: str, what: str, says: str, tip: str, *, exit_code: int = PROBLEM) -> Sign:
    """``exit_code``: 2 where the configuration is broken, 5 where Azure cannot be read at all."""
    return Sign(area=area, what=what, state=State.PROBLEM, says=says, tip=tip, exit_code=exit_code)


def not_known(area: str, what: str, says: str, tip: str) -> Sign:
    return Sign(area=area, what=what, state=State.NOT_KNOWN, says=says, tip=tip, exit_code=NOT_KNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """All signs, in the order in which they were looked at. Where Azure could not be read the last one says so."""

    observed_at: datetime
    source: Source
    signs: tuple[Sign, ...]

    @property
    def summary(self) -> Mapping[State, int]:
        return {state: sum(sign.state is state for sign in self.signs) for state in State}

    @property
    def exit_code(self) -> int:
        """That of the worst sign: a broken configuration, then no Azure, then another problem, then what is not known."""
        codes = {sign.exit_code for sign in self.signs}
        return next((code for code in _FIRST if code in codes), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What one role allows: globs over actions, any case. What ``not_actions`` takes away, another role may give.

    https://learn.microsoft.com/azure/role-based-access-control/role-definitions
    """

    actions: tuple[str, ...]
    not_actions: tuple[str, ...] = ()

    def allows(self, action: str) -> bool:
        return _matches(action, self.actions) and not _matches(action, self.not_actions)


def _matches(action: str, globs: tuple[str, ...]) -> bool:
    return any(fnmatchcase(action.lower(), glob.lower().replace("[", "[[]")) for glob in globs)
