"""What a check is, and the decorator that declares one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from ops.model.estate import Estate
from ops.model.finding import IssueCategory, Party, Severity, Verdict
from ops.model.policy import Policy

Examine = Callable[[Estate, Policy], Iterator[Verdict]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A rule. ``title`` is true when all is well; ``page`` says why it matters and how to fix it, as markdown.

    ``reviewed`` is the day on which the rule was last read at ``source``. ``ticket``: a failure drafts a support ticket.
    ``parameters`` are the settings, besides severity and ticket, that an operator can change, with their defaults.
    """

    id: str
    title: str
    severity: Severity
    category: IssueCategory
    party: Party
    ticket: bool
    source: str
    reviewed: date
    page: str
    parameters: Mapping[str, int | tuple[str, ...]]
    examine: Examine


def check(
    *,
    id: str,
    title: str,
    severity: Severity,
    category: IssueCategory,
    party: Party,
    source: str,
    reviewed: date,
    ticket: bool = False,
    parameters: Mapping[str, int | tuple[str, ...]] | None = None,
) -> Callable[[Examine], Check]:
    """Declare a check: its body is the function, its page the function's docstring."""

    def declare(examine: Examine) -> Check:
        return Check(
            id=id,
            title=title,
            severity=severity,
            category=category,
            party=party,
            ticket=ticket,
            source=source,
            reviewed=reviewed,
            page=inspect.cleandoc(examine.__doc__ or ""),
            parameters=parameters or {},
            examine=examine,
        )

    return declare
