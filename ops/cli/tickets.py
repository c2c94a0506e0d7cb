"""``phsm tickets``: plan them, open them once, look at them."""

from __future__ import annotations

import click

from ops import service
from ops.cli.options import FORMAT, OUTPUT_HELP, Group
from ops.cli.screen import colour, emit, progress, say, width
from ops.errors import CloudUnreadable, TicketProblem, UsageProblem
from ops.wiring import Settings, session


@click.group(cls=Group)
def tickets() -> None:
    """Support tickets of the category Technical > Payment HSM."""


@tickets.command("plan")
@click.option("--format", "format_", type=FORMAT, default="text", show_default=True)
@click.option("--output", metavar="FILE", help=OUTPUT_HELP)
@click.option("--anyway", is_flag=True, help="Do not wait for what is ours to fix first.")
@click.pass_obj
def plan_(settings: Settings, format_: str, output: str | None, anyway: bool) -> int:
    """Show which tickets would be opened, which are held back and why, and which exist. Reads only."""
    from ops.reports import plan as report

    with progress(settings) as tell, session(settings, tell) as here:
        run, plan = service.plan_tickets(here.cloud, here.desk, here.policy, here.subscriptions, anyway=anyway)
    if format_ == "json":
        text = report.render_json(plan)
    else:
        text = report.render_text(plan, width(output), colour(settings, output), whole=settings.verbose)
        text += report.render_next(width(output), colour(settings, output)) if plan.to_open else ""
    emit(text, output)
    return 0 if run.is_complete and (settings.snapshot or not plan.gaps) else _warn_of_unread()


@tickets.command("open")
@click.option("--format", "format_", type=FORMAT, default="text", show_default=True)
@click.option("--anyway", is_flag=True, help="Do not wait for what is ours to fix first.")
@click.option("--apply", "apply_", is_flag=True, help="Really open them. Without it nothing is sent.")
@click.pass_obj
def open_(settings: Settings, format_: str, anyway: bool, apply_: bool) -> int:
    """Open the tickets of the plan, each once: a cause that has an open ticket gets none.

    Exits 6 when a ticket could not be opened, 4 when something could not be read and may hide a cause.
    """
    from ops.reports import plan as report

    if apply_:
        _require_desk(settings)
    with progress(settings) as tell, session(settings, tell) as here:
        run, plan = service.plan_tickets(here.cloud, here.desk, here.policy, here.subscriptions, anyway=anyway)
        receipts = service.apply(plan, run, here.cloud, here.desk, here.policy) if apply_ else ()
    if format_ == "json":
        text = report.receipts_json(receipts, plan) if apply_ else report.render_json(plan)
    else:
        text = report.render_text(plan, width(None), colour(settings, None), whole=settings.verbose)
        if apply_ and plan.to_open:
            text += report.render_receipts(receipts, width(None), colour(settings, None))
    emit(text, None)
    if not apply_ and plan.to_open:
        say("nothing was sent; to open them add --apply")
    if any(receipt.problem for receipt in receipts) or (apply_ and plan.gaps and plan.held_back):
        return TicketProblem.exit_code
    return 0 if run.is_complete and (settings.snapshot or not plan.gaps) else _warn_of_unread()


def _require_desk(settings: Settings) -> None:
    """Raises UsageProblem where a snapshot stands for Azure: nobody is behind its desk."""
    if settings.snapshot:
        from ops.adapters.snapshot_cloud import refuse_tickets

        refuse_tickets()


def _warn_of_unread() -> int:
    say("phsm: not everything could be read, so a cause may be hidden: phsm check")
    return 4


@tickets.command("list")
@click.option("--format", "format_", type=FORMAT, default="text", show_default=True)
@click.option("--all", "all_", is_flag=True, help="Closed ones too.")
@click.pass_obj
def list_(settings: Settings, format_: str, all_: bool) -> int:
    """List the open Payment HSM tickets, whoever opened them."""
    from ops.reports import tickets as report

    _require_desk(settings)
    with progress(settings) as tell, session(settings, tell) as here:
        scope = here.cloud.scope(here.subscriptions)
        found, gaps = service.list_tickets(here.desk, scope, only_open=not all_)
    if format_ == "json":
        text = report.render_json(found, gaps)
    else:
        text = report.render_list(found, gaps, width(None), colour(settings, None))
    emit(text, None)
    return 4 if gaps else 0


@tickets.command()
@click.argument("ticket", metavar="NUMBER_OR_NAME")
@click.option("--format", "format_", type=FORMAT, default="text", show_default=True)
@click.pass_obj
def show(settings: Settings, ticket: str, format_: str) -> int:
    """Show one ticket, by the number that Microsoft quotes or by its name."""
    from ops.reports import tickets as report

    _require_desk(settings)
    with progress(settings) as tell, session(settings, tell) as here:
        scope = here.cloud.scope(here.subscriptions)
        found, gaps = service.list_tickets(here.desk, scope, only_open=False)
    matching = tuple(one for one in found if service.is_same_ticket(one, ticket))
    if not matching and gaps:
        raise CloudUnreadable(
            f"ticket {ticket} was not found, and {gaps[0].subject} could not be read: {gaps[0].reason}"
        )
    if not matching:
        raise UsageProblem(f"there is no Payment HSM ticket {ticket} in this scope", tip="phsm tickets list --all")
    if format_ == "json":
        emit(report.render_json(matching, ()), None)
    else:
        emit(report.render_one(matching[0], width(None), colour(settings, None)), None)
    return 0
