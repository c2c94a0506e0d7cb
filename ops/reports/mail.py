"""Mails as lines of text. Azure keeps the messages of a ticket as HTML, with tables inside tables for their layout.

Of a link its text and where it leads are shown, of a picture that there was one; nothing is ever loaded or run.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from ops.model.untrusted import one_line

MOST_CHARACTERS = 100_000
"""Of a longer body the rest is left out, and a line says so."""
_LINE = 2000
_DEEPEST = 20
_INDENT = 8
_BULLET = "- "
_TAG = re.compile(
    r"</?(?:html|body|head|div|p|br|pre|table|tr|td|span|a|ul|ol|li|b|i|u|strong|em|font|h[1-6]|img|hr|blockquote)\b[^<>]*>",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"<!\[(?:[^<>-]|-(?!->))*>?")
"""What Office writes for itself, ``<![endif]>``, up to the end of a comment: on what is broken in it the parser gives up."""
_PARAGRAPHS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "hr"}
_BLOCKS = _PARAGRAPHS | {"body", "br", "center", "dd", "div", "dt", "footer", "header", "li", "pre", "section"}
_UNSEEN = {"iframe", "math", "noembed", "noframes", "object", "script", "style", "svg", "template", "title", "xmp"}


def lines_of(body: str) -> list[str]:
    """The lines of a body, HTML or plain text; each is safe to print behind an indent, and a blank one is never alone."""
    kept = body[:MOST_CHARACTERS]
    lines = _lines_of_html(kept) if _TAG.search(kept) else kept.splitlines()
    left = len(body) - len(kept)
    return [*_tidy(lines), *([f"({left} more characters are left out)"] if left else [])]


def _lines_of_html(body: str) -> list[str]:
    reader = _Reader()
    whole, end, rest = _CONDITION.sub("", body).rpartition(">")
    reader.feed(
        f"{whole}{end}{rest.replace('<', '&lt;')}"
    )  # what nothing closes would be looked through again and again
    reader.close()
    return reader.result()


def _tidy(lines: list[str]) -> list[str]:
    """Safe lines without blank ones at the ends or in a row; what a preformatted line is indented by stays."""
    tidied: list[str] = []
    for line in lines:
        safe = one_line(line, _LINE)
        if safe:
            tidied.append(" " * min(len(line) - len(line.lstrip(" ")), _INDENT) + safe)
        elif tidied and tidied[-1]:
            tidied.append("")
    return tidied[:-1] if tidied and not tidied[-1] else tidied


@dataclass(slots=True, kw_only=True)
class _Flow:
    """Text that grows line by line: the mail, or a cell of a table."""

    lines: list[str] = field(default_factory=list)
    line: str = ""

    def write(self, text: str) -> None:
        self.line += text

    def end_line(self) -> None:
        """Begin a new line, unless this one is still empty."""
        if self.line.strip():
            self.lines.append(self.line.rstrip())
        self.line = ""

    def skip_line(self) -> None:
        self.end_line()
        self.lines.append("")


@dataclass(slots=True, kw_only=True)
class _Table:
    """A table that is being read; the mail itself is one of which only the cell is used."""

    rows: list[str] = field(default_factory=list)
    cells: list[list[str]] = field(default_factory=list)
    cell: _Flow = field(default_factory=_Flow)
    in_cell: bool = False

    def end_cell(self) -> None:
        """What stands between cells is a cell too, so that nothing is lost."""
        self.cell.end_line()
        if self.in_cell or self.cell.lines:
            self.cells.append(self.cell.lines)
        self.cell, self.in_cell = _Flow(), False

    def end_row(self) -> None:
        """A row of short cells is one line; of a table that makes the layout the cells are told one after the other."""
        self.end_cell()
        if not self.cells:
            return
        texts = [[line for line in cell if line.strip()] for cell in self.cells]
        if all(len(text) <= 1 for text in texts):
            self.rows.append(" | ".join(text[0].strip() if text else "" for text in texts).strip(" |"))
        else:
            self.rows += [line for cell in self.cells for line in (*cell, "")]
        self.cells = []


class _Reader(HTMLParser):
    """Reads leniently, as browsers do: any tag may be missing its end, or its beginning."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._tables = [_Table()]
        self._unseen = ""
        self._preformatted = False
        self._url = ""
        self._linked_from = 0

    @property
    def _here(self) -> _Flow:
        return self._tables[-1].cell

    def result(self) -> list[str]:
        """The lines, when all was fed."""
        while len(self._tables) > 1:
            self._end_table()
        self._end_line()
        return self._here.lines

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._unseen and tag != "body":
            return
        self._unseen = tag if tag in _UNSEEN else ""
        values = {name: value or "" for name, value in attrs}
        match tag:
            case "table":
                self._end_line()
                if len(self._tables) < _DEEPEST:
                    self._tables.append(_Table())
            case "tr":
                self._end_row()
            case "td" | "th":
                self._end_cell()
                self._tables[-1].in_cell = True
            case "a":
                self._end_link()
                self._url, self._linked_from = values.get("href", "").strip(), len(self._here.line)
            case "img":
                alt = values.get("alt", "").strip()
                self._here.write(f"[picture: {alt}]" if alt else "[picture]")
            case "li":
                self._end_line()
                self._here.write(_BULLET)
            case _:
                self._break(tag)
                self._preformatted = self._preformatted or tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if self._unseen:
            self._unseen = "" if tag == self._unseen else self._unseen
            return
        match tag:
            case "table":
                self._end_table()
            case "tr":
                self._end_row()
            case "td" | "th":
                self._end_cell()
            case "a":
                self._end_link()
            case _:
                self._break(tag)
                self._preformatted = self._preformatted and tag != "pre"

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        if self._preformatted:
            first, *rest = data.splitlines() or [""]
            self._here.write(first)
            for line in (*rest, *([""] if data.endswith("\n") else [])):
                self._end_link()
                self._here.lines.append(self._here.line.rstrip())
                self._here.line = line
        else:
            text = re.sub(r"\s+", " ", data)
            self._here.write(text.lstrip() if self._here.line[-1:] in ("", " ") else text)

    def _break(self, tag: str) -> None:
        if self._here.line == _BULLET:
            return
        if tag in _PARAGRAPHS or (tag == "br" and not self._here.line):
            self._end_link()
            self._here.skip_line()
        elif tag in _BLOCKS:
            self._end_line()

    def _end_line(self) -> None:
        self._end_link()
        self._here.end_line()

    def _end_link(self) -> None:
        """Where a link leads is shown unless its text says so, for one may be written over the other."""
        url, self._url = self._url, ""
        text = self._here.line[self._linked_from :].strip()
        scheme = url.partition(":")[0].lower()
        shown = url.partition(":")[2] if scheme == "mailto" else url
        if text and scheme in ("http", "https", "mailto") and shown.rstrip("/") != text.rstrip("/"):
            self._here.line = f"{self._here.line.rstrip()} ({shown})"

    def _end_cell(self) -> None:
        self._end_link()
        if len(self._tables) > 1:
            self._tables[-1].end_cell()
        else:
            self._here.end_line()

    def _end_row(self) -> None:
        self._end_link()
        if len(self._tables) > 1:
            self._tables[-1].end_row()
        else:
            self._here.end_line()

    def _end_table(self) -> None:
        self._end_row()
        if len(self._tables) > 1:
            ended = self._tables.pop()
            self._here.lines += ["", *ended.rows, ""]
