"""``tickets list``, ``show``, ``comment`` and ``close``: for people, and safe to read whatever a ticket holds."""

import json
from collections.abc import Iterator

import pytest

from tests.cli.beside import HSM_2, Beside, beside

MAIL = (
    "<html><body><style>p {color: red}</style><p>Hello Ada,</p><table><tr><td>Device</td><td>payshield-0001-02</td></tr>"
    '</table><p>please look at <a href="https://status.example.com/1">the status</a>.</p>'
    "<script>alert(1)</script></body></html>"
)
HOSTILE = "\x1b[2J\x1b]0;owned\x07opened   2411240050000000\r\n\u202egnp.exe"


@pytest.fixture
def here(tmp_path) -> Iterator[Beside]:
    with beside(tmp_path, communicationLag=0) as here:
        here.fail(HSM_2)
        here.phsm("tickets", "open", "--apply")
        here.written()
        yield here


def ticket(here):
    (found,) = here.tickets().values()
    return found


def number(here) -> str:
    return ticket(here)["properties"]["supportTicketId"]


def received(here, **properties):
    here.change(f"{ticket(here)['id']}/communications/0b6c4b5e-0000-0000-0000-000000000001", properties=properties)


def test_a_ticket_is_shown_with_its_mails_as_text(here):
    received(here, subject="Your ticket", body=MAIL)
    for called in (number(here), ticket(here)["name"], ticket(here)["id"]):
        ended = here.phsm("tickets", "show", called)
        assert (ended.code, ended.err) == (0, "")
    assert "Impact: " in ended.out
    assert "\n1 message\n" in ended.out
    assert "from Microsoft (support@example.com)\n" in ended.out
    assert "\n    Hello Ada,\n" in ended.out
    assert "Device | payshield-0001-02\n" in ended.out
    assert "the status (https://status.example.com/1).\n" in ended.out
    assert "alert" not in ended.out
    assert "<" not in ended.out.partition("1 message")[2]


def test_what_a_message_holds_cannot_move_the_cursor_or_forge_a_line(here):
    received(here, subject=HOSTILE, body=f"<p>{HOSTILE}</p>", sender=HOSTILE)
    here.change(ticket(here)["id"], properties={"title": HOSTILE})
    for words in (("show", number(here)), ("list",)):
        out = here.phsm("tickets", *words).out
        assert not set(out) & set("\x1b\x07\r\u202e")
        assert not [line for line in out.splitlines() if line.startswith("opened")]


def test_the_document_holds_the_messages_as_they_are(here):
    received(here, body=MAIL)
    ended = here.phsm("tickets", "show", number(here), "--format", "json")
    (found,) = json.loads(ended.out)["tickets"]
    assert [one["body"] for one in found["messages"]] == [MAIL]


def test_messages_that_cannot_be_read_are_exit_4(tmp_path):
    with beside(tmp_path, {"method": "GET", "path": "*/communications", "status": 403}) as here:
        here.fail(HSM_2)
        here.phsm("tickets", "open", "--apply")
        ended = here.phsm("tickets", "show", number(here))
    assert ended.code == 4
    assert "messages could not be read\n" in ended.out


def test_a_ticket_that_is_not_there_is_exit_2(here):
    ended = here.phsm("tickets", "show", "2411230050001234")
    assert (ended.code, ended.out) == (2, "")
    assert "there is no Payment HSM ticket 2411230050001234" in ended.err


def test_a_ticket_that_may_be_there_is_exit_5(tmp_path):
    with beside(tmp_path, {"method": "GET", "path": "*/supportTickets", "status": 403}) as here:
        ended = here.phsm("tickets", "show", "2411230050001234")
    assert ended.code == 5
    assert "403 AuthorizationFailed" in ended.err


def test_a_comment_is_sent_once_however_often_it_is_said(here):
    for wanted in ("sent", "was there already"):
        ended = here.phsm("tickets", "comment", number(here), "the LED is red", "--subject", "LED", "--apply")
        assert (ended.code, ended.out) == (0, "")
        assert ended.err.startswith(f"{wanted}: {number(here)}: ")
    (message,) = ticket(here)["communications"]
    assert message["properties"]["subject"].startswith("LED - ")
    assert message["properties"]["sender"] == "hsm-oncall@example.com"
    assert here.deeds()[-4:] == [
        *(("comment", "intended"), ("comment", "done")),
        *(("comment", "intended"), ("comment", "found")),
    ]
    shown = here.phsm("tickets", "show", number(here)).out
    assert "from us, by phsm" in shown
    assert "the LED is red\n" in shown


def test_a_refused_comment_is_exit_6_with_the_next_step(tmp_path):
    with beside(tmp_path, {"method": "PUT", "path": "*/communications/*", "status": 403}) as here:
        here.fail(HSM_2)
        here.phsm("tickets", "open", "--apply")
        ended = here.phsm("tickets", "comment", number(here), "the LED is red", "--apply")
        assert here.deeds()[-1] == ("comment", "refused")
    assert (ended.code, ended.out) == (6, "")
    assert "was not sent to ticket" in ended.err
    assert "\n  try: " in ended.err


def test_an_empty_comment_is_a_mistake(here):
    assert here.phsm("tickets", "comment", number(here), "  \n", "--apply").code == 2
    assert here.written() == []


def test_a_ticket_is_closed_and_then_listed_only_with_all(here):
    assert here.phsm("tickets", "close", number(here), "--apply").err.startswith(f"closed: {number(here)}: ")
    assert ticket(here)["properties"]["status"] == "Closed"
    assert here.deeds()[-2:] == [("close", "intended"), ("close", "done")]
    here.written()
    again = here.phsm("tickets", "close", number(here), "--apply")
    assert (again.code, here.written()) == (0, [])
    assert again.err.startswith(f"closed already: {number(here)}: ")
    assert number(here) not in here.phsm("tickets", "list").out
    assert number(here) in here.phsm("tickets", "list", "--all").out


def test_without_apply_nothing_is_sent(here):
    said = here.phsm("tickets", "comment", number(here), "the LED is red")
    closed = here.phsm("tickets", "close", number(here))
    assert (said.code, closed.code) == (0, 0)
    assert said.err.endswith("\nnothing was sent; to send it add --apply\n")
    assert closed.err.endswith("\nnothing was sent; to close it add --apply\n")
    assert (here.written(), ticket(here)["communications"]) == ([], [])


def test_a_cause_whose_ticket_a_person_closed_gets_the_next(here):
    here.phsm("tickets", "close", number(here), "--apply")
    ended = here.phsm("tickets", "open", "--apply")
    assert ended.code == 0
    names = sorted(here.tickets())
    assert [name[-2:] for name in names] == ["-1", "-2"]
    assert names[0][:-2] == names[1][:-2]
