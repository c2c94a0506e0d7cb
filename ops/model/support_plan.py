"""Azure support plans, and which of them the Support API takes tickets from; and the role that writing them needs.

A plan is named in many ways: ``ProDirect``, ``Azure Support Plan - Developer``, ``Professional Direct``.
Source: https://learn.microsoft.com/rest/api/support (prerequisites)
"""

from __future__ import annotations

import re

TICKET_ROLE = "Support Request Contributor"
"""The built-in role that lets an identity read and write support tickets."""
_HIGH = ("prodirect", "professionaldirect", "premier", "unified")
_TOO_LOW = frozenset({"none", "free", "basic", "developer", "standard", "csp"})


def can_open_tickets(plan: str) -> bool:
    """Whether the name is that of a plan from which tickets can be opened through the API; false for a name not known."""
    letters = "".join(_words(plan))
    return any(name in letters for name in _HIGH)


def is_known(plan: str) -> bool:
    """Whether the name says what can be done with the plan; one of Microsoft's own, say, or of a later year does not."""
    return can_open_tickets(plan) or not _TOO_LOW.isdisjoint(_words(plan))


def _words(plan: str) -> list[str]:
    return re.findall(r"[a-z]+", plan.lower())
