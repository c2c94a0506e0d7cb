"""Decide which tickets are opened and what is told on those that are open. Writes nothing to Azure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from ops import __version__
from ops.model import arm_id
from ops.model.estate import Source
from ops.model.fact import Gap
from ops.model.ledger import Action, Entry, Result
from ops.model.policy import Policy
from ops.model.run import Run
from ops.model.ticket import Desks, Plan, Ticket
from ops.ports import Cloud, Desk, Ledger
from ops.service.checking import Selection, check
from ops.service.settling import attempts
from ops.support.classification import find_service
from ops.support.planning import plan, which_tickets_matter, whose_messages_matter
from ops.support.updating import EVIDENCE


def plan_tickets(
    cloud: Cloud,
    desk: Desk,
    ledger: Ledger,
    policy: Policy,
    subscriptions: tuple[str, ...],
    *,
    anyway: bool,
    redact: bool = False,
) -> tuple[Run, Plan]:
    """Observe, judge by all checks, ask the desk what exists, and decide. Raises CloudUnreadable and LedgerProblem."""
    run = check(cloud, policy, subscriptions, Selection())
    source = run.estate.source
    elsewhere = desk.open_elsewhere()
    ours = may_be_open(ledger.entries(), source).union(() if isinstance(elsewhere, Gap) else elsewhere)
    wanted = which_tickets_matter(run, policy, ours, all_told=not isinstance(elsewhere, Gap))
    desks = _ask(desk, ledger, wanted, source)
    desks = replace(
        desks,
        communications={
            ticket.name: desk.communications(ticket) for ticket in whose_messages_matter(run, policy, desks)
        },
        told_at=_told_at(ledger.entries(), source),
    )
    decided = plan(
        run, policy, desks, anyway=anyway, made_at=run.estate.observed_at, version=__version__, redact=redact
    )
    return run, decided


def _ask(desk: Desk, ledger: Ledger, subscriptions: tuple[str, ...], source: Source) -> Desks:
    if not subscriptions:
        return Desks(services=(), classifications=(), tickets={})
    services = desk.services()
    service = None if isinstance(services, Gap) else find_service(services)
    reason = services.reason if isinstance(services, Gap) else "no Payment HSM service in the list"
    tickets = {subscription: desk.tickets(subscription, only_open=False) for subscription in subscriptions}
    known: list[Ticket] = []
    # the ledger once more, after the lists: what another run has sent meanwhile stands in one of the two
    for target in _unlisted(may_be_open(ledger.entries(), source), tickets):
        home = arm_id.subscription(target)
        found = desk.find(home, arm_id.name(target))
        if isinstance(found, Ticket):
            known.append(found)
        elif isinstance(found, Gap):  # it may be there, and then its cause must not get another
            tickets[home] = found
    return Desks(
        services=services,
        classifications=desk.classifications(service)
        if service
        else Gap(subject="Microsoft.Support", what="problem classifications", reason=reason),
        tickets=tickets,
        known=tuple(known),
    )


def _unlisted(targets: Iterable[str], tickets: Mapping[str, tuple[Ticket, ...] | Gap]) -> list[str]:
    """Those of the tickets (ids in lower case) whose subscription was listed without them."""
    listed = {subscription.lower(): answer for subscription, answer in tickets.items() if not isinstance(answer, Gap)}
    names = {(key, ticket.name.lower()) for key, answer in listed.items() for ticket in answer}
    return sorted(
        target
        for target in targets
        if arm_id.subscription(target) in listed and (arm_id.subscription(target), arm_id.name(target)) not in names
    )


def may_be_open(entries: Iterable[Entry], source: Source) -> frozenset[str]:
    """The ids (lower case) of the tickets that runs against ``source`` opened, or may have, and that none has closed."""
    return frozenset(attempts(entries, source))


def _told_at(entries: Iterable[Entry], source: Source) -> Mapping[str, datetime]:
    """By ticket id (lower case), when runs against ``source`` sent news on it last."""
    return {
        entry.target.lower(): entry.at
        for entry in entries
        if (entry.source, entry.action, entry.result) == (source, Action.COMMENT, Result.DONE)
        and entry.details.get("communication", "").startswith(EVIDENCE)
    }
