"""The audit trail as text: one record a line, each bound to the one before it by a hash.

A line is canonical JSON: sorted keys, no spaces, ASCII. It holds ``v``, the fields of the entry, ``seq`` (1, 2, ... over
all days), ``prev`` (the hash of the record before) and ``hash`` (SHA-256 over the rest of the record in the same form).
The head, kept in a file of its own, is the number and the hash of the last record. The head that a record leads to is
announced, in another file, before that record is written: a writer that is killed leaves a record that was announced. So
whatever is changed, taken out, put in or moved is found; unless somebody writes all that follows and the head anew, which
only a head that was kept elsewhere shows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC
from enum import Enum
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from ops.model.estate import Source
from ops.model.ledger import Entry

HEAD_FILE = "head.json"
ANNOUNCED_FILE = "head.json.new"
_VERSION = 1
_OF_THE_CHAIN = ("v", "seq", "prev", "hash")
_ID, _DETAIL, _WORD = 2000, 500, 200
"""How many characters an ARM id, a detail and everything else may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where a ledger ends: how many records it has, and the hash of the last one."""

    count: int
    hash: str


START = Head(count=0, hash="0" * 64)
"""Where a ledger without a record ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One whole line: the entry, and its place in the chain."""

    seq: int
    prev: str
    hash: str
    entry: Entry

    @property
    def head(self) -> Head:
        """Where the ledger ends with this record."""
        return Head(count=self.seq, hash=self.hash)

    @property
    def before(self) -> Head:
        """Where the ledger ended before it."""
        return Head(count=self.seq - 1, hash=self.prev)


class Ending(Enum):
    """How the end of the files stands to the head. ``BEHIND`` and ``TORN`` are what a killed writer leaves.

    ``BEHIND``: one whole record more than the head says, which was announced. ``TORN``: behind the last, a piece of the next.
    """

    WHOLE = "whole"
    BEHIND = "behind"
    TORN = "torn"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """What is wrong, in which file and line (0 = the whole file); ``seq`` is the record that is due there."""

    file: str
    line: int
    seq: int
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What a look at every record found. ``head`` is that of the last whole record, ``note`` what a killed writer left."""

    entries: tuple[Entry, ...]
    days: int
    head: Head
    flaws: tuple[Flaw, ...]
    note: str = ""

    @property
    def exit_code(self) -> int:
        """3 when something is wrong, 4 where there is no record yet, else 0."""
        return 3 if self.flaws else 0 if self.entries else 4


def day_of(entry: Entry) -> str:
    """The day in UTC, as files are named: ``2026-11-24``."""
    return entry.at.astimezone(UTC).date().isoformat()


def record_line(entry: Entry, after: Head) -> tuple[bytes, Head]:
    """The line, with its end, that an entry becomes behind ``after``, and where the ledger then ends.

    Halves of surrogate pairs, which no JSON can carry, become question marks; what is too long is cut.
    """
    document = _document(entry) | {"v": _VERSION, "seq": after.count + 1, "prev": after.hash}
    digest = _digest(document)
    return _canonical(document | {"hash": digest}) + b"\n", Head(count=after.count + 1, hash=digest)


def record_from(line: bytes) -> Record:
    """The record of a line without its end. Raises ValueError, with the reason, for one that was never written so."""
    try:
        document = json.loads(line.decode("ascii"))
        whole = _canonical(document) == line
    except (ValueError, RecursionError) as error:
        raise ValueError("is no record") from error
    if not isinstance(document, dict) or not isinstance(document.get("hash"), str):
        raise ValueError("is no record")
    rest = {key: value for key, value in document.items() if key != "hash"}
    if not whole or document["hash"] != _digest(rest):
        raise ValueError("was changed after it was written")
    version, seq, prev = (document.get(key) for key in ("v", "seq", "prev"))
    if type(version) is int and version > _VERSION:
        raise ValueError(f"was written by a newer phsm: its form is {version}, this one knows {_VERSION}")
    if type(version) is not int or version != _VERSION or type(seq) is not int or not isinstance(prev, str):
        raise ValueError("is no record")
    facts = {key: value for key, value in rest.items() if key not in _OF_THE_CHAIN}
    try:
        entry = _adapter().validate_json(json.dumps(facts), strict=True, extra="forbid")
        as_written = _document(entry) == facts
    except (ValueError, OverflowError) as error:  # the first year of the calendar, told in a zone east of UTC
        raise ValueError("is no record") from error
    if not as_written:
        raise ValueError("is no record")
    return Record(seq=seq, prev=prev, hash=document["hash"], entry=entry)


def head_text(head: Head) -> bytes:
    """The content of the head's file."""
    return _canonical({"count": head.count, "hash": head.hash}) + b"\n"


def head_from(content: bytes | None) -> Head | None:
    """The head that the file holds; START where there is none (None); None for a file that is damaged."""
    if content is None:
        return START
    try:
        document = json.loads(content.decode("ascii"))
        head = Head(count=document["count"], hash=document["hash"])
        return head if head.count > 0 and head_text(head) == content else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def ending(head: Head | None, last: Record | None, rest: bytes, announced: bytes | None) -> Ending:
    """How the last whole record, and what stands behind it without an end of line, fit the head and what was announced."""
    if (last.head if last else START) == head:
        return Ending.TORN if rest else Ending.WHOLE
    is_next = last is not None and last.before == head and not rest and announced == head_text(last.head)
    return Ending.BEHIND if is_next else Ending.BROKEN


def verify(
    files: Iterable[tuple[str, bytes]], head_content: bytes | None, announced: bytes | None = None
) -> Verification:
    """Look at every record: the names and contents of the days' files, the oldest first, of the head's and the announced's."""
    walk = _Walk()
    for name, content in files:
        if content:
            walk.through(name, content)
    head = head_from(head_content)
    end = ending(head, walk.last, walk.rest, announced)
    if end is Ending.BROKEN and (says := _why_broken(head, head_content, walk)):
        walk.flaws.append(Flaw(file=HEAD_FILE, line=0, seq=walk.at.count, says=says))
    killed = end in (Ending.BEHIND, Ending.TORN) and not walk.flaws
    return Verification(
        entries=tuple(walk.entries),
        days=walk.days,
        head=walk.at,
        flaws=tuple(walk.flaws),
        note=f"a writer was killed after record {walk.at.count}; the next write mends it" if killed else "",
    )


@dataclass(slots=True, kw_only=True)
class _Walk:
    """How far a verification has come. ``at.hash`` is empty, and ``last`` None, behind a line that is no record."""

    at: Head = START
    last: Record | None = None
    rest: bytes = b""
    file: str = ""
    day: str = ""
    days: int = 0
    entries: list[Entry] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)

    def through(self, name: str, content: bytes) -> None:
        if self.rest:
            self._flaw(0, "its last line is cut off")
        *lines, self.rest = content.split(b"\n")
        self.file, self.days = name, self.days + bool(lines)
        for number, line in enumerate(lines, 1):
            try:
                record = record_from(line)
            except ValueError as error:
                self._flaw(number, f"record {self.at.count + 1} {error}")
                self.at, self.last = Head(count=self.at.count + 1, hash=""), None
                continue
            self.entries.append(record.entry)
            self._reach(number, record)

    def _reach(self, number: int, record: Record) -> None:
        due = self.at.count + 1
        if record.seq < due:  # and what follows it is measured by the one before it
            self._flaw(number, f"record {record.seq} stands behind record {self.at.count}")
            return
        self.day = max(self.day, day_of(record.entry))
        if record.seq > due:
            self._flaw(number, f"{_records(due, record.seq - 1)} missing before it")
        elif self.at.hash and record.prev != self.at.hash:
            self._flaw(number, f"record {record.seq} does not continue the record before it: one of them was replaced")
        elif self.file != f"{self.day}.jsonl":
            self._flaw(number, f"record {record.seq} belongs into {self.day}.jsonl")
        self.at, self.last = record.head, record

    def _flaw(self, line: int, says: str) -> None:
        self.flaws.append(Flaw(file=self.file, line=line, seq=self.at.count + 1, says=says))


def _why_broken(head: Head | None, content: bytes | None, walk: _Walk) -> str:
    """What the head says else than the files; "" where a flaw tells it already."""
    if head is None:
        return "it is damaged"
    if content is None:
        return f"it is missing, and the files hold {walk.at.count} records"
    if head.count > walk.at.count:
        cut = "; the last line is cut off" if walk.rest else ""
        return f"{_records(walk.at.count + 1, head.count)} missing at the end{cut}"
    if head.count < walk.at.count:
        return f"it ends with record {head.count}, the files with record {walk.at.count}"
    return "" if not walk.at.hash else f"it names another hash than record {head.count} has"


def _records(first: int, last: int) -> str:
    return f"record {first} is" if first == last else f"records {first} to {last} are"


def _document(entry: Entry) -> dict[str, Any]:
    return {
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "run": _text(entry.run, _WORD),
        "actor": {
            "object_id": _text(entry.actor.object_id, _WORD),
            "application_id": _text(entry.actor.application_id, _WORD),
        },
        "source": _source(entry.source),
        "action": entry.action.value,
        "target": _text(entry.target, _ID),
        "result": entry.result.value,
        "request_ids": [_text(one, _WORD) for one in entry.request_ids],
        "details": {_text(key, _WORD): _text(value, _DETAIL) for key, value in entry.details.items()},
    }


def _source(source: Source) -> dict[str, Any]:
    return {
        "kind": source.kind,
        "name": _text(source.name, _ID),
        "original": _source(source.original) if source.original else None,
    }


def _text(text: str, longest: int) -> str:
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return whole if len(whole) <= longest else whole[: longest - 1] + "…"


def _canonical(document: Any) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")


def _digest(document: dict[str, Any]) -> str:
    return hashlib.sha256(_canonical(document)).hexdigest()


@cache
def _adapter() -> TypeAdapter[Entry]:
    return TypeAdapter(Entry)
