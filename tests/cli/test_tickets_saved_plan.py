"""``tickets plan --output FILE``, then ``tickets open --plan FILE``: exactly what was approved, or nothing."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ops.adapters.clock import now
from ops.adapters.plan_file import load_plan, save_plan
from ops.codec.plan import plan_text
from ops.model.estate import Source
from ops.model.ticket import Plan
from tests.cli.beside import HSM_2, NIC_OF_1, VNET, Beside, beside

PLAN = ("tickets", "plan", "--output", "plan.json")
OPEN = ("tickets", "open", "--plan", "plan.json", "--apply")


@pytest.fixture(scope="module")
def approved(tmp_path_factory) -> Beside:
    """A sandbox with a saved plan for it, which no test of this module changes."""
    with beside(tmp_path_factory.mktemp("approved")) as here:
        here.fail(HSM_2)
        here.phsm(*PLAN)
        yield here


def test_the_plan_is_for_its_owners_eyes_and_names_the_next_step(approved):
    ended = approved.phsm("tickets", "plan", "--output", "another.json")
    assert ended.code == 0
    assert ended.out.endswith("\nnext: open them: phsm tickets open --plan another.json --apply\n")
    assert (approved.home / "another.json").stat().st_mode & 0o777 == 0o600


def test_whom_microsoft_calls_is_no_part_of_the_plan(approved):
    text = (approved.home / "plan.json").read_text()
    assert "phsm.plan/1" in text
    for private in ("hsm-oncall", "example.com", "7946", "Okafor", '"contact"'):
        assert private not in text


def test_the_plan_is_printed_as_the_same_document(approved):
    ended = approved.phsm("tickets", "plan", "--format", "json")
    printed, saved = json.loads(ended.out), json.loads((approved.home / "plan.json").read_text())
    assert ended.code == 0
    assert list(printed) == list(saved)
    assert [draft["name"] for draft in printed["to_open"]] == [draft["name"] for draft in saved["to_open"]]
    (approved.home / "printed.json").write_text(ended.out)
    causes = [load_plan(approved.home / name).to_open[0].cause for name in ("printed.json", "plan.json")]
    assert causes[0] == causes[1]


def test_a_saved_plan_is_shown_again_without_apply(approved):
    ended = approved.phsm("tickets", "open", "--plan", "plan.json")
    assert ended.code == 0
    assert "1 ticket to open\n" in ended.out
    assert ended.err == "nothing was sent; to do this add --apply\n"
    assert approved.written() == []


def sealed(change: Callable[[Plan], Plan]) -> Callable[[Path], None]:
    """Another plan, as whole as if it had been made so."""
    return lambda file: save_plan(file, plan_text(change(load_plan(file)), "payment-hsm-ops test"))


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-300])


def changed(file: Path) -> None:
    file.write_text(file.read_text().replace("is Failed", "is failed", 1))


ABROAD = Source(kind="azure", name="management.azure.com")
SPOILT = {
    "a changed letter": (changed, "is damaged: its content does not match its digest"),
    "cut off": (cut, "is damaged: not JSON from line"),
    "empty": (lambda file: file.write_text(""), "is empty"),
    "a configuration": (lambda file: file.write_text('{"pools": []}'), "is no plan: it names no schema"),
    "a snapshot": (
        lambda file: file.write_text('{"schema": "phsm.estate/1"}'),
        "is no plan: its schema is phsm.estate",
    ),
    "no file": (lambda file: file.unlink(), "does not exist"),
    "too old": (
        sealed(lambda plan: replace(plan, made_at=now() - timedelta(minutes=61))),
        "is not applied: it was made 61 minutes ago and holds for 60 (support.plan_valid_minutes)",
    ),
    "of tomorrow": (sealed(lambda plan: replace(plan, made_at=now() + timedelta(days=1))), "which is not yet"),
    "for another cloud": (
        sealed(lambda plan: replace(plan, source=ABROAD)),
        "was made for azure management.azure.com, not for this",
    ),
}


@pytest.mark.parametrize(("spoil", "why"), SPOILT.values(), ids=SPOILT)
def test_a_plan_that_is_not_what_was_approved_is_exit_2_and_nothing_is_sent(approved, tmp_path, spoil, why):
    file = tmp_path / "spoilt.json"
    file.write_bytes((approved.home / "plan.json").read_bytes())
    spoil(file)
    asked = len(approved.place.azure.watch.asked)
    ended = approved.phsm("tickets", "open", "--plan", str(file), "--apply")
    assert (ended.code, ended.out) == (2, "")
    assert why in ended.err
    assert "phsm tickets plan --output " in ended.err
    assert len(approved.place.azure.watch.asked) == asked


def test_what_is_attached_was_approved_too_so_a_saved_plan_is_not_redacted_later(approved):
    ended = approved.phsm(*OPEN, "--redact")
    assert (ended.code, ended.out, approved.tickets()) == (2, "", {})
    assert ended.err == (
        "phsm: a saved plan is applied as it is, with the evidence that was approved\n"
        "  try: phsm tickets plan --redact --output plan.json\n"
    )


def test_how_long_a_plan_holds_is_configured(tmp_path):
    with beside(tmp_path, config={"support": {"plan_valid_minutes": 90}}) as here:
        here.fail(HSM_2)
        here.phsm(*PLAN)
        sealed(lambda plan: replace(plan, made_at=plan.made_at - timedelta(minutes=80)))(tmp_path / "plan.json")
        assert here.phsm(*OPEN).code == 0
        assert len(here.tickets()) == 1


def test_exactly_the_approved_tickets_are_opened(tmp_path):
    with beside(tmp_path) as here:
        here.fail(HSM_2)
        here.phsm(*PLAN)
        here.let_fastpath_wait()
        ended = here.phsm(*OPEN)
        (name,) = here.tickets()
        (draft,) = load_plan(tmp_path / "plan.json").to_open
        (ticket,) = here.tickets().values()
    assert (ended.code, ended.err) == (0, "")
    assert name == draft.name
    assert (ticket["properties"]["title"], ticket["properties"]["description"]) == (draft.title, draft.description)


def test_the_consent_is_the_approved_one_whatever_is_configured_by_now(tmp_path):
    def consenting(said: bool) -> str:
        return json.dumps({"support": {"consent": {"diagnostics": said}}})

    with beside(tmp_path, config=json.loads(consenting(False))) as here:
        here.fail(HSM_2)
        here.phsm(*PLAN)
        (tmp_path / "phsm.yaml").write_text(consenting(True))
        assert here.phsm(*OPEN).code == 0
        (ticket,) = here.tickets().values()
    assert "Do not collect diagnostic information" in ticket["properties"]["description"]
    assert ticket["properties"]["advancedDiagnosticConsent"] == "No"


def test_a_cause_that_was_repaired_meanwhile_opens_nothing_and_says_so(tmp_path):
    with beside(tmp_path) as here:
        here.fail(HSM_2)
        here.phsm(*PLAN)
        here.repair(HSM_2)
        ended = here.phsm(*OPEN)
        assert (here.written(), here.tickets()) == ([], {})
        assert here.deeds() == [("hold", "not-needed")]
    assert ended.code == 0
    assert "0 tickets opened\n  not needed  Payment HSM payshield-0001-02 " in ended.out
    assert "its cause is gone\n" in ended.out


def test_a_ticket_that_another_run_opened_meanwhile_is_found_and_not_opened_twice(tmp_path):
    with beside(tmp_path) as here:
        here.fail(HSM_2)
        here.phsm(*PLAN)
        here.phsm("tickets", "open", "--apply", PHSM_LEDGER_DIR=str(tmp_path / "of-another"))
        here.written()
        ended = here.phsm(*OPEN)
        assert here.written() == []
        (ticket,) = here.tickets().values()
        assert here.deeds() == [("open", "found")]
    assert ended.code == 0
    assert f"found       {ticket['properties']['supportTicketId']}" in ended.out


def test_what_is_held_back_by_now_is_not_opened_and_says_why(tmp_path):
    with beside(tmp_path) as here:
        here.lose(NIC_OF_1)
        here.phsm(*PLAN)
        here.change(VNET, tags={"fastpathenabled": None})
        ended = here.phsm(*OPEN)
        assert (here.written(), here.tickets()) == ([], {})
        assert here.deeds() == [("hold", "refused")]
    assert ended.code == 6
    assert "it is held back now: until PHSM-NET-005 (ours) is fixed, or --anyway\n" in ended.out
