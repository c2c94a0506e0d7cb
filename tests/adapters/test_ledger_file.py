from __future__ import annotations

import fcntl
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.adapters.ledger_file import LedgerFile, ledger_folder, verify_ledger
from ops.codec.ledger import record_from, record_line
from ops.errors import LedgerProblem
from ops.model.ledger import Action, Entry, Result
from ops.model.policy import LedgerSettings, Policy
from tests.ledger import ACTOR, PIECE, SOURCE, TICKET, entry

DAY = "2026-11-24.jsonl"


@dataclass
class Clock:
    """A clock that stands still until it is set."""

    at: datetime = field(default_factory=lambda: entry().at)

    def __call__(self) -> datetime:
        return self.at


def ledger(folder: Path, clock: Clock | None = None, patience_seconds: float = 5) -> LedgerFile:
    return LedgerFile(folder, "run-1", ACTOR, SOURCE, clock or Clock(), patience_seconds)


def write(folder: Path, number: int = 0, clock: Clock | None = None) -> None:
    ledger(folder, clock).write(Action.OPEN, TICKET, Result.INTENDED, details={"number": str(number)})


def numbers(folder: Path) -> list[str]:
    return [one.details["number"] for one in ledger(folder).entries()]


def refused(folder: Path, act: Callable[[Path], object] = write) -> LedgerProblem:
    with pytest.raises(LedgerProblem) as caught:
        act(folder)
    assert caught.value.exit_code == 6
    assert caught.value.tip
    return caught.value


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A ledger of two records."""
    place = tmp_path / "ledger"
    for number in range(2):
        write(place, number)
    return place


# what is written


def test_what_is_written_is_there_with_all_that_was_said(tmp_path: Path) -> None:
    said = {"title": "payshield-we-2 is Failed"}
    ledger(tmp_path / "new" / "ledger").write(Action.OPEN, TICKET, Result.DONE, request_ids=("5f0c",), details=said)
    assert ledger(tmp_path / "new" / "ledger").entries() == (entry(result=Result.DONE, details=said),)


def test_before_the_first_record_there_is_none_and_no_folder_is_made(tmp_path: Path) -> None:
    assert ledger(tmp_path / "ledger").entries() == ()
    assert not (tmp_path / "ledger").exists()


def test_each_day_has_its_file_and_a_clock_that_goes_back_stays_in_the_newest(tmp_path: Path) -> None:
    clock = Clock()
    for number, days in enumerate((0, 0, 2, -1, 3)):
        clock.at = entry().at + timedelta(days=days)
        write(tmp_path, number, clock)
    found = {path.name: path.read_bytes().count(b"\n") for path in tmp_path.glob("*.jsonl")}
    assert found == {"2026-11-24.jsonl": 2, "2026-11-26.jsonl": 2, "2026-11-27.jsonl": 1}
    assert verify_ledger(tmp_path).flaws == ()
    assert numbers(tmp_path) == ["0", "1", "2", "3", "4"]


def test_the_head_is_the_number_and_the_hash_of_the_last_record(folder: Path) -> None:
    last = json.loads((folder / DAY).read_bytes().splitlines()[-1])
    assert json.loads((folder / "head.json").read_bytes()) == {"count": 2, "hash": last["hash"]}


def test_the_ledger_is_for_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write(tmp_path / "ledger")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "ledger").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "ledger").iterdir()} == {0o600}


def test_a_record_longer_than_a_block_is_found_again(tmp_path: Path) -> None:
    ids = tuple(f"{number:0>100}" for number in range(2000))
    for _ in range(2):
        ledger(tmp_path).write(Action.OPEN, TICKET, Result.DONE, request_ids=ids)
    assert [one.request_ids for one in ledger(tmp_path).entries()] == [ids, ids]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(Action),
            st.sampled_from(Result),
            st.dictionaries(st.text(max_size=9), st.text(max_size=9), max_size=3),
            st.integers(-3, 3),
            st.booleans(),
        ),
        max_size=6,
    )
)
def test_any_acts_by_any_writers_at_any_time_are_in_order(acts: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        clock = Clock()
        writer, written = ledger(Path(name), clock), []
        for action, result, details, days, again in acts:
            clock.at += timedelta(days=days)
            writer = ledger(Path(name), clock) if again else writer
            writer.write(action, TICKET, result, request_ids=("5f0c",), details=details)
            written.append(entry(at=clock.at, action=action, result=result, details=details))
        found = verify_ledger(Path(name))
        assert (found.entries, found.flaws, found.note) == (tuple(written), (), "")
        assert found.exit_code == (0 if acts else 4)


# two at once


@contextmanager
def held(folder: Path, kind: int) -> Iterator[None]:
    descriptor = os.open(folder / "lock", os.O_RDWR)
    fcntl.flock(descriptor, kind)
    try:
        yield
    finally:
        os.close(descriptor)


def test_a_lock_that_is_not_released_is_waited_for_no_longer_than_told(folder: Path) -> None:
    before = (folder / DAY).read_bytes()
    impatient = ledger(folder, patience_seconds=0.1)
    with held(folder, fcntl.LOCK_SH):
        error = refused(folder, lambda _: impatient.write(Action.OPEN, TICKET, Result.DONE))
    assert error.what == f"another process has held {folder / 'lock'} for 0.1 seconds"
    with held(folder, fcntl.LOCK_EX):
        refused(folder, lambda _: impatient.entries())
    assert (folder / DAY).read_bytes() == before
    write(folder)


def test_readers_do_not_wait_for_each_other(folder: Path) -> None:
    with held(folder, fcntl.LOCK_SH):
        assert len(ledger(folder, patience_seconds=0).entries()) == 2


def test_a_copy_without_its_lock_can_be_read(folder: Path) -> None:
    (folder / "lock").unlink()
    assert numbers(folder) == ["0", "1"]
    assert not (folder / "lock").exists()


def test_what_was_left_on_the_day_before_is_mended_too(folder: Path) -> None:
    with (folder / DAY).open("ab") as file:
        file.write(PIECE)
    tomorrow = Clock(entry().at + timedelta(days=1))
    write(folder, 2, tomorrow)
    assert (folder / "torn-3.txt").read_bytes() == PIECE + b"\n"
    assert numbers(folder) == ["0", "1", "2"]
    with (folder / "2026-11-26.jsonl").open("ab") as file:
        file.write(PIECE)
    write(folder, 3, tomorrow)
    assert (folder / "torn-4.txt").read_bytes() == PIECE + b"\n"
    assert numbers(folder) == ["0", "1", "2", "3"]


# what cannot be


@pytest.mark.parametrize("name", ["a-file", "a-file/ledger", "/proc/ledger"])
def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "a-file").write_text("")
    assert "could not be written" in refused(tmp_path / name).what


def test_a_folder_that_is_a_file_is_not_read_as_empty(tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("")
    error = refused(tmp_path / "a-file", verify_ledger)
    assert error.what == f"the ledger could not be read: {tmp_path / 'a-file'}: Not a directory"


def test_a_file_that_cannot_be_written_or_read_is_refused(folder: Path) -> None:
    shutil.move(folder / DAY, folder / "kept")
    (folder / DAY).mkdir()
    assert refused(folder).what == f"the ledger could not be written: {folder / DAY}: Is a directory"
    assert refused(folder, verify_ledger).what == f"the ledger could not be read: {folder / DAY}: Is a directory"


def damage_head(folder: Path) -> None:
    (folder / "head.json").write_bytes(b"{}\n")


def drop_head(folder: Path) -> None:
    (folder / "head.json").unlink()


def drop_last(folder: Path) -> None:
    (folder / DAY).write_bytes((folder / DAY).read_bytes().splitlines(keepends=True)[0])


def cut_last(folder: Path) -> None:
    (folder / DAY).write_bytes((folder / DAY).read_bytes()[:-1])


def change_last(folder: Path) -> None:
    (folder / DAY).write_bytes((folder / DAY).read_bytes().replace(b'"number":"1"', b'"number":"7"'))


def put_in_another(folder: Path) -> None:
    last = record_from((folder / DAY).read_bytes().splitlines()[-1])
    with (folder / DAY).open("ab") as file:
        file.write(record_line(last.entry, last.head)[0])


def drop_all(folder: Path) -> None:
    (folder / DAY).unlink()


def tear_two_days(folder: Path) -> None:
    for day in (DAY, "2026-11-25.jsonl"):
        with (folder / day).open("ab") as file:
            file.write(PIECE)


@pytest.mark.parametrize(
    "damage",
    [damage_head, drop_head, drop_last, cut_last, change_last, put_in_another, drop_all, tear_two_days],
    ids=lambda of: of.__name__,
)
def test_a_ledger_that_does_not_end_as_it_was_written_is_neither_written_nor_believed(
    folder: Path, damage: Callable[[Path], None]
) -> None:
    damage(folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    for act in (write, lambda place: ledger(place).entries()):
        error = refused(folder, act)
        assert error.what.startswith(f"the ledger in {folder} is not in order: ")
        assert error.tip.startswith(f"phsm ledger verify --folder {folder} ")
    assert verify_ledger(folder).exit_code == 3
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_an_old_record_that_was_changed_is_not_believed(folder: Path) -> None:
    (folder / DAY).write_bytes((folder / DAY).read_bytes().replace(b'"number":"0"', b'"number":"7"'))
    error = refused(folder, lambda place: ledger(place).entries())
    assert error.what.endswith(f": {DAY} line 1: record 1 was changed after it was written")


# where it is


def test_the_environment_goes_before_the_configuration() -> None:
    policy = Policy(ledger=LedgerSettings(folder="kept/here"))
    assert ledger_folder(policy, {}) == Path("kept/here")
    assert ledger_folder(policy, {"PHSM_LEDGER_DIR": ""}) == Path("kept/here")
    assert ledger_folder(policy, {"PHSM_LEDGER_DIR": "/var/ledger"}) == Path("/var/ledger")
    assert ledger_folder(Policy(), {}) == Path("ledger")


def test_entries_are_those_of_other_runs_too(folder: Path) -> None:
    other = LedgerFile(folder, "run-2", ACTOR, SOURCE, Clock())
    other.write(Action.CLOSE, TICKET, Result.DONE)
    found: tuple[Entry, ...] = ledger(folder).entries()
    assert [one.run for one in found] == ["run-1", "run-1", "run-2"]
