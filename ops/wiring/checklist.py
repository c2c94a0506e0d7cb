"""What the configuration attests, without Azure."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ops.model.policy import Policy
from ops.ports import Progress
from ops.wiring.place import config_path, load, placed
from ops.wiring.session import replayed
from ops.wiring.settings import Settings

if TYPE_CHECKING:
    from ops.checks.checklist import Checklist


def checklist(settings: Settings, progress: Progress) -> Checklist:
    """What the configuration of other commands attests now; that of a snapshot, when it was taken. Azure is not read.

    Raises ConfigProblem, and UsageProblem for words that contradict each other.
    """
    from ops.adapters.clock import now
    from ops.checks.checklist import Checklist

    named = settings.config or os.environ.get("PHSM_CONFIG")
    if settings.snapshot:
        here = replayed(settings, settings.snapshot)
        at = here.cloud.observe((), policy=here.policy).observed_at
        return Checklist(policy=here.policy, where=named or f"snapshot: {here.source.name}", at=at)
    with placed(settings, progress) as place:
        path = config_path(settings, place)
        where = named or (f"sandbox: {place.name}" if place.name else str(path or "no configuration"))
        return Checklist(policy=load(path) if path else Policy(), where=where, at=now())
