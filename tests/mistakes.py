"""The mistakes that the codec finds in a configuration."""

from __future__ import annotations

from ops.codec import policy_from
from ops.errors import ConfigProblem


def mistakes(text: str, **settings: tuple[str, ...]) -> list[str]:
    """The mistakes of a text, their columns joined by single blanks; empty when there are none."""
    try:
        policy_from(text, "phsm.yaml", settings or None)
    except ConfigProblem as problem:
        return [" ".join(mistake.split()) for mistake in problem.mistakes]
    return []


def mistake(text: str) -> str:
    found = mistakes(text)
    assert len(found) == 1, found
    return found[0]
