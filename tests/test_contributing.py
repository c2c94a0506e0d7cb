"""The check that CONTRIBUTING.md walks through is added to a copy of the code, step by step, with what it says there."""

import re
import shutil
import subprocess
import sys

import pytest

from tests.process import BIN, REPOSITORY, environment

PAGE = (REPOSITORY / ".github/CONTRIBUTING.md").read_text()
FILES = dict(
    zip(
        re.findall(r"^\*\*\d\. [^`]+`((?:tests|ops)/\S+\.py)`", PAGE, re.MULTILINE),
        re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL),
        strict=True,
    )
)


@pytest.fixture
def copy(tmp_path):
    """The code and the tests of checks, in a folder that Python looks into before the checkout."""
    leave = shutil.ignore_patterns("__pycache__")
    shutil.copytree(REPOSITORY / "ops", tmp_path / "ops", ignore=leave)
    shutil.copytree(REPOSITORY / "tests/checks", tmp_path / "tests/checks", ignore=leave)
    for name in ("tests/__init__.py", "tests/build.py", "tests/clusters.py", "pyproject.toml"):
        shutil.copy(REPOSITORY / name, tmp_path / name)
    return tmp_path


def python(copy, *words):
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=copy,
        env=environment(copy, PYTHONDONTWRITEBYTECODE="1"),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_walk_through_adds_a_check_with_what_it_shows(copy):
    (test, test_text), (check, check_text) = FILES.items()
    assert f"-n 0 {test}\n" in PAGE
    pytest_ = ("pytest", "-n", "0", "-p", "no:cacheprovider")

    (copy / test).write_text(test_text)
    code, said = python(copy, *pytest_, test)
    assert code == 2
    missing = re.search(r"ModuleNotFoundError: No module named '\S+'", said)
    assert missing
    assert f"fails with `{missing[0]}`" in PAGE

    (copy / check).write_text(check_text)
    assert "`3 passed`" in PAGE
    code, said = python(copy, *pytest_, test)
    assert (code, "3 passed" in said) == (0, True), said
    code, said = python(copy, *pytest_, "tests/checks/test_all_checks.py")
    assert code == 0, said


def test_the_walk_through_is_written_as_the_code_is(copy):
    for name, text in FILES.items():
        (copy / name).write_text(text)
    for words in (("format", "--check"), ("check",)):
        done = subprocess.run(
            [BIN / "ruff", *words, "--no-cache", *FILES], cwd=copy, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_page_names_the_floors_as_they_are_held():
    held = re.search(r"^layers = \[\n(.*?)^\]", (REPOSITORY / "pyproject.toml").read_text(), re.MULTILINE | re.DOTALL)
    floors = re.findall(r"\w+", held[1])[::-1]
    told = re.search(r"From the ground up:\n(.*?)\. From", PAGE, re.DOTALL)[1]
    assert sorted(re.findall(r"`(\w+)`", told)) == sorted(floors)


def test_the_files_that_the_page_links_to_exist():
    links = re.findall(r"\]\((?!https?://)([^)#]+)", PAGE)
    assert links
    assert [link for link in links if not (REPOSITORY / ".github" / link).exists()] == []
