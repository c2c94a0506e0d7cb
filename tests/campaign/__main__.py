"""``python -m tests.campaign``: play all scenarios, and end with 1 where anything is there twice, lost, or not as it was said.

``--short``: the writes alone, with four faults, and six kills. ``--jobs N``: so many processes. ``--only TEXT``: the
scenarios with this text in their names.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial

from tests.campaign import scenarios
from tests.campaign.play import Played, Stage, clean, play, tickets_of_yesterday
from tests.campaign.scenarios import Scenario

_TOLD_EVERY_SECONDS = 10.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.campaign", description="Is a ticket opened once?")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--jobs", type=int, default=2, metavar="N")
    parser.add_argument("--only", default="", metavar="TEXT")
    options = parser.parse_args()
    started = time.monotonic()
    stage = Stage(None if options.short else tickets_of_yesterday())
    undisturbed = clean(stage)
    _say(
        f"an undisturbed run asks {len(undisturbed.asked)} times, its ledger calls the system {undisturbed.audits} times"
    )
    wanted = scenarios.few(undisturbed) if options.short else scenarios.everything(undisturbed)
    todo = [one for one in wanted if options.only in one.name]
    duplicates = lost = wrong = done = 0
    told = time.monotonic()
    with players(options.jobs) as played_by:
        for played in played_by(partial(play, stage), todo):
            done += 1
            duplicates += len(played.duplicates)
            lost += len(played.lost)
            wrong += bool(played.lies)
            for line in (*played.duplicates, *played.lost, *played.lies):
                _say(f"{played.name}: {line}")
            if time.monotonic() - told > _TOLD_EVERY_SECONDS:
                told = time.monotonic()
                _say(f"{done} of {len(todo)} after {told - started:.0f} s: {played.name}")
    if wrong:
        _say(f"in {wrong} of them something was said that is not so")
    _say(f"scenarios {done}, duplicates {duplicates}, lost {lost}")
    return int(bool(duplicates or lost or wrong))


@contextmanager
def players(jobs: int) -> Iterator[Callable[[Callable[[Scenario], Played], list[Scenario]], Iterable[Played]]]:
    """What plays scenarios, in the order of them: so many processes, or this one."""
    if jobs == 1:
        yield map
        return
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
        yield partial(pool.map, chunksize=4)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
