"""``phsm ledger``: the audit trail of what was written to Azure, and why."""

from __future__ import annotations

import os
from pathlib import Path

import click

from ops.cli.options import FORMAT, OUTPUT_HELP, Group
from ops.cli.screen import colour, emit, progress, width
from ops.wiring import Settings, checklist


@click.group(cls=Group)
def ledger() -> None:
    """The audit trail: who did what to which ticket. A folder of JSON Lines, a file for each day."""


@ledger.command("verify")
@click.option("--folder", metavar="FOLDER", help="Without it PHSM_LEDGER_DIR, else ledger.folder of the configuration.")
@click.option("--format", "format_", type=FORMAT, default="text", show_default=True)
@click.option("--output", metavar="FILE", help=OUTPUT_HELP)
@click.pass_obj
def verify_(settings: Settings, folder: str | None, format_: str, output: str | None) -> int:
    """Find every record that was changed, taken out, put in, moved or cut off. Azure is not read.

    Keep the hash that it prints in another place: a ledger that was not written anew holds it for ever. Exits 3 when
    something is wrong, 4 when there is no record yet, 6 when it cannot be read.
    """
    from ops.adapters.ledger_file import ledger_folder, verify_ledger
    from ops.reports.ledger import render_json, render_text

    with progress(settings) as tell:
        place = Path(folder) if folder else ledger_folder(checklist(settings, tell).policy, os.environ)
        found = verify_ledger(place)
    if format_ == "json":
        text = render_json(found, str(place))
    else:
        text = render_text(found, str(place), width(output), colour(settings, output))
    emit(text, output)
    return found.exit_code
