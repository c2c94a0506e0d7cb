"""What tickets and communications of ours tell about themselves, so that a later run knows what was said already.

Azure sends a body back wrapped in ``<pre>``, and may escape it as HTML, so all of it is read as text first.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from ops.model.finding import Finding
from ops.model.ticket import Ticket
from ops.model.untrusted import one_line

NAME_LENGTH = 80
"""How much of a subject's name stands in a line about it."""
_CUT = "more, cut for length"
_VOLATILE = re.compile(r"\d+ (?:minutes|hours|days)\b|\d{4}-\d\d-\d\d \d\d:\d\d UTC")
"""What an evidence says about time: the same fact an hour later is nothing new."""
_DIGEST = re.compile(r"(?im)^\s*Findings: ([0-9a-f]{12})\s*$")
_SEEN = re.compile(r"(?m)^- (?P<name>.+?): (?P<evidence>.*)\((?P<check>PHSM-[A-Z0-9]+-[0-9]{3})\)\s*$")
_BREAK = re.compile(r"(?i)<br\s*/?>|</?(?:pre|p|div)(?:\s[^<>]*)?>")
_HSM = re.compile(r"(?i)/subscriptions/[^/\s]+/resourceGroups/[^/\s]+/providers/[^/\s]+/dedicatedHSMs/[^/\s,]+")
_GUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that is wrong, as a ticket tells it: the subject's name, the check, and a part of the evidence.

    ``part`` lacks what only tells of time; ``line`` has it, and is the fact as a line of a ticket.
    """

    name: str
    check: str
    part: str
    line: str = field(compare=False)


def seen(finding: Finding) -> str:
    """A finding as a line of a ticket."""
    return f"- {named(finding)}: {one_line(finding.evidence)} ({finding.check})"


def named(finding: Finding) -> str:
    """The subject's name as it stands in that line."""
    return one_line(finding.subject.name, NAME_LENGTH)


def some(lines: Iterable[str], most: int) -> Iterator[str]:
    """The first of these lines, and how many are left out."""
    known = list(lines)
    yield from known[:most]
    if len(known) > most:
        yield f"- and {len(known) - most} {_CUT}"


def digest(findings: Iterable[Finding]) -> str:
    """12 hex digits that stay the same while the same is wrong, however long it has been so."""
    facts = {f"{f.check}\t{f.subject.key}\t{_VOLATILE.sub('', f.evidence)}" for f in findings}
    return sha256("\n".join(sorted(facts)).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def ending(findings: Iterable[Finding], tool: str) -> tuple[str, ...]:
    """The last lines of a ticket or a communication; no findings = nothing is wrong any more."""
    known = list(findings)
    return f"Findings: {digest(known) if known else 'none'}", f"Tool: {tool}"


def earlier(ticket: Ticket | None) -> tuple[str, ...]:
    """The line about the last ticket for the same cause, if there was one."""
    if ticket is None:
        return ()
    closed = f", closed {ticket.modified_at:%Y-%m-%d}" if ticket.modified_at else ", closed"
    return (f"Earlier: {one_line(ticket.number or 'no number', 60)} ({one_line(ticket.name, 80)}){closed}",)


def digest_in(text: str) -> str | None:
    """The digest of the findings that a ticket or a communication of ours tells; None = it tells none."""
    found = _DIGEST.findall(_plain(text))
    return found[-1].lower() if found else None


def failures_in(text: str) -> frozenset[tuple[str, str]]:
    """The name and the check of everything that a ticket or a communication of ours says we see."""
    return frozenset((found["name"], found["check"]) for found in _SEEN.finditer(_plain(text)))


def facts_in(text: str) -> frozenset[Fact]:
    """All that a ticket or a communication of ours says we see, part by part."""
    found = _SEEN.finditer(_plain(text))
    return frozenset(fact for one in found for fact in _facts(one["name"], one["evidence"], one["check"]))


def facts_of(findings: Iterable[Finding]) -> frozenset[Fact]:
    """The facts that a text of ours tells of these findings."""
    return frozenset(fact for one in findings for fact in _facts(named(one), one_line(one.evidence), one.check))


def _facts(name: str, evidence: str, check: str) -> Iterator[Fact]:
    for part in map(str.strip, evidence.split("; ")):
        lasting = _VOLATILE.sub("", part).replace("< ", "<").strip()  # a space is put behind a < when it is sent
        yield Fact(name=name, check=check, part=lasting, line=f"- {name}: {part} ({check})")


def hsms_in(text: str) -> frozenset[str]:
    """The keys of the HSMs that a ticket of ours names."""
    return frozenset(found.lower() for found in _HSM.findall(_plain(text)))


def subscriptions_in(text: str) -> tuple[str, ...]:
    """The ids of the subscriptions that a FastPath ticket of ours names."""
    return tuple(sorted(set(_GUID.findall(_plain(text).lower()))))


def is_whole(text: str) -> bool:
    """Whether no list of the ticket was cut for length."""
    return _CUT not in text


def _plain(text: str) -> str:
    return html.unescape(_BREAK.sub("\n", text)).replace("\r", "\n")
