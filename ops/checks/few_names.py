"""Many names in one line of evidence."""

from __future__ import annotations

from collections.abc import Iterable

from ops.model.untrusted import one_line


def few_names(names: Iterable[str], limit: int = 3) -> str:
    """``a, b, c and 2 more``: the first ``limit`` names, safe to show, and how many others there are."""
    every = list(names)
    shown = ", ".join(one_line(name, 80) for name in every[:limit])
    return f"{shown} and {len(every) - limit} more" if len(every) > limit else shown
