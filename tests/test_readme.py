"""The commands of the README do what it says. ``make demo`` and ``make test``, in blocks without a language, are CI's to run."""

import re
import subprocess
from pathlib import Path

import pytest

from ops.sandbox.child import running
from tests.process import REPOSITORY, environment

README = (REPOSITORY / "README.md").read_text()
COMMANDS = [
    line
    for block in re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
    if line.strip() and not line.startswith("#")
]


@pytest.fixture(scope="module")
def here(tmp_path_factory) -> Path:
    """One folder for all commands, as a reader has one, with what they name from the checkout."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "runbooks").symlink_to(REPOSITORY / "runbooks")
    return folder


@pytest.fixture(scope="module")
def azure(here):
    """Where the README means a real subscription, a served sandbox stands for it."""
    with running("degraded") as serving:
        yield {"PHSM_ARM_ENDPOINT": serving.endpoint, "PHSM_CA_BUNDLE": serving.ca_bundle}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_readme_ends_as_it_says(command, here, azure):
    told = re.search(r"# exit (\d+)$", command)
    either = {0, 3} if "phsm check" in command and "--sandbox" not in command else {0}
    wanted = {int(told[1])} if told else either
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=here,
        env=environment(here, **({} if "--sandbox" in command else azure)),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode in wanted, done.stderr
    assert "Traceback" not in done.stderr


def test_the_readme_has_commands_to_run():
    assert len(COMMANDS) >= 10
    assert any("check" in command for command in COMMANDS)


def test_the_files_that_the_readme_links_to_exist():
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (REPOSITORY / link).exists()] == []
