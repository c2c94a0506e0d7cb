"""The audit trail of real runs: what is announced before it is sent, how it ended, and nothing private."""

from pathlib import Path

import pytest

from ops.adapters.ledger_file import verify_ledger
from ops.sandbox.wire import Answer, Call
from tests.campaign.place import WatchedAzure, writes
from tests.cli.beside import HSM_2, beside

OPEN = ("tickets", "open", "--apply")
TICKET = "*/supportTickets/phsm-*"


class AuditingAzure(WatchedAzure):
    """An Azure that looks into the ledger whenever something is written to it, before it does it."""

    ledger: Path
    announced: list[tuple[str, str]]

    def answer(self, call: Call, *, authorized: bool, correlation_id: str) -> Answer:
        if writes(call.method, call.path):
            last = verify_ledger(self.ledger).entries[-1]
            kind = "ticket" if "/supporttickets/" in call.path.lower() else "file"
            self.announced.append((kind, f"{last.action} {last.result}"))
        return super().answer(call, authorized=authorized, correlation_id=correlation_id)


def test_what_is_sent_is_announced_on_disk_before(tmp_path):
    with beside(tmp_path, azure=AuditingAzure) as here:
        here.place.azure.ledger, here.place.azure.announced = here.ledger, []
        here.fail(HSM_2)
        assert here.phsm(*OPEN).code == 0
        assert here.place.azure.announced == [*[("file", "attach intended")] * 3, ("ticket", "open intended")]
        assert here.deeds() == [("attach", "intended"), ("attach", "done"), ("open", "intended"), ("open", "done")]


def test_what_was_done_is_told_by_its_id_and_azures_and_that_it_was_a_sandbox(tmp_path):
    with beside(tmp_path) as here:
        here.fail(HSM_2)
        here.phsm(*OPEN)
        (ticket,) = here.tickets().values()
        *_, done = entries = here.entries()
    assert {entry.target for entry in entries} == {ticket["id"]}
    assert {entry.source.kind for entry in entries} == {"sandbox"}
    assert len({entry.run for entry in entries}) == 1
    assert done.details == {"number": ticket["properties"]["supportTicketId"]}
    assert all(len(one) == 36 for one in done.request_ids)
    assert done.request_ids


def test_a_ledger_of_runs_is_in_order_and_holds_nothing_of_the_contact(tmp_path):
    with beside(tmp_path) as here:
        here.fail(HSM_2)
        here.phsm("tickets", "plan")
        here.phsm(*OPEN)
        here.phsm(*OPEN)
        (number,) = [ticket["properties"]["supportTicketId"] for ticket in here.tickets().values()]
        here.phsm("tickets", "comment", number, "the LED is red", "--apply")
        ended = here.phsm("ledger", "verify")
        text = "".join(path.read_text() for path in here.ledger.glob("*.jsonl"))
    assert (ended.code, ended.err) == (0, "")
    assert "all in order\n" in ended.out
    assert "comment" in text
    for private in ("example.com", "7946", "Okafor", "LED"):
        assert private not in text


def test_the_ledger_is_where_it_is_configured_unless_the_environment_names_another_place(tmp_path):
    with beside(tmp_path, config={"ledger": {"folder": "audit"}}) as here:
        here.fail(HSM_2)
        here.phsm("tickets", "plan")
        here.phsm("tickets", "plan", PHSM_LEDGER_DIR="elsewhere")
    assert [len(verify_ledger(tmp_path / name).entries) for name in ("audit", "elsewhere", "ledger")] == [1, 1, 0]


def test_a_refusal_is_recorded_and_the_draft_is_kept(tmp_path):
    with beside(tmp_path, {"method": "PUT", "path": TICKET, "status": 403}) as here:
        here.fail(HSM_2)
        ended = here.phsm(*OPEN)
        *_, last = here.entries()
        assert here.tickets() == {}
        (page,) = here.ledger.glob("unsent/*/ticket.md")
    assert ended.code == 6
    assert f"kept, ready for the portal: {here.ledger.name}/unsent/" in ended.out
    assert (last.action, last.result) == ("open", "refused")
    assert "AuthorizationFailed" in last.details["why"]
    assert "## In the Azure portal" in page.read_text()


def test_what_may_have_been_taken_is_unclear_and_the_next_run_settles_it(tmp_path):
    lost = {"method": "PUT", "path": TICKET, "reset": "after", "times": 1}
    unread = {"method": "GET", "path": TICKET, "status": 403, "times": 4}
    with beside(tmp_path, lost, unread) as here:
        here.fail(HSM_2)
        first = here.phsm(*OPEN)
        assert here.deeds()[-1] == ("open", "unclear")
        assert list(here.ledger.glob("unsent/*")) == []
        second = here.phsm(*OPEN)
        assert len(here.tickets()) == 1
    assert first.code == 6
    assert "\n  unclear     Payment HSM payshield-0001-02 " in first.out
    assert second.code == 0, second.out
    assert "nothing to open\n" in second.out


@pytest.mark.parametrize("folder", ["/dev/null/ledger", "in-the-way"])
def test_where_no_ledger_can_be_written_nothing_is_sent(tmp_path, folder):
    (tmp_path / "in-the-way").write_text("a file")
    with beside(tmp_path) as here:
        here.fail(HSM_2)
        ended = here.phsm(*OPEN, PHSM_LEDGER_DIR=folder)
        assert (here.written(), here.tickets()) == ([], {})
    assert ended.code == 6
    assert "phsm: the ledger could not be " in ended.err
    assert "without a ledger nothing is written to Azure\n" in ended.err


class SpoilingAzure(WatchedAzure):
    """An Azure in whose time the head of the ledger gets lost: when the second ticket arrives."""

    ledger: Path

    def answer(self, call: Call, *, authorized: bool, correlation_id: str) -> Answer:
        if call.method == "PUT" and "/supporttickets/phsm-fastpath-" in call.path.lower():
            (self.ledger / "head.json").unlink(missing_ok=True)
        return super().answer(call, authorized=authorized, correlation_id=correlation_id)


def test_a_ledger_that_fails_in_the_middle_stops_there_and_what_was_done_is_told(tmp_path):
    with beside(tmp_path, azure=SpoilingAzure) as here:
        here.place.azure.ledger = here.ledger
        here.fail(HSM_2)
        here.let_fastpath_wait()
        ended = here.phsm(*OPEN)
        again = here.phsm(*OPEN, PHSM_LEDGER_DIR="another")
        assert len(here.tickets()) == 2
    assert ended.code == 6
    assert "\n2 tickets opened\n  opened      " in ended.out
    assert ended.out.count("it is not recorded: the ledger in ledger is not in order: head.json and the end of ") == 1
    assert (again.code, "nothing to open\n" in again.out) == (0, True)


def test_evidence_that_could_not_be_attached_is_exit_6_and_lies_ready(tmp_path):
    with beside(tmp_path, {"method": "PUT", "path": "*/fileWorkspaces/*", "status": 403}) as here:
        here.fail(HSM_2)
        ended = here.phsm(*OPEN)
        assert len(here.tickets()) == 1
        (archive,) = here.ledger.glob("unsent/*/*")
    assert ended.code == 6
    assert "\n1 ticket opened\n  opened      " in ended.out
    assert f"kept, ready for the portal: {archive.relative_to(tmp_path)}\n" in ended.out
    assert "next: upload it in the Azure portal: " in ended.out


def test_a_ledger_that_was_changed_stops_everything(tmp_path):
    with beside(tmp_path) as here:
        here.fail(HSM_2)
        here.phsm("tickets", "plan")
        (day,) = here.ledger.glob("*.jsonl")
        day.write_text(day.read_text().replace("done", "found"))
        ended = here.phsm(*OPEN)
        assert (here.written(), here.tickets()) == ([], {})
    assert ended.code == 6
    assert "is not in order: " in ended.err
    assert "phsm ledger verify --folder ledger " in ended.err


class LedgerBreaks(WatchedAzure):
    """An Azure that takes a ticket, and by then the ledger beside it is spoilt."""

    ledger: Path

    def answer(self, call: Call, *, authorized: bool, correlation_id: str) -> Answer:
        if call.method == "PUT" and "/supporttickets/" in call.path.lower():
            (self.ledger / "head.json").write_text("{}")
        return super().answer(call, authorized=authorized, correlation_id=correlation_id)


def test_where_the_ledger_fails_after_the_first_ticket_the_second_is_named_as_not_tried(tmp_path):
    with beside(tmp_path, azure=LedgerBreaks) as here:
        here.place.azure.ledger = here.ledger
        here.fail(HSM_2)
        here.let_fastpath_wait()
        ended = here.phsm(*OPEN)
        assert len(here.tickets()) == 1
    assert ended.code == 6
    told = ended.out.partition("1 ticket opened, 1 not tried\n")[2]
    assert told.index("it is not recorded") < told.index("  not tried   Approve FastPathEnabled")
    assert "is not in order" in ended.err
