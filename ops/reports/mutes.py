"""Mutes in words, alike in every report: who bears what, why, until when."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from ops.model.mute import Mute
from ops.model.run import Run
from ops.model.untrusted import one_line

NEXT_STEP = "delete them from the configuration, under mutes:"


def history(mute: Mute) -> str:
    """``muted until 2027-03-31 by net-team: SNAT firewall reviewed``, on one line."""
    since = f"since {mute.since.isoformat()} " if mute.since else ""
    return f"muted {since}until {mute.expires.isoformat()} by {one_line(mute.owner, 100)}: {one_line(mute.reason, 600)}"


def lapse(mute: Mute) -> str:
    """As ``history``, of a mute that covers nothing any more."""
    return f"{history(mute)}; the mute has expired"


def unused(mute: Mute, run: Run) -> str:
    """Whose it is and until when: ``by net-team, expired on 2026-10-31``, on one line."""
    word = "until" if holds(mute, run) else "expired on"
    return f"by {one_line(mute.owner, 100)}, {word} {mute.expires.isoformat()}"


def holds(mute: Mute, run: Run) -> bool:
    """Whether the mute holds on the day of the run, in UTC."""
    return mute.holds_on(run.estate.observed_at.astimezone(UTC).date())


def mute_json(mute: Mute) -> dict[str, Any]:
    """Who bears it, why, until when; ``since`` null = not said."""
    return {
        "reason": mute.reason,
        "owner": mute.owner,
        "expires": mute.expires.isoformat(),
        "since": mute.since.isoformat() if mute.since else None,
    }
