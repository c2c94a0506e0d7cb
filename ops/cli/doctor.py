"""``phsm doctor``: why does it not work here."""

from __future__ import annotations

import click

from ops.cli.options import FORMAT, OUTPUT_HELP, Command
from ops.cli.screen import colour, emit, progress, width
from ops.wiring import Settings, diagnose


@click.command(cls=Command)
@click.option("--format", "format_", type=FORMAT, default="text", show_default=True)
@click.option("--output", metavar="FILE", help=OUTPUT_HELP)
@click.pass_obj
def doctor(settings: Settings, format_: str, output: str | None) -> int:
    """Look at this machine, the configuration, the login, what can be seen, what is allowed, and the support desk.

    Exits 2 when the configuration is broken, 5 when Azure cannot be read, 3 for another problem, 4 when something is
    not known. Reads only, and never shows a token.
    """
    from ops.reports.doctor import render_json, render_text

    with progress(settings) as tell:
        diagnosis = diagnose(settings, tell)
    text = (
        render_json(diagnosis) if format_ == "json" else render_text(diagnosis, width(output), colour(settings, output))
    )
    emit(text, output)
    return diagnosis.exit_code
