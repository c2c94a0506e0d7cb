"""Do what a plan says, each act recorded before and after, and nothing whose cause is gone.

A ticket is named after its cause, so whoever tries it again finds it: in this run, the next, or one beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from ops.checks import collect
from ops.errors import ConfigProblem
from ops.model import arm_id
from ops.model.estate import Source
from ops.model.finding import Finding, Outcome
from ops.model.ledger import Action, Result
from ops.model.policy import Contact, Policy, TicketSeverity
from ops.model.run import Run
from ops.model.ticket import Draft, Plan, Receipt
from ops.ports import Cloud, Desk, Ledger, Shelf
from ops.run import evaluate
from ops.service.opening import open_ticket
from ops.support.gone import was_read
from ops.support.impact import assess

EXAMPLE_DOMAINS = ("example.com", "example.org", "contoso.com")
_BETWEEN_READINGS = timedelta(minutes=5)
_FIRST_READING_HOLDS = timedelta(hours=24)


def require_contact(policy: Policy, source: Source) -> Contact:
    """Whom Microsoft calls. Raises ConfigProblem where there is nobody, or only an example outside a sandbox."""
    contact = policy.support.contact
    if contact is None:
        raise ConfigProblem(
            "support.contact is missing: Microsoft must know whom to call", tip="fill it in config/phsm.yaml"
        )
    domain = contact.email.rpartition("@")[2].lower()
    if source.kind != "sandbox" and any(domain == name or domain.endswith(f".{name}") for name in EXAMPLE_DOMAINS):
        raise ConfigProblem(
            f"support.contact.email is at {domain}, an example: a ticket with it would reach nobody",
            tip="put a real address into support.contact",
        )
    return contact


def open_tickets(
    decided: Plan,
    run: Run,
    cloud: Cloud,
    desk: Desk,
    ledger: Ledger,
    shelf: Shelf,
    policy: Policy,
    *,
    fresh: Plan,
    confirm: bool = True,
) -> Iterator[Receipt]:
    """Open the tickets of a plan one after the other, each after its cause was read again from ARM.

    ``run`` is what was seen last, and ``fresh`` the plan that it makes: the same as ``decided``, or newer. Without
    ``confirm`` a cause must have been seen before, five minutes earlier at least.
    Raises ConfigProblem, before anything is sent, where the contact is missing or is an example's, and LedgerProblem.
    """
    if not decided.to_open:
        return
    contact = require_contact(policy, run.estate.source)
    for draft in decided.to_open:
        stopped = _overtaken(draft, fresh)
        if stopped is None:
            stopped = _unwanted(draft, _again(draft, run, cloud, policy) if confirm else run, policy)
        if stopped is None and not confirm:
            stopped = _seen_once(draft, fresh, ledger)
        if stopped is None:
            yield open_ticket(draft, desk, ledger, shelf, contact)
            continue
        result = Result.NOT_NEEDED if stopped.gone else Result.FOUND if stopped.found else Result.REFUSED
        target = stopped.ticket.id if stopped.ticket else draft.ticket_id
        ledger.write(Action.OPEN, target, result, details={"why": stopped.problem} if stopped.problem else {})
        yield stopped


def _overtaken(draft: Draft, fresh: Plan) -> Receipt | None:
    """What a plan that was made just now says against a draft of an older one."""
    behind = {_key(finding) for finding in draft.cause.findings}
    for existing in fresh.existing:
        if behind & {_key(finding) for finding in existing.cause.findings}:
            return Receipt(draft=draft, ticket=existing.ticket, found=True)
    for held in fresh.held_back:
        if held.draft.name == draft.name and not held.is_for_later:
            return Receipt(
                draft=draft, problem=f"it is held back now: {held.reason}", tip="phsm tickets plan says more"
            )
    return None


def _again(draft: Draft, run: Run, cloud: Cloud, policy: Policy) -> Run:
    cause = draft.cause
    return evaluate(cloud.confirm(run.estate, hsms=cause.hsms, subscriptions=cause.subscriptions), policy, collect())


def _unwanted(draft: Draft, again: Run, policy: Policy) -> Receipt | None:
    """Why a ticket is not opened by what was read again just before it; None = all is as it was planned."""
    behind = {_key(finding) for finding in draft.cause.findings}
    now = {_key(finding): finding for finding in again.findings if _key(finding) in behind}
    unread = [finding.evidence for finding in now.values() if finding.outcome is Outcome.UNKNOWN]
    unread += [f"{subscription} was not read" for subscription in sorted(_unseen(behind - now.keys(), again))]
    if unread:
        problem = f"its cause could not be read again: {unread[0]}"
        return Receipt(draft=draft, problem=problem, tip="run it again; an unread cause opens no ticket")
    lasting = {key for key, finding in now.items() if finding.outcome is Outcome.FAIL and finding.ticket}
    if not lasting:
        return Receipt(draft=draft, gone=True)
    if lasting != behind or _severity(draft, again, policy) is not draft.severity:
        tip = "run it again: a new plan tells what is true now"
        return Receipt(draft=draft, problem="what it says has changed since it was planned", tip=tip)
    return None


def _unseen(missing: Iterable[tuple[str, str]], again: Run) -> set[str]:
    """The subscriptions in which something may still be wrong that was not judged now: they were not read."""
    return {one for _, key in missing if not was_read(one := arm_id.subscription(key), again)}


def _severity(draft: Draft, again: Run, policy: Policy) -> TicketSeverity:
    return draft.severity if draft.cause.kind == "fastpath" else assess(draft.cause, again, policy).severity


def _key(finding: Finding) -> tuple[str, str]:
    return finding.check, finding.subject.key


def note_causes(decided: Plan, ledger: Ledger) -> None:
    """Record which causes a plan saw: a later run that does not confirm them needs it. Raises LedgerProblem."""
    for draft in decided.to_open:
        _note(draft, decided, ledger)


def _note(draft: Draft, plan: Plan, ledger: Ledger) -> None:
    details = {"seen_at": plan.made_at.isoformat(), "title": draft.title}
    ledger.write(Action.PLAN, draft.ticket_id, Result.DONE, details=details)


def _seen_once(draft: Draft, fresh: Plan, ledger: Ledger) -> Receipt | None:
    """A cause that nobody confirms by a direct read must have been seen twice, five minutes apart at least."""
    for entry in ledger.entries():
        if entry.action is Action.PLAN and entry.target.lower() == draft.ticket_id.lower():
            age = fresh.made_at - datetime.fromisoformat(entry.details["seen_at"])
            if _BETWEEN_READINGS <= age <= _FIRST_READING_HOLDS and entry.source == fresh.source:
                return None
    _note(draft, fresh, ledger)
    return Receipt(
        draft=draft,
        problem="it was seen once, and what nobody confirms has to be seen twice, five minutes apart",
        tip="run it again in five minutes, or leave out --no-confirm",
    )
