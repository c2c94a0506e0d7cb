"""What a valid configuration sets, as it is told."""

from __future__ import annotations

import json

from ops.codec import policy_from
from ops.reports.configuration import render_json, render_text

TEXT = """\
expected: [payshield-we-1, payshield-we-2]
support: {plan: Unified}
mutes:
- {check: "*", subject: "*/us-hub", reason: reviewed, owner: net-team, expires: 2027-03-31}
- {check: "*", subject: "*/eu-hub", reason: reviewed, owner: net-team, expires: 2027-01-31}
hsms:
  payshield-we-1: {serial: S0246378732H}
readiness:
  smart_cards: {by: ada, on: 2026-09-01}
  training:
"""


def told(text: str) -> list[str]:
    return render_text("phsm.yaml", policy_from(text, "phsm.yaml"), None, colour=False).splitlines()


def test_what_is_demanded_and_what_is_forgiven_is_counted() -> None:
    assert told(TEXT) == [
        "phsm.yaml is valid",
        "",
        "pools      default: each subscription and region is one production pool",
        "contact    none: no ticket can be opened",
        "expected   2 HSMs",
        "mutes      2, the first until 2027-01-31",
        "readiness  1 of 14 attested",
        "also set   support.plan, hsms.payshield-we-1",
    ]


def test_a_single_mute_and_an_empty_checklist_are_told() -> None:
    mute = '{check: "*", subject: a, reason: a, owner: a, expires: 2027-01-31}'
    assert told(f"{{mutes: [{mute}], readiness: {{}}}}")[4:] == [
        "mutes      1, until 2027-01-31",
        "readiness  0 of 14 attested",
        "also set   nothing",
    ]


def test_a_script_reads_which_keys_are_set() -> None:
    document = json.loads(render_json("phsm.yaml", policy_from(TEXT, "phsm.yaml")))
    assert document["set"] == ["expected", "support.plan", "mutes", "hsms.payshield-we-1", "readiness"]
