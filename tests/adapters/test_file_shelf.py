"""What goes out is packed the same each time; what could not be sent lies ready, for its owner's eyes."""

import zipfile
from dataclasses import replace
from io import BytesIO

import pytest

from ops.adapters.file_shelf import FileShelf
from ops.errors import LedgerProblem
from ops.model.ticket import Evidence, EvidenceFile
from tests.adapters.office import DRAFT

EVIDENCE = Evidence(
    name=f"phsm-evidence-{DRAFT.name}.zip",
    files=(EvidenceFile(name="about.json", text='{"é": "\u202e"}'), EvidenceFile(name="estate.json", text="[]" * 5000)),
)
WITH_EVIDENCE = replace(DRAFT, evidence=EVIDENCE)


def test_an_archive_holds_the_files_as_they_are(tmp_path):
    with zipfile.ZipFile(BytesIO(FileShelf(tmp_path).pack(EVIDENCE))) as packed:
        assert packed.testzip() is None
        assert {name: packed.read(name).decode() for name in packed.namelist()} == {
            file.name: file.text for file in EVIDENCE.files
        }


def test_the_same_files_give_the_same_bytes_and_fewer_of_them(tmp_path):
    packed = FileShelf(tmp_path).pack(EVIDENCE)
    assert packed == FileShelf(tmp_path / "another").pack(EVIDENCE)
    assert len(packed) < 1000
    with zipfile.ZipFile(BytesIO(packed)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}, "told by the clock"


def test_a_draft_is_kept_as_a_page_with_its_archive_beside_it(tmp_path):
    shelf = FileShelf(tmp_path / "ledger" / "unsent")
    page = shelf.keep(WITH_EVIDENCE, "no suitable support plan")
    folder = tmp_path / "ledger" / "unsent" / DRAFT.name
    assert page == str(folder / "ticket.md")
    assert (folder / EVIDENCE.name).read_bytes() == shelf.pack(EVIDENCE)
    text = (folder / "ticket.md").read_text()
    assert "no suitable support plan" in text
    assert EVIDENCE.name in text


def test_only_its_owner_can_read_it(tmp_path):
    FileShelf(tmp_path / "ledger" / "unsent").keep(WITH_EVIDENCE, "no plan")
    folders = (tmp_path / "ledger", tmp_path / "ledger" / "unsent", tmp_path / "ledger" / "unsent" / DRAFT.name)
    assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o700}
    assert {file.stat().st_mode & 0o777 for file in folders[-1].iterdir()} == {0o600}


def test_a_draft_that_is_kept_again_is_written_over(tmp_path):
    shelf = FileShelf(tmp_path)
    shelf.keep(WITH_EVIDENCE, "no plan")
    newer = replace(EVIDENCE, files=EVIDENCE.files[:1])
    page = shelf.keep(replace(WITH_EVIDENCE, evidence=newer), "403 AuthorizationFailed")
    assert len(list(tmp_path.iterdir())) == 1
    assert (tmp_path / DRAFT.name / EVIDENCE.name).read_bytes() == shelf.pack(newer)
    with open(page) as text:  # noqa: PTH123  the answer is what a person is told, and opens
        assert "403 AuthorizationFailed" in text.read()


def test_a_draft_without_evidence_is_a_page_alone(tmp_path):
    FileShelf(tmp_path).keep(DRAFT, "no plan")
    assert [file.name for file in (tmp_path / DRAFT.name).iterdir()] == ["ticket.md"]


@pytest.mark.parametrize("where", ["", f"{DRAFT.name}/ticket.md", f"{DRAFT.name}/{EVIDENCE.name}"])
def test_a_folder_that_cannot_be_written_is_told_with_the_next_step(tmp_path, where):
    folder = tmp_path / "unsent"
    if where:
        (folder / where).mkdir(parents=True)
    else:
        folder.write_text("in the way")
    with pytest.raises(LedgerProblem, match=f"the draft of {DRAFT.name} could not be kept in ") as caught:
        FileShelf(folder).keep(WITH_EVIDENCE, "no plan")
    assert caught.value.tip == "set ledger.folder"


def test_evidence_alone_is_an_archive_for_its_owners_eyes(tmp_path):
    shelf = FileShelf(tmp_path / "ledger" / "unsent")
    kept = shelf.keep_evidence(DRAFT.name, EVIDENCE)
    (file,) = (tmp_path / "ledger" / "unsent" / DRAFT.name).iterdir()
    assert (kept, file.name, file.read_bytes()) == (str(file), EVIDENCE.name, shelf.pack(EVIDENCE))
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_evidence_that_cannot_be_kept_is_told_with_the_next_step(tmp_path):
    (tmp_path / "unsent").write_text("in the way")
    with pytest.raises(LedgerProblem, match=f"the evidence of {DRAFT.name} could not be kept in ") as caught:
        FileShelf(tmp_path / "unsent").keep_evidence(DRAFT.name, EVIDENCE)
    assert caught.value.tip == "set ledger.folder"


def test_a_page_that_nobody_needs_any_more_is_removed_and_what_else_lies_there_stays(tmp_path):
    shelf = FileShelf(tmp_path)
    page = shelf.keep(WITH_EVIDENCE, "no plan")
    assert shelf.forget(DRAFT.name) == page
    assert [path.name for path in (tmp_path / DRAFT.name).iterdir()] == [EVIDENCE.name]
    assert shelf.forget(DRAFT.name) == ""
    shelf.keep(WITH_EVIDENCE, "no plan")
    assert shelf.forget(DRAFT.name, EVIDENCE) == page
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../outside", "a/b", "never-kept"])
def test_nothing_but_a_folder_of_the_shelf_is_touched(tmp_path, name):
    shelf = FileShelf(tmp_path / "unsent")
    outside = tmp_path / "unsent" / name / "ticket.md"
    if name != "never-kept":
        outside.parent.mkdir(parents=True)
        outside.write_text("not ours")
    assert shelf.forget(name) == ""
    assert outside.exists() == (name != "never-kept")


def test_a_page_that_cannot_be_removed_is_told(tmp_path):
    shelf = FileShelf(tmp_path)
    (tmp_path / DRAFT.name / "ticket.md").mkdir(parents=True)
    with pytest.raises(LedgerProblem, match="could not be removed"):
        shelf.forget(DRAFT.name)
