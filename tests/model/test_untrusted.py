import unicodedata

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ops.model.untrusted import one_line
from tests.hostile import HOSTILE


@pytest.mark.parametrize(
    "hostile",
    [
        "a\nb",
        "a\r\nb",
        "a\x1b[2Jb",
        "a\u202eb",
        "a\u2028b",
        "a\x00b",
        "a\x9bb",
        "a\u200bb",
        "a\x07b",
        "a\ud800b",
        "a\u2066b",
        "a\u3164b",
        "a\ufe0fb",
        "a\U000e0041b",
        "a\u00a0b",
    ],
)
def test_nothing_that_moves_the_cursor_or_the_reading_direction_or_cannot_be_seen_is_left(hostile):
    shown = one_line(hostile)
    assert shown in ("a b", "a [2Jb")


@pytest.mark.parametrize(
    "written", ["Zürich – naïve “quotes” 支付 €", "Việt Nam", "שלום", "مرحبا", "กำลัง", "fe80::1", "a::b", "C# #1"]
)
def test_what_people_write_is_left_as_it_is(written):
    assert one_line(written) == written


def test_three_marks_on_a_letter_are_a_language_and_more_are_a_flood():
    assert one_line("o\u0302\u0301\u0323") == "o\u0302\u0301\u0323"
    assert one_line("o" + "\u0302" * 50 + "p") == "o\u0302\u0302\u0302p"


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("::error::x", ": :error::x"),
        ("a ::error::x", "a : :error::x"),
        ("a\n::stop-commands::x", "a : :stop-commands::x"),
        ("::::x", ": : : :x"),
        ("a ##[group]x", "a # #[group]x"),
        ("###[error]x", "# # #[error]x"),
        ("##vso[task.setvariable]x", "# #vso[task.setvariable]x"),
    ],
)
def test_what_a_workflow_would_obey_is_taken_apart(hostile, shown):
    assert one_line(hostile) == shown


def test_long_text_is_cut_at_the_limit():
    assert one_line("x" * 10_000, 50) == "x" * 49 + "…"
    assert one_line("x" * 50, 50) == "x" * 50


def test_a_cut_shows_even_where_only_unseen_characters_are_left_out():
    assert one_line("x" + "\u200b" * 10_000 + "delete it", 50) == "x…"


def test_what_is_no_text_is_shown_as_text():
    assert one_line(None) == "None"
    assert one_line(5) == "5"


@settings(deadline=None)  # a busy machine is no failure
@given(st.one_of(st.text(st.characters()), st.text("::##[] \n\u0301\u200bab", max_size=12)), st.integers(2, 40))
def test_whatever_comes_it_is_one_short_line_that_nothing_obeys(text, limit):
    shown = one_line(text, limit)
    assert len(shown) <= limit
    assert shown.isprintable()
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert shown == " ".join(shown.split())
    assert "##" not in shown
    assert not any(word.startswith("::") for word in shown.split())
    assert one_line(shown, limit) == shown


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_is_still_told(hostile):
    assert any(char.isalnum() for char in one_line(hostile))


@given(st.text("a#: ", max_size=12), st.integers(1, 12))
def test_what_looks_clean_is_cleaned_like_everything_else(text, limit):
    assume(len(text) != limit * 4)  # with one more it is cut, whatever that one is
    assert one_line(text, limit) == one_line(f"{text}\x00", limit)
