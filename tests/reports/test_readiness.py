import json
import re
from dataclasses import fields, replace
from datetime import UTC, date, datetime

import pytest

from ops.checks import collect
from ops.checks.checklist import Checklist
from ops.checks.duties import DUTIES
from ops.codec import examine
from ops.model.policy import Attestation, CheckSettings, Policy, Readiness
from ops.reports.readiness import render_json, render_markdown, render_text, section
from tests.github import cells, markdown_problems
from tests.hostile import HOSTILE

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
ADA = Attestation(by="Ada Okafor", on=date(2026, 9, 1))
SOURCES = {check.source for check in collect()}


def checklist(readiness=None, where="config/phsm.yaml", **settings):
    return Checklist(policy=Policy(readiness=readiness, **settings), where=where, at=NOW)


ALL = Readiness(
    **{duty.key: ADA for duty in DUTIES}
    | {
        "thales_portal": replace(ADA, customer_id="C-1234"),
        "custom_firmware": replace(ADA, needed=False),
    }
)
MIXED = replace(
    ALL,
    smart_cards=replace(ADA, on=date(2024, 12, 1)),
    tmd=replace(ADA, needed=False, note="no components since 2019"),
    end_user_guide=replace(ADA, on=date(2026, 12, 1)),
    training=None,
    key_backup=replace(ADA, on=date(2025, 1, 1)),
    log_backup=replace(ADA, valid_until=date(2026, 11, 25)),
)
TEXT = """\
Payment HSM readiness   24 Nov 2026   config/phsm.yaml

Before the start
  attested      Thales portal        by Ada Okafor on 2026-09-01, customer id
                                     C-1234, through 2028-08-31
  runs out      smart cards          by Ada Okafor on 2024-12-01, runs out on
                                     2026-12-01, in 7 days
  not needed    TMD                  by Ada Okafor on 2026-09-01, through
                                     2028-08-31; no components since 2019
  not accepted  end user guide       by Ada Okafor on 2026-12-01, dated in the
                                     future (PHSM-RDY-004)
                                     → download the Hosted HSM End User Guide
                                     from the Thales support portal and read it,
                                     then correct readiness.end_user_guide in
                                     the configuration
  attested      Get Ready guide      by Ada Okafor on 2026-09-01, through
                                     2028-08-31
  missing       training             nobody has attested it (PHSM-RDY-006)
                                     → train those who operate the HSMs, at
                                     Thales or a partner of it, then attest it
                                     in the configuration: readiness.training
  not needed    custom firmware      by Ada Okafor on 2026-09-01, through
                                     2028-08-31

From then on
  runs out      log backup           by Ada Okafor on 2026-09-01, runs out on
                                     2026-11-25, in 1 day
  ran out       key backup           by Ada Okafor on 2025-01-01, ran out on
                                     2026-01-01 (PHSM-RDY-009)
                                     → back up the keys, and see that the backup
                                     is whole, then renew readiness.key_backup
                                     in the configuration
  attested      firmware patching    by Ada Okafor on 2026-09-01, through
                                     2027-02-28
  attested      default passwords    by Ada Okafor on 2026-09-01, through
                                     2027-09-01
  attested      monitoring           by Ada Okafor on 2026-09-01, through
                                     2027-09-01
  attested      recovery test        by Ada Okafor on 2026-09-01, through
                                     2027-09-01
  attested      architecture review  by Ada Okafor on 2026-09-01, through
                                     2027-09-01

1 missing   1 ran out   1 not accepted   11 hold   2 run out within a month
Explain one: phsm checks explain PHSM-RDY-004
"""


def test_the_whole_list_at_80_columns():
    assert render_text(checklist(MIXED), 80, colour=False) == TEXT


def test_in_a_pipe_nothing_is_wrapped_and_no_symbol_is_used():
    text = render_text(checklist(MIXED), None, colour=False)
    assert text.isascii()
    assert "  missing       training             nobody has attested it (PHSM-RDY-006)\n" in text
    assert f"{' ' * 37}next: train those who operate the HSMs, at Thales or a partner of it, then attest" in text


def test_when_all_hold_the_last_line_says_so():
    assert render_text(checklist(ALL), 80, colour=False).endswith("\n\nall 14 hold\n")
    soon = replace(ALL, log_backup=replace(ADA, valid_until=NOW.date()))
    assert render_text(checklist(soon), 80, colour=False).endswith("\n\nall 14 hold   1 runs out within a month\n")


def test_colour_is_never_the_only_sign():
    text = render_text(checklist(MIXED), 80, colour=True)
    assert "\x1b[" in text
    assert re.sub(r"\x1b\[[0-9;]*m", "", text) == TEXT


@pytest.mark.parametrize("width", [80, None])
def test_without_a_readiness_section_the_one_to_start_with_is_printed(width):
    text = render_text(checklist(), width, colour=False)
    assert text.splitlines()[2].startswith("the configuration has no readiness: section, so nothing")
    assert text.endswith(f"\n\n{section(checklist())}")
    assert all(len(line) <= 80 for line in text.splitlines()) or width is None


def test_the_section_is_pasted_as_it_is_and_attests_nothing():
    pasted = section(checklist())
    assert examine(pasted) == Policy()
    assert all(len(line) <= 80 for line in pasted.splitlines())
    for duty in DUTIES:
        assert f"\n  #{duty.key}: {{by: " in pasted
        assert duty.check in pasted


def test_each_line_of_the_section_holds_once_its_sign_is_taken_away():
    lines = [line for line in section(checklist()).splitlines() if re.match("  #[a-z]", line)]
    assert len(lines) == len(fields(Readiness)) + sum(duty.may_be_unneeded for duty in DUTIES)
    for line in lines:
        policy = examine("readiness:\n" + line.replace("#", "", 1))
        assert isinstance(policy, Policy), policy
        states = {item.duty.key: item.state.value for item in replace(checklist(), policy=policy).items}
        key = line.strip(" #").partition(":")[0]
        assert states.pop(key) == ("not_needed" if "needed: false" in line else "attested")
        assert set(states.values()) == {"missing"}


def test_the_configuration_and_the_checks_agree_on_what_may_be_unneeded():
    for duty in DUTIES:
        found = examine(f"readiness: {{{duty.key}: {{by: ada, on: 2026-09-01, needed: false}}}}")
        assert isinstance(found, Policy) is duty.may_be_unneeded, duty.key


def test_the_section_tells_the_operators_own_periods():
    own = checklist(checks={"PHSM-RDY-010": CheckSettings(valid_days=90)})
    assert "PHSM-RDY-010, holds for 90 days." in section(own)
    assert "PHSM-RDY-009, holds for 365 days." in section(own)


def test_the_document_holds_every_duty():
    document = json.loads(render_json(checklist(MIXED)))
    assert (document["schema"], document["day"], document["section"]) == ("phsm.readiness/1", "2026-11-24", None)
    assert document["configuration"] == "config/phsm.yaml"
    assert [item["check"] for item in document["items"]] == [duty.check for duty in DUTIES]
    assert document["items"][2] == {
        "check": "PHSM-RDY-003",
        "key": "tmd",
        "title": "A Trusted Management Device is at hand where key components are handled",
        "state": "not_needed",
        "outcome": "pass",
        "evidence": "declared as not needed by Ada Okafor on 2026-09-01, through 2028-08-31",
        "next": None,
        "by": "Ada Okafor",
        "on": "2026-09-01",
        "last_day": "2028-08-31",
        "note": "no components since 2019",
    }
    assert document["items"][5]["next"].startswith("train those who operate the HSMs")
    assert document["summary"] == {
        "attested": 7,
        "runs_out": 2,
        "not_needed": 2,
        "missing": 1,
        "ran_out": 1,
        "not_accepted": 1,
        "undeclared": 0,
    }


def test_the_document_without_a_section_says_that_nothing_is_known():
    document = json.loads(render_json(checklist()))
    assert {item["state"] for item in document["items"]} == {"undeclared"}
    assert document["section"] == section(checklist())


def test_the_table_has_a_row_for_every_duty():
    page = render_markdown(checklist(MIXED))
    rows = [cells(line) for line in page.splitlines() if line.startswith("| ")][1:]
    assert [row[0].strip() for row in rows] == [
        *("attested", "runs out", "not needed", "not accepted", "attested", "missing", "not needed"),
        *("runs out", "ran out", "attested", "attested", "attested", "attested", "attested"),
    ]
    assert all(len(row) == 5 for row in rows)
    assert rows[5][4].strip().startswith("train those who operate")
    assert list(markdown_problems(page, SOURCES)) == []
    assert page.endswith("\n1 missing, 1 ran out, 1 not accepted, 11 hold, 2 run out within a month\n")


def test_the_page_without_a_section_holds_it_as_yaml():
    page = render_markdown(checklist())
    assert f"\n```yaml\n{section(checklist())}```\n" in page


@pytest.mark.parametrize("what", HOSTILE)
def test_what_people_write_is_shown_as_text_and_nothing_else(what):
    text = HOSTILE[what]
    wild = checklist(replace(ALL, smart_cards=replace(ADA, by=f"x{text}", note=text)), where=text)
    usual = render_text(checklist(ALL), None, colour=False)
    shown = render_text(wild, None, colour=False)
    assert len(shown.splitlines()) == len(usual.splitlines())
    assert all(line.isprintable() for line in shown.splitlines())
    assert list(markdown_problems(render_markdown(wild), SOURCES)) == []
    assert json.loads(render_json(wild))["items"][1]["by"] == f"x{text}"
