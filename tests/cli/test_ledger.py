import json
from pathlib import Path

import pytest

from ops.adapters.ledger_file import LedgerFile
from ops.model.ledger import Action, Result
from tests.ledger import ACTOR, DAYS, SOURCE, TICKET, entry
from tests.process import phsm

DAY = f"{DAYS[1]}.jsonl"


def written(folder: Path, count: int = 2) -> Path:
    for _ in range(count):
        LedgerFile(folder, "run-1", ACTOR, SOURCE, lambda: entry().at).write(Action.OPEN, TICKET, Result.DONE)
    return folder


def test_a_ledger_in_order_is_exit_0_without_azure_or_a_credential(tmp_path):
    written(tmp_path / "ledger")
    ended = phsm(tmp_path, "ledger", "verify", PHSM_ARM_ENDPOINT="https://192.0.2.1")
    head = json.loads((tmp_path / "ledger" / "head.json").read_text())["hash"]
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == f"ledger: 2 records over 1 day, head sha256 {head}, all in order\n"


def test_a_ledger_that_was_changed_is_exit_3(tmp_path):
    file = written(tmp_path / "ledger") / DAY
    file.write_bytes(file.read_bytes().replace(b'"done"', b'"found"', 1))
    ended = phsm(tmp_path, "ledger", "verify")
    assert (ended.code, ended.err) == (3, "")
    assert f"\n  {DAY} line 1: record 1 was changed after it was written\n" in ended.out


def test_a_writer_that_was_killed_is_a_note_and_exit_0(tmp_path):
    with (written(tmp_path / "ledger") / DAY).open("ab") as file:
        file.write(b'{"action"')
    ended = phsm(tmp_path, "ledger", "verify", "--format", "json")
    assert ended.code == 0
    document = json.loads(ended.out)
    assert (document["schema"], document["in_order"]) == ("phsm.ledger/1", True)
    assert document["note"] == "a writer was killed after record 2; the next write mends it"


def test_no_ledger_is_exit_4_and_none_is_made(tmp_path):
    (tmp_path / "empty").mkdir()
    for words in ((), ("--folder", "empty")):
        ended = phsm(tmp_path, "ledger", "verify", *words)
        assert (ended.code, ended.err) == (4, "")
        assert ended.out == f"no ledger yet at {words[-1] if words else 'ledger'}\n"
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]
    assert list((tmp_path / "empty").iterdir()) == []


def test_a_ledger_that_cannot_be_read_is_exit_6_with_a_tip(tmp_path):
    (written(tmp_path / "ledger") / DAYS[2]).with_suffix(".jsonl").mkdir()
    ended = phsm(tmp_path, "ledger", "verify")
    assert (ended.code, ended.out) == (6, "")
    assert ended.err.startswith(f"phsm: the ledger could not be read: ledger/{DAYS[2]}.jsonl: Is a directory\n  try: ")


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("file", "Not a directory"),
        ("nowhere", "No such file or directory"),
        ("loop", "Too many levels of symbolic links"),
    ],
)
def test_what_is_no_folder_is_no_ledger_yet_but_one_that_cannot_be_read(tmp_path, place, why):
    (tmp_path / "file").touch()
    (tmp_path / "nowhere").symlink_to("gone")
    (tmp_path / "loop").symlink_to("loop")
    ended = phsm(tmp_path, "ledger", "verify", "--folder", place)
    assert (ended.code, ended.out) == (6, "")
    assert ended.err.startswith(f"phsm: the ledger could not be read: {place}: {why}\n  try: ")
    assert ended.err.count("\n") == 2


def test_every_exit_code_is_in_the_help(tmp_path):
    words = " ".join(phsm(tmp_path, "ledger", "verify", "--help").out.split())
    assert "Exits 3 when something is wrong, 4 when there is no record yet, 6 when it cannot be read." in words


@pytest.fixture
def three(tmp_path):
    """A ledger in each of three places, with one, two, and three records, and the configuration that names the first."""
    for count, name in enumerate(("configured", "environment", "told"), 1):
        written(tmp_path / name, count)
    (tmp_path / "phsm.yaml").write_text("ledger: {folder: configured}\n", "utf-8")
    return tmp_path


def test_the_place_is_told_else_of_the_environment_else_of_the_configuration(three):
    words = ("ledger", "verify", "--config", "phsm.yaml")
    env = {"PHSM_LEDGER_DIR": str(three / "environment")}
    assert phsm(three, *words).out.startswith("ledger: 1 record over")
    assert phsm(three, *words, **env).out.startswith("ledger: 2 records over")
    assert phsm(three, *words, "--folder", "told", **env).out.startswith("ledger: 3 records over")


def test_the_report_is_written_to_a_file(tmp_path):
    written(tmp_path / "ledger")
    ended = phsm(tmp_path, "ledger", "verify", "--format", "json", "--output", "verified.json")
    assert (ended.code, ended.out, ended.err) == (0, "", "")
    assert json.loads((tmp_path / "verified.json").read_text("utf-8"))["records"] == 2
