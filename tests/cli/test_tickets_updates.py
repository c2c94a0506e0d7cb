"""What is told on an open ticket of ours as days go by: recorded, and once."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.cli.beside import HSM_2, NIC_OF_2, Beside, beside

OPEN = ("tickets", "open", "--apply")
CLOSING = {"support": {"close_when_gone": True}}


@pytest.fixture
def config():
    return None


@pytest.fixture
def here(tmp_path, config) -> Iterator[Beside]:
    """A sandbox with a ticket of two days ago, and a ledger without a record."""
    with beside(tmp_path, config=config) as here:
        here.clock.behind = timedelta(days=2)
        here.fail(HSM_2)
        assert here.phsm(*OPEN, PHSM_LEDGER_DIR=str(tmp_path / "of-then")).code == 0
        here.clock.behind = timedelta(0)
        here.written()
        yield here


def ticket(here):
    (found,) = here.tickets().values()
    return found


def said(here) -> list[str]:
    return [one["name"] for one in ticket(here)["communications"]]


def is_settled(here) -> bool:
    """Whether the next run adds nothing, though the list of messages still lacks ours, and the one after sends nothing."""
    before = here.tickets()
    codes = [here.phsm(*OPEN).code]
    unchanged = here.tickets() == before
    here.written()
    codes.append(here.phsm(*OPEN).code)
    return unchanged and (codes, here.written()) == ([0, 0], [])


def test_as_long_as_nothing_changes_nothing_is_said(here):
    assert is_settled(here)


def test_what_is_new_is_shown_and_then_told(here):
    here.lose(NIC_OF_2)
    shown = here.phsm("tickets", "plan")
    assert "\n1 update of open tickets\n" in shown.out
    assert here.phsm("tickets", "open").err == "nothing was sent; to do this add --apply\n"
    assert here.written() == []
    ended = here.phsm(*OPEN)
    assert ended.code == 0
    assert "\n1 update sent\n" in ended.out
    (name,) = said(here)
    assert name.startswith("phsm-evidence-")
    assert here.written() == [("PUT", name)]
    assert here.deeds() == [("comment", "intended"), ("comment", "done")]
    assert "payshield-0001-02_HSMHost2Nic" in ticket(here)["communications"][0]["properties"]["body"]
    assert is_settled(here)


def test_what_is_new_again_waits_a_day_although_the_message_before_is_not_listed_yet(here):
    here.lose(NIC_OF_2)
    assert here.phsm(*OPEN).code == 0
    told = said(here)
    here.lose(NIC_OF_2.replace("Host2", "Host1"))
    assert here.phsm(*OPEN).code == 0
    assert (len(told), said(here)) == (1, told)


def test_a_higher_impact_raises_the_severity(here):
    here.change(ticket(here)["id"], properties={"severity": "Minimal"})
    ended = here.phsm(*OPEN)
    assert ended.code == 0
    assert "now severity B" in ended.out
    assert (ticket(here)["properties"]["severity"], said(here)) == ("Moderate", [])
    assert here.deeds() == [("raise", "intended"), ("raise", "done")]
    assert is_settled(here)


def test_where_an_engineer_works_on_it_the_severity_is_asked_for(here):
    engineer = {"emailAddress": "support-engineer@example.com"}
    here.change(ticket(here)["id"], properties={"severity": "Minimal", "supportEngineer": engineer})
    ended = here.phsm(*OPEN)
    assert ended.code == 0, ended.out
    assert "a message asks for severity B" in ended.out
    assert ticket(here)["properties"]["severity"] == "Minimal"
    (name,) = said(here)
    assert name.startswith("phsm-raise-moderate-")
    assert [result for _, result in here.deeds()] == ["intended", "refused", "intended", "done"]
    assert is_settled(here)


def test_that_the_cause_is_gone_is_told_and_the_ticket_stays_open(here):
    here.repair(HSM_2)
    ended = here.phsm(*OPEN)
    assert ended.code == 0
    assert "its cause is gone" in ended.out
    (name,) = said(here)
    assert name.startswith("phsm-gone-")
    assert ticket(here)["properties"]["status"] == "Open"
    assert is_settled(here)


@pytest.mark.parametrize("config", [CLOSING])
def test_where_it_is_configured_the_ticket_is_closed(here):
    here.repair(HSM_2)
    assert here.phsm(*OPEN).code == 0
    assert ticket(here)["properties"]["status"] == "Closed"
    assert here.deeds() == [("comment", "intended"), ("comment", "done"), ("close", "intended"), ("close", "done")]
    assert is_settled(here)


def test_an_approved_update_that_no_longer_holds_is_not_sent(here):
    here.lose(NIC_OF_2)
    here.phsm("tickets", "plan", "--output", "plan.json")
    here.repair(HSM_2)
    ended = here.phsm("tickets", "open", "--plan", "plan.json", "--apply")
    assert ended.code == 0
    assert "it no longer holds: a new plan tells what is true now\n" in ended.out
    assert (here.written(), said(here)) == ([], [])


def test_messages_that_cannot_be_read_are_no_reason_to_be_silent_about_it(tmp_path):
    with beside(tmp_path, {"method": "GET", "path": "*/communications", "status": 403}) as here:
        here.clock.behind = timedelta(days=2)
        here.fail(HSM_2)
        here.phsm(*OPEN)
        here.lose(NIC_OF_2)
        ended = here.phsm(*OPEN)
    assert ended.code == 4
    assert "communications " in ended.out
    assert "403 AuthorizationFailed" in ended.out
