"""From a run to a plan: which tickets would be opened, which wait and why, which exist. The plan is data; nothing is sent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from ops.model.estate import Gap
from ops.model.policy import Policy
from ops.model.run import Run
from ops.model.ticket import Cause, Desks, Draft, Existing, HeldBack, Plan, Ticket
from ops.support import fastpath
from ops.support.causes import causes, pool_of
from ops.support.drafting import draft_of
from ops.support.holding import deciding, reasons_to_wait
from ops.support.naming import base, base_of, pool_base


def which_tickets_matter(run: Run, policy: Policy) -> tuple[str, ...]:
    """The subscriptions whose tickets, open and closed, must be listed before ``plan`` can decide; none = nothing to do."""
    return tuple(sorted({one for cause in causes(run, ()) for one in deciding(cause, run, policy)}))


def plan(run: Run, policy: Policy, desks: Desks, *, anyway: bool, made_at: datetime, version: str) -> Plan:
    """Decide. ``desks.tickets`` holds the closed tickets too; a subscription missing from it counts as not read.

    ``anyway`` opens tickets although our own faults or a ticket opened by hand speak against it. ``version`` is that of
    this product. Unknown findings never draft anything.
    """
    tickets = [ticket for answer in desks.tickets.values() if not isinstance(answer, Gap) for ticket in answer]
    existing: list[Existing] = []
    to_open: list[Draft] = []
    held_back: list[HeldBack] = []
    for cause in causes(run, tickets):
        if cause.kind == "fastpath":
            found, wanting = fastpath.split(cause, tickets)
            existing += found
        else:
            ticket = _covering(cause, run, tickets)
            existing += [Existing(cause=cause, ticket=ticket)] if ticket else []
            wanting = () if ticket else (cause,)
        for one in wanting:
            draft = draft_of(one, run, policy, desks, tickets, version)
            reasons = reasons_to_wait(draft, run, policy, desks, anyway=anyway)
            if reasons:
                held_back.append(HeldBack(draft=draft, reason="; ".join(reasons)))
            else:
                to_open.append(draft)
    to_open.sort(key=_order)
    most = policy.support.max_new_tickets
    too_many = f"more than {most} new tickets at once (support.max_new_tickets); the most severe go first"
    held_back += [HeldBack(draft=draft, reason=too_many) for draft in to_open[most:]]
    return Plan(
        source=run.estate.source,
        made_at=made_at,
        to_open=tuple(to_open[:most]),
        held_back=tuple(sorted(held_back, key=lambda held: _order(held.draft))),
        existing=tuple(existing),
        gaps=desks.gaps,
    )


def _order(draft: Draft) -> tuple[int, str]:
    return -draft.severity.rank, draft.name


def _covering(cause: Cause, run: Run, tickets: Iterable[Ticket]) -> Ticket | None:
    """The open ticket of the cause itself, or of the pool that its HSM is in."""
    bases = {base(cause), pool_base(pool_of(run, cause.hsms[0]).label)}
    return next((ticket for ticket in tickets if ticket.is_open and base_of(ticket.name) in bases), None)
