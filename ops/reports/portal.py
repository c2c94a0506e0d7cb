"""A draft that the API did not take, as a page in markdown to open the ticket by hand: every field of the portal's form.

The way through the portal: https://learn.microsoft.com/azure/payment-hsm/support-guide
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ops.model.ticket import Draft
from ops.model.untrusted import one_line
from ops.reports.layout import moment
from ops.reports.run_markdown import code, text

_SERVICE = "Payment HSM"


def render(draft: Draft, why: str) -> str:
    """``why`` it has to be opened by hand. Whom Microsoft calls is no part of a draft: the page asks for it."""
    return "\n".join(_lines(draft, why)) + "\n"


def _lines(draft: Draft, why: str) -> Iterator[str]:
    yield (
        "**Look first whether there is a ticket for this by now**: `phsm tickets list`, or in the Azure portal Help + support, "
        "All support requests. If there is one, do nothing here."
    )
    yield ""
    yield "# Support ticket to open by hand"
    yield ""
    yield f"Title: {text(draft.title)}"
    yield ""
    yield f"Not opened by phsm: {text(why, 1000)}"
    yield ""
    yield "## In the Azure portal"
    yield ""
    yield "1. Sign in with an account that may open support requests in the subscription below."
    yield "2. At the upper right open **Support + troubleshooting** (the question mark), then **Help + support**."
    yield "3. Choose **Create a support request** and fill in the form as follows."
    yield ""
    yield "| field | value |"
    yield "| --- | --- |"
    for field, value in _fields(draft):
        yield f"| {field} | {value} |"
    yield ""
    yield "## Description"
    yield ""
    yield from _fenced(draft.description)
    yield ""
    yield "## Afterwards"
    yield ""
    yield "`phsm tickets list` shows the ticket, and while it is open no second one is opened for the same."


def _fields(draft: Draft) -> Iterator[tuple[str, str]]:
    topic = draft.classification.display_name if draft.classification else ""
    name = draft.service.display_name if draft.service else ""
    yield "Issue type", "Technical"
    yield "Subscription", code(draft.subscription, 60)
    yield "Service type", f"{_SERVICE} ({text(name)})" if name else _SERVICE
    if draft.resource_id:
        yield "Resource", code(draft.resource_id, 1000)
    yield "Summary", text(draft.title)
    yield "Problem type and subtype", text(topic) or f"what comes nearest to {text(draft.category.value)}"
    yield "When did the problem start", moment(draft.started_at)
    yield "Description", "the text below"
    if draft.evidence is not None:
        yield "File upload", f"{code(draft.evidence.name)}, which lies beside this page"
    yield "Advanced diagnostic information", "Yes" if draft.consent.diagnostics else "No"
    yield "Severity", f"{draft.severity.letter} ({draft.severity.value})"
    yield "Contact", "whom Microsoft shall call: name, e-mail address, phone number, language"


def _fenced(description: str) -> Iterator[str]:
    """The text behind a fence that is longer than any in it."""
    lines = [one_line(line, 2000) for line in description.splitlines()]
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}text"
    yield from lines
    yield fence
