"""Ten commands that are started together open each ticket once, whether they share a ledger or know nothing of each other."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ops.adapters.ledger_file import verify_ledger
from ops.model.ledger import Action, Result
from tests.campaign import truth
from tests.campaign.estate import CONFIG, small
from tests.campaign.place import Place, WatchedAzure, serving
from tests.process import BIN, environment

_RUNNERS = 10
_SECONDS = 250


@contextmanager
def served(**desk: Any) -> Iterator[Place]:
    with serving(WatchedAzure(small(**desk).estate())) as place:
        yield place


def at_once(place: Place, home: Path, ledgers: Sequence[Path]) -> list[tuple[int, str]]:
    """As many commands as ledgers, started together: the exit code and all that each printed."""
    config = home / "phsm.yaml"
    config.write_text(json.dumps(CONFIG))
    started: list[subprocess.Popen[str]] = []
    try:
        for ledger in ledgers:
            env = environment(
                home,
                PHSM_ARM_ENDPOINT=place.endpoint,
                PHSM_CA_BUNDLE=place.ca_bundle,
                PHSM_CONFIG=str(config),
                PHSM_LEDGER_DIR=str(ledger),
            )
            started.append(
                subprocess.Popen(
                    [BIN / "phsm", "tickets", "open", "--apply"],
                    cwd=home,
                    env=env,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                )
            )
        said = [process.communicate(timeout=_SECONDS)[0] for process in started]
    finally:
        for process in started:
            process.kill()
            process.wait()
    return [(process.returncode, out) for process, out in zip(started, said, strict=True)]


def each_ticket_is_there_once(place: Place, ledgers: Sequence[Path]) -> None:
    tickets = truth.by_id(place.tickets())
    assert len(tickets) == 2
    assert list(truth.said_twice(tickets)) == []
    for ledger in ledgers:
        assert list(truth.lies_in_ledger(ledger, tickets)) == []
        results = {entry.result for entry in verify_ledger(ledger).entries if entry.action is Action.OPEN}
        assert results <= {Result.INTENDED, Result.DONE, Result.FOUND}
    whole = {file["ticket"] for file in place.azure.desk.files() if file["complete"]}
    assert whole >= {ticket["id"] for ticket in tickets.values()}


@pytest.mark.timeout(300)
def test_ten_runners_that_know_nothing_of_each_other_open_one_ticket_for_each_cause(tmp_path: Path) -> None:
    ledgers = [tmp_path / f"ledger-{n}" for n in range(_RUNNERS)]
    with served(secondPut="accept", visible="done", ticketLag=2, graphLag=2) as place:
        for code, said in at_once(place, tmp_path, ledgers):
            assert code == 0, said
        each_ticket_is_there_once(place, ledgers)


@pytest.mark.timeout(300)
def test_ten_runners_with_one_ledger_open_one_ticket_for_each_cause(tmp_path: Path) -> None:
    with served(secondPut="refuse") as place:
        for code, said in at_once(place, tmp_path, [tmp_path / "ledger"] * _RUNNERS):
            assert code == 0, said
        each_ticket_is_there_once(place, [tmp_path / "ledger"])
