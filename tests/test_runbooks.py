"""The runbooks: their shape, what their docstrings promise, and that they run."""

import ast
import os
import re
import subprocess

import pytest

from ops.reports.runbook_index import LABELS, render
from tests.cli.beside import HSM_2, beside
from tests.pages import RUNBOOKS, docstrings, pages
from tests.process import environment

FILES = sorted(RUNBOOKS.glob("*.py"))
NAMES = [path.name for path in FILES]
VERBS = ("inventory", "morning", "open", "plan", "verify")
ESTATES = [
    ("inventory_hsms.py", "forbidden", 4),
    ("morning_check.py", "healthy", 0),
    ("morning_check.py", "degraded", 3),
    ("morning_check.py", "forbidden", 4),
    ("open_tickets.py", "degraded", 0),
    ("plan_tickets.py", "degraded", 0),
    ("plan_tickets.py", "forbidden", 4),
    ("verify_ha.py", "single-stamp", 3),
    ("verify_network.py", "degraded", 3),
]


def run(name, home, *words, **env):
    return subprocess.run(
        [RUNBOOKS / name, *words],
        cwd=home,
        env=environment(home, **env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def promised(name):
    """The exit codes that the docstring explains."""
    then = dict(docstrings())[name].partition("Then:")[2]
    return {int(code) for code in re.findall(r"(?:exit |; |: )(\d)(?= )", then)}


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_a_runbook_is_a_docstring_and_one_call(path):
    text = path.read_text()
    tree = ast.parse(text)
    verb, _, thing = path.stem.partition("_")
    assert verb in VERBS
    assert thing
    assert len(text.splitlines()) <= 30
    assert text.startswith("#!/usr/bin/env python3\n")
    assert os.access(path, os.X_OK)
    assert [ast.unparse(node) for node in tree.body[1:3]] == ["import sys", "from ops.cli.main import main"]
    (guarded,) = tree.body[3:]
    assert isinstance(guarded, ast.If)
    assert ast.unparse(guarded.test) == "__name__ == '__main__'"
    assert re.fullmatch(r"sys\.exit\(main\(\[.*, \*sys\.argv\[1:\]\]\)\)", ast.unparse(guarded.body))
    assert "--apply" not in ast.unparse(guarded)


@pytest.mark.parametrize(("name", "docstring"), docstrings(), ids=NAMES)
def test_a_docstring_says_when_needs_changes_then_in_this_order(name, docstring):
    assert [line.partition(":")[0] for line in docstring.splitlines() if re.match(r"[A-Z]\w+:", line)] == list(LABELS)
    assert 0 in promised(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_runbook_helps(name, tmp_path):
    done = run(name, tmp_path, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: phsm ")
    assert "--sandbox" in done.stdout


@pytest.mark.parametrize(("name", "estate", "code"), ESTATES)
def test_a_runbook_ends_with_the_exit_code_that_its_docstring_explains(name, estate, code, tmp_path):
    done = run(name, tmp_path, "--sandbox", estate)
    assert done.returncode == code, done.stderr
    assert code in promised(name)
    assert done.stdout
    assert {path.name for path in tmp_path.iterdir()} <= ({"ledger"} if name == "plan_tickets.py" else set())


def test_what_was_planned_is_opened_as_it_was_approved_and_a_changed_plan_is_not(tmp_path):
    with beside(tmp_path) as here:
        here.fail(HSM_2)
        azure = {"PHSM_ARM_ENDPOINT": here.place.endpoint, "PHSM_CA_BUNDLE": here.place.ca_bundle}
        planned = run("plan_tickets.py", tmp_path, "--output", "plan.json", **azure)
        assert (planned.returncode, here.written()) == (0, [])
        opened = run("open_tickets.py", tmp_path, "--plan", "plan.json", "--apply", **azure)
        plan = tmp_path / "plan.json"
        plan.write_text(plan.read_text().replace("moderate", "minimal"))
        changed = run("open_tickets.py", tmp_path, "--plan", "plan.json", "--apply", **azure)
        assert len(here.tickets()) == 1
    assert [opened.returncode, changed.returncode] == [0, 2]
    assert {0, 2} <= promised("open_tickets.py")


def test_every_runbook_runs_here():
    assert {name for name, _, _ in ESTATES} == set(NAMES)


def test_the_index_is_not_stale():
    page = RUNBOOKS / "README.md"
    assert page.read_text("utf-8") == pages()[page], "stale: run make pages"


def test_the_index_has_a_row_and_a_section_per_runbook():
    docstring = """Turn the key.

When:    at night; note:
         and by two people.
Needs:   a key.
Changes: nothing without --apply. With it: the lock.
Then:    exit 0 it is turned.
"""
    page = render([("turn_key.py", docstring)])
    assert "| [turn_key.py](#turn_keypy) | Turn the key | nothing without --apply |\n" in page
    assert page.endswith(
        "\n## turn_key.py\n\n[`turn_key.py`](turn_key.py): Turn the key.\n\n"
        "- **When:** at night; note: and by two people.\n- **Needs:** a key.\n"
        "- **Changes:** nothing without --apply. With it: the lock.\n- **Then:** exit 0 it is turned.\n"
    )


@pytest.mark.parametrize(
    "docstring",
    [
        "",
        "Turn the key.",
        "Turn.\n\nWhen: a.\nNeeds: b.\nThen: d.",
        "Turn.\n\nNeeds: b.\nWhen: a.\nChanges: c.\nThen: d.",
    ],
)
def test_a_docstring_without_its_labels_is_refused_by_name(docstring):
    with pytest.raises(ValueError, match=r"turn_key\.py: wanted a summary line, then When, Needs, Changes, Then"):
        render([("turn_key.py", docstring)])
