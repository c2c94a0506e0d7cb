"""The options that every command knows, before or after its name alike, and lazily loaded command groups."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click

from ops.wiring import Settings


def _remember(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    """Keep what was said; the word after the command wins over the one before it."""
    settings = ctx.find_root().ensure_object(Settings)
    if value and param.name is not None:
        setattr(settings, param.name, list(value) if isinstance(value, tuple) else value)


def _option(*names: str, **facts: Any) -> click.Option:
    return click.Option(names, expose_value=False, callback=_remember, **facts)


def _global_options() -> list[click.Parameter]:
    return [
        _option("--config", metavar="FILE", help="The configuration (also PHSM_CONFIG; else ./config/phsm.yaml)."),
        _option("--sandbox", metavar="NAME|FILE", help="Run against an embedded Azure: phsm sandbox list."),
        _option(
            "--subscription", "subscriptions", metavar="ID|NAME", multiple=True, help="Only this one (repeatable)."
        ),
        _option(
            "--management-group",
            "management_groups",
            metavar="ID",
            multiple=True,
            help="Only the subscriptions below this one (repeatable).",
        ),
        _option("--snapshot", metavar="FILE", help="Judge a saved estate instead of reading: phsm snapshot save."),
        _option("--quiet", is_flag=True, help="No progress."),
        _option("--verbose", is_flag=True, help="Every step; every check by name; the whole text of tickets."),
        _option("--no-color", is_flag=True, help="No colours (also NO_COLOR)."),
    ]


class Command(click.Command):
    """A command that knows the global options."""

    def __init__(self, *args: Any, **facts: Any) -> None:
        super().__init__(*args, **facts)
        self.params.extend(_global_options())


class Group(click.Group):
    """A group that knows the global options and loads a command's module only when the command is used."""

    command_class = Command

    def __init__(self, *args: Any, lazy: Mapping[str, str] | None = None, **facts: Any) -> None:
        super().__init__(*args, **facts)
        self._lazy = dict(lazy or {})
        self.params.extend(_global_options())

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self._lazy, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._lazy:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = self._lazy[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command


FORMAT = click.Choice(["text", "json"])
OUTPUT_HELP = "Write the report to this file."
