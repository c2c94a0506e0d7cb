"""``phsm readiness``: what Microsoft's guide asks of you, and what is attested of it."""

from __future__ import annotations

import click

from ops.cli.options import OUTPUT_HELP, Command
from ops.cli.screen import colour, emit, progress, width
from ops.wiring import Settings, checklist


@click.command(cls=Command)
@click.option("--format", "format_", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@click.option("--output", metavar="FILE", help=OUTPUT_HELP)
@click.pass_obj
def readiness(settings: Settings, format_: str, output: str | None) -> int:
    """List what the support guide asks of you before the start and from then on, and who attests it.

    It comes from the configuration alone, and Azure is not read. Exits 3 when something is missing or has run out, 4
    when the configuration has no readiness: section; then it prints one to start with. Mutes do not count here.
    """
    from ops.reports import readiness as report

    with progress(settings) as tell:
        found = checklist(settings, tell)
    if format_ == "json":
        text = report.render_json(found)
    elif format_ == "markdown":
        text = report.render_markdown(found)
    else:
        text = report.render_text(found, width(output), colour(settings, output))
    emit(text, output)
    return found.exit_code
