import pytest

from ops.model.untrusted import one_line


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
    ],
)
def test_nothing_that_moves_the_cursor_or_the_reading_direction_is_left(hostile):
    shown = one_line(hostile)
    assert shown in ("a b", "a [2Jb")


def test_what_people_write_is_left_as_it_is():
    assert one_line("Zürich – naïve “quotes” 支付 €") == "Zürich – naïve “quotes” 支付 €"


def test_long_text_is_cut_at_the_limit():
    assert one_line("x" * 10_000, 50) == "x" * 49 + "…"
