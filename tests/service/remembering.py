"""A cloud, a support desk, a ledger and a shelf that remember what was asked of them; all write into one diary."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from ops import service
from ops.errors import LedgerProblem, TicketProblem
from ops.model.estate import Estate, Source
from ops.model.fact import ABSENT, Absent, Gap
from ops.model.ledger import Action, Actor, Entry, Result
from ops.model.policy import Contact, Policy, SupportPolicy, TicketSeverity
from ops.model.run import Run
from ops.model.ticket import (
    Communication,
    Draft,
    Evidence,
    Plan,
    ProblemClassification,
    Receipt,
    Sent,
    SupportService,
    Ticket,
    UpdateReceipt,
)
from tests.build import NOW, estate, hsm
from tests.support.build import CLASSIFICATIONS, SERVICE

CONTACT = Contact(
    first_name="Ada",
    last_name="Okafor",
    email="hsm-oncall@example.com",
    phone="+44 20 7946 0000",
    country="GBR",
    time_zone="GMT Standard Time",
)
POLICY = Policy(support=SupportPolicy(contact=CONTACT))
CLOSING = replace(POLICY, support=replace(POLICY.support, close_when_gone=True))
WELL, FAILED = (
    hsm("payshield-1"),
    hsm("payshield-2", stamp="stamp2", provisioning_state="Failed", status_message="Resource creation failed."),
)
MESS = estate(WELL, FAILED)
REPAIRED = estate(WELL, hsm("payshield-2", stamp="stamp2"))
REFUSED = TicketProblem("no suitable support plan", "buy one", request_ids=("r-1",))
UNCLEAR = TicketProblem("no answer", "run it again", may_exist=True, request_ids=("r-1",))


def later(state: Estate, **time: float) -> Estate:
    """The same estate, observed so much later."""
    return replace(state, observed_at=state.observed_at + timedelta(**time))


@dataclass
class RememberingCloud:
    """A cloud that shows one estate, and another (``later``) when it is asked to confirm."""

    first: Estate
    later: Estate | None = None
    confirmed: list[tuple[str, ...]] = field(default_factory=list)

    def scope(self, subscriptions: tuple[str, ...]) -> tuple[str, ...]:
        return subscriptions or self.first.scope

    def observe(self, subscriptions: tuple[str, ...], *, policy: Policy) -> Estate:
        return self.first

    def confirm(self, estate: Estate, *, hsms: Collection[str], subscriptions: Collection[str]) -> Estate:
        self.confirmed.append(tuple(hsms))
        return self.later or self.first


@dataclass
class RememberingDesk:
    """A desk that keeps tickets, messages and files.

    ``refuses`` is raised by the acts that it names. ``silent``: no list is given. ``hidden``: names that no list shows,
    and ``unfindable`` those that cannot be looked for either. ``has_graph``: there is a source for all subscriptions.
    ``now``: when a ticket or a message is from.
    """

    diary: list[str] = field(default_factory=list)
    held: list[Ticket] = field(default_factory=list)
    messages: dict[str, list[Communication]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    refuses: dict[str, TicketProblem] = field(default_factory=dict)
    silent: bool = False
    hidden: set[str] = field(default_factory=set)
    unfindable: set[str] = field(default_factory=set)
    has_graph: bool = True
    now: datetime = NOW

    def services(self) -> tuple[SupportService, ...] | Gap:
        return (SERVICE,)

    def classifications(self, service: SupportService) -> tuple[ProblemClassification, ...] | Gap:
        return CLASSIFICATIONS

    def tickets(self, subscription: str, *, only_open: bool) -> tuple[Ticket, ...] | Gap:
        if self.silent:
            return Gap(
                subject=f"/subscriptions/{subscription}", what="support tickets", reason="403 AuthorizationFailed"
            )
        return tuple(
            ticket
            for ticket in self.held
            if ticket.subscription == subscription
            and (ticket.is_open or not only_open)
            and ticket.name not in self.hidden
        )

    def open_elsewhere(self) -> tuple[str, ...] | Gap:
        if not self.has_graph:
            return Gap(subject="Microsoft.ResourceGraph", what="support tickets", reason="403 AuthorizationFailed")
        return tuple(ticket.id for ticket in self.held if ticket.is_open and ticket.name not in self.hidden)

    def find(self, subscription: str, name: str) -> Ticket | Absent | Gap:
        self.diary.append(f"find {name}")
        if name in self.unfindable:
            return Gap(subject=name, what="support ticket", reason="503 ServiceUnavailable")
        return next((ticket for ticket in self.held if ticket.name == name), ABSENT)

    def communications(self, ticket: Ticket) -> tuple[Communication, ...] | Gap:
        return tuple(self.messages.get(ticket.name, ()))

    def attach(self, subscription: str, workspace: str, name: str, content: bytes) -> Sent:
        self._act("attach")
        self.files[f"{workspace}/{name}"] = content
        return Sent(request_ids=("r-attach",))

    def open(self, draft: Draft, contact: Contact, workspace: str | None) -> Sent:
        there = next((ticket for ticket in self.held if ticket.name == draft.name), None)
        self._act("open")
        if there is not None:
            return Sent(ticket=there, request_ids=("r-open",), found=True)
        self.held.append(ticket_of(draft, number=f"241124005000{len(self.held):04}", created_at=self.now))
        return Sent(ticket=self.held[-1], request_ids=("r-open",))

    def comment(self, ticket: Ticket, name: str, subject: str, body: str, sender: str) -> Sent:
        self._act("comment")
        said = self.messages.setdefault(ticket.name, [])
        if any(one.name == name for one in said):
            return Sent(request_ids=("r-comment",), found=True)
        said.append(
            Communication(
                name=name, subject=subject, body=body, direction="Outbound", sender=sender, created_at=self.now
            )
        )
        return Sent(request_ids=("r-comment",))

    def change(
        self, ticket: Ticket, *, severity: TicketSeverity | None = None, status: Literal["open", "closed"] | None = None
    ) -> Sent:
        self._act("change")
        changed = replace(
            ticket,
            severity=severity.value.capitalize() if severity else ticket.severity,
            status=status.capitalize() if status else ticket.status,
        )
        self.held[self.held.index(ticket)] = changed
        return Sent(ticket=changed, request_ids=("r-change",))

    def _act(self, word: str) -> None:
        self.diary.append(f"desk {word}")
        if word in self.refuses:
            raise self.refuses[word]


@dataclass
class RememberingLedger:
    """A ledger in memory. ``full``: nothing more can be written."""

    diary: list[str] = field(default_factory=list)
    written: list[Entry] = field(default_factory=list)
    source: Source = MESS.source
    now: datetime = NOW
    full: bool = False

    def write(
        self,
        action: Action,
        target: str,
        result: Result,
        *,
        request_ids: tuple[str, ...] = (),
        details: Mapping[str, str] | None = None,
    ) -> None:
        if self.full:
            raise LedgerProblem("the ledger could not be written", "make room for it")
        self.diary.append(f"{action} {result}")
        self.written.append(
            Entry(
                at=self.now,
                run="run-1",
                actor=Actor(object_id="", application_id=""),
                source=self.source,
                action=action,
                target=target,
                result=result,
                request_ids=request_ids,
                details=details or {},
            )
        )

    def entries(self) -> tuple[Entry, ...]:
        return tuple(self.written)


@dataclass
class RememberingShelf:
    """A shelf whose archives are the names of their files. ``kept``: by name, why, or the archive where that is alone."""

    kept: dict[str, str] = field(default_factory=dict)

    def pack(self, evidence: Evidence) -> bytes:
        return " ".join(file.name for file in evidence.files).encode()

    def keep(self, draft: Draft, why: str) -> str:
        self.kept[draft.name] = why
        return f"unsent/{draft.name}/ticket.md"

    def keep_evidence(self, name: str, evidence: Evidence) -> str:
        self.kept[name] = evidence.name
        return f"unsent/{name}/{evidence.name}"

    def forget(self, name: str, evidence: Evidence | None = None) -> str:
        if self.kept.get(name, ".zip").endswith(".zip"):
            return ""
        del self.kept[name]
        return f"unsent/{name}/ticket.md"


class Office:
    """All four, and what a command does with them."""

    def __init__(self, state: Estate = MESS, later: Estate | None = None, policy: Policy = POLICY) -> None:
        self.diary: list[str] = []
        self.cloud = RememberingCloud(state, later)
        self.desk = RememberingDesk(self.diary)
        self.ledger = RememberingLedger(self.diary, source=state.source)
        self.shelf = RememberingShelf()
        self.policy = policy

    def plan(self, *, anyway: bool = False) -> tuple[Run, Plan]:
        return service.plan_tickets(self.cloud, self.desk, self.ledger, self.policy, (), anyway=anyway)

    def open(self, decided: Plan | None = None, *, confirm: bool = True) -> tuple[Receipt, ...]:
        """Open what was decided, or what is decided now."""
        run, fresh = self.plan()
        return self.apply(run, fresh, decided, confirm=confirm)

    def apply(self, run: Run, fresh: Plan, decided: Plan | None = None, *, confirm: bool = True) -> tuple[Receipt, ...]:
        """Open what was decided, by what was seen and decided then."""
        return tuple(
            service.open_tickets(
                decided or fresh,
                run,
                self.cloud,
                self.desk,
                self.ledger,
                self.shelf,
                self.policy,
                fresh=fresh,
                confirm=confirm,
            )
        )

    def update(self, decided: Plan | None = None) -> tuple[UpdateReceipt, ...]:
        run, fresh = self.plan()
        return tuple(
            service.update_tickets(decided or fresh, run, self.cloud, self.desk, self.ledger, CONTACT, fresh=fresh)
        )

    @property
    def deeds(self) -> list[tuple[str, str]]:
        """Action and result of what the ledger holds, in order."""
        return [(entry.action.value, entry.result.value) for entry in self.ledger.written]


def with_a_ticket(policy: Policy = POLICY, **day: float) -> Office:
    """An office with a ticket of so long ago (two days, if nothing is said), and a new diary."""
    office = Office(policy=policy)
    office.open()
    office.diary.clear()
    office.ledger.written.clear()
    day = day or {"days": 2}
    office.cloud.first = later(MESS, **day)
    office.desk.now += timedelta(**day)
    return office


def ticket_of(draft: Draft, **changes: Any) -> Ticket:
    """The ticket that a draft becomes."""
    assert draft.classification is not None
    facts: dict[str, Any] = {
        "name": draft.name,
        "number": "2411240050000000",
        "subscription": draft.subscription,
        "title": draft.title,
        "description": draft.description,
        "severity": draft.severity.value.capitalize(),
        "status": "Open",
        "service": SERVICE.display_name,
        "service_id": SERVICE.id,
        "classification": draft.classification.display_name,
        "resource_id": draft.resource_id,
        "created_at": NOW,
        "modified_at": NOW,
        "engineer": "",
        "plan": "Unified",
    }
    return Ticket(**(facts | changes))
