"""``phsm checks``: which checks there are, and what each is about."""

from __future__ import annotations

import click

from ops.checks import collect
from ops.cli.check import nearest
from ops.cli.options import FORMAT, OUTPUT_HELP, Group
from ops.cli.screen import colour, emit, width
from ops.errors import UsageProblem
from ops.wiring import Settings


@click.group(cls=Group)
def checks() -> None:
    """The checks: list them, explain one. Needs neither Azure nor a configuration."""


@checks.command("list")
@click.option("--format", "format_", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@click.option("--output", metavar="FILE", help=OUTPUT_HELP)
@click.pass_obj
def list_(settings: Settings, format_: str, output: str | None) -> int:
    """List all checks by id."""
    from ops.reports import catalogue

    if format_ == "json":
        text = catalogue.render_json(collect())
    elif format_ == "markdown":
        text = catalogue.render_markdown(collect())
    else:
        text = catalogue.render_list(collect(), width(output), colour(settings, output))
    emit(text, output)
    return 0


@checks.command()
@click.argument("check_id", metavar="CHECK-ID")
@click.option("--format", "format_", type=FORMAT, default="text", show_default=True)
@click.pass_obj
def explain(settings: Settings, check_id: str, format_: str) -> int:
    """Say why a check matters and how to fix what it finds."""
    from ops.reports import catalogue

    found = [check for check in collect() if check.id == check_id.upper()]
    if not found:
        raise UsageProblem(f"no check is called {check_id}", tip=nearest(check_id))
    if format_ == "json":
        emit(catalogue.render_json(tuple(found)), None)
    else:
        emit(catalogue.render_page(found[0], width(None), colour(settings, None)), None)
    return 0
