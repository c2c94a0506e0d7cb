"""Several writers at once, and writers that die at every step of their work: each a process of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from ops.adapters.ledger_file import verify_ledger
from ops.model.ledger import Action, Result
from tests.adapters.ledger_writer import ledger
from tests.ledger import PIECE, TICKET
from tests.process import REPOSITORY, environment

DAY = "2026-11-24.jsonl"


def write(folder: Path, number: int) -> None:
    """By a writer that waits for nobody: a killed one's lock is free."""
    details = {"number": str(number)}
    ledger(folder, patience_seconds=0).write(Action.OPEN, TICKET, Result.INTENDED, details=details)


def started(*words: str) -> subprocess.Popen[str]:
    """``ledger_writer`` in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.adapters.ledger_writer", *words],
        cwd=REPOSITORY,
        env=environment(Path(tempfile.gettempdir())),
        stdout=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    out, _ = process.communicate(timeout=100)
    return process.returncode, out


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A ledger of two records."""
    place = tmp_path / "ledger"
    for number in range(2):
        write(place, number)
    return place


def test_four_processes_at_once_make_one_chain(tmp_path: Path) -> None:
    processes = [started("append", str(tmp_path / "ledger"), f"run-{number}", "25") for number in range(4)]
    assert [ended(process) for process in processes] == [(0, "")] * 4
    found = verify_ledger(tmp_path / "ledger")
    assert (found.flaws, found.note) == ((), "")
    for number in range(4):
        mine = [one.details["number"] for one in found.entries if one.run == f"run-{number}"]
        assert mine == [str(each) for each in range(25)]


def states(tmp_path: Path) -> Mapping[str, int]:
    """Ledgers by name, with how many records each has, as writers leave them, whole or killed."""
    two, behind, torn = tmp_path / "two", tmp_path / "behind", tmp_path / "torn"
    write(two, 0)
    old_head = (two / "head.json").read_bytes()
    write(two, 1)
    shutil.copytree(two, behind)
    (behind / "head.json").rename(behind / "head.json.new")
    (behind / "head.json").write_bytes(old_head)
    shutil.copytree(two, torn)
    with (torn / DAY).open("ab") as file:
        file.write(PIECE)
    return {"none": 0, "two": 2, "behind": 2, "torn": 2}


def is_mended_by_the_next_write(folder: Path, before: int) -> None:
    left = verify_ledger(folder)
    assert left.flaws == ()
    assert len(left.entries) in (before, before + 1)
    write(folder, 99)
    mended = verify_ledger(folder)
    assert (mended.flaws, mended.note) == ((), "")
    assert mended.entries[:-1] == left.entries
    assert mended.entries[-1].details == {"number": "99"}


def test_a_writer_may_be_killed_before_any_step_of_its_work(tmp_path: Path) -> None:
    before = states(tmp_path)
    for name, count in before.items():
        assert ended(started("killed", str(tmp_path / name))) == (0, "")
        *killed, whole = sorted(tmp_path.glob(f"{name}-*"))
        assert len(verify_ledger(whole).entries) == count + 1
        for copy in killed:
            is_mended_by_the_next_write(copy, count)
            if name == "torn":
                assert (copy / "torn-3.txt").read_bytes().startswith(PIECE + b"\n")


def test_a_writer_may_be_killed_in_the_middle_of_its_record(folder: Path) -> None:
    assert ended(started("torn", str(folder), "60")) == (0, "")
    *killed, whole = sorted(folder.parent.glob("ledger-*"))
    assert len(killed) > 5
    for copy in killed:
        record = (copy / DAY).read_bytes()[len((folder / DAY).read_bytes()) :]
        assert not record.endswith(b"\n")
        is_mended_by_the_next_write(copy, 2)
        assert [path.read_bytes() for path in copy.glob("torn-3.txt")] == ([record + b"\n"] if record else [])
    assert len(verify_ledger(whole).entries) == 3


def test_a_full_disk_is_refused_and_the_next_write_mends_it(folder: Path) -> None:
    code, out = ended(started("full", str(folder), "300"))
    assert code == 6
    assert out.startswith(f"the ledger could not be written: {folder}: File too large\n")
    assert verify_ledger(folder).note
    is_mended_by_the_next_write(folder, 2)


def test_a_full_disk_in_the_middle_of_what_is_announced_leaves_all_else_as_it_was(folder: Path) -> None:
    before = {name: (folder / name).read_bytes() for name in (DAY, "head.json")}
    half = len(before["head.json"]) // 2
    code, _ = ended(started("full", str(folder), str(half - len(before[DAY]))))
    assert (code, {name: (folder / name).read_bytes() for name in before}) == (6, before)
    assert len((folder / "head.json.new").read_bytes()) == half
    is_mended_by_the_next_write(folder, 2)
