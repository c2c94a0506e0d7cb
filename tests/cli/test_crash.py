import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from ops.cli.crash import report_of
from ops.cli.main import phsm
from tests.process import environment

SECRETS = (
    "https://management.azure.com/subscriptions/x?t=1&s=signed-secret",
    "Bearer abcdef123456",
    "eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl",
    "ada@bank.example",
    "10.3.1.5",
    "00000000-0000-0000-0000-00000000beef",
    "/resourceGroups/rg-secret-name/providers/x",
)


def crash() -> BaseException:
    try:
        raise ValueError(" ".join(SECRETS))
    except ValueError as error:
        return error


def test_the_report_has_the_traceback_and_nothing_that_is_the_operators():
    text = report_of(crash(), ["check", "--subscription", "acme-payments-beef"])
    assert "ValueError" in text
    assert "test_crash.py" in text
    assert "command: phsm check --subscription <value>" in text
    assert "azure-core " in text
    for secret in ("signed-secret", "abcdef123456", "c2lnbmF0dXJl", "ada@", "10.3.1.5", "beef", "rg-secret-name"):
        assert secret not in text


def commands(group: click.Group) -> Iterator[str]:
    """The names of all commands."""
    for name in group.list_commands(click.Context(group)):
        yield name
        command = group.get_command(click.Context(group), name)
        if isinstance(command, click.Group):
            yield from commands(command)


def test_the_report_names_every_command_and_none_of_its_values():
    words = [*commands(phsm), "--no-confirm"]
    assert {"ledger", "verify", "comment", "conflicts"} <= set(words)
    assert f"command: phsm {' '.join(words)} <value>\n" in report_of(crash(), [*words, "the LED is red"])


def test_a_bug_is_exit_1_one_message_and_a_file(tmp_path):
    """A process of its own with a command that crashes; the sandbox's folder is where the report goes."""
    program = (
        "import sys\nfrom ops.cli import main\nfrom ops.cli.options import Command\n"
        "main.phsm.add_command(Command('boom', callback=lambda: 1 / 0))\nsys.exit(main.main(['boom']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(tmp_path, TMPDIR=str(tmp_path)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    (report,) = Path(tmp_path).glob("phsm-crash-*.txt")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "a bug in phsm, not in what you did: ZeroDivisionError\n" in done.stderr
    assert str(report) in done.stderr
    assert "Traceback" not in done.stderr
    assert "Traceback" in report.read_text()
