"""A run: one estate, judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ops.model.estate import Estate
from ops.model.finding import Finding, Outcome
from ops.model.pool import Pool


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement:
    """Whether Microsoft gives a production pool Severity A support. ``because`` says why, or why not; None = cannot be told."""

    pool: str
    severity_a: bool | None
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What the checks found in an estate, in the order of the checks' ids."""

    estate: Estate
    pools: tuple[Pool, ...]
    findings: tuple[Finding, ...]
    support: tuple[Entitlement, ...]

    @property
    def summary(self) -> Mapping[str, int]:
        """How many findings have each outcome."""
        return {outcome.value: sum(f.outcome is outcome for f in self.findings) for outcome in Outcome}

    @property
    def failures(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.outcome is Outcome.FAIL)

    @property
    def is_complete(self) -> bool:
        """Whether everything was read and there was something to read."""
        unknown = any(finding.outcome is Outcome.UNKNOWN for finding in self.findings)
        return bool(self.estate.hsms) and not unknown and not self.estate.gaps
