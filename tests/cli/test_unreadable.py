"""Azure answers, and not with what was asked: nothing of that may end green."""

from pathlib import Path

from tests.process import REPOSITORY, phsm

ESTATES = REPOSITORY / "ops" / "sandbox" / "estates"


def with_faults(folder: Path, estate: str, *faults: str) -> str:
    """A shipped estate with these faults before its own."""
    text = (ESTATES / f"{estate}.yaml").read_text("utf-8")
    listed = "".join(f"  - {fault}\n" for fault in faults)
    text = (
        text.replace("\nfaults:\n", f"\nfaults:\n{listed}", 1)
        if "\nfaults:\n" in text
        else f"{text}\nfaults:\n{listed}"
    )
    file = folder / "estate.yaml"
    file.write_text(text, "utf-8")
    return str(file)


def test_a_page_without_a_list_is_unread_and_not_empty(tmp_path):
    estate = with_faults(
        tmp_path,
        "healthy",
        '{method: GET, path: "*0103/resources", status: 200, body: "{}", headers: {Content-Type: application/json}}',
        '{method: POST, path: "*ResourceGraph*", status: 403}',
    )
    ended = phsm(tmp_path, "--sandbox", estate, "check")
    assert ended.code == 4
    assert "list of payment HSMs could not be read: the answer holds no list" in ended.out


def test_a_management_group_without_a_list_is_unread_and_not_empty(tmp_path):
    estate = with_faults(
        tmp_path,
        "healthy",
        '{method: GET, path: "*/descendants", status: 200, body: "{}", headers: {Content-Type: application/json}}',
    )
    ended = phsm(tmp_path, "--sandbox", estate, "--management-group", "payments", "check")
    assert ended.code == 5
    assert "the answer holds no list" in ended.err


def test_a_desk_that_cannot_be_read_is_no_success(tmp_path):
    estate = with_faults(tmp_path, "degraded", '{method: GET, path: "*/supportTickets*", status: 403}')
    plan = phsm(tmp_path, "--sandbox", estate, "tickets", "plan")
    assert plan.code == 4
    assert "nothing can be opened: the support desk could not be read\n" in plan.out
    opened = phsm(tmp_path, "--sandbox", estate, "tickets", "open", "--apply")
    assert opened.code == 6
    assert "nothing to open" not in opened.out
    assert (
        "next: az role assignment create --role 'Support Request Contributor' --assignee OBJECT-ID --scope "
        in opened.out
    )
    pages = list((tmp_path / "ledger" / "unsent").glob("*/ticket.md"))
    assert len(pages) == opened.out.count("kept, ready for the portal: ") > 0
    assert {page.read_text().split(":")[0] for page in pages} == {
        "**Look first whether there is a ticket for this by now**"
    }


def test_the_first_word_of_a_newcomer_shows_the_commands(tmp_path):
    ended = phsm(tmp_path)
    assert ended.code == 2
    assert "\nCommands:\n  inventory " in ended.err
