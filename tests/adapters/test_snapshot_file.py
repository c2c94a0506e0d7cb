from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.adapters.snapshot_file import load_snapshot, save_snapshot
from ops.adapters.whole_file import write_whole
from ops.codec.snapshot import snapshot_text
from ops.errors import UsageProblem
from ops.model.policy import Policy, PoolRule
from tests.build import estate, hsm, refused_subscription, unread_hsm

ESTATE = estate(hsm("a"), unread_hsm("b"), refused_subscription())
POLICY = Policy(pools=(PoolRule(name="cards"),))
TEXT = snapshot_text(ESTATE, POLICY, "payment-hsm-ops 1.2.3")
BYTES = TEXT.encode()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("snapshots") / "s.json"


def refused(file: Path) -> UsageProblem:
    with pytest.raises(UsageProblem) as caught:
        load_snapshot(file)
    assert caught.value.exit_code == 2
    assert caught.value.tip
    return caught.value


def loads_as_it_was_or_not_at_all(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    try:
        found = load_snapshot(file)
    except UsageProblem:
        return
    assert (found.estate, found.policy) == (ESTATE, POLICY)


def test_what_is_saved_is_loaded(file: Path) -> None:
    saved = save_snapshot(file, TEXT)
    assert saved == load_snapshot(file)
    assert (saved.estate, saved.policy, saved.tool) == (ESTATE, POLICY, "payment-hsm-ops 1.2.3")


def test_the_file_is_for_its_owner_alone(file: Path) -> None:
    save_snapshot(file, TEXT)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@settings(max_examples=400, deadline=None)
@given(st.integers(0, len(BYTES) - 1), st.integers(1, 255))
def test_a_changed_byte_never_loads_as_another_estate(file: Path, at: int, change: int) -> None:
    content = bytearray(BYTES)
    content[at] ^= change
    loads_as_it_was_or_not_at_all(file, bytes(content))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(BYTES) - 2), st.integers(1, 200))
def test_a_lost_piece_never_loads_as_another_estate(file: Path, at: int, length: int) -> None:
    loads_as_it_was_or_not_at_all(file, BYTES[:at] + BYTES[at + length :])


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(BYTES) - 3))
def test_a_file_that_was_cut_off_is_refused(file: Path, length: int) -> None:
    file.write_bytes(BYTES[:length])
    assert refused(file).what.startswith(f"{file} is ")


def test_only_the_space_between_the_values_may_change(file: Path) -> None:
    file.write_bytes(BYTES.replace(b"\n", b"\r\n"))
    assert load_snapshot(file).estate == ESTATE


def test_a_file_that_is_not_there_or_no_file_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.json").what == f"{tmp_path / 'none.json'} does not exist"
    assert refused(tmp_path).what == f"{tmp_path} cannot be read: Is a directory"


def test_a_file_that_is_not_utf_8_is_refused_with_the_place(file: Path) -> None:
    file.write_bytes(BYTES[:10] + b"\xff" + BYTES[10:])
    assert refused(file).what == f"{file} is damaged: not UTF-8 from byte 10 on"


@pytest.mark.parametrize("name", ["no/such/folder/s.json", "a-file/s.json", "/proc/s.json"])
def test_a_place_where_nothing_can_be_written_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "a-file").write_text("")
    with pytest.raises(UsageProblem, match="could not be written") as caught:
        save_snapshot(tmp_path / name, TEXT)
    assert caught.value.exit_code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["a-file"]


def test_a_full_device_is_refused_and_not_replaced_by_a_file() -> None:
    with pytest.raises(UsageProblem, match="/dev/full could not be written: No space left on device"):
        write_whole(Path("/dev/full"), TEXT, tip="name another file")
    assert Path("/dev/full").is_char_device()


def test_what_was_there_stays_until_the_new_text_is_complete(tmp_path: Path) -> None:
    file = tmp_path / "s.json"
    file.write_text("before")
    with pytest.raises(UnicodeEncodeError):
        write_whole(file, "half a pair: \ud800", tip="")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("s.json", "before")]
