"""Tickets from a plan to a list: each is opened once, and nothing is sent unless asked."""

import json
import re

import pytest

from tests.cli.beside import HSM_2, NUMBER, beside


def test_the_plan_shows_drafts_with_their_topic_and_what_is_held_back(tmp_path):
    with beside(tmp_path, estate="degraded") as here:
        ended = here.phsm("tickets", "plan")
        assert here.written() == []
    assert ended.code == 0
    assert "Technical > Azure Payment HSM Service > " in ended.out
    assert "held back\n" in ended.out
    assert re.search(r"until PHSM-NET-001.* \(ours\) .*, or --anyway\n", ended.out)


def test_two_runs_open_each_ticket_once(tmp_path):
    with beside(tmp_path, estate="degraded") as here:
        first = here.phsm("tickets", "open", "--apply")
        second = here.phsm("tickets", "open", "--apply")
        listed = json.loads(here.phsm("tickets", "list", "--format", "json").out)["tickets"]
        truth = here.tickets()
    assert first.code == 0, first.err
    numbers = set(re.findall(NUMBER, first.out))
    assert len(numbers) >= 3
    assert second.code == 0, second.err
    assert "nothing to open\n" in second.out
    assert " opened" not in second.out
    assert {ticket["number"] for ticket in listed} == numbers
    assert len(listed) == len(truth) == len(numbers)
    assert {ticket["service"] for ticket in listed} == {"Azure Payment HSM Service"}
    assert all(" / " in ticket["classification"] for ticket in listed)
    assert {len(ticket["files"]) for ticket in truth.values()} == {1}


def test_without_apply_nothing_is_sent(tmp_path):
    with beside(tmp_path) as here:
        here.fail(HSM_2)
        ended = here.phsm("tickets", "open")
        assert (here.written(), here.tickets()) == ([], {})
    assert ended.code == 0
    assert "1 ticket to open\n" in ended.out
    assert ended.err == "nothing was sent; to do this add --apply\n"


def test_a_plan_goes_on_where_the_ledger_cannot_be_written_and_says_what_to_do(tmp_path):
    with beside(tmp_path) as here:
        here.fail(HSM_2)
        ended = here.phsm("tickets", "plan", PHSM_LEDGER_DIR="/dev/null/ledger")
    assert (ended.code, "1 ticket to open\n" in ended.out) == (0, True)
    assert ended.err.startswith("phsm: the ledger could not be written: /dev/null/ledger: Not a directory\n  try: ")


def test_a_plan_stops_where_the_ledger_cannot_be_read(tmp_path):
    (tmp_path / "nowhere").symlink_to("gone")
    with beside(tmp_path) as here:
        here.fail(HSM_2)
        ended = here.phsm("tickets", "plan", PHSM_LEDGER_DIR="nowhere")
    assert (ended.code, ended.out) == (6, "")
    assert ended.err.startswith("phsm: the ledger could not be read: nowhere: No such file or directory\n  try: ")


def test_receipts_are_a_document_too(tmp_path):
    with beside(tmp_path) as here:
        here.fail(HSM_2)
        ended = here.phsm("tickets", "open", "--apply", "--format", "json")
        (ticket,) = here.tickets().values()
    document = json.loads(ended.out)
    assert (ended.code, document["schema"]) == (0, "phsm.receipts/1")
    (receipt,) = document["receipts"]
    assert (receipt["outcome"], receipt["ticket"]) == ("opened", ticket["properties"]["supportTicketId"])


def test_a_pool_without_ha_is_capped_and_says_what_it_would_have_been(tmp_path):
    with beside(tmp_path, estate="single-stamp") as here:
        drafts = json.loads(here.phsm("tickets", "plan", "--format", "json").out)["to_open"]
    assert drafts
    assert {draft["severity"] for draft in drafts} <= {"minimal", "moderate"}
    (capped,) = [draft for draft in drafts if draft["would_be"] == "critical"]
    assert "Severity A" in capped["cap_reason"]
    assert "would be A" in capped["description"]


def test_a_refused_subscription_may_hide_a_cause_and_is_exit_4(tmp_path):
    with beside(tmp_path, estate="forbidden") as here:
        ended = here.phsm("tickets", "plan")
    assert ended.code == 4
    assert "nothing to open\n" in ended.out
    assert "a cause may be hidden" in ended.err


@pytest.mark.parametrize("redact", [(), ("--redact",)])
def test_addresses_are_in_the_evidence_unless_it_is_redacted(tmp_path, redact):
    with beside(tmp_path) as here:
        here.fail(HSM_2)
        (draft,) = json.loads(here.phsm("tickets", "plan", "--format", "json", *redact).out)["to_open"]
    assert ("10.3.1." in json.dumps(draft["evidence"])) is (not redact)
