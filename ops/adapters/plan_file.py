"""The file of a plan."""

from __future__ import annotations

from pathlib import Path

from ops.adapters.whole_file import read_whole, write_whole
from ops.codec.plan import KIND, plan_from
from ops.model.ticket import Plan

_PRIVATE = 0o600
"""A plan tells what is wrong with which HSMs."""


def load_plan(path: Path) -> Plan:
    """What the file holds. Raises UsageProblem, with the reason, for a file that is no whole plan."""
    return plan_from(read_whole(path, tip=KIND.tip, again=KIND.again), str(path))


def save_plan(path: Path, text: str) -> None:
    """Write the text, whole or not at all. Raises UsageProblem when the file cannot be written."""
    write_whole(path, text, tip="name another file", mode=_PRIVATE)
