"""The file of a plan: private, whole, and read with the reason where it cannot be."""

import pytest

from ops.adapters.plan_file import load_plan, save_plan
from ops.errors import UsageProblem
from tests.test_plan_codec import TEXT


def test_a_plan_is_saved_for_its_owners_eyes_and_read_back(tmp_path):
    file = tmp_path / "plan.json"
    save_plan(file, TEXT)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_text("ascii") == TEXT
    assert load_plan(file).to_open


def test_a_plan_replaces_the_one_before_it_whole(tmp_path):
    file = tmp_path / "plan.json"
    file.write_text("older")
    file.chmod(0o644)
    save_plan(file, TEXT)
    assert file.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["plan.json"]


def test_a_file_that_cannot_be_written_is_told(tmp_path):
    with pytest.raises(UsageProblem, match="could not be written") as caught:
        save_plan(tmp_path / "nowhere" / "plan.json", TEXT)
    assert caught.value.tip == "name another file"


@pytest.mark.parametrize(
    ("content", "why"), [(None, "does not exist"), (b"\xff", "is damaged: not UTF-8 from byte 0"), (b"{", "is damaged")]
)
def test_what_is_no_plan_is_told_with_how_one_is_made(tmp_path, content, why):
    file = tmp_path / "plan.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageProblem, match=why) as caught:
        load_plan(file)
    assert "phsm tickets plan --output FILE" in caught.value.tip
