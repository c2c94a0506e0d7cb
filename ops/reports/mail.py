"""Mails as lines of text. Azure keeps the messages of a ticket as HTML, with tables inside tables for their layout.

Of a link its text and where it leads are shown, of a picture that there was one; nothing is ever loaded or run.
"""

from __future__ import annotations

import html
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
_PRE = re.compile(r"<pre\b", re.IGNORECASE)
_WRAPPED = re.compile(r"\s*<pre>((?:(?!</pre).)*)(?:</pre>\s*)?", re.IGNORECASE | re.DOTALL)
"""Text as Azure gives it back: one ``<pre>`` around all of it, whose end may have been cut off."""
_PARAGRAPHS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "hr"}
_BLOCKS = _PARAGRAPHS | {"body", "br", "center", "dd", "div", "dt", "footer", "header", "li", "pre", "section"}
_UNSEEN = {"iframe", "math", "noembed", "noframes", "script", "style", "svg", "template", "title", "xmp"}


def lines_of(body: str, *, is_text: bool = False) -> list[str]:
    """The lines of a body, HTML or plain text; each is safe to print behind an indent, and a blank one is never alone.

    ``is_text``: it was sent as plain text, so that what looks like a tag is none, unless Azure put a ``<pre>`` into it.
    """
    kept = body[:MOST_CHARACTERS]
    wrapped = _WRAPPED.fullmatch(kept)
    if wrapped:
        lines = _unescaped(wrapped[1]).splitlines()
    elif (_PRE if is_text else _TAG).search(kept):
        lines = _lines_of_html(kept)
    else:
        lines = kept.splitlines()
    left = len(body) - len(kept)
    return [*_tidy(lines), *([f"({left} more characters are left out)"] if left else [])]


def _unescaped(text: str) -> str:
    """What was sent, by what stands in the ``<pre>`` of it: where a ``<`` is left, Azure cannot have escaped it."""
    return text if "<" in text else html.unescape(text)


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


def _shown_url(href: str) -> str:
    """Where a link leads, as its text would say it; nothing for what leads nowhere from a terminal."""
    url = href.strip()
    scheme, _, rest = url.partition(":")
    return {"http": url, "https": url, "mailto": rest}.get(scheme.lower(), "")


class _Reader(HTMLParser):
    """Reads leniently, as browsers do: any tag may be missing its end, or its beginning."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._tables = [_Table()]
        self._unseen = ""
        self._preformatted = False
        self._url = ""  # where the link leads that is being read, until that was shown
        self._linked = ""  # what is written of its text on this line

    @property
    def _here(self) -> _Flow:
        return self._tables[-1].cell

    def result(self) -> list[str]:
        """The lines, when all was fed."""
        while len(self._tables) > 1:
            self._end_table()
        self._end_line()
        if self._unseen:
            self._here.lines.append(f"(the rest is in an unclosed <{self._unseen}> and left out)")
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
                self._close_link()
                self._url = _shown_url(values.get("href", ""))
            case "img":
                alt = values.get("alt", "").strip()
                self._write(f"[picture: {alt}]" if alt else "[picture]")
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
                self._close_link()
            case _:
                self._break(tag)
                self._preformatted = self._preformatted and tag != "pre"

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        if self._preformatted:
            first, *rest = data.splitlines() or [""]
            self._write(first)
            for line in (*rest, *([""] if data.endswith("\n") else [])):
                self._end_link()
                self._here.lines.append(self._here.line.rstrip())
                self._here.line = ""
                self._write(line)
        else:
            text = re.sub(r"\s+", " ", data)
            self._write(text.lstrip() if self._here.line[-1:] in ("", " ") else text)

    def _write(self, text: str) -> None:
        self._here.write(text)
        if self._url:
            self._linked += text

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
        """At the end of a line, where its link leads unless its text says so, for one may be written over the other.

        A link goes on, over lines and cells, until that was shown or it is closed.
        """
        text, self._linked = self._linked.strip(), ""
        if text and self._url and self._url.rstrip("/") != text.rstrip("/"):
            self._here.line = f"{self._here.line.rstrip()} ({self._url})"
            self._url = ""

    def _close_link(self) -> None:
        self._end_link()
        self._url = ""

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
