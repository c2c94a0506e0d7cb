"""A support plan that does not let us open tickets by API: said, and every draft is ready for the portal."""

import zipfile
from collections.abc import Iterator

import pytest

from ops.sandbox.estate_file import load
from tests.cli.beside import Beside, beside
from tests.process import REPOSITORY, Ended, phsm

ATTESTED = {**load("degraded").config, "support": {"plan": "Developer"}}


@pytest.fixture(scope="module", params=["the desk refuses", "it is attested"])
def applied(request, tmp_path_factory) -> Iterator[tuple[Beside, Ended]]:
    """``tickets open --apply`` with the estate ``degraded``, where the plan is one for developers."""
    how = {"plan": "Developer"} if request.param == "the desk refuses" else {"config": ATTESTED}
    with beside(tmp_path_factory.mktemp("applied"), estate="degraded", **how) as here:
        yield here, here.phsm("tickets", "open", "--apply")


def test_it_is_exit_6_and_names_the_plans_that_would_do(applied):
    here, ended = applied
    assert ended.code == 6
    assert "ProDirect, Premier or Unified" in ended.out
    assert here.tickets() == {}


def test_every_draft_is_kept_with_the_way_through_the_portal_and_its_evidence(applied):
    here, ended = applied
    folders = sorted((here.ledger / "unsent").iterdir())
    assert len(folders) == 3
    assert {one.stat().st_mode & 0o777 for one in (here.ledger, here.ledger / "unsent", *folders)} == {0o700}
    for folder in folders:
        page, archive = folder / "ticket.md", folder / f"phsm-evidence-{folder.name}.zip"
        assert sorted(folder.iterdir()) == [archive, page]
        assert f"kept, ready for the portal: ledger/unsent/{folder.name}/ticket.md\n" in ended.out
        assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
        text = page.read_text()
        for field in ("Create a support request", "| Severity |", archive.name):
            assert field in text
        with zipfile.ZipFile(archive) as packed:
            assert packed.testzip() is None
            assert {"about.json", "findings.json"} <= set(packed.namelist())


def test_it_ends_the_same_the_next_time(applied):
    here, first = applied
    again = here.phsm("tickets", "open", "--apply")
    assert again.code == 6
    assert again.out.count("kept, ready for the portal") == first.out.count("kept, ready for the portal") == 3


def test_what_is_attested_is_not_even_tried(tmp_path):
    with beside(tmp_path, estate="degraded", config=ATTESTED) as here:
        here.phsm("tickets", "open", "--apply")
        assert here.written() == []


def test_a_sandbox_brings_its_plan_and_its_configuration_with_it(tmp_path):
    text = (REPOSITORY / "ops/sandbox/estates/degraded.yaml").read_text("utf-8")
    for name, old, new in (
        ("desk", "support: {plan: Unified,", "support: {plan: Developer,"),
        ("attested", "\nconfig:\n", "\nconfig:\n  support: {plan: Developer}\n"),
    ):
        file = tmp_path / f"{name}.yaml"
        assert text.count(old) == 1
        file.write_text(text.replace(old, new), "utf-8")
        ended = phsm(tmp_path, "--sandbox", str(file), "tickets", "open", "--apply", PHSM_LEDGER_DIR=name)
        assert ended.code == 6, ended.err
        assert "ProDirect, Premier or Unified" in ended.out
        assert len(list((tmp_path / name / "unsent").iterdir())) == 3


def test_a_refusal_by_the_desk_points_to_the_page_that_is_kept(tmp_path):
    with beside(tmp_path, estate="degraded", plan="Developer") as here:
        ended = here.phsm("tickets", "open", "--apply")
    assert "with another, open the ticket in the Azure portal, with its ticket.md where one is kept\n" in ended.out
