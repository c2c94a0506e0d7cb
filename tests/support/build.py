"""Findings, runs, tickets and desks for tests of the support floor."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ops.model.estate import Estate, Hsm
from ops.model.fact import Gap
from ops.model.finding import Finding, IssueCategory, Outcome, Party, Severity, Subject
from ops.model.policy import Policy
from ops.model.pool import pools
from ops.model.run import Run
from ops.model.ticket import Cause, Desks, Plan, ProblemClassification, SupportService, Ticket
from ops.support.classification import SERVICE_GUID
from ops.support.entitlement import entitlements
from ops.support.planning import plan
from tests.build import NOW, SUB_1, SUB_2

SERVICE = SupportService(
    id=f"/providers/Microsoft.Support/services/{SERVICE_GUID}",
    name=SERVICE_GUID,
    display_name="Azure Payment HSM Service",
)
NAMES = (
    "Provisioning / HSM creation failed",
    "Networking / HSM not reachable on host or management port",
    "Feature registration / FastPathEnabled approval",
    "Hardware / Device not responding",
    "Deletion / HSM cannot be deleted",
    "Other / My problem is not listed",
)


def classification(name: str) -> ProblemClassification:
    return ProblemClassification(id=f"{SERVICE.id}/problemClassifications/{name}", display_name=name)


CLASSIFICATIONS = tuple(classification(name) for name in NAMES)


def finding(
    check: str, *hsms: Hsm, subject: Subject | None = None, outcome: Outcome = Outcome.FAIL, **changes: Any
) -> Finding:
    """A failure of a check about these HSMs, with a ticket where the catalogue says so."""
    if subject is None:
        subject = Subject(name=hsms[0].name, id=hsms[0].id, hsms=tuple(hsm.id for hsm in hsms))
    theirs = check in ("PHSM-HSM-001", "PHSM-HSM-007", "PHSM-NET-009", "PHSM-NET-010", "PHSM-SUB-003")
    facts: dict[str, Any] = {
        "check": check,
        "title": "the title",
        "subject": subject,
        "outcome": outcome,
        "severity": Severity.HIGH,
        "party": Party.MICROSOFT if theirs else Party.CUSTOMER,
        "category": IssueCategory.PROVISIONING if check == "PHSM-HSM-001" else IssueCategory.NETWORKING,
        "ticket": theirs and outcome is Outcome.FAIL,
        "evidence": "the evidence",
        "fix": "",
        "source": "https://learn.microsoft.com/azure/payment-hsm/",
    }
    return Finding(**(facts | changes))


def failed_state(owner: Hsm) -> Finding:
    evidence = f'provisioningState {owner.provisioning_state}, statusMessage "{owner.status_message}"'
    return finding("PHSM-HSM-001", owner, evidence=evidence)


def lost_nic(owner: Hsm) -> Finding:
    return finding("PHSM-NET-009", owner, evidence=f"host NIC 2 missing: {owner.name}_HSMHost2Nic not found")


def pending(subscription: str = SUB_1, *hsms: Hsm, **changes: Any) -> Finding:
    subject = Subject(
        name=f"sub {subscription[-1]}", id=f"/subscriptions/{subscription}", hsms=tuple(h.id for h in hsms)
    )
    return finding("PHSM-SUB-003", subject=subject, evidence="FastPathEnabled is Pending", **changes)


def run_of(estate: Estate, *findings: Finding, policy: Policy | None = None) -> Run:
    policy = policy or Policy()
    found = pools(estate, policy)
    return Run(estate=estate, pools=found, findings=findings, support=entitlements(estate, policy, found))


def ticket(name: str, *, status: str = "Open", **changes: Any) -> Ticket:
    facts: dict[str, Any] = {
        "name": name,
        "number": "2411230050001234",
        "subscription": SUB_1,
        "title": "HSM is broken",
        "description": "",
        "severity": "Moderate",
        "status": status,
        "service": "Azure Payment HSM Service",
        "service_id": "/providers/Microsoft.Support/services/ce34cf91-b52e-afe9-57d6-1baf3ff5a59b",
        "classification": "Hardware / Device not responding",
        "resource_id": None,
        "created_at": NOW,
        "modified_at": NOW,
        "engineer": "",
        "plan": "Unified",
    }
    return Ticket(**(facts | changes))


def desks(*tickets: Ticket, **changes: Any) -> Desks:
    """A desk with the service, six classifications, and these tickets, each in its own subscription."""
    known: dict[str, tuple[Ticket, ...] | Gap] = {
        one: tuple(ticket for ticket in tickets if ticket.subscription == one) for one in (SUB_1, SUB_2)
    }
    facts: dict[str, Any] = {"services": (SERVICE,), "classifications": CLASSIFICATIONS, "tickets": known}
    return Desks(**(facts | changes))


def planned(
    run: Run,
    desk: Desks | None = None,
    *,
    policy: Policy | None = None,
    anyway: bool = False,
    made_at: datetime = NOW,
    redact: bool = False,
) -> Plan:
    return plan(
        run, policy or Policy(), desk or desks(), anyway=anyway, made_at=made_at, version="0.1.0", redact=redact
    )


def kinds(causes: Iterable[Cause]) -> list[tuple[str, str]]:
    """What the causes are about: the kind and the last part of the subject."""
    return [(cause.kind, cause.subject.rpartition("/")[2]) for cause in causes]
