"""What the command line says."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Settings:
    """What the command line says. ``subscriptions`` (ids or names) and ``management_groups`` empty = all that is visible."""

    config: str | None = None
    sandbox: str | None = None
    snapshot: str | None = None
    subscriptions: list[str] = field(default_factory=list)
    management_groups: list[str] = field(default_factory=list)
    quiet: bool = False
    verbose: bool = False
    no_color: bool = False
