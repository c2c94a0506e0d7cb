"""The audit trail in a folder: a file for each day, the head, and the lock that one process at a time holds.

``2026-11-24.jsonl`` holds the records of a day in UTC, ``head.json`` where the ledger ends, ``head.json.new`` where it will
end with the record that is being written. A clock that goes back does not bring an older file back to life: a record never
stands in an older file than the one before it. The piece of a record that a writer left, killed or without room, is moved
into ``torn-<its number>.txt``. It was never whole: what it announces was never begun, and what it says was done is told by
Azure alone, by the name of the ticket.
"""

from __future__ import annotations

import fcntl
import os
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from ops.codec.ledger import (
    ANNOUNCED_FILE,
    HEAD_FILE,
    Ending,
    Head,
    Record,
    Verification,
    day_of,
    ending,
    head_from,
    head_text,
    record_from,
    record_line,
    verify,
)
from ops.errors import LedgerProblem
from ops.model.estate import Source
from ops.model.ledger import Action, Actor, Entry, Result
from ops.model.policy import Policy

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\.jsonl")
_LOCK = "lock"
_PRIVATE, _PRIVATE_FOLDER = 0o600, 0o700
_PATIENCE_SECONDS = 30.0
_BLOCK = 65_536


def ledger_folder(policy: Policy, environ: Mapping[str, str]) -> Path:
    """Where the ledger is: PHSM_LEDGER_DIR, else what the configuration says."""
    return Path(environ.get("PHSM_LEDGER_DIR") or policy.ledger.folder)


def verify_ledger(folder: Path, patience_seconds: float = _PATIENCE_SECONDS) -> Verification:
    """Look at every record in the folder; one that is not there has none. Raises LedgerProblem when it cannot be read."""
    with _as_problem(folder, "read"):
        if not folder.exists() and not folder.is_symlink():  # a link that leads nowhere is no new ledger
            return verify((), None)
        with _reading(folder, patience_seconds):
            days = ((path.name, path.read_bytes()) for path in _days(folder))
            return verify(days, _content(folder / HEAD_FILE), _content(folder / ANNOUNCED_FILE))


@dataclass(frozen=True, slots=True)
class LedgerFile:
    """The ledger in a folder, made when the first record is written. ``run`` and ``actor`` are those of this process.

    ``patience_seconds``: how long it waits for another process that writes.
    """

    folder: Path
    run: str
    actor: Actor
    source: Source
    now: Callable[[], datetime]
    patience_seconds: float = _PATIENCE_SECONDS

    def write(
        self,
        action: Action,
        target: str,
        result: Result,
        *,
        request_ids: tuple[str, ...] = (),
        details: Mapping[str, str] | None = None,
    ) -> None:
        """One act of this run, now, on disk when this returns. Mends what a killed writer left.

        Raises LedgerProblem when it cannot be written, or when the ledger does not end where its head says.
        """
        with _as_problem(self.folder, "written"), _writing(self.folder, self.patience_seconds):
            head, newest = _mended(self.folder)
            entry = Entry(
                at=self.now(),
                run=self.run,
                actor=self.actor,
                source=self.source,
                action=action,
                target=target,
                result=result,
                request_ids=request_ids,
                details=details or {},
            )
            line, after = record_line(entry, head)
            _announce(self.folder, after)
            _append(self.folder / max(f"{day_of(entry)}.jsonl", newest), line)
            _replace_head(self.folder)

    def entries(self) -> tuple[Entry, ...]:
        """All acts, the oldest first. Raises LedgerProblem when it cannot be read, or when a record is not as it was written."""
        found = verify_ledger(self.folder, self.patience_seconds)
        if found.flaws:
            first = found.flaws[0]
            raise _broken(self.folder, f"{first.file}{f' line {first.line}' if first.line else ''}: {first.says}")
        return found.entries


@contextmanager
def _as_problem(folder: Path, done: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LedgerProblem(
            f"the ledger could not be {done}: {error.filename or folder}: {error.strerror}",
            tip="make room for it or give access, or name another folder in PHSM_LEDGER_DIR; "
            "without a ledger nothing is written to Azure",
        ) from error


def _broken(folder: Path, why: str) -> LedgerProblem:
    return LedgerProblem(
        f"the ledger in {folder} is not in order: {why}",
        tip=f"phsm ledger verify --folder {shlex.quote(str(folder))}   then keep that folder as it is, find out who changed "
        "it, and begin another in PHSM_LEDGER_DIR; until then nothing is written to Azure",
    )


@contextmanager
def _writing(folder: Path, patience_seconds: float) -> Iterator[None]:
    """Alone, in a folder that is there."""
    if not folder.is_dir():
        folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        _sync(folder.parent)
    with _locked(os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, _PRIVATE), fcntl.LOCK_EX, folder, patience_seconds):
        yield


@contextmanager
def _reading(folder: Path, patience_seconds: float) -> Iterator[None]:
    """While nobody writes; a copy without a lock has no writer."""
    if not (folder / _LOCK).exists():
        yield
        return
    with _locked(os.open(folder / _LOCK, os.O_RDONLY), fcntl.LOCK_SH, folder, patience_seconds):
        yield


@contextmanager
def _locked(descriptor: int, kind: int, folder: Path, patience_seconds: float) -> Iterator[None]:
    """The system releases the lock when the descriptor closes, so also when the process is killed."""
    patiently = Retrying(
        retry=retry_if_exception_type(BlockingIOError),
        stop=stop_after_delay(patience_seconds),
        wait=wait_fixed(0.02),
        reraise=True,
    )
    try:
        try:
            patiently(fcntl.flock, descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LedgerProblem(
                f"another process has held {folder / _LOCK} for {patience_seconds:g} seconds",
                tip=f"wait until the other phsm has ended; fuser {shlex.quote(str(folder / _LOCK))} tells which it is",
            ) from error
        yield
    finally:
        os.close(descriptor)


def _days(folder: Path) -> list[Path]:
    """The files of days, the oldest first."""
    return sorted(path for path in folder.iterdir() if _DAY.fullmatch(path.name))


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _mended(folder: Path) -> tuple[Head, str]:
    """Where the ledger ends, and in which file ("" = it has no record), once what a killed writer left is mended.

    Reads the head and the end of the newest file alone. Raises LedgerProblem when the two do not fit.
    """
    last, newest, rest, torn = _end(folder)
    head = head_from(_content(folder / HEAD_FILE))
    end = ending(head, last, rest, _content(folder / ANNOUNCED_FILE))
    if end is Ending.BROKEN or head is None:
        raise _broken(folder, f"{HEAD_FILE} and the end of {newest or 'its files'} do not fit")
    if torn is not None:
        _put(folder / f"torn-{head.count + 1}.txt", "ab", rest + b"\n")
        _sync(folder)
        with torn.open("r+b") as file:
            file.truncate(torn.stat().st_size - len(rest))
            os.fsync(file.fileno())
    if end is Ending.BEHIND and last is not None:
        head = last.head
        _replace_head(folder)
    return head, newest


def _end(folder: Path) -> tuple[Record | None, str, bytes, Path | None]:
    """The last whole record with the name of its file, and what stands behind it without an end of line, with its file."""
    rest, torn = b"", None
    for path in reversed(_days(folder)):
        line, piece = _last_line(path)
        if piece and torn:
            raise _broken(folder, f"the last lines of {path.name} and {torn.name} are cut off")
        if piece:
            rest, torn = piece, path
        if line is not None:
            try:
                return record_from(line), path.name, rest, torn
            except ValueError as error:
                raise _broken(folder, f"the last record in {path.name} {error}") from error
    return None, "", rest, torn


def _last_line(path: Path) -> tuple[bytes | None, bytes]:
    """The last line that has an end, and what stands behind it; read from the end."""
    blocks: list[bytes] = []
    ends = 0
    with path.open("rb") as file:
        at = file.seek(0, os.SEEK_END)
        while at and ends < 2:
            size = min(_BLOCK, at)
            at -= size
            file.seek(at)
            blocks.append(file.read(size))
            ends += blocks[-1].count(b"\n")
    *lines, rest = b"".join(reversed(blocks)).split(b"\n")
    return (lines[-1] if lines else None), rest


def _append(path: Path, line: bytes) -> None:
    is_new = not path.exists()
    _put(path, "ab", line)
    if is_new:
        _sync(path.parent)


def _announce(folder: Path, head: Head) -> None:
    """Where the ledger will end. The lock is held, so one name serves all that write, and a killed writer's is used again."""
    _put(folder / ANNOUNCED_FILE, "wb", head_text(head))
    _sync(folder)


def _replace_head(folder: Path) -> None:
    """By the one that was announced, whole or not at all."""
    (folder / ANNOUNCED_FILE).replace(folder / HEAD_FILE)
    _sync(folder)


def _put(path: Path, mode: Literal["ab", "wb"], content: bytes) -> None:
    """On disk, in a file for its owner's eyes, when this returns."""
    with open(path, mode, opener=_private) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Names that were made or changed in the folder outlast a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, _PRIVATE)
