"""Facts: a value; ``Absent`` (read, and there is none); or not read, a ``Gap`` with its reason.

``None`` stands for not read where the reason stands with the object that holds the fact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something that could not be read, and why: ``reason`` is ``"403 AuthorizationFailed"`` or a lower-case sentence."""

    subject: str
    what: str
    reason: str
    whole_subscription: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """Read, and there is none."""

    absent: Literal[True] = True


ABSENT = Absent()
