"""The approval of FastPathEnabled: one ticket that names every subscription that waits for it.

Source: https://learn.microsoft.com/azure/payment-hsm/fastpathenabled
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ops.model import arm_id
from ops.model.estate import FASTPATH_FEATURE, Estate, Vnet
from ops.model.policy import Policy
from ops.model.ticket import Cause, Existing, Ticket
from ops.model.untrusted import one_line
from ops.support import told
from ops.support.causes import FASTPATH_CHECK, narrowed
from ops.support.classification import is_for_payment_hsms
from ops.support.naming import kind_of
from ops.support.wording import Wording, moment

_MOST_IN_ONE_TICKET = 75
"""So that every id stays within the 10,000 characters of a description."""


def split(cause: Cause, tickets: Iterable[Ticket]) -> tuple[tuple[Existing, ...], tuple[Cause, ...]]:
    """What open FastPath tickets of ours name already, and causes for the rest, each small enough for one ticket."""
    left = sorted(cause.subscriptions)
    existing = []
    for ticket in tickets:
        if ticket.is_open and kind_of(ticket.name) == "fastpath":
            named = [subscription for subscription in left if subscription in ticket.description.lower()]
            if named:
                existing.append(Existing(cause=narrowed(cause, named), ticket=ticket))
                left = [subscription for subscription in left if subscription not in named]
    parts = (left[at : at + _MOST_IN_ONE_TICKET] for at in range(0, len(left), _MOST_IN_ONE_TICKET))
    return tuple(existing), tuple(narrowed(cause, part) for part in parts)


def asked_by_hand(cause: Cause, tickets: Iterable[Ticket]) -> list[Ticket]:
    """Open tickets that are not ours and ask for FastPath for one of the cause's subscriptions."""
    found = []
    for ticket in tickets:
        text = f"{ticket.title} {ticket.description}".lower()
        about = "fastpath" in text and any(subscription in text for subscription in cause.subscriptions)
        if ticket.is_open and kind_of(ticket.name) is None and is_for_payment_hsms(ticket) and about:
            found.append(ticket)
    return found


def home(cause: Cause, policy: Policy) -> str:
    """The subscription in which the ticket is opened."""
    return (policy.support.fastpath_subscription or sorted(cause.subscriptions)[0]).lower()


def resource(subscription: str, estate: Estate) -> str | None:
    """A resource of the subscription for the ticket to stand on: an HSM, else a VNet, else none."""
    hsms = sorted(hsm.id for hsm in estate.hsms.values() if hsm.subscription == subscription)
    return next(iter([*hsms, *sorted(vnet.id for vnet in _vnets(subscription, estate))]), None)


def describe(cause: Cause, estate: Estate, earlier: Ticket | None, tool: str) -> Wording:
    """The words of the request: every subscription id at the start of a line of its own, and what it holds.

    ``earlier``: the last ticket for the same subscriptions, closed by now.
    """
    count = f"{len(cause.subscriptions)} subscription{'s' if len(cause.subscriptions) > 1 else ''}"
    lines = [
        f"Impact: Azure Payment HSM cannot be reached as designed from {count} before the feature is approved.",
        f"Since: seen {moment(estate.observed_at)}.",
        *told.earlier(earlier),
        *waiting(cause, estate),
        (
            f"Request: please approve {FASTPATH_FEATURE} for every subscription in this list. No device has to be "
            "touched for it, and nothing may be reallocated, released or deleted."
        ),
        *told.ending(cause.findings, tool),
    ]
    return Wording(
        title=f"Approve FastPathEnabled for {count} with access to Azure Payment HSM", description="\n".join(lines)
    )


def waiting(cause: Cause, estate: Estate) -> Iterator[str]:
    """Which subscriptions wait for the approval, as lines of the request."""
    yield f"What we see: {FASTPATH_FEATURE} is registered on our side and Pending ({FASTPATH_CHECK}) in:"
    for subscription in cause.subscriptions:
        yield f"{one_line(subscription, 60)} {_holdings(subscription, estate)}"


def _holdings(subscription: str, estate: Estate) -> str:
    known = estate.subscriptions.get(subscription)
    hsms = [hsm.name for hsm in estate.hsms.values() if hsm.subscription == subscription]
    parts = [_counted(hsms, "HSM"), _counted([vnet.name for vnet in _vnets(subscription, estate)], "VNet")]
    held = ", ".join(part for part in parts if part) or "nothing that was read"
    return f"{f'{one_line(known.name, 30)}: ' if known else ''}{one_line(held, 45)}"


def _vnets(subscription: str, estate: Estate) -> list[Vnet]:
    found = (vnet for vnet in estate.vnets.values() if isinstance(vnet, Vnet))
    return [vnet for vnet in found if arm_id.subscription(vnet.id) == subscription]


def _counted(names: Sequence[str], noun: str) -> str:
    if not names:
        return ""
    return f"{noun} {names[0]}" if len(names) == 1 else f"{len(names)} {noun}s"
