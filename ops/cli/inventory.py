"""``phsm inventory``: which payment HSMs are there, where, in which state."""

from __future__ import annotations

import click

from ops import service
from ops.cli.options import FORMAT, OUTPUT_HELP, Command
from ops.cli.screen import colour, emit, progress, width
from ops.wiring import Settings, session


@click.command(cls=Command)
@click.option("--format", "format_", type=FORMAT, default="text", show_default=True)
@click.option("--output", metavar="FILE", help=OUTPUT_HELP)
@click.pass_obj
def inventory(settings: Settings, format_: str, output: str | None) -> int:
    """List the payment HSMs: region, placement, SKU, state, addresses, pool.

    Exits 4 when something could not be read, or when there is no payment HSM at all.
    """
    from ops.reports.inventory import render_json, render_text

    with progress(settings) as tell, session(settings, tell) as here:
        run = service.check(here.cloud, here.policy, here.subscriptions, service.Selection(skip=("*",)))
    text = render_json(run) if format_ == "json" else render_text(run, width(output), colour(settings, output))
    emit(text, output)
    return 0 if run.is_complete else 4
