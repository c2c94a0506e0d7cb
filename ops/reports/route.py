"""Who supports an issue, and how they are reached: text, or JSON with ``party`` as the first key (``phsm.routes/1`` for all)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.text import Text

from ops.reports.layout import render, styled, wrapped
from ops.reports.run_json import dumps
from ops.support.matrix import Route


def render_text(routes: Sequence[Route], width: int | None, colour: bool) -> str:
    """One route whole; several as a list of who supports what."""
    return render(_one(routes[0], width) if len(routes) == 1 else _all(routes), colour)


def _one(route: Route, width: int | None) -> Iterator[Text]:
    yield styled((route.party.value, "head"), f"   {route.issues}")
    yield from wrapped(route.channel, 2, width)
    if route.note:
        yield from wrapped(f"note: {route.note}", 2, width)
    yield styled((f"  source: {route.source}", "quiet"))


def _all(routes: Sequence[Route]) -> Iterator[Text]:
    longest = max(len(_name(route)) for route in routes)
    for route in routes:
        yield styled(f"{_name(route):<{longest}}   ", (route.party.value, "head"))
    yield styled()
    yield styled(("How to reach them: phsm route tamper", "quiet"))


def _name(route: Route) -> str:
    return route.category.value if route.category else "unknown"


def render_json(routes: Sequence[Route]) -> str:
    if len(routes) == 1:
        return dumps(_json(routes[0]))
    return dumps({"schema": "phsm.routes/1", "routes": [_json(route) for route in routes]})


def _json(route: Route) -> dict[str, Any]:
    return {
        "party": route.party.value,
        "category": _name(route),
        "issues": route.issues,
        "channel": route.channel,
        "note": route.note or None,
        "source": route.source,
    }
