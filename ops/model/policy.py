"""What the configuration says. The shape of these values is the shape of ``config/phsm.yaml``.

``__pydantic_config__`` makes the codec refuse unknown keys; nothing here depends on pydantic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Literal

from ops.model.finding import IssueCategory, Severity
from ops.model.mute import Mute

_STRICT: dict[str, Any] = {"extra": "forbid"}


class Role(StrEnum):
    """What a pool serves. High availability is demanded of production alone."""

    PRODUCTION = "production"
    DR = "dr"
    NON_PRODUCTION = "non-production"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Which HSMs belong to a pool: those that carry all ``tags`` and lie in one of ``subscriptions`` (empty = any)."""

    __pydantic_config__ = _STRICT

    tags: Mapping[str, str] = field(default_factory=dict)
    subscriptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolRule:
    """A declared pool: the HSMs that serve one application; in each region of ``regions`` (empty = any) one pool of HSMs."""

    __pydantic_config__ = _STRICT

    name: str
    role: Role = Role.PRODUCTION
    match: Match = field(default_factory=Match)
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SecuredHub:
    """Which prefixes the firewall of a Virtual WAN hub carries, attested by whom and when: ARM does not tell."""

    __pydantic_config__ = _STRICT

    prefixes: tuple[str, ...]
    by: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """VNets peered with HSM VNets about which the operator knows more than ARM: ids.

    ``outside``: cannot be read, known to be fine. ``no_hsm_access``: peered, but does not need the HSMs. ``via``: what
    carries the traffic between it and the HSMs: a firewall with source NAT, or a reverse proxy. ``client_subnets``: where
    the clients of the HSMs are. ``secured_hubs``: hidden networks of virtual hubs with a firewall, by id.
    """

    __pydantic_config__ = _STRICT

    outside: tuple[str, ...] = ()
    no_hsm_access: tuple[str, ...] = ()
    via: Mapping[str, Literal["snat", "proxy"]] = field(default_factory=dict)
    client_subnets: tuple[str, ...] = ()
    secured_hubs: Mapping[str, SecuredHub] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom Microsoft calls.

    ``country``: ISO 3166-1 alpha-3. ``time_zone``: a Windows time zone name. ``language``: one of the Support API's.
    """

    __pydantic_config__ = _STRICT

    first_name: str
    last_name: str
    email: str
    country: str
    time_zone: str
    phone: str = ""
    language: str = "en-us"
    method: Literal["email", "phone"] = "email"


class TicketSeverity(StrEnum):
    """The Support API's severities that this product uses; the portal calls them C, B and A."""

    MINIMAL = "minimal"
    MODERATE = "moderate"
    CRITICAL = "critical"

    @property
    def letter(self) -> str:
        return {"minimal": "C", "moderate": "B", "critical": "A"}[self.value]

    @property
    def rank(self) -> int:
        return {"minimal": 1, "moderate": 2, "critical": 3}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What Microsoft may do without asking first. Silence means no."""

    __pydantic_config__ = _STRICT

    diagnostics: bool = False
    soft_reboot: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportPolicy:
    """How tickets are opened.

    ``classifications``: per issue category, globs that are tried in order against the live names of the problem classifications.
    ``poll_seconds``: between two looks at a ticket that is being created. ``fastpath_subscription``: where the
    FastPath approval ticket lives; None = the first subscription that needs it. ``plan``: the support plan that was bought,
    which no API tells; None = not said. ``plan_valid_minutes``: how long a saved plan may be applied.
    ``comment_every_hours``: at most one communication of ours in that time. ``evidence``: what is attached to a ticket.
    """

    __pydantic_config__ = _STRICT

    contact: Contact | None = None
    without_ha_at_most: TicketSeverity = TicketSeverity.MODERATE
    max_new_tickets: int = 5
    poll_seconds: float = 30.0
    fastpath_subscription: str | None = None
    classifications: Mapping[IssueCategory, tuple[str, ...]] = field(default_factory=dict)
    consent: Consent = field(default_factory=Consent)
    plan: Literal["None", "Basic", "Developer", "Standard", "ProDirect", "Premier", "Unified"] | None = None
    plan_valid_minutes: int = 60
    comment_every_hours: int = 24
    close_when_gone: bool = False
    evidence: Literal["full", "redacted", "none"] = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSettings:
    """What an operator changes about one check; None = as the check has it."""

    __pydantic_config__ = _STRICT

    severity: Severity | None = None
    ticket: bool | None = None
    in_progress_minutes: int | None = None
    regions: tuple[str, ...] = ()
    valid_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HsmFacts:
    """What ARM does not know of an HSM, attested ``by`` whom and when. ``firmware``: ``2.2b``; ``""`` = unknown by choice."""

    __pydantic_config__ = _STRICT

    serial: str = ""
    firmware: str = ""
    attested: date | None = None
    by: str = ""
    host_port: int = 1500


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """That a prerequisite is met or a duty is done: ``by`` whom, ``on`` which day. ``needed`` false = it does not apply here.

    ``valid_until`` None = as long as the check grants. ``note`` is free text.
    """

    __pydantic_config__ = _STRICT

    by: str
    on: date
    valid_until: date | None = None
    needed: bool = True
    customer_id: str = ""
    device_licence: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """What the support guide and the security page ask of the customer; None = not attested."""

    __pydantic_config__ = _STRICT

    thales_portal: Attestation | None = None
    smart_cards: Attestation | None = None
    tmd: Attestation | None = None
    end_user_guide: Attestation | None = None
    get_ready_guide: Attestation | None = None
    training: Attestation | None = None
    custom_firmware: Attestation | None = None
    log_backup: Attestation | None = None
    key_backup: Attestation | None = None
    firmware_patching: Attestation | None = None
    default_passwords: Attestation | None = None
    monitoring: Attestation | None = None
    recovery_test: Attestation | None = None
    architecture_review: Attestation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSettings:
    """Where the audit trail is kept: a folder, relative to the working directory."""

    __pydantic_config__ = _STRICT

    folder: str = "ledger"


class Auth(StrEnum):
    """How to log in to Azure. ``auto``: by what is set up where it runs, and never by trying one after the other."""

    AUTO = "auto"
    MANAGED_IDENTITY = "managed-identity"
    WORKLOAD_IDENTITY = "workload-identity"
    GITHUB_OIDC = "github-oidc"
    AZURE_CLI = "azure-cli"
    ENVIRONMENT = "environment"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class AzureSettings:
    """Which cloud is read, and as whom.

    ``credential_scope`` is needed only for an endpoint that is none of the known clouds.
    """

    __pydantic_config__ = _STRICT

    endpoint: str = "https://management.azure.com"
    auth: Auth = Auth.AUTO
    credential_scope: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The whole configuration. ``expected``: HSMs that must exist, by name or id. ``hsms``: by name or id of the HSM."""

    __pydantic_config__ = _STRICT

    azure: AzureSettings = field(default_factory=AzureSettings)
    pools: tuple[PoolRule, ...] = ()
    expected: tuple[str, ...] = ()
    peers: Peers = field(default_factory=Peers)
    support: SupportPolicy = field(default_factory=SupportPolicy)
    checks: Mapping[str, CheckSettings] = field(default_factory=dict)
    mutes: tuple[Mute, ...] = ()
    hsms: Mapping[str, HsmFacts] = field(default_factory=dict)
    readiness: Readiness | None = None
    ledger: LedgerSettings = field(default_factory=LedgerSettings)
