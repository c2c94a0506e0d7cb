"""``phsm tickets``: plan them, open them once, keep them up to date; by hand: ``tickets_by_hand``."""

from __future__ import annotations

from pathlib import Path

import click

from ops import __version__, service
from ops.cli.options import FORMAT, Command, Group
from ops.cli.screen import colour, complain, emit, progress, say, width
from ops.errors import LedgerProblem, TicketProblem, UsageProblem
from ops.model.run import Run
from ops.model.ticket import Plan, Receipt, UpdateReceipt
from ops.wiring import Session, Settings, session

_TOOL = f"payment-hsm-ops {__version__}"


@click.group(
    cls=Group,
    lazy={
        "plan": "ops.cli.tickets:plan_",
        "open": "ops.cli.tickets:open_",
        "list": "ops.cli.tickets_by_hand:list_",
        "show": "ops.cli.tickets_by_hand:show",
        "comment": "ops.cli.tickets_by_hand:comment",
        "close": "ops.cli.tickets_by_hand:close",
    },
)
def tickets() -> None:
    """Support tickets of the category Technical > Payment HSM."""


@click.command("plan", cls=Command)
@click.option("--format", "format_", type=FORMAT, default="text", show_default=True)
@click.option("--output", metavar="FILE", help="Keep the whole plan in FILE, for tickets open --plan FILE.")
@click.option("--anyway", is_flag=True, help="Do not wait for what is ours to fix first.")
@click.option("--redact", is_flag=True, help="Leave addresses and tags out of the evidence that is attached.")
@click.pass_obj
def plan_(settings: Settings, format_: str, output: str | None, anyway: bool, redact: bool) -> int:
    """Show which tickets would be opened or told something, which are held back and why, and which exist.

    Writes nothing to Azure. What it saw goes into the ledger.
    """
    from ops.codec.plan import plan_text
    from ops.reports import plan as report

    with progress(settings) as tell, session(settings, tell) as here:
        run, plan = _plan(here, anyway=anyway, redact=redact)
        if not settings.snapshot:
            _note(here, plan)
    whole = plan_text(plan, _TOOL) if output or format_ == "json" else ""
    if output:
        from ops.adapters.plan_file import save_plan

        save_plan(Path(output), whole)
    if format_ == "json":
        if not output:
            emit(whole, None)
    else:
        emit(
            report.render_text(plan, width(None), colour(settings, None), whole=settings.verbose, saved=output or ""),
            None,
        )
    return _read_code(settings, run, plan)


def _plan(here: Session, *, anyway: bool, redact: bool) -> tuple[Run, Plan]:
    return service.plan_tickets(
        here.cloud, here.desk, here.ledger(), here.policy, here.subscriptions, anyway=anyway, redact=redact
    )


def _note(here: Session, plan: Plan) -> None:
    """That a cause was seen helps only a later run, so a ledger that cannot be written does not stop a plan."""
    try:
        service.note_causes(plan, here.ledger())
    except LedgerProblem as error:
        complain(error)


@click.command("open", cls=Command)
@click.option("--plan", "plan_file", metavar="FILE", help="Do exactly what tickets plan --output FILE decided.")
@click.option("--format", "format_", type=FORMAT, default="text", show_default=True)
@click.option("--anyway", is_flag=True, help="Do not wait for what is ours to fix first.")
@click.option("--redact", is_flag=True, help="Leave addresses and tags out of the evidence that is attached.")
@click.option("--no-confirm", is_flag=True, help="Do not read each cause again: it must have been seen 5 min before.")
@click.option("--apply", "apply_", is_flag=True, help="Really open and update them. Without it nothing is sent.")
@click.pass_obj
def open_(
    settings: Settings,
    plan_file: str | None,
    format_: str,
    anyway: bool,
    redact: bool,
    no_confirm: bool,
    apply_: bool,
) -> int:
    """Open the tickets of the plan, each once, and tell on open ones what is new.

    Exits 6 when a ticket could not be opened or updated, or lacks its evidence, 4 when something could not be read and
    may hide a cause.
    """
    from ops.codec.plan import plan_text
    from ops.reports import plan as report
    from ops.reports import receipts as told

    if plan_file and redact:
        raise UsageProblem(
            "a saved plan is applied as it is, with the evidence that was approved",
            tip=f"phsm tickets plan --redact --output {plan_file}",
        )
    if apply_:
        require_desk(settings)
    with progress(settings) as tell, session(settings, tell) as here:
        approved = _approved(plan_file, here) if plan_file else None
        run, fresh = _plan(here, anyway=anyway, redact=redact)
        decided = approved or fresh
        if not apply_:
            if format_ == "json":
                emit(plan_text(decided, _TOOL), None)
            else:
                emit(report.render_text(decided, width(None), colour(settings, None), whole=settings.verbose), None)
                if decided.to_open or decided.updates:
                    say("nothing was sent; to do this add --apply")
            return _read_code(settings, run, fresh)
        if format_ == "text":
            emit(report.render_text(decided, width(None), colour(settings, None), whole=settings.verbose), None)
        opened: list[Receipt] = []
        updated: list[UpdateReceipt] = []
        try:
            _apply(here, decided, fresh, run, opened, updated, confirm=not no_confirm)
        except (LedgerProblem, KeyboardInterrupt):
            opened += [Receipt(draft=draft, untried=True) for draft in decided.to_open[len(opened) :]]
            updated += [UpdateReceipt(update=update, untried=True) for update in decided.updates[len(updated) :]]
            raise
        finally:  # also when it is interrupted: what was done is said
            if format_ == "json":
                emit(told.render_json(tuple(opened), tuple(updated), decided), None)
            elif opened or updated:
                emit(told.render_text(tuple(opened), tuple(updated), width(None), colour(settings, None)), None)
    failed = not all(one.is_done for one in opened) or any(one.problem for one in updated)
    if failed or (fresh.gaps and fresh.held_back):
        return TicketProblem.exit_code
    return _read_code(settings, run, fresh)


def _approved(file: str, here: Session) -> Plan:
    """The plan in the file. Raises UsageProblem where it was changed, is too old, or was made for another cloud."""
    from ops.adapters.clock import now
    from ops.adapters.plan_file import load_plan
    from ops.codec.plan import too_old

    plan = load_plan(Path(file))
    again = f"plan again: phsm tickets plan --output {file}"
    if plan.source != here.source:
        raise UsageProblem(f"{file} was made for {plan.source.kind} {plan.source.name}, not for this", tip=again)
    if why := too_old(plan, now(), here.policy):
        raise UsageProblem(f"{file} is not applied: {why} (support.plan_valid_minutes)", tip=again)
    return plan


def _apply(
    here: Session,
    decided: Plan,
    fresh: Plan,
    run: Run,
    opened: list[Receipt],
    updated: list[UpdateReceipt],
    *,
    confirm: bool,
) -> None:
    ledger, shelf, policy = here.ledger(), here.shelf, here.policy
    for line in service.settle(decided, fresh, here.desk, ledger, shelf):
        say(f"phsm: {line}")
    if decided.to_open or decided.updates:
        contact = service.require_contact(policy, run.estate.source)
        for receipt in service.open_tickets(
            decided, run, here.cloud, here.desk, ledger, shelf, policy, fresh=fresh, confirm=confirm
        ):
            opened.append(receipt)
        for update in service.update_tickets(decided, run, here.cloud, here.desk, ledger, contact, fresh=fresh):
            updated.append(update)
    opened.extend(service.keep_for_portal(decided, ledger, shelf, fresh=fresh))


def require_desk(settings: Settings) -> None:
    """Raises UsageProblem where a snapshot stands for Azure: nobody is behind its desk."""
    if settings.snapshot:
        from ops.adapters.snapshot_cloud import refuse_tickets

        refuse_tickets()


def _read_code(settings: Settings, run: Run, plan: Plan) -> int:
    if run.is_complete and (settings.snapshot or not plan.gaps):
        return 0
    say("phsm: not everything could be read, so a cause may be hidden: phsm check")
    return 4
