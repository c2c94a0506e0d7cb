"""What a look at every record of a ledger finds, whatever was done to its files."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.codec.ledger import Flaw, Head, head_text, record_from, verify
from tests.ledger import ENTRIES, HEAD, LINES, PIECE, entry, files_of, lines_of, verified

FILES = files_of()
FIRST, SECOND, THIRD = FILES
ALL = b"".join(FILES.values())
BEFORE_LAST = record_from(LINES[7][:-1]).head
SIZES = {name: len(content) for name, content in FILES.items()}


def split_again(content):
    """The bytes of all files, cut into the files where they were cut before."""
    files = {}
    for name, size in SIZES.items():
        files[name], content = content[:size], content[size:]
    files[name] += content
    return files


def flaws(files, head=HEAD, announced=None):
    return [(flaw.file, flaw.line, flaw.says) for flaw in verified(files, head, announced).flaws]


# what is in order


def test_a_ledger_as_it_was_written_is_in_order():
    found = verified(FILES)
    assert (found.entries, found.days, found.head) == (ENTRIES, 3, HEAD)
    assert (found.flaws, found.note, found.exit_code) == ((), "", 0)


def test_no_ledger_is_not_in_order_but_unknown():
    assert verify((), None).exit_code == 4


def test_an_empty_file_is_what_a_writer_leaves_that_was_killed_before_its_first_record():
    assert verified(FILES | {"2026-11-25.jsonl": b"", "2026-11-27.jsonl": b""}).flaws == ()


def test_a_clock_that_went_back_writes_on_in_the_newest_file():
    lines, head = lines_of(*ENTRIES, entry(24))
    files = FILES | {THIRD: FILES[THIRD] + lines[-1]}
    assert verified(files, head).flaws == ()


def test_one_record_more_than_the_head_that_was_announced_is_what_a_killed_writer_leaves():
    found = verified(FILES, BEFORE_LAST, announced=HEAD)
    assert (found.exit_code, found.head, len(found.entries)) == (0, HEAD, 9)
    assert found.note == "a writer was killed after record 9; the next write mends it"


def test_a_first_record_without_a_head_that_was_announced_is_what_a_killed_writer_leaves():
    found = verified({FIRST: LINES[0]}, None, announced=record_from(LINES[0][:-1]).head)
    assert (found.exit_code, bool(found.note)) == (0, True)


def test_a_record_that_was_announced_and_never_written_is_what_a_killed_writer_leaves():
    following = lines_of(entry(27), after=HEAD)[1]
    for left in (following, head_text(following)[:20], b""):
        found = verified(FILES, announced=left)
        assert (found.exit_code, found.flaws, found.note) == (0, (), "")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_piece_of_the_next_record_is_what_a_killed_writer_leaves(data):
    following = lines_of(entry(27), after=HEAD)[0][0]
    piece = following[: data.draw(st.integers(1, len(following) - 1))]
    name = data.draw(st.sampled_from([THIRD, "2026-11-27.jsonl"]))
    found = verified(FILES | {name: FILES.get(name, b"") + piece})
    assert (found.exit_code, found.entries) == (0, ENTRIES)
    assert found.note == "a writer was killed after record 9; the next write mends it"


# what is not


@settings(max_examples=250, deadline=None)
@given(st.integers(0, len(ALL) - 1), st.integers(1, 255))
def test_a_changed_byte_is_found_wherever_it_is(at, change):
    content = bytearray(ALL)
    content[at] ^= change
    assert flaws(split_again(bytes(content)))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(ALL) - 1), st.integers(1, 2000))
def test_a_lost_piece_is_found_wherever_it_was(at, length):
    assert flaws(split_again(ALL[:at] + ALL[at + length :]))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(ALL) - 1), st.one_of(st.binary(min_size=1, max_size=20), st.sampled_from(LINES)))
def test_what_is_put_in_is_found_wherever_it_is(at, more):
    changed = ALL[:at] + more + ALL[at:]
    found = verified(split_again(changed))
    assert found.flaws or found.note or changed == ALL
    if found.note:  # behind everything, and never a whole record
        assert changed.startswith(ALL)
        assert b"\n" not in changed[len(ALL) :]


@settings(max_examples=100, deadline=None)
@given(st.permutations(range(9)).filter(lambda order: order != list(range(9))))
def test_records_in_another_order_are_found(order):
    assert flaws(files_of([LINES[index] for index in order]))


@settings(max_examples=100, deadline=None)
@given(st.sets(st.integers(0, 8), min_size=1))
def test_records_that_were_taken_out_are_found(gone):
    kept = [index for index in range(9) if index not in gone]
    assert flaws(files_of([LINES[index] for index in kept], tuple(ENTRIES[index] for index in kept)))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(head_text(HEAD)) - 1), st.integers(1, 255))
def test_a_changed_byte_in_the_head_is_found(at, change):
    content = bytearray(head_text(HEAD))
    content[at] ^= change
    assert flaws(FILES, bytes(content))


def test_a_changed_record_is_told_once_by_its_place():
    lines = [*LINES]
    lines[4] = lines[4].replace(b"we-2", b"we-1", 1)
    assert flaws(files_of(lines)) == [(SECOND, 2, "record 5 was changed after it was written")]


def test_spaces_put_into_a_record_are_a_change():
    lines = [*LINES[:8], LINES[8].replace(b",", b", ", 1)]
    assert flaws(files_of(lines)) == [(THIRD, 3, "record 9 was changed after it was written")]


def test_a_record_that_was_replaced_with_a_right_hash_is_found():
    replaced = lines_of(entry(24, 1, run="another"), after=record_from(LINES[3][:-1]).head)[0][0]
    assert flaws(files_of([*LINES[:4], replaced, *LINES[5:]])) == [
        (SECOND, 3, "record 6 does not continue the record before it: one of them was replaced")
    ]


def test_a_record_that_stands_twice_is_found():
    assert flaws(FILES | {SECOND: LINES[3] + LINES[3] + LINES[4] + LINES[5]}) == [
        (SECOND, 2, "record 4 stands behind record 4")
    ]


def test_a_day_that_is_missing_or_empty_is_found_by_its_records():
    told = [(THIRD, 1, "records 4 to 6 are missing before it")]
    assert flaws({FIRST: FILES[FIRST], THIRD: FILES[THIRD]}) == told
    assert flaws(FILES | {SECOND: b""}) == told


def test_a_day_that_was_renamed_is_found():
    files = {FIRST: FILES[FIRST], "2026-11-25.jsonl": FILES[SECOND], THIRD: FILES[THIRD]}
    assert flaws(files) == [
        ("2026-11-25.jsonl", line, f"record {line + 3} belongs into 2026-11-24.jsonl") for line in (1, 2, 3)
    ]


def test_records_that_were_cut_off_at_the_end_are_found():
    assert flaws({FIRST: FILES[FIRST], SECOND: FILES[SECOND]}) == [
        ("head.json", 0, "records 7 to 9 are missing at the end")
    ]
    assert flaws(FILES | {THIRD: FILES[THIRD][:-1]}) == [
        ("head.json", 0, "record 9 is missing at the end; the last line is cut off")
    ]


def test_a_line_that_was_cut_off_in_an_older_file_is_found():
    cut = FILES | {FIRST: FILES[FIRST][:-1]}
    assert flaws(cut) == [(FIRST, 0, "its last line is cut off"), (SECOND, 1, "record 3 is missing before it")]


def test_a_missing_head_is_found():
    assert flaws(FILES, None) == [("head.json", 0, "it is missing, and the files hold 9 records")]


def test_a_head_that_is_empty_or_of_an_older_day_is_found():
    assert flaws(FILES, b"") == [("head.json", 0, "it is damaged")]
    assert flaws(FILES, Head(count=7, hash=record_from(LINES[6][:-1]).hash)) == [
        ("head.json", 0, "it ends with record 7, the files with record 9")
    ]
    assert flaws(FILES, replace(HEAD, hash="a" * 64)) == [("head.json", 0, "it names another hash than record 9 has")]


@pytest.mark.parametrize(
    "content", [head_text(HEAD).rstrip(), head_text(HEAD).replace(b",", b", "), b" " + head_text(HEAD)]
)
def test_a_head_that_was_only_spaced_anew_is_damaged(content):
    assert flaws(FILES, content) == [("head.json", 0, "it is damaged")]


@pytest.mark.parametrize(
    "announced",
    [None, b"", head_text(HEAD)[:-1], BEFORE_LAST, replace(HEAD, hash="a" * 64)],
    ids=["none", "empty", "cut", "older", "another"],
)
def test_a_record_that_was_put_in_at_the_end_is_found_by_what_was_announced(announced):
    assert flaws(FILES, BEFORE_LAST, announced) == [("head.json", 0, "it ends with record 8, the files with record 9")]
    assert flaws({FIRST: LINES[0]}, None, announced) == [
        ("head.json", 0, "it is missing, and the files hold 1 records")
    ]


def test_a_piece_behind_one_record_more_than_the_head_is_nothing_that_a_killed_writer_leaves():
    assert flaws(FILES | {THIRD: FILES[THIRD] + PIECE}, BEFORE_LAST, HEAD) == [
        ("head.json", 0, "it ends with record 8, the files with record 9")
    ]


def test_a_head_behind_a_last_record_that_was_changed_is_not_told_twice():
    lines = [*LINES[:8], LINES[8].replace(b"we-2", b"we-1", 1)]
    assert [flaw.file for flaw in verified(files_of(lines)).flaws] == [THIRD]


def test_a_flaw_names_the_record_that_is_due():
    assert verified({FIRST: LINES[0] + LINES[2]}).flaws[0] == Flaw(
        file=FIRST, line=2, seq=2, says="record 2 is missing before it"
    )
