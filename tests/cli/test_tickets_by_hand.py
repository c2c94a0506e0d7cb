"""``tickets comment`` and ``close``: a person sees which ticket it is and what would be sent, before anything is."""

import io
import os
import re
import sys
from collections.abc import Iterator

import pytest

from tests.cli.beside import SUBSCRIPTION, Beside, beside

OURS, THEIRS = "phsm-hsm-payshield-0001-02-0123456789ab-1", "7f3c2b1a-portal"
NUMBER = "2411240050001234"
TITLE = "payShield does not answer"


def stored(name: str, number: str, **properties: str) -> dict[str, object]:
    facts = {
        "title": TITLE,
        "severity": "Moderate",
        "status": "Open",
        "serviceId": "/providers/Microsoft.Support/services/ce34cf91-b52e-afe9-57d6-1baf3ff5a59b",
        "serviceDisplayName": "Azure Payment HSM Service",
        "supportTicketId": number,
    }
    return {
        "id": f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Support/supportTickets/{name}",
        "name": name,
        "type": "Microsoft.Support/supportTickets",
        "properties": facts | properties,
    }


@pytest.fixture
def here(tmp_path) -> Iterator[Beside]:
    """A ticket that phsm opened, and a colleague's that has no number yet."""
    with beside(tmp_path, communicationLag=0, tickets=[stored(OURS, NUMBER), stored(THEIRS, "")]) as here:
        yield here


def told(name: str) -> str:
    called, whose = (NUMBER, "") if name == OURS else (THEIRS, ", not opened by phsm")
    return f"{called}: {TITLE} (subscription {SUBSCRIPTION}{whose})"


def status(here, name):
    return here.tickets()[name]["properties"]["status"]


def messages(here, name):
    return [one["properties"]["body"] for one in here.tickets()[name]["communications"]]


@pytest.fixture
def typed(monkeypatch):
    """What stands on standard input."""
    return lambda content: monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), "utf-8"))


@pytest.mark.parametrize("command", [("show",), ("close",), ("comment",)])
@pytest.mark.parametrize("blank", ["", "  "])
def test_a_ticket_without_a_number_is_not_called_nothing(here, command, blank):
    words = ("the LED is red",) if command == ("comment",) else ()
    ended = here.phsm("tickets", *command, blank, *words, *([] if command == ("show",) else ["--apply"]))
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == "phsm: no ticket is named\n  try: phsm tickets list --all\n"
    assert here.written() == []


@pytest.mark.parametrize(
    ("name", "flags"), [(OURS, "--apply"), (THEIRS, "--anyway --apply")], ids=["ours", "a colleague's"]
)
def test_what_would_be_closed_is_told_and_how(here, name, flags):
    ended = here.phsm("tickets", "close", name)
    assert (ended.code, ended.err) == (0, f"{told(name)}\nnothing was sent; to close it add {flags}\n")
    assert here.written() == []


def test_a_ticket_of_ours_is_closed_at_once(here):
    ended = here.phsm("tickets", "close", NUMBER, "--apply")
    assert (ended.code, ended.err, status(here, OURS)) == (0, f"closed: {told(OURS)}\n", "Closed")
    again = here.phsm("tickets", "close", NUMBER, "--apply")
    assert (again.code, again.err) == (0, f"closed already: {told(OURS)}\n")


def test_a_ticket_that_is_not_ours_is_closed_only_anyway(here):
    ended = here.phsm("tickets", "close", THEIRS, "--apply")
    assert (ended.code, ended.out, here.written(), status(here, THEIRS)) == (2, "", [], "Open")
    assert ended.err.startswith(f"phsm: it was not closed: {told(THEIRS)}\n")
    assert ended.err.endswith(f": phsm tickets close {THEIRS} --anyway --apply\n")
    anyway = here.phsm("tickets", "close", THEIRS, "--anyway", "--apply")
    assert (anyway.code, anyway.err, status(here, THEIRS)) == (0, f"closed: {told(THEIRS)}\n", "Closed")


def test_a_comment_shows_what_would_be_sent_and_on_which_ticket(here):
    ended = here.phsm("tickets", "comment", THEIRS, "the LED:\n    red\n\n::error::fan", "--subject", "LED")
    assert (ended.code, ended.out) == (0, "LED\n\n  the LED:\n      red\n\n  : :error::fan\n")
    assert ended.err == f"{told(THEIRS)}\nnothing was sent; to send it add --apply\n"
    assert here.written() == []


def test_a_line_is_shown_whole_however_long_it_is(here):
    line = "fan  ok   " * 400 + "end"
    assert here.phsm("tickets", "comment", NUMBER, line).out.endswith(f"\n\n  {line}\n")


@pytest.mark.parametrize("name", [OURS, THEIRS])
def test_a_comment_says_on_which_ticket_it_was_sent(here, name):
    ended = here.phsm("tickets", "comment", name, "the LED is red", "--apply")
    assert (ended.code, ended.out, ended.err) == (0, "", f"sent: {told(name)}\n")


def test_a_dash_reads_the_text_from_standard_input(here, typed):
    typed("the LED:\r\n  röd\r\n".encode())
    ended = here.phsm("tickets", "comment", NUMBER, "-", "--apply")
    assert (ended.code, ended.err) == (0, f"sent: {told(OURS)}\n")
    assert messages(here, OURS) == ["<pre>the LED:\n  röd</pre>"]
    again = here.phsm("tickets", "comment", NUMBER, "the LED:\n  röd", "--apply")
    assert again.err == f"was there already: {told(OURS)}\n"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "there is nothing to write"),
        (b"LED \xff", "standard input is no text: not UTF-8 from byte 4 on"),
        (b"x" * 60_000, "the text is longer than the 10000 characters that a message may have"),
        ("ö".encode() * 500_001, "standard input is no message: it has more than 1000000 bytes"),
    ],
)
def test_standard_input_that_is_no_message_is_refused(here, typed, content, why):
    typed(content)
    ended = here.phsm("tickets", "comment", NUMBER, "-", "--apply")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"phsm: {why}\n")
    assert (here.written(), messages(here, OURS)) == ([], [])


def test_standard_input_that_cannot_be_read_is_no_crash(here, monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)  # as it is where it was closed
    assert here.phsm("tickets", "comment", NUMBER, "-").err.startswith("phsm: there is nothing to write\n")
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, encoding="utf-8") as only_for_writing:
        monkeypatch.setattr(sys, "stdin", only_for_writing)
        ended = here.phsm("tickets", "comment", NUMBER, "-")
    assert (ended.code, ended.err) == (2, "phsm: standard input cannot be read: Bad file descriptor\n")


def test_what_cannot_be_seen_is_not_sent_and_that_is_told(here):
    ended = here.phsm("tickets", "comment", NUMBER, "\x1b[2Jred\x07 \u202egnp.exe", "--apply")
    assert messages(here, OURS) == ["<pre>[2Jred gnp.exe</pre>"]
    assert ended.err == f"phsm: characters that cannot be seen are left out: 3\nsent: {told(OURS)}\n"


@pytest.mark.parametrize("apply", [(), ("--apply",)])
def test_a_comment_on_a_closed_ticket_is_warned_of(here, apply):
    here.phsm("tickets", "close", NUMBER, "--apply")
    ended = here.phsm("tickets", "comment", NUMBER, "the LED is red", *apply)
    assert ended.code == 0
    assert ended.err.startswith("phsm: the ticket is closed, so perhaps nobody reads it; ")
    assert messages(here, OURS) == ["<pre>the LED is red</pre>"] * len(apply)


def test_a_title_cannot_move_the_cursor_or_forge_a_line(tmp_path):
    hostile = "\x1b[2J\rclosed: 1\n::error::\u202egnp.exe"
    with beside(tmp_path, tickets=[stored(OURS, NUMBER, title=hostile)]) as here:
        for words in (("close", NUMBER), ("comment", NUMBER, "red"), ("close", NUMBER, "--apply")):
            err = here.phsm("tickets", *words).err
            assert not set(err) & set("\x1b\r\u202e")
            assert not re.search(r"^\s*(closed: 1$|::)", err, re.MULTILINE)
