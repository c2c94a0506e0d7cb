"""Who supports what: the support guide's table of contacts, row by row.

Source: https://learn.microsoft.com/azure/payment-hsm/support-guide
"""

from __future__ import annotations

from dataclasses import dataclass

from ops.model.finding import IssueCategory, Party

SOURCE = "https://learn.microsoft.com/azure/payment-hsm/support-guide"
THALES_PORTAL = "https://supportportal.thalesgroup.com/csm"

_CHANNELS = {
    Party.MICROSOFT: "Azure portal: Help + support, Create a support request, issue type Technical, service Payment HSM",
    Party.THALES: f"Thales CPL customer support portal, with your Thales customer id: {THALES_PORTAL}",
    Party.CUSTOMER: "your own duty: neither Microsoft nor Thales does it for you",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """A row of the table. Neither mark set is the table's ``N/A``: the customer's own duty. ``note`` is in our words."""

    issues: str
    microsoft: bool
    thales: bool
    note: str
    categories: tuple[IssueCategory, ...]

    @property
    def party(self) -> Party:
        if self.microsoft:
            return Party.MICROSOFT
        return Party.THALES if self.thales else Party.CUSTOMER


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where an issue goes. ``category`` is None when it is not known what the issue is."""

    party: Party
    category: IssueCategory | None
    issues: str
    channel: str
    note: str
    source: str = SOURCE


def _microsoft(issues: str, *categories: IssueCategory, note: str = "") -> MatrixRow:
    return MatrixRow(issues=issues, microsoft=True, thales=False, note=note, categories=categories)


def _thales(issues: str, *categories: IssueCategory, note: str = "") -> MatrixRow:
    return MatrixRow(issues=issues, microsoft=False, thales=True, note=note, categories=categories)


def _customer(issues: str, *categories: IssueCategory, note: str) -> MatrixRow:
    return MatrixRow(issues=issues, microsoft=False, thales=False, note=note, categories=categories)


ROWS = (
    _microsoft(
        "HSM provisioning, networking, hardware, connection of the management and host ports",
        IssueCategory.PROVISIONING,
        IssueCategory.NETWORKING,
        IssueCategory.HARDWARE,
        IssueCategory.PORT_CONNECTION,
    ),
    _microsoft("HSM reset, HSM delete", IssueCategory.RESET_OR_DELETE),
    _microsoft(
        "HSM tamper event",
        IssueCategory.TAMPER,
        note="after a medium tamper Microsoft can recover logs if you ask; better keep your own copy of them, in real time",
    ),
    _thales("payShield Manager operation, key management", IssueCategory.PAYSHIELD_MANAGER),
    _thales("payShield applications, host commands", IssueCategory.APPLICATION),
    _thales(
        "payShield firmware upgrade, security patch",
        IssueCategory.FIRMWARE,
        note="you upgrade and patch the HSMs allocated to you, with help from Thales; Microsoft patches those not "
        "allocated; firmware older than 1.4a (1.8.3) is not supported",
    ),
    _thales(
        "smart cards, card readers",
        IssueCategory.SMART_CARD,
        note="cards and readers are bought through your Thales representative",
    ),
    _thales(
        "Trusted Management Device (TMD)",
        IssueCategory.TMD,
        note="a TMD is bought through your Thales representative",
    ),
    _thales(
        "Hosted HSM End User Guide",
        IssueCategory.END_USER_GUIDE,
        note="download it from the Thales portal: it tells how payShield differs in this service",
    ),
    _thales("payShield 10K and TMD documentation", IssueCategory.DOCUMENTATION),
    _customer(
        "backup of payShield audit and error logs",
        IssueCategory.LOG_BACKUP,
        note="set up your own backup of the logs, best as a copy in real time",
    ),
    _customer("key backup", IssueCategory.KEY_BACKUP, note="set up your own backup of the keys"),
    _thales(
        "custom firmware",
        IssueCategory.CUSTOM_FIRMWARE,
        note="custom firmware has to be ported to a version that runs in Azure: ask your Thales account manager for a quote",
    ),
)


def row_for(category: IssueCategory) -> MatrixRow:
    """The row that covers a category."""
    return next(row for row in ROWS if category in row.categories)


def route(category: IssueCategory | None) -> Route:
    """Whom to contact. None = it is not known what the issue is: the guide says Microsoft first."""
    if category is None:
        return Route(
            party=Party.MICROSOFT,
            category=None,
            issues="not known",
            channel=_CHANNELS[Party.MICROSOFT],
            note="where it is not known who supports an issue, Microsoft is contacted first",
        )
    row = row_for(category)
    return Route(party=row.party, category=category, issues=row.issues, channel=_CHANNELS[row.party], note=row.note)
