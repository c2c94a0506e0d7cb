from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.model.firmware import BASE, OLDEST_SUPPORTED, Firmware, advice, is_revision, parse

number = st.integers(0, 20)
builds = st.none() | st.tuples(number, number, number)
versions = st.builds(Firmware, major=st.integers(0, 3), minor=number, letter=st.sampled_from("abcz"), build=builds)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1.4a", "1.4a"),
        ("1.10a", "1.10a"),
        ("2.2B", "2.2b"),
        (" V2.1a ", "2.1a"),
        ("v 1 . 9a", "1.9a"),
        ("2.1a (1.15.0)", "2.1a (1.15.0)"),
        ("2.1a(1.15)", "2.1a (1.15.0)"),
        ("2.1a ( 1.15.0 )", "2.1a (1.15.0)"),
        ("1.4a 1.8.3", "1.4a (1.8.3)"),
        ("1.4A   1.8.3", "1.4a (1.8.3)"),
        ("2200-1011", "2.2b"),
        ("2200-0011", "2.2b"),
        ("2100-0000", "2.1a (1.15.0)"),
    ],
)
def test_versions_are_read_in_every_spelling(text: str, shown: str):
    assert str(parse(text)) == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "2",
        "2.2",
        "2.2bb",
        "2.2b-rc1",
        "2.2b 1",
        "2.2b1.8.3",
        "2.2b (1.8.3",
        "2.2b 1.8.3)",
        "x2.2b",
        "1.4a\n1.4b",
        "-1.4a",
        "1.4\u212a",
        "\u0661.4a",
        "1" * 5000 + ".4a",
        "1500-1022",
        "1500-0023",
        "2200-101",
        "2200-10112",
    ],
)
def test_what_is_no_version_is_none(text: str):
    assert parse(text) is None


def test_releases_are_in_the_order_of_their_numbers_not_of_their_text():
    order = ["1.0f", "1.4a", "1.4b", "1.9a", "1.10a", "1.99z", "2.0a", "2.1a", "2.2b", "10.0a"]
    read = [parse(text) for text in order]
    assert [older < newer for older, newer in pairwise(read)] == [True] * (len(order) - 1)
    assert parse("1.10a") > parse("1.9a")


def test_the_build_decides_only_where_both_tell_it():
    assert parse("1.4a 1.8.2") < OLDEST_SUPPORTED
    assert not parse("1.4a 1.8.3") < OLDEST_SUPPORTED
    assert not parse("1.4a") < OLDEST_SUPPORTED
    assert not parse("1.4a") > OLDEST_SUPPORTED
    assert parse("1.4b 1.0.0") > OLDEST_SUPPORTED


@given(versions, versions, versions)
def test_the_order_is_strict_and_transitive(one: Firmware, two: Firmware, three: Firmware):
    assert not one < one
    assert not (one < two and two < one)
    if one < two and two < three:
        assert one < three


@given(versions, versions)
def test_the_order_is_total_but_for_a_build_that_one_side_does_not_tell(one: Firmware, two: Firmware):
    comparable = one < two or two < one
    assert comparable is (one.release != two.release or (None not in (one.build, two.build) and one.build != two.build))


@given(versions)
def test_a_version_is_read_back_as_it_is_shown(version: Firmware):
    assert parse(str(version)) == version
    assert parse(f" V{str(version).upper()} ") == version


@given(st.text())
def test_no_text_breaks_the_reading(text: str):
    assert parse(text) is None or isinstance(parse(text), Firmware)


def test_a_revision_is_told_from_a_version():
    assert is_revision(" 1500-0023 ")
    assert is_revision("2200-1011")
    assert not is_revision("2.2b")


def topics(text: str) -> list[str]:
    """The first words of each line of advice."""
    version = parse(text)
    assert version
    return [" ".join(line.split()[:2]) for line in advice(version)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.3a", ["older than", "older than", "certificates stay", "a fan", "shared memory"]),
        ("1.4a 1.8.2", ["older than", "older than", "certificates stay", "a fan", "shared memory"]),
        ("1.4a 1.8.3", ["older than", "certificates stay", "a fan", "shared memory"]),
        ("1.4a", ["older than", "certificates stay", "a fan", "shared memory"]),
        ("1.5z", ["older than", "certificates stay", "a fan", "shared memory"]),
        ("1.6a", ["older than", "certificates stay", "shared memory"]),
        ("1.7c", ["older than", "certificates stay", "a fan", "shared memory"]),
        ("1.8a", ["older than", "certificates stay", "shared memory"]),
        ("1.10a", ["older than", "certificates stay", "shared memory"]),
        ("2.1a (1.14.9)", ["older than", "certificates stay", "shared memory"]),
        ("2.1a", ["older than", "shared memory"]),
        ("2.1a (1.15.0)", ["older than", "shared memory"]),
        ("2.2b", ["shared memory"]),
        ("3.0a", ["shared memory"]),
    ],
)
def test_each_known_issue_is_told_for_the_versions_that_it_concerns(text: str, expected: list[str]):
    assert topics(text) == expected


def test_advice_says_what_to_do():
    lines = "\n".join(advice(OLDEST_SUPPORTED))
    assert f"older than {BASE}, Azure's base firmware since December 2025" in lines
    assert "mended in 2.1a (1.15.0): delete them first" in lines
    assert "SV shows them and SD deletes them" in lines
    assert "mended in 1.6a and 1.8a: only a hard reboot through Microsoft" in lines
    assert "questions go to Thales" in lines
    assert advice(Firmware(major=1, minor=3, letter="a"))[0] == "older than 1.4a (1.8.3), the oldest that is supported"
