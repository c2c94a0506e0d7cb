"""``phsm check``: does the estate hold what Microsoft documents."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping

import click

from ops import run as runs
from ops import service
from ops.checks import collect
from ops.cli.options import OUTPUT_HELP, Command
from ops.cli.screen import colour, emit, progress, width
from ops.errors import UsageProblem
from ops.model.finding import Severity
from ops.model.run import Run
from ops.wiring import Settings, session


def _text(run: Run, columns: int | None, coloured: bool, verbose: bool) -> str:
    from ops.reports import run_text

    return run_text.render(run, columns, coloured, verbose=verbose)


def _json(run: Run, columns: int | None, coloured: bool, verbose: bool) -> str:
    from ops.reports import run_json

    return run_json.render(run)


def _markdown(run: Run, columns: int | None, coloured: bool, verbose: bool) -> str:
    from ops.reports import run_markdown

    return run_markdown.render(run)


def _csv(run: Run, columns: int | None, coloured: bool, verbose: bool) -> str:
    from ops.reports import run_csv

    return run_csv.render(run)


FORMATS: Mapping[str, Callable[[Run, int | None, bool, bool], str]] = {
    "text": _text,
    "json": _json,
    "markdown": _markdown,
    "csv": _csv,
}
"""Every report on a run, by the name of its format; its module is imported when it is asked for."""


@click.command(cls=Command)
@click.option("--format", "format_", type=click.Choice(list(FORMATS)), default="text", show_default=True)
@click.option("--output", metavar="FILE", help=OUTPUT_HELP)
@click.option("--only", metavar="GLOB", multiple=True, help="Only these checks: 'PHSM-HA-*' (repeatable).")
@click.option("--skip", metavar="GLOB", multiple=True, help="Not these checks (repeatable).")
@click.option("--fail-on", type=click.Choice(["low", "medium", "high"]), default="low", show_default=True)
@click.pass_obj
def check(
    settings: Settings, format_: str, output: str | None, only: tuple[str, ...], skip: tuple[str, ...], fail_on: str
) -> int:
    """Check high availability and network attachment, and say who has to fix what.

    Exits 3 when a check fails, 4 when nothing fails but something could not be read. Reads only.
    """
    selection = service.Selection(only=only, skip=skip)
    require_selection(selection)
    with progress(settings) as tell, session(settings, tell) as here:
        run = service.check(here.cloud, here.policy, here.subscriptions, selection)
    emit(FORMATS[format_](run, width(output), colour(settings, output), settings.verbose), output)
    return runs.exit_code(run, Severity(fail_on))


def require_selection(selection: service.Selection) -> None:
    """Raises UsageProblem for a glob that names no check, with the nearest id; an empty run would look green."""
    checks = collect()
    for glob in selection.only + selection.skip:
        if not service.Selection(only=(glob,)).of(checks):
            raise UsageProblem(f"no check is called {glob}", tip=nearest(glob))
    if not selection.of(checks):
        raise UsageProblem("--only and --skip leave no check", tip="phsm checks list")


def nearest(check_id: str) -> str:
    """A tip with the check ids that are most like this one."""
    close = difflib.get_close_matches(check_id.upper(), [check.id for check in collect()], n=2)
    return f"{' or '.join(sorted(close))} (all of them: phsm checks list)" if close else "phsm checks list"
