"""The campaign's short form: every write with four faults, and six kills."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.process import REPOSITORY


@pytest.mark.timeout(300)
def test_no_fault_at_a_write_and_no_kill_opens_a_ticket_twice_or_loses_one() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.campaign", "--short", "--jobs", "1"],
        cwd=REPOSITORY,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=290,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    last = done.stdout.splitlines()[-1]
    found = re.fullmatch(r"scenarios ([0-9]+), duplicates 0, lost 0", last)
    assert found, done.stdout
    assert int(found[1]) >= 8 * 4 + 6
