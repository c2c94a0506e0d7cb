"""Lines of text for a terminal or a pipe. ``width`` None is a pipe: nothing is wrapped, and no symbols are used."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from datetime import datetime

from rich.console import Console
from rich.text import Text

from ops.model.estate import Estate, Source
from ops.model.finding import Party
from ops.model.untrusted import one_line

EVIDENCE = 1000
"""Characters of evidence that are shown. Text from Azure is cut shorter by the checks, so this is for lists and advice."""
STYLES = {"fail": "bold red", "unknown": "bold yellow", "ok": "green", "head": "bold", "quiet": "dim"}
WHO_ACTS = {Party.MICROSOFT: "Microsoft has", Party.THALES: "Thales has", Party.CUSTOMER: "You have"}
_STEP = 2000
_COMMAND = re.compile(r"(?:(.*?): )??((?:az|phsm) .+)")


def render(lines: Iterable[Text], colour: bool) -> str:
    """The lines as one string; terminal codes only if ``colour``."""
    if not colour:
        return "".join(f"{line.plain}\n" for line in lines)
    console = Console(
        width=1_000_000,
        force_terminal=True,
        color_system="standard",
        legacy_windows=False,
        highlight=False,
        emoji=False,
        markup=False,
        _environ={},
    )
    with console.capture() as capture:
        for line in lines:
            console.print(line, soft_wrap=True)
    return capture.get()


def styled(*parts: str | tuple[str, str]) -> Text:
    """One line of parts; a part is text, or text with the name of a style of STYLES."""
    return Text.assemble(*(part if isinstance(part, str) else (part[0], STYLES[part[1]]) for part in parts))


def wrapped(text: str, indent: int, width: int | None, style: str | None = None, *, hang: int = 0) -> list[Text]:
    """``text`` behind an indent, broken at ``width`` (None = never); ``hang`` indents all lines but the first further."""
    pad = " " * indent
    if width is None:
        lines = [pad + text]
    else:
        lines = textwrap.wrap(
            text,
            max(width, indent + 20),
            initial_indent=pad,
            subsequent_indent=pad + " " * hang,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [pad]
    return [styled((line, style) if style else line) for line in lines]


def flowed(cells: Sequence[Text], indent: int, width: int | None) -> list[Text]:
    """Cells side by side, three spaces apart; the next line, behind an indent, where the width ends."""
    lines = [cells[0]]
    for cell in cells[1:]:
        if width is None or lines[-1].cell_len + 3 + cell.cell_len <= width:
            lines[-1] = Text.assemble(lines[-1], "   ", cell)
        else:
            lines.append(Text.assemble(" " * indent, cell))
    return lines


def arrow(width: int | None) -> str:
    """What stands before a next step: a sign on a terminal, a word in a pipe."""
    return "next: " if width is None else "→ "


def step_parts(step: str) -> tuple[str, str]:
    """The words of a next step and the command that ends it, each on one line; ``""`` for what it has not.

    ``activate it, then look again: az resource show --ids ...``: no command stands in the middle of the words.
    """
    line = one_line(step, _STEP)
    found = _COMMAND.fullmatch(line)
    return (found[1] or "", found[2]) if found else (line, "")


def next_step(step: str, indent: int, width: int | None) -> list[Text]:
    """A next step behind its sign. A command in it is there to be pasted, so it is never broken, whatever the width.

    It gets a line of its own if it is Azure's, or if not all fits into one.
    """
    words, command = step_parts(step)
    pad = f"{'':{indent}}{arrow(width)}"
    if not words:
        return [styled(f"{pad}{command}")]
    lines = wrapped(f"{arrow(width)}{words}{f': {command}' if command else ''}", indent, width)
    if command and (len(lines) > 1 or command.startswith("az ")):
        lines = wrapped(f"{arrow(width)}{words}:", indent, width)
        lines.append(styled(f"{'':{len(pad)}}{command}"))
    return lines


def counted(number: int, noun: str, plural: str = "") -> str:
    """``1 ticket``, ``2 tickets``."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def moment(at: datetime) -> str:
    """A moment as people write it: ``23 Nov 2026 22:14 UTC``."""
    return at.strftime("%d %b %Y %H:%M UTC")


def where_from(source: Source) -> str:
    """``sandbox: degraded``, ``snapshot: incident.json of sandbox: degraded``."""
    original = f" of {where_from(source.original)}" if source.original else ""
    return f"{source.kind}: {one_line(source.name, 120)}{original}"


def heading(title: str, estate: Estate, width: int | None) -> list[Text]:
    """The first line of a report: what, when, how much, from where."""
    size = f"{counted(len(estate.scope), 'subscription')}, {counted(len(estate.hsms), 'HSM')}"
    source = styled((where_from(estate.source), "head"))
    return flowed([styled((title, "head")), styled(moment(estate.observed_at)), styled(size), source], 2, width)
