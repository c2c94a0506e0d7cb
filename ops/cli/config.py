"""``phsm config``: the configuration, written with every key explained, checked, and described for editors."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

import click

from ops.cli.options import FORMAT, OUTPUT_HELP, Group
from ops.cli.screen import colour, emit, say, width
from ops.errors import ConfigProblem, UsageProblem
from ops.wiring import Settings

_SCHEMA = Path("schema") / "phsm.schema.json"


@click.group(cls=Group)
def config() -> None:
    """The configuration: write one, check one, and the schema that lets an editor complete it."""


@config.command()
@click.option("--output", metavar="FILE", help="The file to write; ./config/phsm.yaml without it.")
@click.pass_obj
def init(settings: Settings, output: str | None) -> int:
    """Write a configuration with every key, its default or an example, and the schema for editors beside it.

    Never overwrites a configuration.
    """
    from ops.adapters.config_file import HERE, create_config

    path = Path(output) if output else HERE
    create_config(path)
    schema_path = path.parent / _SCHEMA
    try:
        schema_path.parent.mkdir(exist_ok=True)
    except OSError as error:
        raise UsageProblem(f"{schema_path} could not be written: {error.strerror}") from error
    emit(_schema(), str(schema_path))
    if not settings.quiet:
        say(f"wrote {path}, and for editors {schema_path}\n  next: edit it, then phsm config validate {path}")
    return 0


@config.command()
@click.argument("file", metavar="[FILE]", required=False)
@click.option("--format", "format_", type=FORMAT, default="text", show_default=True)
@click.option("--output", metavar="FILE", help=OUTPUT_HELP)
@click.pass_obj
def validate(settings: Settings, file: str | None, format_: str, output: str | None) -> int:
    """Check a configuration: all mistakes at once, with their lines.

    Without FILE it is the one that other commands would use. Exits 2 when it has mistakes or there is none.
    """
    from ops.adapters.config_file import read_config
    from ops.checks import collect
    from ops.codec import examine, problem
    from ops.model.policy import Policy
    from ops.reports import configuration

    with ExitStack() as stack:
        path = Path(file) if file else _in_force(settings, stack)
        found = examine(read_config(path), {check.id: check.parameters for check in collect()})
    if format_ == "json":
        emit(configuration.render_json(str(path), found), output)
        return 0 if isinstance(found, Policy) else ConfigProblem.exit_code
    if not isinstance(found, Policy):
        raise problem(str(path), found)
    emit(configuration.render_text(str(path), found, width(output), colour(settings, output)), output)
    return 0


def _in_force(settings: Settings, stack: ExitStack) -> Path:
    """The file that other commands would use; a sandbox that brings its own lives as long as the stack."""
    from ops.adapters.config_file import HERE, find_config
    from ops.adapters.connection import is_loopback

    named = [settings.config, os.environ.get("PHSM_CONFIG")]
    if settings.sandbox and not any(named):
        from ops.sandbox.child import running

        named.append(stack.enter_context(running(settings.sandbox)).config)
    endpoint = os.environ.get("PHSM_ARM_ENDPOINT", "")
    local = bool(settings.sandbox or settings.snapshot or (endpoint and is_loopback(endpoint)))
    path = find_config(*named, use_working_directory=not local)
    if path is None:
        why = "a sandbox and a snapshot ignore it" if local else "it is not there"
        raise ConfigProblem(f"no configuration: {HERE} would be it, but {why}", tip="phsm config init, or name a file")
    return path


@config.command()
@click.option("--output", metavar="FILE", help="Write the schema to this file.")
def schema(output: str | None) -> int:
    """Print the JSON Schema (draft 2020-12) of the configuration, for editors and other tools."""
    emit(_schema(), output)
    return 0


def _schema() -> str:
    from ops.adapters.config_file import page
    from ops.checks import collect
    from ops.codec.schema import render

    return render(page(), collect())
