"""Everything that is shown to people and machines, made from an estate and a policy full of one text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ops.checks import collect
from ops.checks.checklist import Checklist
from ops.codec import snapshot_from, snapshot_text
from ops.codec.snapshot import Snapshot
from ops.model.fact import Gap
from ops.model.policy import Policy
from ops.model.run import Run
from ops.model.ticket import (
    Communication,
    Desks,
    Draft,
    Plan,
    ProblemClassification,
    Receipt,
    SupportService,
    Ticket,
    Update,
    UpdateReceipt,
)
from ops.run import evaluate
from ops.support.conflicts import HsmSubnets, subnets_to_exempt
from tests.build import NOW, SUB_1, SUB_2
from tests.hostile_estate import estate_of, mute, other_subscription, policy_of
from tests.support.build import SERVICE, desks, planned, ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """``first`` is the plan while the desk knows no ticket, ``plan`` the one after some were opened."""

    run: Run
    policy: Policy
    first: Plan
    plan: Plan
    tickets: tuple[Ticket, ...]
    messages: tuple[Communication, ...]
    gaps: tuple[Gap, ...]
    receipts: tuple[Receipt, ...]
    updates: tuple[UpdateReceipt, ...]
    saved: Snapshot
    conflicts: HsmSubnets
    checklist: Checklist

    @property
    def said(self) -> Mapping[str, tuple[Communication, ...]]:
        return {self.tickets[0].name: self.messages}

    @property
    def drafts(self) -> Iterator[Draft]:
        yield from self.first.to_open
        yield from (held.draft for held in self.first.held_back)


def world_of(text: str) -> World:
    policy, gap = policy_of(text), Gap(subject=text, what=text, reason=text)
    unused = mute(text, "PHSM-NET-0*", f"no such {text}", date(2027, 3, 31))
    run = replace(evaluate(estate_of(text), policy, collect()), unused_mutes=(unused,))
    known: dict[str, tuple[Ticket, ...] | Gap] = dict.fromkeys((SUB_1, SUB_2, other_subscription(text), text), ())
    first = planned(run, _desk(text, known), policy=policy, anyway=True)
    by_hsm = {draft.cause.subject[-2:]: draft for draft in first.to_open}
    stuck, halved = by_hsm["-3"], by_hsm["-4"]
    tickets = (_ticket(text, name=halved.name), _ticket(text, resource_id=stuck.resource_id))
    known |= {SUB_1: tickets, SUB_2: gap}
    messages = (_message(text, "Inbound"), _message(text, text))
    plan = planned(run, _desk(text, known, {tickets[0].name: messages}), policy=policy)
    updates = tuple(_update(text, tickets[0], kind) for kind in ("evidence", "raise", "gone", "close"))
    return World(
        run=run,
        policy=policy,
        first=first,
        plan=replace(plan, updates=(*plan.updates, *updates), warnings=(text,)),
        tickets=tickets,
        messages=messages,
        gaps=(gap,),
        receipts=(
            Receipt(draft=stuck, ticket=_ticket(text), unattached=text),
            Receipt(draft=halved, problem=text, tip=text, kept=text),
            Receipt(draft=halved, problem=text, tip=text, may_exist=True),
            Receipt(draft=halved, ticket=_ticket(text), found=True),
            Receipt(draft=halved, gone=True),
        ),
        updates=(
            *(UpdateReceipt(update=update) for update in updates),
            UpdateReceipt(update=updates[0], problem=text, tip=text),
            UpdateReceipt(update=updates[1], asked=True),
            UpdateReceipt(update=updates[2], skipped=text),
        ),
        saved=snapshot_from(snapshot_text(run.estate, policy, text), text),
        conflicts=subnets_to_exempt(run.estate),
        checklist=Checklist(policy=policy, where=text, at=NOW),
    )


def _desk(
    text: str,
    known: Mapping[str, tuple[Ticket, ...] | Gap],
    messages: Mapping[str, tuple[Communication, ...] | Gap] | None = None,
) -> Desks:
    service = SupportService(id=SERVICE.id, name=SERVICE.name, display_name=text)
    kinds = (ProblemClassification(id=text, display_name=text, secondary_consents=(text,)),)
    return desks(services=(service,), classifications=kinds, tickets=known, communications=messages or {})


def _ticket(text: str, **changes: Any) -> Ticket:
    facts: dict[str, Any] = dict.fromkeys(
        ("name", "number", "title", "description", "severity", "status", "classification", "engineer", "plan"), text
    )
    facts |= {"subscription": text, "service": f"Payment HSM {text}", "resource_id": text}
    return ticket(**(facts | changes))


def _message(text: str, direction: str) -> Communication:
    return Communication(name=text, subject=text, body=text, direction=direction, sender=text, created_at=NOW)


def _update(text: str, of: Ticket, kind: Any) -> Update:
    return Update(kind=kind, ticket=of, cause=None, reason=text, name=text, subject=text, body=text)
