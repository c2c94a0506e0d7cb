"""How long before something ends people are told of it."""

from __future__ import annotations

from datetime import date

NOTICE_DAYS = 30


def ends_soon(last: date, day: date) -> str:
    """When something ends whose ``last`` day is near: ``on 2026-12-05, in 5 days``; ``""`` while that is far off."""
    left = (last - day).days
    if left > NOTICE_DAYS:
        return ""
    if left <= 0:
        return f"on {last}, today"
    return f"on {last}, in {left} day{'' if left == 1 else 's'}"
