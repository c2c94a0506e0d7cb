"""What a check says (a verdict), and what a run makes of it (a finding)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Self

from ops.model import arm_id
from ops.model.mute import Mute


class Outcome(StrEnum):
    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class Severity(Enum):
    """How much a failure matters; ordered by ``rank``."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        return {"low": 1, "medium": 2, "high": 3}[self.value]


class Party(StrEnum):
    """Who acts: the support guide divides the work between Microsoft and Thales and leaves the rest to the customer."""

    MICROSOFT = "microsoft"
    THALES = "thales"
    CUSTOMER = "customer"


class IssueCategory(StrEnum):
    """The kinds of issue in the support guide's table of contacts; its first row is four of them, each a ticket topic."""

    PROVISIONING = "provisioning"
    NETWORKING = "networking"
    HARDWARE = "hardware"
    PORT_CONNECTION = "port-connection"
    RESET_OR_DELETE = "reset-or-delete"
    TAMPER = "tamper"
    PAYSHIELD_MANAGER = "payshield-manager"
    APPLICATION = "application"
    FIRMWARE = "firmware"
    SMART_CARD = "smart-card"
    TMD = "tmd"
    END_USER_GUIDE = "end-user-guide"
    DOCUMENTATION = "documentation"
    LOG_BACKUP = "log-backup"
    KEY_BACKUP = "key-backup"
    CUSTOM_FIRMWARE = "custom-firmware"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a verdict is about: a name a person knows, the ARM id (None for a pool), the HSMs it concerns (ids)."""

    name: str
    id: str | None = None
    hsms: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.name} ({self.id})" if self.id else self.name

    @property
    def key(self) -> str:
        return arm_id.key(self.id) if self.id else self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One answer of one check about one subject. Where ``severity``, ``party`` or ``ticket`` is None the check's own holds.

    ``fix`` is a command or a step for this very subject, safe to paste. ``note``: it passes, and somebody should hear of it,
    because it will not last or because there is something to do that would make it plain.
    """

    subject: Subject
    outcome: Outcome
    evidence: str
    severity: Severity | None = None
    party: Party | None = None
    ticket: bool | None = None
    fix: str = ""
    note: bool = False


def passed(subject: Subject, evidence: str, *, note: bool = False) -> Verdict:
    return Verdict(subject=subject, outcome=Outcome.PASS, evidence=evidence, note=note)


def failed(
    subject: Subject,
    evidence: str,
    *,
    fix: str = "",
    severity: Severity | None = None,
    party: Party | None = None,
    ticket: bool | None = None,
) -> Verdict:
    return Verdict(
        subject=subject, outcome=Outcome.FAIL, evidence=evidence, fix=fix, severity=severity, party=party, ticket=ticket
    )


def unknown(subject: Subject, evidence: str) -> Verdict:
    return Verdict(subject=subject, outcome=Outcome.UNKNOWN, evidence=evidence)


def not_applicable(subject: Subject, evidence: str) -> Verdict:
    return Verdict(subject=subject, outcome=Outcome.NOT_APPLICABLE, evidence=evidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A verdict with the check's stamp on it. ``ticket``: a failure of this kind drafts a support ticket.

    ``muted``: the failure is borne, does not count, and drafts nothing. ``lapsed``: the mute that has expired over it.
    """

    check: str
    title: str
    subject: Subject
    outcome: Outcome
    severity: Severity
    party: Party
    category: IssueCategory
    ticket: bool
    evidence: str
    fix: str
    source: str
    note: bool = False
    muted: Mute | None = None
    lapsed: Mute | None = None

    def is_failure_of(self: Self, *checks: str) -> bool:
        """Whether it is a failure of one of these checks."""
        return self.outcome is Outcome.FAIL and self.check in checks
