"""Whether the support plan lets us write to the Support API: said before it is tried.

No API tells the plan. It is attested in the configuration, or the latest ticket of a subscription names it.
Source: https://learn.microsoft.com/rest/api/support
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized

from ops.model.estate import Estate
from ops.model.policy import Policy
from ops.model.support_plan import can_open_tickets, is_known
from ops.model.ticket import Draft
from ops.model.untrusted import one_line


def why_not_by_api(policy: Policy) -> str:
    """Why no ticket can be opened by the attested plan; ``""`` where it can, or nobody has attested one."""
    plan = policy.support.plan
    if plan is None or can_open_tickets(plan):
        return ""
    return f"the attested support plan {plan} cannot open tickets by API: ProDirect, Premier or Unified can"


def doubts(estate: Estate, policy: Policy, to_open: Iterable[Draft], *, untold: Sized) -> tuple[str, ...]:
    """What speaks against a plan of tickets although it is tried, and what the attested plan leaves out (``untold``)."""
    if why_not_by_api(policy):
        count = len(untold)
        what = f"{count} update{'s' if count > 1 else ''} of open tickets {'are' if count > 1 else 'is'} left out"
        return (f"{what}: the attested support plan {policy.support.plan} cannot write by API",) if count else ()
    if policy.support.plan is not None:
        return ()
    return tuple(_told_by_tickets(estate, sorted({draft.subscription.lower() for draft in to_open})))


def _told_by_tickets(estate: Estate, subscriptions: Iterable[str]) -> Iterator[str]:
    for one in subscriptions:
        known = estate.subscriptions.get(one)
        plan = known.support_plan if known else None
        if known and isinstance(plan, str) and is_known(plan) and not can_open_tickets(plan):
            yield (
                f"the latest ticket of {one_line(known.name, 80)} names the support plan {one_line(plan, 60)}, which cannot "
                "open tickets by API: it is tried all the same (attest what you have now: support.plan)"
            )
