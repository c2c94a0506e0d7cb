"""All duties at once, without an estate: what is attested at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from ops.checks.attested import Standing, standing
from ops.checks.duties import DUTIES
from ops.model.finding import Outcome
from ops.model.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """What a configuration attests at a moment. ``where`` names the configuration."""

    policy: Policy
    where: str
    at: datetime

    @property
    def items(self) -> tuple[Standing, ...]:
        """How all duties stand, in the order of the configuration's keys."""
        day = self.at.astimezone(UTC).date()
        return tuple(standing(duty, self.policy, day) for duty in DUTIES)

    @property
    def exit_code(self) -> int:
        """0 when all hold, 3 when one does not, 4 when the configuration says nothing of them."""
        outcomes = {item.state.outcome for item in self.items}
        if Outcome.FAIL in outcomes:
            return 3
        return 4 if Outcome.NOT_APPLICABLE in outcomes else 0
