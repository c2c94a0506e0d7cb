from __future__ import annotations

import pytest

from ops.errors import UsageProblem
from ops.support.said import MESSAGE_LIMIT, SUBJECT_LIMIT, Said, said


def test_lines_and_columns_are_kept_and_blank_ends_are_not() -> None:
    text = "\nLED:\tred\r\n\r\n    fan 2   ok\r\n\r\n"
    assert said("LED", text) == Said(subject="LED", text="LED:\tred\n\n    fan 2   ok", left_out=0)


def test_what_cannot_be_seen_is_left_out_and_counted() -> None:
    words = said("L\u2066ED", "\x1b[31mred\x07\nfile \u202egnp.exe\ud800 \ufeff\u200bend")
    assert words == Said(subject="LED", text="[31mred\nfile gnp.exe end", left_out=7)


def test_every_sign_of_the_direction_is_left_out() -> None:
    signs = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    assert said("LED", f"{signs}red") == Said(subject="LED", text="red", left_out=len(signs))


def test_joiners_stay_for_they_are_spelling() -> None:
    words = "می\u200cخواهم क्\u200dष"
    assert said("LED", words) == Said(subject="LED", text=words, left_out=0)


def test_a_subject_is_one_line() -> None:
    assert said(" LED\t is  red ", "x").subject == "LED is red"


@pytest.mark.parametrize(("subject", "text"), [("LED", " \n\t"), ("LED", "\u202e\x1b"), ("", "red"), ("\x07", "red")])
def test_nothing_to_write_is_a_mistake(subject: str, text: str) -> None:
    with pytest.raises(UsageProblem, match="there is nothing to write") as caught:
        said(subject, text)
    assert caught.value.tip


def test_what_is_too_long_is_refused_and_never_cut() -> None:
    assert len(said("s" * SUBJECT_LIMIT, "x" * MESSAGE_LIMIT + "\n").text) == MESSAGE_LIMIT
    with pytest.raises(UsageProblem, match="the text is longer than the 10000 characters that a message may have"):
        said("LED", "x" * (MESSAGE_LIMIT + 1))
    with pytest.raises(UsageProblem, match="the subject is longer than 200 characters"):
        said("s" * (SUBJECT_LIMIT + 1), "red")
