"""The use cases. Each reads through the ports, decides through the pure core, and writes only in ``apply``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ops import __version__
from ops.checks import collect
from ops.checks.declaration import Check
from ops.errors import ConfigProblem, TicketProblem
from ops.model import arm_id
from ops.model.estate import Gap, Source
from ops.model.finding import Finding, Outcome
from ops.model.policy import Contact, Policy, TicketSeverity
from ops.model.run import Run
from ops.model.ticket import Desks, Draft, Plan, Receipt, Ticket
from ops.ports import Cloud, Desk
from ops.run import evaluate
from ops.support.classification import find_service, is_for_payment_hsms
from ops.support.impact import assess
from ops.support.planning import plan, which_tickets_matter

EXAMPLE_DOMAINS = ("example.com", "example.org", "contoso.com")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which checks are run: globs over check ids, any case. No ``only`` means all."""

    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()

    def of(self, checks: Sequence[Check]) -> tuple[Check, ...]:
        wanted = [check for check in checks if not self.only or _matches(check, self.only)]
        return tuple(check for check in wanted if not _matches(check, self.skip))


def _matches(check: Check, globs: tuple[str, ...]) -> bool:
    return any(fnmatchcase(check.id, glob.upper()) for glob in globs)


def check(cloud: Cloud, policy: Policy, subscriptions: tuple[str, ...], selection: Selection) -> Run:
    """Observe the estate and judge it. Raises CloudUnreadable."""
    estate = cloud.observe(subscriptions, outside=policy.peers.outside)
    return evaluate(estate, policy, selection.of(collect()))


def plan_tickets(
    cloud: Cloud, desk: Desk, policy: Policy, subscriptions: tuple[str, ...], *, anyway: bool
) -> tuple[Run, Plan]:
    """Observe, judge by all checks, ask the desk what exists, and decide. Raises CloudUnreadable."""
    run = check(cloud, policy, subscriptions, Selection())
    return run, plan(
        run,
        policy,
        _ask(desk, which_tickets_matter(run, policy)),
        anyway=anyway,
        made_at=run.estate.observed_at,
        version=__version__,
    )


def _ask(desk: Desk, subscriptions: tuple[str, ...]) -> Desks:
    if not subscriptions:
        return Desks(services=(), classifications=(), tickets={})
    services = desk.services()
    service = None if isinstance(services, Gap) else find_service(services)
    if service is None:
        reason = services.reason if isinstance(services, Gap) else "no Payment HSM service in the list"
        return Desks(
            services=services,
            classifications=Gap(subject="Microsoft.Support", what="problem classifications", reason=reason),
            tickets={subscription: desk.tickets(subscription, only_open=False) for subscription in subscriptions},
        )
    return Desks(
        services=services,
        classifications=desk.classifications(service),
        tickets={subscription: desk.tickets(subscription, only_open=False) for subscription in subscriptions},
    )


def apply(decided: Plan, run: Run, cloud: Cloud, desk: Desk, policy: Policy) -> tuple[Receipt, ...]:
    """Open the tickets of a plan, each only after its cause was seen again by a direct ARM read.

    Raises ConfigProblem, before anything is sent, where the contact is missing or is an example's.
    """
    if not decided.to_open:
        return ()
    contact = require_contact(policy, run.estate.source)
    hsms = {hsm for draft in decided.to_open for hsm in draft.cause.hsms}
    subscriptions = {item for draft in decided.to_open for item in draft.cause.subscriptions}
    again = evaluate(cloud.confirm(run.estate, hsms=hsms, subscriptions=subscriptions), policy, collect())
    return tuple(_open(draft, again, policy, desk, contact) for draft in decided.to_open)


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


def _open(draft: Draft, again: Run, policy: Policy, desk: Desk, contact: Contact) -> Receipt:
    behind = {_key(finding) for finding in draft.cause.findings}
    now = {_key(finding): finding for finding in again.findings if _key(finding) in behind}
    unread = [finding for finding in now.values() if finding.outcome is Outcome.UNKNOWN]
    if unread:
        problem = f"its cause could not be read again: {unread[0].evidence}"
        return Receipt(draft=draft, problem=problem, tip="run it again; an unread cause opens no ticket")
    lasting = {key for key, finding in now.items() if finding.outcome is Outcome.FAIL and finding.ticket}
    if not lasting:
        return Receipt(draft=draft, gone=True)
    if lasting != behind or _severity(draft, again, policy) is not draft.severity:
        tip = "run it again: a new plan tells what is true now"
        return Receipt(draft=draft, problem="what it says has changed since it was planned", tip=tip)
    try:
        return Receipt(draft=draft, ticket=desk.open(draft, contact))
    except TicketProblem as error:
        return Receipt(draft=draft, problem=error.what, tip=error.tip, may_exist=error.may_exist)


def _severity(draft: Draft, again: Run, policy: Policy) -> TicketSeverity:
    return draft.severity if draft.cause.kind == "fastpath" else assess(draft.cause, again, policy).severity


def _key(finding: Finding) -> tuple[str, str]:
    return finding.check, finding.subject.key


def list_tickets(
    desk: Desk, subscriptions: tuple[str, ...], *, only_open: bool
) -> tuple[tuple[Ticket, ...], tuple[Gap, ...]]:
    """The Payment HSM tickets of these subscriptions, the newest first, and what could not be read."""
    found: list[Ticket] = []
    gaps: list[Gap] = []
    for subscription in subscriptions:
        tickets = desk.tickets(subscription, only_open=only_open)
        if isinstance(tickets, Gap):
            gaps.append(tickets)
        else:
            found.extend(ticket for ticket in tickets if is_for_payment_hsms(ticket))
    found.sort(key=lambda ticket: (ticket.created_at is not None, ticket.created_at, ticket.name), reverse=True)
    return tuple(found), tuple(gaps)


def is_same_ticket(ticket: Ticket, wanted: str) -> bool:
    """Whether ``wanted`` is the number, the name or the id of the ticket."""
    return wanted in (ticket.number, ticket.name) or arm_id.name(wanted).lower() == ticket.name.lower()
