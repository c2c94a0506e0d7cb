import json

import pytest

from ops.codec.ledger import Flaw, Verification, record_from, verify
from ops.reports.ledger import render_json, render_text
from tests.hostile import HOSTILE
from tests.ledger import HEAD, LINES, files_of, verified

FILES = files_of()
DAY = "2026-11-24.jsonl"
CHANGED = verified(FILES | {DAY: FILES[DAY].replace(b"we-2", b"we-1")})


def test_a_ledger_in_order_is_one_line_with_the_hash_to_keep():
    assert render_text(verified(FILES), "ledger", None, False) == (
        f"ledger: 9 records over 3 days, head sha256 {HEAD.hash}, all in order\n"
    )


def test_what_a_killed_writer_left_is_a_note():
    assert render_text(verified({DAY: b"piece"}, None), "ledger", None, False) == (
        "no ledger yet at ledger\nnote: a writer was killed after record 0; the next write mends it\n"
    )
    one = verified({"2026-11-23.jsonl": LINES[0]}, None, announced=record_from(LINES[0][:-1]).head)
    assert render_text(one, "ledger", None, False) == (
        f"ledger: 1 record over 1 day, head sha256 {one.head.hash}, all in order\n"
        "note: a writer was killed after record 1; the next write mends it\n"
    )


def test_no_ledger_is_said_with_its_place():
    assert render_text(verify((), None), "audit/ledger", None, False) == "no ledger yet at audit/ledger\n"


def test_flaws_are_told_by_file_and_line_with_the_next_step():
    assert render_text(CHANGED, "ledger", None, False) == (
        "ledger: 6 records over 3 days, not in order\n"
        f"  {DAY} line 1: record 4 was changed after it was written\n"
        f"  {DAY} line 2: record 5 was changed after it was written\n"
        f"  {DAY} line 3: record 6 was changed after it was written\n"
        "next: keep the folder as it is, compare it with your copy, find out who changed it, and begin another: "
        "PHSM_LEDGER_DIR\n"
    )
    headless = render_text(verified(FILES, b""), "ledger", None, False)
    assert "\n  head.json: it is damaged\n" in headless


def test_a_terminal_wraps_all_but_the_hash():
    for found in (CHANGED, verified(FILES)):
        text = render_text(found, "ledger", 80, False)
        assert all(len(line) <= 80 for line in text.splitlines())
    assert HEAD.hash in text


def test_hundreds_of_flaws_are_counted():
    flaws = tuple(Flaw(file=DAY, line=line, seq=line, says="is no record") for line in range(1, 301))
    found = Verification(entries=(), days=1, head=HEAD, flaws=flaws)
    text = render_text(found, "ledger", None, False)
    assert text.count("is no record") == 20
    assert "\n  and 280 more: --format json\n" in text
    assert len(json.loads(render_json(found, "ledger"))["flaws"]) == 300


def test_the_document_tells_the_same():
    assert json.loads(render_json(verified(FILES), "ledger")) == {
        "schema": "phsm.ledger/1",
        "folder": "ledger",
        "records": 9,
        "days": 3,
        "head": HEAD.hash,
        "in_order": True,
        "flaws": [],
        "note": None,
    }


def test_a_document_never_calls_a_ledger_in_order_that_is_not_or_that_is_not_there():
    changed = json.loads(render_json(CHANGED, "ledger"))
    assert (changed["head"], changed["in_order"]) == (None, False)
    assert changed["flaws"][0] == {
        "file": DAY,
        "line": 1,
        "record": 4,
        "says": "record 4 was changed after it was written",
    }
    nothing = json.loads(render_json(verify((), None), "ledger"))
    assert (nothing["records"], nothing["head"], nothing["in_order"]) == (0, None, False)
    assert json.loads(render_json(verified(FILES, None), "ledger"))["flaws"][0]["line"] is None


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_folder_of_any_name_stays_on_one_line(text):
    shown = render_text(verify((), None), text, None, False)
    assert shown.count("\n") == 1
    assert shown.rstrip("\n").isprintable()
    assert json.loads(render_json(verify((), None), text))["folder"] == text
