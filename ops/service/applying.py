"""Do what a plan says, each act recorded before and after, and nothing whose cause is gone.

A ticket is named after its cause, so whoever tries it again finds it: in this run, the next, or one beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from ops.checks import collect
from ops.errors import ConfigProblem
from ops.model import arm_id
from ops.model.estate import Source
from ops.model.fact import Gap
from ops.model.finding import Finding, Outcome
from ops.model.ledger import Action, Result
from ops.model.policy import Contact, Policy, TicketSeverity
from ops.model.run import Run
from ops.model.ticket import Cause, Draft, Existing, Plan, Receipt, Ticket
from ops.ports import Cloud, Desk, Ledger, Shelf
from ops.run import evaluate
from ops.service.keeping import kept_for_portal, next_step, without_outdated
from ops.service.opening import open_ticket
from ops.service.recording import INTERRUPTED, UNRECORDED_TIP, unrecorded
from ops.support.gone import was_read
from ops.support.holding import deciding
from ops.support.impact import assess
from ops.support.naming import base, base_of
from ops.support.planning import covered

EXAMPLE_DOMAINS = ("example.com", "example.org", "contoso.com")
_BETWEEN_READINGS = timedelta(minutes=5)
_FIRST_READING_HOLDS = timedelta(hours=24)
_CHANGED = "what it says has changed since it was planned"
_PLAN_AGAIN = "run it again: a new plan tells what is true now"
_FOUND_AGAIN = "run it again: a ticket that exists is found by its name, and none is opened twice"


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
    """Open the tickets of a plan one after the other, each after its cause was read again from ARM, and the list of tickets.

    ``run`` is what was seen last, and ``fresh`` the plan that it makes: the same as ``decided``, or newer. Without
    ``confirm`` a cause must have been seen before, five minutes earlier at least. One receipt for each draft, in order:
    where it ends early, those without one were not tried, and one that was interrupted on its way is told before.
    Raises ConfigProblem, before anything is sent, where the contact is missing or is an example's, and LedgerProblem.
    """
    if not decided.to_open:
        return
    contact = require_contact(policy, run.estate.source)
    for draft in decided.to_open:
        stopped = _overtaken(draft, fresh)
        if stopped is None:
            again = _again(draft, run, cloud, policy) if confirm else run
            stopped = _unwanted(draft, again, policy) or _unplanned(draft, fresh)
            if stopped is None and not confirm:
                stopped = _seen_once(draft, fresh, ledger)
            if stopped is None:
                stopped = _covered_by_now(draft, fresh, again, desk, policy)
        if stopped is None:
            try:
                receipt = open_ticket(draft, desk, ledger, shelf, contact)
            except KeyboardInterrupt:
                yield Receipt(draft=draft, problem=INTERRUPTED, tip=_FOUND_AGAIN, may_exist=True)
                raise
            yield without_outdated(receipt, shelf)
            continue
        told = _recorded(stopped, ledger)
        if told.problem and _is_unread(draft, fresh):
            yield kept_for_portal(replace(told, may_exist=True), shelf)
        else:
            yield without_outdated(told, shelf)


def _recorded(stopped: Receipt, ledger: Ledger) -> Receipt:
    """Nothing was sent: what is told about it stays true where it cannot be recorded."""
    action, target, result = Action.HOLD, stopped.draft.ticket_id, Result.REFUSED
    if stopped.ticket:
        action, target, result = Action.OPEN, stopped.ticket.id, Result.FOUND
    elif stopped.gone:
        result = Result.NOT_NEEDED
    why = {"why": stopped.problem} if stopped.problem else {}
    lost = unrecorded(ledger, action, target, result, request_ids=(), details=why)
    return replace(stopped, unrecorded=lost, tip=stopped.tip or UNRECORDED_TIP) if lost else stopped


def _overtaken(draft: Draft, fresh: Plan) -> Receipt | None:
    """What a plan that was made just now says against a draft of an older one, whatever it calls the cause."""
    found = _found(draft, fresh.existing)
    if found is not None:
        return found
    for held in fresh.held_back:
        if _about(held.draft.cause) & _about(draft.cause) and not held.is_for_later:
            tip = next_step(draft, fresh.gaps) if held.is_unread else "phsm tickets plan says more"
            return Receipt(draft=draft, problem=f"it is held back now: {held.reason}", tip=tip)
    return None


def _is_unread(draft: Draft, fresh: Plan) -> bool:
    """Whether a person has to look for its ticket, since phsm cannot."""
    return any(held.is_unread and _about(held.draft.cause) & _about(draft.cause) for held in fresh.held_back)


def _about(cause: Cause) -> frozenset[str]:
    """What a cause is about: HSMs (keys), or the subscriptions (ids) that wait for FastPath."""
    return frozenset(cause.hsms or cause.subscriptions)


def _found(draft: Draft, existing: Iterable[Existing]) -> Receipt | None:
    """The ticket that covers a draft, a problem where it covers a part or is not whole yet; None = there is none."""
    mine = [one for one in existing if _about(one.cause) & _about(draft.cause)]
    if not mine:
        return None
    if _about(draft.cause).difference(*(_about(one.cause) for one in mine)):
        return Receipt(draft=draft, problem=_CHANGED, tip=_PLAN_AGAIN)
    ticket = mine[0].ticket
    if not ticket.number:
        return Receipt(
            draft=draft, problem=f"{ticket.name} for the same is being opened by another run", tip=_PLAN_AGAIN
        )
    return Receipt(draft=draft, ticket=ticket, found=True)


def _unplanned(draft: Draft, fresh: Plan) -> Receipt | None:
    """A cause that the newest plan does not have as this one: whether it has a ticket was not asked then."""
    planned = (*fresh.to_open, *(held.draft for held in fresh.held_back if held.is_for_later))
    if base_of(draft.name) in {base_of(one.name) for one in planned}:
        return None
    return Receipt(draft=draft, problem=_CHANGED, tip=_PLAN_AGAIN)


def _covered_by_now(draft: Draft, fresh: Plan, again: Run, desk: Desk, policy: Policy) -> Receipt | None:
    """The last look before a ticket is sent: whether another run, that saw more or less, has sent one for the same.

    It would bear another name, that of the pool or of one HSM, so Azure would take both.
    """
    tickets: list[Ticket] = [one.ticket for one in fresh.existing]
    for subscription in _where_else(draft, again, policy):
        listed = desk.tickets(subscription, only_open=True)
        if isinstance(listed, Gap):
            problem = f"whether it has a ticket by now could not be read: {listed.reason}"
            return Receipt(draft=draft, problem=problem, tip="run it again; nothing was sent")
        # one of its own name that is not whole yet is waited for where it is sent
        tickets += [ticket for ticket in listed if ticket.number or ticket.name.lower() != draft.name.lower()]
    existing, wanting = covered(again, tickets)
    found = _found(draft, existing)
    if found is None and base_of(draft.name) not in {base(cause) for cause in wanting}:
        return Receipt(draft=draft, problem=_CHANGED, tip=_PLAN_AGAIN)
    return found


def _where_else(draft: Draft, again: Run, policy: Policy) -> Collection[str]:
    """The subscriptions of the pool, nearly always one; that of the ticket for FastPath."""
    if draft.cause.kind == "fastpath":
        return (draft.subscription,)
    return sorted(deciding(draft.cause, again, policy))


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
        return Receipt(draft=draft, problem=_CHANGED, tip=_PLAN_AGAIN)
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
