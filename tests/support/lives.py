"""Tickets of ours in the middle of their life, and what was said on them."""

from __future__ import annotations

import html
from datetime import datetime, timedelta
from typing import Any

from ops.model.finding import Outcome
from ops.model.policy import Policy
from ops.model.run import Run
from ops.model.ticket import Communication, Draft, Plan, Ticket, Update
from tests.build import NOW, estate, hsm
from tests.support.build import desks, finding, lost_nic, planned, run_of, ticket

A, B = hsm("a"), hsm("b", stamp="stamp2")
LONG_AGO = NOW - timedelta(days=3)


def broken(**changes: Any) -> Run:
    """The NIC of A is lost."""
    return run_of(estate(A, B, **changes), lost_nic(A))


def well(*checks: str) -> Run:
    """Both HSMs pass these checks: PHSM-HSM-001 and PHSM-NET-009, if none are named."""
    wanted = checks or ("PHSM-HSM-001", "PHSM-NET-009")
    passes = [finding(check, one, outcome=Outcome.PASS, evidence="all is well") for check in wanted for one in (A, B)]
    return run_of(estate(A, B), *passes)


def opened(draft: Draft, **changes: Any) -> Ticket:
    """The ticket that a draft became, three days ago."""
    facts: dict[str, Any] = {
        "description": draft.description,
        "title": draft.title,
        "severity": draft.severity.value.capitalize(),
        "subscription": draft.subscription,
        "resource_id": draft.resource_id,
        "created_at": LONG_AGO,
    }
    return ticket(draft.name, **(facts | changes))


def said(update: Update, at: datetime | None) -> Communication:
    """What an update became on the ticket: wrapped and escaped, as Azure gives it back."""
    return Communication(
        name=update.name,
        subject=f"{update.subject} - TrackingID#2411230050001234",
        body=f"<pre>{html.escape(update.body)}</pre>",
        direction="Outbound",
        sender="hsm-oncall@example.com",
        created_at=at,
    )


def from_microsoft(body: str, at: datetime = NOW) -> Communication:
    return Communication(
        name="0b6c4b5e-0000-0000-0000-000000000001",
        subject="Your ticket",
        body=body,
        direction="Inbound",
        sender="support@example.com",
        created_at=at,
    )


def told(run: Run, mine: Ticket, *messages: Communication, policy: Policy | None = None) -> Plan:
    """The plan where one ticket of ours exists, with these messages on it."""
    return planned(run, desks(mine, communications={mine.name: messages}), policy=policy)


def kinds(plan: Plan) -> list[str]:
    return [update.kind for update in plan.updates]
