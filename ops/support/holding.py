"""Why a draft is held back: our own faults come first, nothing is asked twice, and what was not read opens no ticket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ops.model import arm_id
from ops.model.estate import Gap
from ops.model.finding import Party
from ops.model.run import Run
from ops.model.ticket import Desks, Draft, Ticket
from ops.model.untrusted import one_line
from ops.support import fastpath
from ops.support.causes import FASTPATH_CHECK, concerns
from ops.support.classification import is_for_payment_hsms, why_no_service
from ops.support.naming import kind_of

OURS_FIRST = ("PHSM-NET-001", "PHSM-NET-003", "PHSM-NET-004", "PHSM-NET-005", "PHSM-NET-006", FASTPATH_CHECK)
"""While one of these fails for an HSM, the HSM may only look broken."""


def reasons_to_wait(draft: Draft, run: Run, desks: Desks, *, anyway: bool) -> tuple[str, ...]:
    """All reasons, each in one line; none = it can be opened. ``anyway`` overrules those that a person may overrule."""
    listed = {subscription.lower(): answer for subscription, answer in desks.tickets.items()}
    tickets = [ticket for answer in listed.values() if not isinstance(answer, Gap) for ticket in answer]
    by_choice = () if anyway else (*_ours_first(draft, run), *_asked_already(draft, tickets))
    closed = _closed(draft, listed, desks)
    return (*by_choice, closed) if closed else (*by_choice, *_unlisted(draft, listed), *_unaddressed(draft, desks))


def _ours_first(draft: Draft, run: Run) -> Iterator[str]:
    hsms = draft.cause.hsms  # none behind a FastPath approval, which therefore never waits
    if any(run.estate.hsms[hsm].is_in_state("Failed") for hsm in hsms):
        return
    failing = [finding for finding in run.findings if finding.is_failure_of(*OURS_FIRST) and concerns(finding, hsms)]
    ours = sorted({finding.check for finding in failing if finding.party is Party.CUSTOMER})
    theirs = sorted({finding.check for finding in failing if finding.party is not Party.CUSTOMER})
    parts = [f"{', '.join(ours)} (ours) {'is' if len(ours) == 1 else 'are'} fixed"] if ours else []
    parts += [f"{', '.join(theirs)} (Microsoft) is approved"] if theirs else []
    if parts:
        yield f"until {' and '.join(parts)}, or --anyway"


def _asked_already(draft: Draft, tickets: Iterable[Ticket]) -> Iterator[str]:
    if draft.cause.kind == "fastpath":
        found = fastpath.asked_by_hand(draft.cause, tickets)
    else:
        found = [ticket for ticket in tickets if _is_about_same(ticket, draft)]
    for ticket in found:
        number = one_line(ticket.number or ticket.name, 60)
        yield f"ticket {number} for the same is open already ({one_line(ticket.title, 80)}); --anyway opens another"


def _is_about_same(ticket: Ticket, draft: Draft) -> bool:
    """One opened by hand, or one of ours under the name of a pool that has been renamed since."""
    if not ticket.is_open or ticket.resource_id is None or kind_of(ticket.name) == "fastpath":
        return False
    return arm_id.key(ticket.resource_id) in draft.cause.hsms and is_for_payment_hsms(ticket)


def _closed(draft: Draft, listed: Mapping[str, tuple[Ticket, ...] | Gap], desks: Desks) -> str:
    """Why the desk answers nothing at all, where it is one reason for everything: then it is told once."""
    answers = [desks.services, *(listed.get(subscription) for subscription in _wanted(draft))]
    reasons = {answer.reason if isinstance(answer, Gap) else "" for answer in answers}
    reason = reasons.pop() if len(reasons) == 1 else ""
    return f"the support desk could not be read: {one_line(reason)}" if reason else ""


def _wanted(draft: Draft) -> list[str]:
    return sorted({*draft.cause.subscriptions, draft.subscription})


def _unlisted(draft: Draft, listed: Mapping[str, tuple[Ticket, ...] | Gap]) -> Iterator[str]:
    for subscription in _wanted(draft):
        answer, which = listed.get(subscription), one_line(subscription, 60)
        if answer is None:
            yield f"the tickets of subscription {which} were not read"
        elif isinstance(answer, Gap):
            yield f"the tickets of subscription {which} could not be read: {one_line(answer.reason)}"


def _unaddressed(draft: Draft, desks: Desks) -> Iterator[str]:
    if draft.service is None:
        yield why_no_service(desks.services)
    elif isinstance(desks.classifications, Gap):
        yield f"the problem classifications could not be read: {one_line(desks.classifications.reason)}"
    elif draft.classification is None:
        yield f"{one_line(draft.service.display_name)} has no problem classifications"
