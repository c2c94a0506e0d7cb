import json
from datetime import date
from pathlib import Path

import ops.checks
from ops.checks import collect
from ops.checks.declaration import check
from ops.model.finding import IssueCategory, Party, Severity
from ops.model.mute import Mute
from ops.model.policy import CheckSettings, Policy
from ops.reports.catalogue import render_json, render_list, render_markdown, render_page


@check(
    id="PHSM-XX-001",
    title="The lamp is green",
    severity=Severity.MEDIUM,
    category=IssueCategory.HARDWARE,
    party=Party.MICROSOFT,
    ticket=True,
    source="https://example.com/lamp",
    reviewed=date(2026, 11, 24),
    parameters={"in_progress_minutes": 60, "regions": ()},
)
def lamp(estate, policy):
    """A lamp tells.

    ## Why it matters
    It shines for everybody who
    comes along.

    ## How to fix it
    Switch it on:

        az lamp on --resource-group <group> --name a-lamp-with-a-long-name
    """
    yield from ()


@check(
    id="PHSM-XX-002",
    title="The door of the cage is locked with two keys",
    severity=Severity.LOW,
    category=IssueCategory.KEY_BACKUP,
    party=Party.CUSTOMER,
    source="https://example.com/door",
    reviewed=date(2026, 1, 2),
)
def door(estate, policy):
    """A door stays shut."""
    yield from ()


BOTH = (lamp, door)
BORNE = Mute(
    check="phsm-xx-001",
    subject="*/us-hub*",
    reason="the lamp\nhangs too high",
    owner="net-team",
    expires=date(2027, 3, 31),
    since=date(2026, 9, 1),
)
CONFIGURED = Policy(
    checks={
        "PHSM-XX-001": CheckSettings(
            severity=Severity.LOW, ticket=False, in_progress_minutes=90, regions=("eastus", "westus")
        )
    },
    mutes=(BORNE,),
)


def test_list_in_a_pipe_has_one_row_per_check_and_no_codes():
    assert render_list(BOTH, None, False) == (
        "check         severity   acts        ticket   holds when\n"
        "PHSM-XX-001   medium     microsoft   yes      The lamp is green\n"
        "PHSM-XX-002   low        customer    no       The door of the cage is locked with two keys\n"
    )


def test_list_on_a_narrow_terminal_wraps_titles_and_nothing_else():
    assert render_list(BOTH, 70, False) == (
        "check         severity   acts        ticket   holds when\n"
        "PHSM-XX-001   medium     microsoft   yes      The lamp is green\n"
        "PHSM-XX-002   low        customer    no       The door of the cage is\n"
        "                                              locked with two keys\n"
    )


def test_list_never_cuts_a_title():
    text = render_list(collect(), 80, False)
    assert "…" not in text
    assert all(len(line) <= 80 for line in text.splitlines())


def test_page_in_a_pipe_is_plain_text():
    assert render_page(lamp, None, False) == (
        "PHSM-XX-001  The lamp is green\n"
        "\n"
        "severity    medium\n"
        "acts        microsoft\n"
        "ticket      drafted when it fails\n"
        "category    hardware\n"
        "parameters  severity, ticket, in_progress_minutes (default 60), regions (default none)\n"
        "source      https://example.com/lamp (read on 2026-11-24)\n"
        "\n"
        "A lamp tells.\n"
        "\n"
        "## Why it matters\n"
        "It shines for everybody who comes along.\n"
        "\n"
        "## How to fix it\n"
        "Switch it on:\n"
        "\n"
        "    az lamp on --resource-group <group> --name a-lamp-with-a-long-name\n"
    )


def test_page_on_a_terminal_is_wrapped_but_for_its_commands():
    assert render_page(lamp, 30, False).partition("A lamp tells.\n")[2] == (
        "\n"
        "Why it matters\n"
        "It shines for everybody who\n"
        "comes along.\n"
        "\n"
        "How to fix it\n"
        "Switch it on:\n"
        "\n"
        "    az lamp on --resource-group <group> --name a-lamp-with-a-long-name\n"
    )


def test_list_marks_what_the_configuration_says():
    assert render_list(BOTH, None, False, CONFIGURED) == (
        "check         severity   acts        ticket   holds when\n"
        "PHSM-XX-001   low*       microsoft   no*      The lamp is green\n"
        "PHSM-XX-002   low        customer    no       The door of the cage is locked with two keys\n"
        "\n* configured; what the check has of its own: phsm checks explain CHECK-ID\n"
    )


def test_page_says_what_the_configuration_makes_of_the_check():
    assert render_page(lamp, 80, False, CONFIGURED).partition("\n\nA lamp")[0] == (
        "PHSM-XX-001  The lamp is green\n"
        "\n"
        "severity    low (configured; the check's own is medium)\n"
        "acts        microsoft\n"
        "ticket      none (configured no; the check's own: drafted when it fails)\n"
        "category    hardware\n"
        "parameters  severity, ticket, in_progress_minutes (default 60), regions (default\n"
        "            none)\n"
        "configured  in_progress_minutes: 90\n"
        "configured  regions: eastus, westus\n"
        "mute        */us-hub* muted since 2026-09-01 until 2027-03-31 by net-team: the\n"
        "            lamp hangs too high\n"
        "source      https://example.com/lamp (read on 2026-11-24)"
    )


def test_page_of_another_check_is_as_without_a_configuration():
    assert render_page(door, 80, False, CONFIGURED) == render_page(door, 80, False)


def test_a_ticket_that_is_asked_for_of_a_check_without_one_stays_none():
    policy = Policy(checks={"PHSM-XX-002": CheckSettings(ticket=True)})
    assert "ticket      none (configured yes; the check's own: none)\n" in render_page(door, None, False, policy)
    assert "PHSM-XX-002   low        customer    no*  " in render_list(BOTH, None, False, policy)


def test_json_holds_what_is_configured_beside_the_checks_own():
    first, second = json.loads(render_json(BOTH, CONFIGURED))["checks"]
    assert (first["severity"], first["ticket"]) == ("medium", True)
    assert first["configured"] == {
        "severity": "low",
        "ticket": False,
        "in_progress_minutes": 90,
        "regions": ["eastus", "westus"],
        "mutes": [
            {
                "check": "phsm-xx-001",
                "subject": "*/us-hub*",
                "reason": "the lamp\nhangs too high",
                "owner": "net-team",
                "expires": "2027-03-31",
                "since": "2026-09-01",
            }
        ],
    }
    assert "configured" not in second


def test_colour_is_the_callers_choice():
    assert "\x1b[" in render_page(lamp, 60, True)
    assert "\x1b[" in render_list(BOTH, 60, True)
    assert "\x1b[" not in render_list(BOTH, 60, False)


def test_markdown_has_an_index_and_one_section_per_check_with_the_same_headings():
    page = render_markdown(BOTH)
    assert "| [PHSM-XX-001](#phsm-xx-001) | The lamp is green | medium | microsoft | yes |\n" in page
    assert (
        "\n## PHSM-XX-001\n\n**The lamp is green.**\n\n- severity: medium\n- acts: microsoft\n"
        "- ticket: drafted when it fails\n- category: hardware\n"
        "- parameters: severity, ticket, in_progress_minutes (default 60), regions (default none)\n"
        "- source: https://example.com/lamp (read on 2026-11-24)\n\nA lamp tells.\n\n"
        "### Why it matters\nIt shines for everybody who\ncomes along.\n\n### How to fix it\nSwitch it on:\n\n"
        "    az lamp on --resource-group <group> --name a-lamp-with-a-long-name\n"
    ) in page


def test_json_holds_every_check():
    assert json.loads(render_json(BOTH)) == {
        "schema": "phsm.checks/1",
        "checks": [
            {
                "id": "PHSM-XX-001",
                "title": "The lamp is green",
                "severity": "medium",
                "party": "microsoft",
                "category": "hardware",
                "ticket": True,
                "source": "https://example.com/lamp",
                "reviewed": "2026-11-24",
            },
            {
                "id": "PHSM-XX-002",
                "title": "The door of the cage is locked with two keys",
                "severity": "low",
                "party": "customer",
                "category": "key-backup",
                "ticket": False,
                "source": "https://example.com/door",
                "reviewed": "2026-01-02",
            },
        ],
    }


def test_generated_page_is_not_stale():
    page = Path(ops.checks.__file__).with_name("README.md")
    assert page.read_text(encoding="utf-8") == render_markdown(collect()), "stale: run make pages"
