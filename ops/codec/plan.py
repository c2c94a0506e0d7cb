"""The file of a plan: every decision as it was made, so that it can be approved and then applied exactly.

``schema`` is ``phsm.plan/1``; ``digest`` covers all the rest. Whom Microsoft calls is no part of it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

from pydantic import TypeAdapter

from ops.codec.sealed import Kind, sealed, unsealed, values_of
from ops.model.policy import Policy
from ops.model.ticket import Plan

KIND = Kind(
    name="phsm.plan",
    version=1,
    noun="plan",
    tip="a plan is what this writes: phsm tickets plan --output FILE",
    again="plan again: phsm tickets plan --output FILE; what was changed is not applied",
)


def plan_text(plan: Plan, tool: str) -> str:
    """The plan as JSON, ASCII only; ``tool`` is the product and version that makes it."""
    return sealed(KIND, tool, _adapter().dump_python(plan, mode="json"))


def plan_from(text: str, where: str) -> Plan:
    """The plan that the text holds; ``where`` names the text in messages.

    Raises UsageProblem for a text that was changed or damaged, is no plan, or was made by a newer version.
    """
    tool, _, content = unsealed(KIND, text, where)
    plan: Plan = values_of(KIND, _adapter(), tool, content, where)
    return plan


def too_old(plan: Plan, now: datetime, policy: Policy) -> str:
    """Why a plan may not be applied any more, or ``""``: what was true when it was made may not be true now."""
    age = now - plan.made_at
    valid = timedelta(minutes=policy.support.plan_valid_minutes)
    if age < timedelta(0):
        return f"it was made at {plan.made_at:%Y-%m-%d %H:%M} UTC, which is not yet"
    if age > valid:
        minutes = int(age.total_seconds() // 60)
        return f"it was made {minutes} minute{'' if minutes == 1 else 's'} ago and holds for {policy.support.plan_valid_minutes}"
    return ""


@cache
def _adapter() -> TypeAdapter[Plan]:
    return TypeAdapter(Plan)
