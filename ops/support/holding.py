"""Why a draft is held back: our own faults come first, nothing is asked twice, and what was not read opens no ticket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ops.model import arm_id
from ops.model.fact import Gap
from ops.model.finding import Outcome, Party
from ops.model.policy import Policy
from ops.model.run import Run
from ops.model.ticket import Cause, Desks, Draft, Ticket
from ops.model.untrusted import one_line
from ops.support import fastpath
from ops.support.causes import FASTPATH_CHECK, HSM_CHECKS, about, pool_of
from ops.support.classification import is_for_payment_hsms, why_no_service
from ops.support.naming import kind_of
from ops.support.told import hsms_in

OURS_FIRST = ("PHSM-NET-001", "PHSM-NET-003", "PHSM-NET-004", "PHSM-NET-005", "PHSM-NET-006", FASTPATH_CHECK)
"""While one of these fails for an HSM, the HSM may only look broken."""


def deciding(cause: Cause, run: Run, policy: Policy) -> frozenset[str]:
    """The subscriptions whose tickets, open and closed, tell whether a cause has one already.

    The ticket of a pool lies with one of its HSMs, which need be none that fails now, nor one that could be read. The
    FastPath ticket lies where the configuration says, else with the first subscription that waited then and may be
    approved by now.
    """
    if cause.kind != "fastpath":
        pool = pool_of(run, cause.hsms[0])
        return frozenset(map(arm_id.subscription, (*pool.hsms, *pool.unplaced, *(gap.subject for gap in pool.unread))))
    wanted = {*cause.subscriptions, fastpath.home(cause, policy)}
    if policy.support.fastpath_subscription is None:
        wanted |= {arm_id.subscription(f.subject.key) for f in run.findings if f.check == FASTPATH_CHECK} - {""}
    return frozenset(wanted)


def beyond_scope(cause: Cause, run: Run, policy: Policy) -> str:
    """Why this run was not asked for every subscription that ``deciding`` would name; ``""`` where it was."""
    if cause.kind != "fastpath":
        pool = pool_of(run, cause.hsms[0])
        what, else_name = f"pool {one_line(pool.label, 80)}", "name its subscriptions under pools"
        reaches = pool.may_reach_further
    else:
        what, else_name = "FastPath", "set support.fastpath_subscription"
        reaches = run.estate.narrowed and policy.support.fastpath_subscription is None
    advice = f"leave out --subscription and --management-group, or {else_name}, or --anyway"
    return f"the ticket for {what} may lie outside the scope of this run: {advice}" if reaches else ""


def reasons_to_wait(
    draft: Draft, run: Run, policy: Policy, desks: Desks, tickets: Sequence[Ticket], *, anyway: bool
) -> tuple[str, ...]:
    """All reasons, each in one line; none = it can be opened. ``anyway`` overrules those that a person may overrule.

    ``tickets`` are all that exist, whoever told of them.
    """
    beyond = beyond_scope(draft.cause, run, policy)
    by_choice = () if anyway else (*_ours_first(draft, run), *_muted(draft, run), *_asked_already(draft, tickets))
    by_choice = by_choice if anyway or not beyond else (*by_choice, beyond)
    return (*by_choice, *unread(draft, run, policy, desks))


def unread(draft: Draft, run: Run, policy: Policy, desks: Desks) -> tuple[str, ...]:
    """Why the support desk does not tell whether there is a ticket already, or what the topic is called there."""
    wanted = sorted(deciding(draft.cause, run, policy))
    listed = {subscription.lower(): answer for subscription, answer in desks.tickets.items()}
    closed = _closed(wanted, listed, desks)
    return (closed,) if closed else (*_unlisted(wanted, listed), *_unaddressed(draft, desks))


def _ours_first(draft: Draft, run: Run) -> Iterator[str]:
    hsms = draft.cause.hsms  # none behind a FastPath approval, which therefore never waits
    if any(run.estate.hsms[hsm].is_in_state("Failed") for hsm in hsms):
        return
    faults = [finding for finding in about(run, hsms) if finding.check in OURS_FIRST]
    failing = [finding for finding in faults if finding.outcome is Outcome.FAIL]
    unread = sorted({finding.check for finding in faults if finding.outcome is Outcome.UNKNOWN})
    ours = sorted({finding.check for finding in failing if finding.party is Party.CUSTOMER})
    theirs = sorted({finding.check for finding in failing if finding.party is not Party.CUSTOMER})
    parts = [f"{', '.join(ours)} (ours) {'is' if len(ours) == 1 else 'are'} fixed"] if ours else []
    parts += [f"{', '.join(theirs)} (Microsoft) is approved"] if theirs else []
    parts += [f"{', '.join(unread)} could be read"] if unread else []
    if parts:
        yield f"until {' and '.join(parts)}, or --anyway"


def _muted(draft: Draft, run: Run) -> Iterator[str]:
    """What is borne for a while is part of the cause: a ticket about the rest of it would have the wrong topic."""
    for finding in about(run, draft.cause.hsms):
        if finding.check in HSM_CHECKS and finding.outcome is Outcome.FAIL and finding.muted:
            mute = f"muted until {finding.muted.expires} by {one_line(finding.muted.owner, 80)}"
            yield f"{finding.check} of {one_line(finding.subject.name, 80)} is {mute}; --anyway opens it all the same"


def _asked_already(draft: Draft, tickets: Iterable[Ticket]) -> Iterator[str]:
    if draft.cause.kind == "fastpath":
        found = fastpath.asked_by_hand(draft.cause, tickets)
    else:
        found = [ticket for ticket in tickets if _is_about_same(ticket, draft)]
    for ticket in found:
        number = one_line(ticket.number or ticket.name, 60)
        yield f"ticket {number} for the same is open already ({one_line(ticket.title, 80)}); --anyway opens another"


def _is_about_same(ticket: Ticket, draft: Draft) -> bool:
    """One opened by hand, or one of ours under the name of a pool that has been renamed since, which names its HSMs."""
    kind = kind_of(ticket.name)
    if not ticket.is_open or kind == "fastpath" or not is_for_payment_hsms(ticket):
        return False
    about = {arm_id.key(ticket.resource_id)} if ticket.resource_id else set()
    return not about.union(hsms_in(ticket.description) if kind == "pool" else ()).isdisjoint(draft.cause.hsms)


def _closed(wanted: list[str], listed: Mapping[str, tuple[Ticket, ...] | Gap], desks: Desks) -> str:
    """Why the desk answers nothing at all, where it is one reason for everything: then it is told once."""
    answers = [desks.services, *(listed.get(subscription) for subscription in wanted)]
    reasons = {answer.reason if isinstance(answer, Gap) else "" for answer in answers}
    reason = reasons.pop() if len(reasons) == 1 else ""
    return f"the support desk could not be read: {one_line(reason)}" if reason else ""


def _unlisted(wanted: list[str], listed: Mapping[str, tuple[Ticket, ...] | Gap]) -> Iterator[str]:
    for subscription in wanted:
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
