"""``phsm check``: does the estate hold what Microsoft documents."""

from __future__ import annotations

import difflib

import click

from ops import run as runs
from ops import service
from ops.checks import collect
from ops.cli.options import FORMAT, OUTPUT_HELP, Command
from ops.cli.screen import colour, emit, progress, width
from ops.errors import UsageProblem
from ops.model.finding import Severity
from ops.wiring import Settings, session


@click.command(cls=Command)
@click.option("--format", "format_", type=FORMAT, default="text", show_default=True)
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
    from ops.reports import run_json, run_text

    selection = service.Selection(only=only, skip=skip)
    require_selection(selection)
    with progress(settings) as tell, session(settings, tell) as here:
        run = service.check(here.cloud, here.policy, here.subscriptions, selection)
    if format_ == "json":
        emit(run_json.render(run), output)
    else:
        emit(run_text.render(run, width(output), colour(settings, output)), output)
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
    """A tip with the check id that is most like this one."""
    close = difflib.get_close_matches(check_id.upper(), [check.id for check in collect()], n=1)
    return f"{close[0]} (all of them: phsm checks list)" if close else "phsm checks list"
