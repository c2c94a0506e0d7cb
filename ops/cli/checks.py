"""``phsm checks``: which checks there are, what each is about, and which advice of other scanners contradicts them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import click

from ops import service
from ops.checks import collect
from ops.cli.check import nearest
from ops.cli.options import FORMAT, OUTPUT_HELP, Group
from ops.cli.screen import colour, emit, progress, say, width
from ops.errors import UsageProblem
from ops.model.estate import Estate
from ops.model.policy import Policy
from ops.model.untrusted import one_line
from ops.support.conflicts import HsmSubnets, subnets_to_exempt
from ops.wiring import Settings, checklist, session


@click.group(cls=Group)
def checks() -> None:
    """The checks: list them, explain one, and answer scanners that contradict them."""


@checks.command("list")
@click.option("--format", "format_", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@click.option("--output", metavar="FILE", help=OUTPUT_HELP)
@click.pass_obj
def list_(settings: Settings, format_: str, output: str | None) -> int:
    """List all checks by id, with what the configuration changes about them.

    Needs neither Azure nor a configuration; the markdown is the page of the checks as they are without one.
    """
    from ops.reports import catalogue

    if format_ == "json":
        text = catalogue.render_json(collect(), _policy(settings))
    elif format_ == "markdown":
        text = catalogue.render_markdown(collect())
    else:
        text = catalogue.render_list(collect(), width(output), colour(settings, output), _policy(settings))
    emit(text, output)
    return 0


@checks.command()
@click.argument("check_id", metavar="CHECK-ID")
@click.option("--format", "format_", type=FORMAT, default="text", show_default=True)
@click.pass_obj
def explain(settings: Settings, check_id: str, format_: str) -> int:
    """Say why a check matters, how to fix what it finds, and what the configuration changes about it.

    Needs neither Azure nor a configuration.
    """
    from ops.reports import catalogue

    found = [check for check in collect() if check.id == check_id.upper()]
    if not found:
        raise UsageProblem(f"no check is called {check_id}", tip=nearest(check_id))
    if format_ == "json":
        emit(catalogue.render_json(tuple(found), _policy(settings)), None)
    else:
        emit(catalogue.render_page(found[0], width(None), colour(settings, None), _policy(settings)), None)
    return 0


def _policy(settings: Settings) -> Policy:
    return checklist(settings, lambda _: None).policy


def _text(estate: Estate, found: HsmSubnets, columns: int | None, coloured: bool) -> str:
    from ops.reports import conflicts

    return conflicts.render_text(estate, found, columns, coloured)


def _json(estate: Estate, found: HsmSubnets, columns: int | None, coloured: bool) -> str:
    from ops.reports import conflicts

    return conflicts.render_json(estate, found)


def _policy_exemption(estate: Estate, found: HsmSubnets, columns: int | None, coloured: bool) -> str:
    from ops.reports import conflicts

    return conflicts.render_policy_exemption(estate, found)


def _prowler(estate: Estate, found: HsmSubnets, columns: int | None, coloured: bool) -> str:
    from ops.reports import conflicts

    return conflicts.render_prowler(estate, found)


CONFLICT_FORMATS: Mapping[str, Callable[[Estate, HsmSubnets, int | None, bool], str]] = {
    "text": _text,
    "json": _json,
    "policy-exemption": _policy_exemption,
    "prowler": _prowler,
}


@checks.command()
@click.option("--format", "format_", type=click.Choice(list(CONFLICT_FORMATS)), default="text", show_default=True)
@click.option("--output", metavar="FILE", help=OUTPUT_HELP)
@click.pass_obj
def conflicts(settings: Settings, format_: str, output: str | None) -> int:
    """Name the rules of other scanners that contradict these checks, and print exemptions for the HSM subnets.

    Reads the estate, and writes nothing to Azure: policy-exemption is a script for you to run, prowler a mutelist.
    Exits 4 when subnets could not be read or there are none.
    """
    with progress(settings) as tell, session(settings, tell) as here:
        estate = service.check(here.cloud, here.policy, here.subscriptions, service.Selection(skip=("*",))).estate
    found = subnets_to_exempt(estate)
    emit(CONFLICT_FORMATS[format_](estate, found, width(output), colour(settings, output)), output)
    for verdict in found.unread:
        say(
            f"phsm: not read, so subnets may be missing: {one_line(verdict.subject.name)}: {one_line(verdict.evidence)}"
        )
    if not found.subnets:
        say("phsm: no payment HSM subnet was found, so there is nothing to exempt\n  try: phsm inventory")
    return 4 if found.unread or not found.subnets else 0
