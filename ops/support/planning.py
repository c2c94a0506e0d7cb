"""From a run to a plan: which tickets would be opened, which wait and why, which exist and what is told. The plan is data."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from ops.codec.snapshot import estate_digest
from ops.model import arm_id
from ops.model.fact import Gap
from ops.model.policy import Policy
from ops.model.run import Run
from ops.model.ticket import Cause, Desks, Draft, Existing, HeldBack, Plan, Ticket
from ops.support import fastpath
from ops.support.api_plan import doubts, why_not_by_api
from ops.support.causes import FASTPATH_CHECK, causes, pool_of
from ops.support.drafting import draft_of, with_evidence
from ops.support.holding import beyond_scope, deciding, reasons_to_wait, unread
from ops.support.naming import base, base_of, pool_base
from ops.support.updating import updates, whose_life_matters


def which_tickets_matter(
    run: Run, policy: Policy, ours: Collection[str] = (), *, all_told: bool = True
) -> tuple[str, ...]:
    """The subscriptions whose tickets, open and closed, must be listed before ``plan`` can decide; none = nothing to do.

    An open ticket of ours whose cause is gone may lie where an HSM was read, and where ``ours`` say: the ids of tickets
    that may be open. Unless ``all_told``, there may be more, and one for FastPath may lie where FastPath was judged.
    What this run does not see is asked only where a ticket there may cover a cause.
    """
    found = causes(run, ())
    wanted = {one for cause in found for one in deciding(cause, run, policy)}
    held = {hsm.subscription for hsm in run.estate.hsms.values() if hsm.gap is None}
    if held and policy.support.fastpath_subscription:
        wanted.add(policy.support.fastpath_subscription.lower())
    known = set(map(arm_id.subscription, ours))
    if not all_told and policy.support.fastpath_subscription is None:
        known |= {arm_id.subscription(one.subject.key) for one in run.findings if one.check == FASTPATH_CHECK}
    if not any(beyond_scope(cause, run, policy) for cause in found):
        known &= run.estate.subscriptions.keys()
    return tuple(sorted((wanted | held | known) - {""}))


def whose_messages_matter(run: Run, policy: Policy, desks: Desks) -> tuple[Ticket, ...]:
    """Our open tickets whose communications must be read before ``plan`` can decide what is told on them."""
    if why_not_by_api(policy):
        return ()
    tickets = _tickets(desks)
    existing, _ = covered(run, tickets)
    return whose_life_matters(run, existing, tickets)


def plan(
    run: Run, policy: Policy, desks: Desks, *, anyway: bool, made_at: datetime, version: str, redact: bool = False
) -> Plan:
    """Decide. ``desks.tickets`` holds the closed tickets too; a subscription missing from it counts as not read.

    ``anyway`` opens tickets although our own faults or a ticket opened by hand speak against it. ``version`` is that of
    this product. ``redact`` leaves addresses and tags out of the evidence. Unknown findings never draft anything.
    """
    facts = estate_digest(run.estate, policy)
    tool = f"payment-hsm-ops {version}, snapshot {facts.replace(':', ' ')}"
    tickets, by_api = _tickets(desks), why_not_by_api(policy)
    existing, wanting = covered(run, tickets)
    ready: list[Draft] = []
    held_back: list[HeldBack] = []
    for cause in wanting:
        draft = draft_of(cause, run, policy, desks, tickets, tool)
        reasons = reasons_to_wait(draft, run, policy, desks, tickets, anyway=anyway)
        if reasons:
            is_unread = bool(desks.gaps) and reasons == unread(draft, run, policy, desks)
            if is_unread:  # it may have to be opened by hand
                draft = with_evidence(draft, run, policy, version, redact=redact)
            reason = "; ".join((*reasons, by_api) if by_api else reasons)
            held_back.append(HeldBack(draft=draft, reason=reason, is_unread=is_unread))
        else:
            ready.append(with_evidence(draft, run, policy, version, redact=redact) if by_api else draft)
    ready.sort(key=_order)
    most = 0 if by_api else policy.support.max_new_tickets
    to_open = tuple(with_evidence(draft, run, policy, version, redact=redact) for draft in ready[:most])
    too_many = f"more than {most} new tickets at once (support.max_new_tickets); the most severe go first"
    reason = f"{by_api}; the draft is kept for the portal" if by_api else too_many
    held_back += [
        HeldBack(draft=draft, reason=reason, is_for_later=not by_api, for_portal=bool(by_api)) for draft in ready[most:]
    ]
    told = updates(run, policy, existing, tickets, desks.communications, desks.told_at, tool)
    return Plan(
        source=run.estate.source,
        made_at=made_at,
        to_open=to_open,
        held_back=tuple(sorted(held_back, key=lambda held: _order(held.draft))),
        existing=existing,
        gaps=desks.gaps,
        updates=() if by_api else told,
        estate=facts,
        warnings=doubts(run.estate, policy, to_open, untold=told),
    )


def _order(draft: Draft) -> tuple[int, str]:
    return -draft.severity.rank, draft.name


def _tickets(desks: Desks) -> tuple[Ticket, ...]:
    """All tickets that are known, each once: as the list has it, else as it was found by its name."""
    listed = [ticket for answer in desks.tickets.values() if not isinstance(answer, Gap) for ticket in answer]
    return tuple({ticket.id.lower(): ticket for ticket in (*desks.known, *listed)}.values())


def covered(run: Run, tickets: Sequence[Ticket]) -> tuple[tuple[Existing, ...], tuple[Cause, ...]]:
    """The causes that open tickets of ours cover, each its own or that of its pool, and those that want one."""
    existing: list[Existing] = []
    wanting: list[Cause] = []
    by_base: dict[str | None, Ticket] = {}
    for ticket in tickets:
        if ticket.is_open:
            by_base.setdefault(base_of(ticket.name), ticket)
    for cause in causes(run, tickets):
        if cause.kind == "fastpath":
            found, left = fastpath.split(cause, tickets)
            existing += found
            wanting += left
            continue
        own = by_base.get(base(cause)) or by_base.get(pool_base(pool_of(run, cause.hsms[0]).label))
        if own:
            existing.append(Existing(cause=cause, ticket=own))
        else:
            wanting.append(cause)
    return tuple(existing), tuple(wanting)
