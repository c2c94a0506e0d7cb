"""What GitHub makes of markdown, as far as it can be told without GitHub: CommonMark with HTML and tables by
markdown-it, and the references that GitHub looks for in text, but never in code."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

_REFERENCES = {
    "a mention": re.compile(r"(?<![\w`])@[a-z0-9]", re.IGNORECASE),
    "an issue": re.compile(r"#\d|\bGH-\d", re.IGNORECASE),
    "an emoji": re.compile(r":[\w+-]+:"),
    "a link": re.compile(r"[a-z][a-z0-9+.-]*:(//|[^\s:])|www\.|[\w.+-]+@[\w-]+\.", re.IGNORECASE),
    "math": re.compile(r"\$"),
}
_ONLY = {"text", "code_inline", "link_open", "link_close", "strong_open", "strong_close"}


def markdown_problems(markdown: str, sources: Collection[str]) -> Iterator[str]:
    """What in the rendered page is not ours; links may lead to the ``sources`` only."""
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(markdown)
    for token in tokens:
        if token.type in ("html_block", "code_block", "fence", "blockquote_open", "hr", "lheading_open"):
            yield f"a {token.type}: {token.content[:60]}"
        yield from _inline(token.children or [], sources)


def _inline(children: list[Token], sources: Collection[str]) -> Iterator[str]:
    for token in children:
        if token.type not in _ONLY:
            yield f"a {token.type}: {token.content[:60]}"
        if token.type == "link_open" and token.attrGet("href") not in sources:
            yield f"a link to {token.attrGet('href')}"
        if token.type == "text":
            yield from (
                f"{what}: {token.content[:60]}" for what, looks in _REFERENCES.items() if looks.search(token.content)
            )


def cells(line: str) -> list[str]:
    """The cells of a table's row as cmark-gfm splits it: a backslash takes the sign after it along, in code too."""
    if not line.startswith("|"):
        return []
    return re.findall(r"((?:\\[!-/:-@\[-`{-~]|[^|])*)\|", line[1:])
