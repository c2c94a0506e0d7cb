"""What a support plan buys: the right to open tickets from a program, and severities."""

from __future__ import annotations

from ops.sandbox.estate_values import Support
from ops.sandbox.support_operations import Failure

_TOO_LOW = {"none", "free", "basic", "developer", "standard", "csp"}
_PRO_DIRECT = {"prodirect", "professional direct"}


def plan_failure(plan: str | None) -> Failure | None:
    """Why nothing can be written with this plan, if so."""
    if (plan or "none").lower() not in _TOO_LOW:
        return None
    name = "Free" if plan is None or plan.lower() == "none" else plan
    message = (
        f"Your support plan type is {name}. To create and update support tickets, and add communication operations, you "
        "need access to our high tier-support plans. Learn more at https://aka.ms/supportapi"
    )
    return Failure(code="InvalidSupportPlan", message=message)


def covers(support: Support, severity: str) -> bool:
    """Whether tickets can have this severity: what the estate says, else all, where the plan is no lesser one."""
    if support.severities is not None:
        return severity.lower() in support.severities
    return severity.lower() != "highestcriticalimpact" or (support.plan or "").lower() not in _PRO_DIRECT
