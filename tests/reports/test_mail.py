import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.reports.mail import MOST_CHARACTERS, lines_of
from tests.hostile import HOSTILE

BODIES = {
    "plain text": ("Hello\r\n\r\n\r\n  a < b & c\n", ["Hello", "", "  a < b & c"]),
    "nothing": ("", []),
    "what azure makes of ours": (
        "<pre>Impact: a &lt;b&gt;\n  - x\n\nFindings: none</pre>",
        ["Impact: a <b>", "  - x", "", "Findings: none"],
    ),
    "paragraphs": ("<p>one\n more</p><p>two<br>three</p>", ["one more", "", "two", "three"]),
    "divisions": ("<div>one</div><div>two</div><br><div>three</div>", ["one", "two", "", "three"]),
    "emphasis": ("<p>a <b>bold</b>, <i>x</i>y</p>", ["a bold, xy"]),
    "a list": ("<ul><li>one<li><p>two</p></ul>after", ["- one", "- two", "", "after"]),
    "a table": (
        "<table><tr><th>HSM</th><th>State</th></tr><tr><td>a</td><td>Failed</td></table>",
        ["HSM | State", "a | Failed"],
    ),
    "a table of an office program": (
        "<table><tr><td><p>HSM</p></td><td><p>State</p></td></tr><tr><td><p>a</p></td><td></td></tr></table>",
        ["HSM | State", "a"],
    ),
    "an empty cell in the middle": ("<table><tr><td>a<td><td>b</table>", ["a | | b"]),
    "tables for the layout": (
        "<table><tr><td>top</td></tr><tr><td><p>Hello</p><table><tr><td>a</td><td>b</td></tr></table><p>bye</p></td></tr></table>",
        ["top", "", "Hello", "", "a | b", "", "bye"],
    ),
    "text outside of the cells": ("<table>a<tr>b<td>c</td>d</tr>e</table>f", ["a", "b | c | d", "e", "", "f"]),
    "no ends and no beginnings": ("</td></tr></table>a<table><tr><td>b", ["a", "", "b"]),
    "scripts and styles": (
        "<style>p{}</style><p>a</p><script>x<p></script>b<svg><text>c</text></svg>d",
        ["a", "", "bd"],
    ),
    "an object, of which there is only what stands for it": (
        "<p>a <object data=x><b>b</b> c</p><p>d</p>",
        ["a b c", "", "d"],
    ),
    "what never ends": ("<div>a</div><svg><p>b</p>", ["a", "(the rest is in an unclosed <svg> and left out)"]),
    "a style that never ends": (
        "<p>a</p><style>x<p>b</p>",
        ["a", "", "(the rest is in an unclosed <style> and left out)"],
    ),
    "one that never ends in a table": (
        "<table><tr><td>a<td><title>b</td></tr></table>",
        ["a", "", "(the rest is in an unclosed <title> and left out)"],
    ),
    "a head without an end": ("<html><head><title>t<body>a</body>", ["a"]),
    "a comment": ("<p>a<!-- b --><!--[if mso]>c<![endif]-->d</p>", ["ad"]),
    "conditions that break the parser": ("<p>a<![if !mso]>b<![endif]>c<![ d</p>", ["abc"]),
    "a tag that never ends": ("<p>a</p>b < c <d", ["a", "", "b < c <d"]),
    "a comment that never ends": ("<p>a<!-- b", ["a<!-- b"]),
    "pictures": (
        "<p><img src='https://example.com/x.png' alt='logo'>a<img src=cid:1></p>",
        ["[picture: logo]a[picture]"],
    ),
    "entities": ("<p>&lt;script&gt; &amp;amp; &#27;[2J&#x202e;x</p>", ["<script> &amp; [2J x"]),
    "commands to a runner": ("<p>::error::x</p><p>##[group]</p>", [": :error::x", "", "# #[group]"]),
}
LINKS = {
    "text": ("<a href='https://example.com/a?b=1&amp;c'>here</a>.", ["here (https://example.com/a?b=1&c)."]),
    "itself": ("<a href='https://example.com/'>https://example.com</a>", ["https://example.com"]),
    "another under it": (
        "<a href='https://evil.example.com'>https://learn.microsoft.com</a>",
        ["https://learn.microsoft.com (https://evil.example.com)"],
    ),
    "a mail address": ("<a href='mailto:a@example.com'>a@example.com</a>", ["a@example.com"]),
    "a person": ("<a href='mailto:a@example.com'>Jo</a>", ["Jo (a@example.com)"]),
    "a script": ("<a href='javascript:alert(1)'>here</a><a href='#top'>up</a>", ["hereup"]),
    "no end": ("<p>see <a href='https://example.com'>this<p>next", ["see this (https://example.com)", "", "next"]),
    "a picture": ("<a href='https://example.com'><img></a>", ["[picture] (https://example.com)"]),
    "a division around its text": (
        "<a href='https://evil.example.com'><div>https://portal.azure.com</div></a>",
        ["https://portal.azure.com (https://evil.example.com)"],
    ),
    "a paragraph around its text": (
        "<a href='https://example.com/up'><p>Upload files</p></a><p>x",
        ["Upload files (https://example.com/up)", "", "x"],
    ),
    "a line before its text": ("<a href='https://example.com'><br>a</a>", ["a (https://example.com)"]),
    "a table around its text": (
        "<a href='https://example.com'><table><tr><td>a</td><td>b</td></tr></table></a>",
        ["a (https://example.com) | b"],
    ),
    "another under its second line": (
        "<a href='https://evil.example.com'>https://evil.example.com<br>https://portal.azure.com</a><p>x",
        ["https://evil.example.com", "https://portal.azure.com (https://evil.example.com)", "", "x"],
    ),
    "in preformatted lines": (
        "<p>x</p><pre>a <a href='https://example.com'>\nb</a>\nc</pre>",
        ["x", "", "a", "b (https://example.com)", "c"],
    ),
    "in a list": (
        "<ul><a href='https://example.com'><li>https://example.com</a><li>x",
        ["- https://example.com", "- x"],
    ),
    "none": ("<a name=x></a><a href='https://example.com'></a>a", ["a"]),
    "in a cell": ("<table><tr><td><a href='https://example.com'>a</td><td>b</table>", ["a (https://example.com) | b"]),
}


@pytest.mark.parametrize(("body", "lines"), BODIES.values(), ids=BODIES)
def test_a_body_is_read_as_text(body: str, lines: list[str]) -> None:
    assert lines_of(body) == lines


_SAID = 'use <red> & "a < b" then\n  <template> the rest </b>\nlast line'


@pytest.mark.parametrize("sent", [_SAID, re.sub(r"<\b|<(?=/)", "< ", _SAID)], ids=["with tags", "with spaces"])
def test_text_that_was_sent_is_shown_whether_azure_escapes_it_or_not(sent: str) -> None:
    for body in (f"<pre>{sent}</pre>", f"<pre>{html.escape(sent)}</pre>", f"\n<PRE>{sent}\n</PRE>\n", f"<pre>{sent}"):
        assert lines_of(body) == sent.splitlines()
    assert lines_of(sent, is_text=True) == sent.splitlines()


def test_what_was_sent_as_text_is_html_once_azure_made_it_so() -> None:
    assert lines_of("<div><pre>a &lt;b&gt;\n  c</pre></div>", is_text=True) == ["a <b>", "  c"]
    assert lines_of("plain <b> and <i> more", is_text=True) == ["plain <b> and <i> more"]
    assert lines_of("plain <b> and <i> more") == ["plain and more"]


def test_several_preformatted_parts_are_html() -> None:
    assert lines_of("<pre>a <b>b</b></pre><p>c</p><pre>d</pre>") == ["a b", "", "c", "", "d"]


@pytest.mark.parametrize(("body", "lines"), LINKS.values(), ids=LINKS)
def test_a_link_says_where_it_leads(body: str, lines: list[str]) -> None:
    assert lines_of(body) == lines


def test_of_a_huge_body_the_beginning_is_read_and_the_rest_is_counted() -> None:
    lines = lines_of("<p>" + "a " * MOST_CHARACTERS)
    assert lines[-1] == f"({MOST_CHARACTERS + 3} more characters are left out)"
    assert len(lines) == 2


def test_tables_without_end_are_read_all_the_same() -> None:
    assert lines_of("<table><tr><td>" * 3000 + "a")[-1] == "a"


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_nothing_that_is_not_seen_comes_through(text: str) -> None:
    for body in (text, f"<p>{text}</p>", f"<pre>{text}</pre>", f"<table><tr><td>{text}</td></tr></table>"):
        for line in lines_of(body):
            assert line.isprintable()
            assert "##" not in line
            assert not line.lstrip().startswith("::")


_PIECES = (
    "p",
    "/p",
    "table",
    "/table",
    "tr",
    "td",
    "/td",
    "pre",
    "/pre",
    "a href='https://x.example.com'",
    "svg",
    "/a",
    "li",
    "br",
)
_MARKS = (
    "<![",
    "<!",
    "<!--",
    "-->",
    "]>",
    "<",
    ">",
    "<?",
    "</",
    "&#xD800;",
    "&",
    "'",
    '"',
    "<![CDATA[",
    "<script>",
    "<title>",
)


@given(st.lists(st.sampled_from([*(f"<{one}>" for one in _PIECES), *_MARKS, "word", "\n", " "]), max_size=40))
def test_any_mess_of_tags_is_read(pieces: list[str]) -> None:
    lines = lines_of("<p>" + "".join(pieces))
    assert all(line.isprintable() for line in lines)
    assert "" not in (lines[:1] + lines[-1:])
