"""``--no-confirm``: what is not read again just before its ticket must have been seen twice, five minutes apart."""

from dataclasses import replace
from datetime import timedelta

from ops.adapters.ledger_file import LedgerFile
from ops.adapters.plan_file import load_plan
from ops.service import note_causes
from tests.cli.beside import HSM_2, Beside, beside
from tests.ledger import ACTOR

OPEN = ("tickets", "open", "--no-confirm", "--apply")


def reads_of(here: Beside, hsm: str) -> int:
    return sum(method == "GET" and path.lower() == hsm.lower() for method, path in here.place.azure.watch.asked)


def test_what_was_seen_once_is_not_opened(tmp_path):
    with beside(tmp_path) as here:
        here.fail(HSM_2)
        for _ in range(2):
            ended = here.phsm(*OPEN)
            assert ended.code == 6
            assert "it was seen once, and what nobody confirms has to be seen twice, five minutes apart\n" in ended.out
            assert "next: run it again in five minutes, or leave out --no-confirm\n" in ended.out
        assert (here.written(), here.tickets()) == ([], {})


def test_what_was_seen_five_minutes_before_is_opened_without_being_read_again(tmp_path):
    with beside(tmp_path) as here:
        here.fail(HSM_2)
        here.phsm("tickets", "plan", "--output", "plan.json", PHSM_LEDGER_DIR=str(tmp_path / "another"))
        seen = load_plan(tmp_path / "plan.json")
        earlier = replace(seen, made_at=seen.made_at - timedelta(minutes=6))
        note_causes(earlier, LedgerFile(here.ledger, "earlier", ACTOR, seen.source, lambda: earlier.made_at))
        before = reads_of(here, HSM_2)
        ended = here.phsm(*OPEN)
        assert (ended.code, len(here.tickets())) == (0, 1), ended.out
        assert reads_of(here, HSM_2) - before == 1


def test_else_a_cause_is_read_once_more_before_its_ticket(tmp_path):
    with beside(tmp_path) as here:
        here.fail(HSM_2)
        here.phsm("tickets", "open", "--apply")
        assert (reads_of(here, HSM_2), len(here.tickets())) == (2, 1)
