"""A process that writes to a ledger, for tests that need more than one, or one that dies: ``python -m`` this, with

``append FOLDER RUN COUNT``    write so many records; exit 6 with the error where that cannot be
``full FOLDER MORE``           write one record while no file may grow by more than so many bytes
``killed FOLDER``              kill a writer before each of its calls to the system, each in a copy ``FOLDER-<number>``
``torn FOLDER STEP``           kill a writer in the middle of its record, behind each STEP bytes of it, in such copies
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from ops.adapters.ledger_file import LedgerFile
from ops.errors import LedgerProblem
from ops.model.ledger import Action, Result
from tests.ledger import ACTOR, SOURCE, TICKET, entry

_BOUND = 1000


def ledger(folder: Path, run: str = "run-1", patience_seconds: float = 30) -> LedgerFile:
    """One whose clock stands still, so that a record is the same in every copy."""
    return LedgerFile(folder, run, ACTOR, SOURCE, lambda: entry().at, patience_seconds)


def append(folder: Path, run: str, count: int) -> int:
    try:
        for number in range(count):
            ledger(folder, run).write(Action.COMMENT, TICKET, Result.DONE, details={"number": str(number)})
    except LedgerProblem as error:
        sys.stdout.write(f"{error.what}\n{error.tip}\n")
        return error.exit_code
    return 0


def limit(folder: Path, more: int) -> None:
    """No file of this process may grow by more than so many bytes over the largest in the folder."""
    largest = max(file.stat().st_size for file in folder.iterdir())
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest + more, largest + more))


def die_before(step: int, folder: Path) -> None:
    """Kill this process before its call of this number to the system about the folder or a lock."""
    seen = 0

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        paths = [os.fsdecode(each) for each in arguments if isinstance(each, str | bytes | os.PathLike)]
        if event == "fcntl.flock" or any(path.startswith(str(folder)) for path in paths):
            seen += 1
            if seen == step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def in_a_child(folder: Path, prepare: Callable[[], None]) -> bool:
    """Whether the child that prepares itself so and writes one record was killed."""
    child = os.fork()
    if child == 0:
        prepare()
        append(folder, "killed", 1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def copy_of(folder: Path, number: int) -> Path:
    copy = folder.with_name(f"{folder.name}-{number:04}")
    if folder.exists():
        shutil.copytree(folder, copy)
    return copy


def killed(folder: Path) -> int:
    for step in range(1, _BOUND):
        copy = copy_of(folder, step)
        if not in_a_child(copy, lambda copy=copy, step=step: die_before(step, copy)):  # type: ignore[misc]
            return 0
    return 1


def torn(folder: Path, step: int) -> int:
    def prepare(copy: Path, more: int) -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        limit(copy, more)

    for more in range(0, _BOUND, step):
        copy = copy_of(folder, more)
        if not in_a_child(copy, lambda copy=copy, more=more: prepare(copy, more)):  # type: ignore[misc]
            return 0
    return 1


def main(mode: str, folder: str, *words: str) -> int:
    match mode, words:
        case "append", (run, count):
            return append(Path(folder), run, int(count))
        case "full", (more,):
            limit(Path(folder), int(more))
            return append(Path(folder), "run-1", 1)
        case "killed", ():
            return killed(Path(folder))
        case "torn", (step,):
            return torn(Path(folder), int(step))
    return 2


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
