"""``phsm route``: at night, whom to call."""

from __future__ import annotations

import difflib

import click

from ops.cli.options import FORMAT, Command
from ops.cli.screen import colour, emit, width
from ops.errors import UsageProblem
from ops.model.finding import IssueCategory
from ops.support.matrix import Route, route
from ops.wiring import Settings

UNKNOWN = "unknown"


@click.command("route", cls=Command)
@click.argument("category", required=False)
@click.option("--format", "format_", type=FORMAT, default="text", show_default=True)
@click.pass_obj
def route_(settings: Settings, category: str | None, format_: str) -> int:
    """Say who supports an issue: Microsoft, Thales, or nobody but you; 'unknown' when you cannot tell.

    Without CATEGORY it lists all. Needs neither Azure nor a configuration.
    """
    from ops.reports.route import render_json, render_text

    routes = [_route(category)] if category else [*(route(known) for known in IssueCategory), route(None)]
    emit(render_json(routes) if format_ == "json" else render_text(routes, width(None), colour(settings, None)), None)
    return 0


def _route(word: str) -> Route:
    """The route of a category in any case. Raises UsageProblem with the nearest."""
    wanted = word.lower()
    if wanted == UNKNOWN:
        return route(None)
    known = [category.value for category in IssueCategory]
    if wanted not in known:
        close = difflib.get_close_matches(wanted, known, n=1)
        raise UsageProblem(f"no issue category is called {word}", tip=f"phsm route {close[0] if close else UNKNOWN}")
    return route(IssueCategory(wanted))
