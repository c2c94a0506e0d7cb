"""Standard output and standard error: where reports, progress and messages go, and how wide and colourful they may be."""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ops.adapters.whole_file import write_whole
from ops.errors import PhsmError, UsageProblem
from ops.model.untrusted import one_line
from ops.ports import Progress
from ops.wiring import Settings


def width(output: str | None) -> int | None:
    """The columns of the terminal; None when the report goes to a pipe or a file."""
    if output or not sys.stdout.isatty():
        return None
    return max(40, shutil.get_terminal_size().columns)


def colour(settings: Settings, output: str | None) -> bool:
    wanted = not settings.no_color and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return wanted and width(output) is not None


def emit(text: str, output: str | None) -> None:
    """Print a report, or write it to a file: whole, or not at all. Raises UsageProblem when the file cannot be written."""
    if output:
        write_whole(Path(output), text, tip="name another file with --output")
        return
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a console that knows fewer letters than Azure
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123  what its buffer still holds must not fail again at exit
        if not isinstance(
            error, BrokenPipeError
        ):  # a reader that has seen enough; the exit code still tells the result
            raise UsageProblem(f"the report could not be written to standard output: {error.strerror}") from error


def complain(error: PhsmError) -> None:
    """Say what ``complaint`` makes of an expected error."""
    say(complaint(error))


def complaint(error: PhsmError) -> str:
    """An expected error: one line, its mistakes if it has several, and a tip."""
    mistakes = getattr(error, "mistakes", ())
    lines = [f"phsm: {one_line(error.what, 1000)}", *(f"  {printable(mistake)}" for mistake in mistakes)]
    if error.tip:
        lines.append(f"  try: {one_line(error.tip, 1000)}")
    return "\n".join(lines)


def printable(line: str) -> str:
    """A line whose columns are kept, unless something in it is no plain text."""
    plain = one_line(line, 1000)
    return line if line.isprintable() and line.split() == plain.split() else plain


def say(text: str) -> None:
    """A message to standard error; nobody may be listening."""
    with suppress(OSError):
        sys.stderr.write(text + "\n")
        sys.stderr.flush()


@contextmanager
def progress(settings: Settings) -> Iterator[Progress]:
    """What is being done now: one moving line on a terminal, every step with --verbose, nothing in a pipe."""
    if settings.verbose:
        yield lambda line: say(f"  {one_line(line)}")
    elif settings.quiet or not sys.stderr.isatty():
        yield lambda _: None
    else:
        from rich.console import Console
        from rich.text import Text

        with Console(stderr=True, no_color=settings.no_color).status(Text("starting")) as status:
            yield lambda line: status.update(Text(one_line(line)))
