import json
from datetime import UTC, datetime

from ops.model.diagnosis import Diagnosis, not_known, problem, well
from ops.model.estate import Source
from ops.reports.doctor import render_json, render_text

COMMAND = "az role assignment create --role 'Reader' --assignee OBJECT-ID --scope /subscriptions/0000"
SICK = Diagnosis(
    observed_at=datetime(2026, 11, 23, 22, 14, 5, tzinfo=UTC),
    source=Source(kind="azure", name="management.azure.com"),
    signs=(
        well("machine", "Python", "3.12.3 on Linux x86_64"),
        problem("azure", "clock", "91 s behind Azure's; tokens are refused beyond 5 min", "set the clock, and keep it"),
        well("azure", "endpoint", "https://management.azure.com answers, Azure's public cloud"),
        problem("access", "read access", "not on the whole of \x1b[31mpay\u202ements: no a/read", COMMAND),
        not_known("tickets", "support plan", "no API tells it, and no ticket is there that does", "see the portal"),
    ),
)
TEXT = """\
Payment HSM doctor   23 Nov 2026 22:14 UTC   azure: management.azure.com

This machine
  ok         Python         3.12.3 on Linux x86_64

Azure
  problem    clock          91 s behind Azure's; tokens are refused beyond 5 min
                            → set the clock, and keep it
  ok         endpoint       https://management.azure.com answers, Azure's public
                            cloud

Access
  problem    read access    not on the whole of [31mpay ments: no a/read
                            → az role assignment create --role 'Reader' --assignee OBJECT-ID --scope /subscriptions/0000

Tickets
  not known  support plan   no API tells it, and no ticket is there that does
                            → see the portal

2 problems   1 not known   2 ok
"""


def test_each_sign_is_a_line_with_what_to_do_below_and_a_command_in_one_piece():
    assert render_text(SICK, 80, colour=False) == TEXT


def test_in_a_pipe_nothing_is_wrapped_and_no_symbol_is_used():
    text = render_text(SICK, None, colour=False)
    assert "https://management.azure.com answers, Azure's public cloud\n" in text
    assert text.isascii()


def test_health_is_said_in_one_line():
    well_all = Diagnosis(observed_at=SICK.observed_at, source=SICK.source, signs=SICK.signs[:1])
    assert render_text(well_all, 80, colour=False).endswith("\nall is well: 1 sign\n")


def test_the_document_holds_every_sign():
    document = json.loads(render_json(SICK))
    assert document["schema"] == "phsm.doctor/1"
    assert document["source"] == {"kind": "azure", "name": "management.azure.com"}
    assert document["summary"] == {"ok": 2, "problem": 2, "not_known": 1}
    assert document["signs"][0] == {
        "area": "machine",
        "what": "Python",
        "state": "ok",
        "says": "3.12.3 on Linux x86_64",
        "tip": None,
    }
    assert [one["state"] for one in document["signs"]] == ["ok", "problem", "ok", "problem", "not_known"]
