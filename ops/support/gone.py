"""Whether the cause of an open ticket of ours is gone. Only what was read says so; silence never does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ops.model import arm_id
from ops.model.finding import Finding, Outcome
from ops.model.run import Run
from ops.model.ticket import Ticket
from ops.model.untrusted import one_line
from ops.support.causes import FASTPATH_CHECK, HSM_CHECKS, about
from ops.support.naming import base_of, hsm_base, kind_of, pool_base
from ops.support.told import NAME_LENGTH, failures_in, hsms_in, is_whole, named, seen, subscriptions_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """That a cause is gone: ``reason`` in one line, ``lines`` with what shows it."""

    reason: str
    lines: tuple[str, ...]


def gone(ticket: Ticket, said: Iterable[str], run: Run) -> Gone | None:
    """Why the cause of an open ticket of ours is gone; None = it is not, or nobody can tell.

    ``said`` are the texts of ours on the ticket, its description among them: what they say we saw has to pass now.
    """
    texts = list(said)
    if kind_of(ticket.name) == "fastpath":
        return _approved(ticket, run)
    hsms = hsms_of(ticket, run)
    passes: list[Finding] = []
    missing: list[str] = []
    for key in sorted(hsms):
        hsm = run.estate.hsms.get(key)
        if hsm is None:
            if not was_read(arm_id.subscription(key), run):
                return None
            missing.append(one_line(arm_id.name(key), NAME_LENGTH).lower())
            continue
        said_now = [finding for finding in about(run, [key]) if finding.check in HSM_CHECKS]
        if not hsm.is_in_state("Succeeded") or any(f.outcome in (Outcome.FAIL, Outcome.UNKNOWN) for f in said_now):
            return None
        passes += [finding for finding in said_now if finding.outcome is Outcome.PASS]
    right = {(named(finding), finding.check) for finding in passes}
    wrong = {
        (name, check)
        for text in texts
        for name, check in failures_in(text)
        if check in HSM_CHECKS and name.lower() not in missing
    }
    if not hsms or not wrong <= right or not (wrong or len(missing) == len(hsms)):
        return None
    lines = [f"- {name} is not in Azure any more" for name in missing]
    shown = dict.fromkeys(seen(finding) for finding in passes if (named(finding), finding.check) in wrong)
    return Gone(reason=_reason(missing, passes), lines=(*lines, *shown))


def _reason(missing: list[str], passes: list[Finding]) -> str:
    well = list(dict.fromkeys(named(finding) for finding in passes))
    parts = [f"{_few(missing)} {'is' if len(missing) == 1 else 'are'} not listed any more"] if missing else []
    parts += [f"{_few(well)} {'passes' if len(well) == 1 else 'pass'} again"] if well else []
    return "; ".join(parts)


def _few(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= 4 else f"{len(names)} HSMs"


def left_out(ticket: Ticket, run: Run) -> tuple[frozenset[str], frozenset[str]]:
    """What a ticket is about and no list shows: HSMs (keys), and the subscriptions (ids) of a request for FastPath.

    A list leaves out what its reader may not see, so whether they are gone tells only a question by their ids.
    """
    if kind_of(ticket.name) == "fastpath":
        judged = {arm_id.subscription(one.subject.key) for one in run.findings if one.check == FASTPATH_CHECK}
        return frozenset(), frozenset(subscriptions_in(ticket.description)) - judged
    return frozenset(hsm for hsm in hsms_of(ticket, run) if hsm not in run.estate.hsms), frozenset()


def hsms_of(ticket: Ticket, run: Run) -> frozenset[str]:
    """The HSMs that a ticket is about; none where that cannot be told for sure."""
    own = frozenset({arm_id.key(ticket.resource_id)} if ticket.resource_id else ())
    if kind_of(ticket.name) == "hsm":
        return frozenset(hsm for hsm in own if hsm_base(hsm) == base_of(ticket.name))
    named_in_it = hsms_in(ticket.description)
    if not named_in_it or not own <= named_in_it or not is_whole(ticket.description):
        return frozenset()
    pool = next((pool for pool in run.pools if pool_base(pool.label) == base_of(ticket.name)), None)
    return named_in_it | frozenset(pool.hsms if pool else ())


def was_read(subscription: str, run: Run) -> bool:
    """Whether what a subscription does not show is not there: it was in scope, and nobody refused it."""
    known = run.estate.subscriptions.get(subscription)
    return subscription in run.estate.scope and known is not None and known.gap is None


def _approved(ticket: Ticket, run: Run) -> Gone | None:
    findings = [finding for finding in run.findings if finding.check == FASTPATH_CHECK]
    lines = list(_approvals(subscriptions_in(ticket.description), findings, run))
    if not lines or None in lines:
        return None
    return Gone(
        reason="no subscription in it waits for the approval any more",
        lines=tuple(line for line in lines if line is not None),
    )


def _approvals(subscriptions: Iterable[str], findings: list[Finding], run: Run) -> Iterator[str | None]:
    """A line for each subscription that waits no more; None for one that still may."""
    by_subscription = {arm_id.subscription(finding.subject.key): finding for finding in findings}
    all_seen = not any(finding.outcome is Outcome.UNKNOWN for finding in findings)
    for subscription in subscriptions:
        finding = by_subscription.get(subscription)
        if finding is not None:
            yield f"- {subscription}: {one_line(finding.evidence)}" if finding.outcome is Outcome.PASS else None
        else:
            needless = all_seen and not run.estate.narrowed and was_read(subscription, run)
            yield f"- {subscription}: no VNet in it needs the feature any more" if needless else None
