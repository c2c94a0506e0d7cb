"""Observe and judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ops.checks import collect
from ops.checks.declaration import Check
from ops.model.policy import Policy
from ops.model.run import Run
from ops.ports import Cloud
from ops.run import evaluate


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which checks are run: globs over check ids, any case. No ``only`` means all."""

    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()

    def of(self, checks: Sequence[Check]) -> tuple[Check, ...]:
        wanted = [check for check in checks if not self.only or _matches(check, self.only)]
        return tuple(check for check in wanted if not _matches(check, self.skip))


def _matches(check: Check, globs: tuple[str, ...]) -> bool:
    return any(fnmatchcase(check.id, glob.upper()) for glob in globs)


def check(cloud: Cloud, policy: Policy, subscriptions: tuple[str, ...], selection: Selection) -> Run:
    """Observe the estate and judge it. Raises CloudUnreadable."""
    estate = cloud.observe(subscriptions, policy=policy)
    return evaluate(estate, policy, selection.of(collect()))
