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
            return _base("hsm", arm_id.key(cause.subject), arm_id.name(cause.subject))


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


def next_name(cause: Cause, tickets: Iterable[Ticket]) -> str:
    """The name for a new ticket: one occurrence after the last among ``tickets``, which must hold the closed ones too."""
    wanted = base(cause)
    used = [found for ticket in tickets if (found := _OURS.fullmatch(ticket.name.lower())) and found[1] == wanted]
    return f"{wanted}-{max((int(found[3]) for found in used), default=0) + 1}"
