"""The audit trail: who did what to which ticket, with which result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ops.model.estate import Source


class Action(StrEnum):
    """What is done. Two write nothing to Azure: ``PLAN`` says that a cause was seen, ``HOLD`` why its ticket was not sent."""

    PLAN = "plan"
    HOLD = "hold"
    ATTACH = "attach"
    OPEN = "open"
    COMMENT = "comment"
    RAISE = "raise"
    CLOSE = "close"


class Result(StrEnum):
    """How far it came. ``INTENDED`` stands before every write; what follows it never is missing, but after a crash.

    ``FOUND``: it was there already. ``UNCLEAR``: Azure may have taken it. ``NOT_NEEDED``: the cause was gone.
    """

    INTENDED = "intended"
    DONE = "done"
    FOUND = "found"
    REFUSED = "refused"
    UNCLEAR = "unclear"
    NOT_NEEDED = "not-needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The identity behind a token: ids only, ``""`` where the token tells none."""

    object_id: str
    application_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One act. ``run`` is the same for all acts of one process; ``target`` is a ticket's ARM id, or a cause's subject.

    ``details`` are short texts by name, never secrets, phone numbers or addresses of persons.
    """

    at: datetime
    run: str
    actor: Actor
    source: Source
    action: Action
    target: str
    result: Result
    request_ids: tuple[str, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)
