"""``phsm snapshot``: keep the estate as it is now, to judge it again later or elsewhere."""

from __future__ import annotations

import secrets
from pathlib import Path

import click

from ops import __version__, service
from ops.cli.options import FORMAT, OUTPUT_HELP, Group
from ops.cli.screen import colour, emit, progress, say, width
from ops.wiring import Settings, session


@click.group(cls=Group)
def snapshot() -> None:
    """The estate in a file: save it, look into it, and judge it again with --snapshot FILE."""


@snapshot.command()
@click.argument("file", metavar="FILE")
@click.option(
    "--redact", is_flag=True, help="Replace names, ids, addresses and tags, the same one by the same everywhere."
)
@click.pass_obj
def save(settings: Settings, file: str, redact: bool) -> int:
    """Read the estate and keep it in FILE, with the policy that judges it (but without the contact).

    Exits 4, with the file written, when something could not be read, or when there is no payment HSM at all.
    """
    from ops.adapters.snapshot_file import save_snapshot
    from ops.codec import snapshot_text
    from ops.codec.redaction import redact as redacted
    from ops.reports.snapshot import render_text

    with progress(settings) as tell, session(settings, tell) as here:
        run = service.check(here.cloud, here.policy, here.subscriptions, service.Selection(skip=("*",)))
    estate, policy = run.estate, here.policy
    if redact:
        estate, policy = redacted(estate, policy, secrets.token_bytes(32))
    saved = save_snapshot(Path(file), snapshot_text(estate, policy, f"payment-hsm-ops {__version__}"))
    emit(render_text(saved, file, width(None), colour(settings, None)), None)
    if redact:
        say(
            "status messages, reasons and notes are Azure's own sentences, and only names in them were replaced: read them first"
        )
    return 0 if run.is_complete else 4


@snapshot.command()
@click.argument("file", metavar="FILE")
@click.option("--format", "format_", type=FORMAT, default="text", show_default=True)
@click.option("--output", metavar="FILE", help=OUTPUT_HELP)
@click.pass_obj
def show(settings: Settings, file: str, format_: str, output: str | None) -> int:
    """Say what is in FILE: when and where it was read, how much, what could not be read, whether it is redacted."""
    from ops.adapters.snapshot_file import load_snapshot
    from ops.reports.snapshot import render_json, render_text

    saved = load_snapshot(Path(file))
    if format_ == "json":
        emit(render_json(saved), output)
    else:
        emit(render_text(saved, file, width(output), colour(settings, output)), output)
    return 0
