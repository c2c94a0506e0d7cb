"""The names of tickets: made from the cause, so that the same cause always asks Azure for the same name.

``phsm-<kind>-<slug>-<hash>-<occurrence>``: letters, digits and hyphens, 64 characters at most; never all digits, a GUID or
``tmp-``, which the Support API refuses. Everything before the occurrence is the *base* of the cause.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from ops.model import arm_id
from ops.model.ticket import Cause, Ticket

_OURS = re.compile(r"(phsm-(hsm|pool|fastpath)(?:-[a-z0-9-]+)?-[0-9a-f]{12})-([0-9]{1,4})")
_SLUG_LENGTH = 30


def base(cause: Cause) -> str:
    """The base of a cause's tickets, whatever the case of the ids in it."""
    match cause.kind:
        case "fastpath":
            subscriptions = sorted(item.lower() for item in cause.subscriptions)
            return _base("fastpath", ",".join(subscriptions), f"{len(subscriptions)}-subscriptions")
        case "pool":
            return pool_base(cause.subject)
        case _:
            return hsm_base(cause.subject)


def hsm_base(hsm_id: str) -> str:
    """The base of the tickets about one HSM."""
    return _base("hsm", arm_id.key(hsm_id), arm_id.name(hsm_id))


def pool_base(label: str) -> str:
    """The base of the tickets about a pool, by its label."""
    return _base("pool", label.lower(), label)


def _base(kind: str, key: str, readable: str) -> str:
    slug = re.sub("[^a-z0-9]+", "-", readable.lower())[:_SLUG_LENGTH].strip("-")
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return "-".join(part for part in ("phsm", kind, slug, digest) if part)


def base_of(ticket_name: str) -> str | None:
    """The base that a ticket's name belongs to; None if the name is not one of ours."""
    found = _OURS.fullmatch(ticket_name.lower())
    return found[1] if found else None


def kind_of(ticket_name: str) -> str | None:
    """The kind of cause that a ticket's name belongs to; None if the name is not one of ours."""
    found = _OURS.fullmatch(ticket_name.lower())
    return found[2] if found else None


def last(cause: Cause, tickets: Iterable[Ticket]) -> Ticket | None:
    """The ticket of the last occurrence of a cause among ``tickets``, which must hold the closed ones too."""
    wanted = base(cause)
    alike = (ticket for ticket in tickets if ticket.name.lower().startswith(wanted))
    return max((ticket for ticket in alike if base_of(ticket.name) == wanted), key=_occurrence, default=None)


def next_name(cause: Cause, tickets: Iterable[Ticket]) -> str:
    """The name for a new ticket: one occurrence after the last."""
    before = last(cause, tickets)
    return f"{base(cause)}-{_occurrence(before) + 1 if before else 1}"


def _occurrence(ticket: Ticket) -> int:
    return int(ticket.name.rpartition("-")[2])
