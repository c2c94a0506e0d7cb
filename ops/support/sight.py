"""How what we see differs from what a ticket was told: what is more, and what may only be hidden from us."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ops.model import arm_id
from ops.model.attachment import nic_slots
from ops.model.fact import Gap
from ops.model.finding import Outcome
from ops.model.run import Run
from ops.model.ticket import Cause, Ticket
from ops.model.untrusted import one_line
from ops.support.causes import FASTPATH_CHECK, HSM_CHECKS, about
from ops.support.gone import hsms_of
from ops.support.told import NAME_LENGTH, Fact, facts_in, facts_of, subscriptions_in

_JUDGED = (Outcome.PASS, Outcome.FAIL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """``is_more``: something is wrong that was not told last. ``hidden``: what was told, and is not seen now, in lines.

    What is hidden may be as it was: nobody looked who could tell.
    """

    is_more: bool
    hidden: tuple[str, ...]

    @property
    def is_known(self) -> bool:
        """Whether it is a change of what is there, and not of our sight alone."""
        return self.is_more or not self.hidden


def change(ticket: Ticket, last: str, cause: Cause, run: Run) -> Change:
    """What is different now from ``last``, the text of ours on the ticket that told last what is wrong."""
    if cause.kind == "fastpath":
        waited = set(subscriptions_in(last))
        hidden = tuple(sorted(one for one in waited.difference(cause.subscriptions) if not _is_judged(one, run)))
        return Change(is_more=not waited.issuperset(cause.subscriptions), hidden=hidden)
    told = {fact for fact in facts_in(last) if fact.check in HSM_CHECKS}
    now = facts_of(cause.findings)
    hsms = hsms_of(ticket, run).union(cause.hsms)
    return Change(
        is_more=not now <= told,
        hidden=tuple(sorted(fact.line for fact in told - now if not _is_seen(fact, hsms, run))),
    )


def _is_judged(subscription: str, run: Run) -> bool:
    judged = (one for one in run.findings if one.check == FASTPATH_CHECK and one.outcome in _JUDGED)
    return any(arm_id.subscription(finding.subject.key) == subscription for finding in judged)


def _is_seen(fact: Fact, hsms: Collection[str], run: Run) -> bool:
    """Whether the HSM of a fact was looked at, and whole: a check that fails tells only what it could see."""
    keys = [hsm for hsm in hsms if one_line(arm_id.name(hsm), NAME_LENGTH).lower() == fact.name.lower()]
    return bool(keys) and all(_is_judged_whole(key, fact.check, run) for key in keys)


def _is_judged_whole(key: str, check: str, run: Run) -> bool:
    hsm = run.estate.hsms.get(key)
    if hsm is None or any(isinstance(run.estate.nics.get(slot.key), Gap) for slot in nic_slots(hsm)):
        return False
    return any(one.check == check and one.outcome in _JUDGED for one in about(run, [key]))
