"""A run: one estate, judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ops.model.estate import Estate
from ops.model.finding import Finding, Outcome
from ops.model.mute import Mute
from ops.model.pool import Pool


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement:
    """Whether Microsoft gives a production pool Severity A support. ``because`` says why, or why not; None = cannot be told."""

    pool: str
    severity_a: bool | None
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What the checks found in an estate, in the order of the checks' ids.

    ``unused_mutes`` match no failure, and nothing unknown can hide one from them; some of them may have expired.
    """

    estate: Estate
    pools: tuple[Pool, ...]
    findings: tuple[Finding, ...]
    support: tuple[Entitlement, ...]
    unused_mutes: tuple[Mute, ...] = ()

    @property
    def summary(self) -> Mapping[str, int]:
        """How many findings have each outcome; muted failures are counted as ``muted`` and not as ``fail``."""
        count = {outcome.value: sum(f.outcome is outcome for f in self.findings) for outcome in Outcome}
        muted = len(self.muted)
        return count | {Outcome.FAIL.value: count[Outcome.FAIL.value] - muted, "muted": muted}

    @property
    def failures(self) -> tuple[Finding, ...]:
        """The failures that count: those that no mute covers."""
        return tuple(finding for finding in self.findings if finding.outcome is Outcome.FAIL and not finding.muted)

    @property
    def muted(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.muted)

    @property
    def is_complete(self) -> bool:
        """Whether everything was read and there was something to read."""
        unknown = any(finding.outcome is Outcome.UNKNOWN for finding in self.findings)
        return bool(self.estate.hsms or self.estate.clusters) and not unknown and not self.estate.gaps
