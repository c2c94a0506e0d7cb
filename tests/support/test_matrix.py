from __future__ import annotations

import pytest

from ops.model.finding import IssueCategory, Party
from ops.support.matrix import ROWS, route, row_for

# The support guide's table, April 2025: (Microsoft, Thales) by the first words of our row.
TABLE = [
    ("HSM provisioning", True, False),
    ("HSM reset", True, False),
    ("HSM tamper", True, False),
    ("payShield Manager", False, True),
    ("payShield applications", False, True),
    ("payShield firmware", False, True),
    ("smart cards", False, True),
    ("Trusted Management Device", False, True),
    ("Hosted HSM End User Guide", False, True),
    ("payShield 10K and TMD documentation", False, True),
    ("backup of payShield audit", False, False),
    ("key backup", False, False),
    ("custom firmware", False, True),
]


def test_the_table_has_the_rows_and_marks_of_the_guide() -> None:
    assert len(ROWS) == len(TABLE)
    for row, (words, microsoft, thales) in zip(ROWS, TABLE, strict=True):
        assert row.issues.startswith(words)
        assert (row.microsoft, row.thales) == (microsoft, thales), row.issues


def test_every_category_has_exactly_one_row() -> None:
    covered = [category for row in ROWS for category in row.categories]
    assert sorted(covered) == sorted(IssueCategory)
    for category in IssueCategory:
        assert category in row_for(category).categories


@pytest.mark.parametrize(
    ("category", "party"),
    [
        (IssueCategory.PROVISIONING, Party.MICROSOFT),
        (IssueCategory.NETWORKING, Party.MICROSOFT),
        (IssueCategory.HARDWARE, Party.MICROSOFT),
        (IssueCategory.PORT_CONNECTION, Party.MICROSOFT),
        (IssueCategory.RESET_OR_DELETE, Party.MICROSOFT),
        (IssueCategory.TAMPER, Party.MICROSOFT),
        (IssueCategory.PAYSHIELD_MANAGER, Party.THALES),
        (IssueCategory.APPLICATION, Party.THALES),
        (IssueCategory.FIRMWARE, Party.THALES),
        (IssueCategory.SMART_CARD, Party.THALES),
        (IssueCategory.TMD, Party.THALES),
        (IssueCategory.END_USER_GUIDE, Party.THALES),
        (IssueCategory.DOCUMENTATION, Party.THALES),
        (IssueCategory.LOG_BACKUP, Party.CUSTOMER),
        (IssueCategory.KEY_BACKUP, Party.CUSTOMER),
        (IssueCategory.CUSTOM_FIRMWARE, Party.THALES),
    ],
)
def test_each_category_goes_to_its_party(category: IssueCategory, party: Party) -> None:
    assert route(category).party is party


def test_each_party_is_reached_through_its_own_channel() -> None:
    for words in ("Help + support", "Create a support request", "Technical", "Payment HSM"):
        assert words in route(IssueCategory.TAMPER).channel
    assert "https://supportportal.thalesgroup.com/csm" in route(IssueCategory.TMD).channel
    assert "your own duty" in route(IssueCategory.KEY_BACKUP).channel


def test_an_unknown_issue_goes_to_microsoft_first() -> None:
    answer = route(None)
    assert answer.party is Party.MICROSOFT
    assert answer.channel == route(IssueCategory.HARDWARE).channel
    assert "Microsoft is contacted first" in answer.note


def test_tamper_log_recovery_and_unsupported_firmware_are_noted() -> None:
    assert "recover logs" in route(IssueCategory.TAMPER).note
    assert "1.4a" in route(IssueCategory.FIRMWARE).note


def test_the_party_is_the_first_thing_a_route_says() -> None:
    assert next(iter(route(None).__dataclass_fields__)) == "party"
    assert route(None).source == "https://learn.microsoft.com/azure/payment-hsm/support-guide"
