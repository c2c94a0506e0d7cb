import pytest

from ops.reports.layout import next_step, step_parts

LONG = "a " * 40


@pytest.mark.parametrize(
    ("step", "words", "command"),
    [
        ("az lock create --name 'x: az y'", "", "az lock create --name 'x: az y'"),
        ("look: az lb show --ids /a", "look", "az lb show --ids /a"),
        ("look twice: it is old: az lb show && az lb list", "look twice: it is old", "az lb show && az lb list"),
        ("plan it: phsm route firmware", "plan it", "phsm route firmware"),
        ("find out (az dedicated-hsm create) who did", "find out (az dedicated-hsm create) who did", ""),
        ("a blaze: azure is blue", "a blaze: azure is blue", ""),
        ("", "", ""),
    ],
)
def test_a_next_step_is_words_and_the_command_that_ends_it(step, words, command):
    assert step_parts(step) == (words, command)


def lines(step, width):
    return [line.plain for line in next_step(step, 4, width)]


def test_a_command_alone_is_one_line_whatever_the_width():
    assert lines(f"az x {LONG}y", 40) == [f"    → az x {LONG}y"]


def test_azures_command_stands_below_its_words():
    assert lines(f"if it is yours: az x {LONG}y", 40) == ["    → if it is yours:", f"      az x {LONG}y"]
    assert lines("if it is yours: az x", None) == ["    next: if it is yours:", "          az x"]


def test_our_command_stays_with_its_words_where_they_fit_into_one_line_and_is_never_broken():
    step = "plan the upgrade, one after the other: phsm route firmware"
    assert lines(step, None) == [f"    next: {step}"]
    assert lines(step, 80) == [f"    → {step}"]
    assert lines(step, 60) == ["    → plan the upgrade, one after the other:", "      phsm route firmware"]


def test_words_alone_are_wrapped():
    assert lines("read the page and then do it", 24) == ["    → read the page and", "    then do it"]
