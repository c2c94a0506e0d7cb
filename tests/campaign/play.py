"""One scenario: a run that something happens to, then undisturbed ones, and what is true after each."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from ops.adapters.clock import now as this_moment
from ops.adapters.connection import Connection
from ops.sandbox.azure import utc_now
from ops.sandbox.estate_values import Fault
from ops.sandbox.faults import Faults
from ops.support.naming import base_of, hsm_base
from tests.campaign import child, truth
from tests.campaign.estate import CHANGED, MENDED, NEW, RAISED, YESTERDAY, World, small, today
from tests.campaign.place import Place, Watch, WatchedAzure, serving
from tests.campaign.run import Outcome, connected, run
from tests.campaign.scenarios import Clean, Scenario

_AGO = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """``duplicates`` and ``lost``: what there is once too often, and what is missing. ``lies``: what was said and is not so."""

    name: str
    duplicates: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    lies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """What a campaign is played on. ``tickets``: those that were open before; None = the small estate, without any."""

    tickets: Sequence[Mapping[str, Any]] | None

    def world(self, **support: Any) -> World:
        return small(**support) if self.tickets is None else today(self.tickets, **support)

    def expected(self) -> Mapping[str, tuple[str, ...]]:
        """By the base of its ticket, what has to be on each: the beginning of the names of communications."""
        new = {hsm_base(NEW.id): ()}
        if self.tickets is None:
            return new
        return {**new, hsm_base(CHANGED.id): ("phsm-evidence-",), hsm_base(RAISED.id): ()}


def tickets_of_yesterday() -> list[dict[str, Any]]:
    """The tickets that a run three days ago opened."""
    azure = WatchedAzure(YESTERDAY.estate(), lambda: utc_now() - _AGO)
    with tempfile.TemporaryDirectory() as folder, serving(azure) as place, connected(place) as connection:
        outcome = run(place, connection, Path(folder) / "ledger", now=lambda: this_moment() - _AGO)
        assert outcome.is_whole, outcome
        return place.tickets()


def clean(stage: Stage) -> Clean:
    """What one undisturbed command does."""
    azure = WatchedAzure(stage.world().estate())
    with tempfile.TemporaryDirectory() as folder, serving(azure) as place:
        ledger = Path(folder) / "ledger"
        process, told = child.command(place, ledger)
        process.start()
        code = child.ended(process)
        assert code == 0, code
        missing = [*_lost(place, stage), *truth.said_twice(truth.by_id(place.tickets()))]
        assert not missing, missing
        return Clean(asked=tuple(azure.watch.asked), audits=told.recv())


def play(stage: Stage, scenario: Scenario) -> Played:
    """Whether everything is there once in the end, and everything that was said was true."""
    azure = WatchedAzure(stage.world(**scenario.desk).estate())
    with tempfile.TemporaryDirectory(prefix="phsm-campaign-") as folder, serving(azure) as place:
        ledger = Path(folder) / "ledger"
        with connected(place) as connection:
            if scenario.kill or scenario.audit:
                lies = [*_killed(place, ledger, scenario)]
                said_so = False
            else:
                azure.faults = Faults((Fault.model_validate(scenario.fault),))
                first = run(place, connection, ledger)
                lies = [*truth.lies(first, ledger, truth.by_id(place.tickets())), *truth.unsettled(ledger, first.run)]
                said_so = any(one.unattached for one in first.opened)
            azure.faults = Faults(())
            azure.watch = Watch()
            again = Path(folder) / "another" if scenario.another else ledger
            lies += _again(place, connection, again)
        tickets = truth.by_id(place.tickets())
        if not said_so:
            lies += _without_evidence(place)
        return Played(
            name=scenario.name,
            duplicates=tuple(truth.said_twice(tickets)),
            lost=tuple(_lost(place, stage)),
            lies=tuple(lies),
        )


def _killed(place: Place, ledger: Path, scenario: Scenario) -> Iterator[str]:
    place.azure.watch = Watch(kill=scenario.kill)
    process, _ = child.command(place, ledger, audit=scenario.audit)
    process.start()
    place.azure.watch.victim.set_result(process.pid or 0)
    code = child.ended(process)
    if code != -signal.SIGKILL:
        yield f"the command was not killed, it ended with {code}"
    yield from (f"killed: {lie}" for lie in truth.lies_in_ledger(ledger, truth.by_id(place.tickets())))


def _again(place: Place, connection: Connection, ledger: Path) -> Iterator[str]:
    """Undisturbed runs until one writes nothing: the second at the latest."""
    for turn in ("second", "third"):
        place.azure.watch = Watch()
        outcome = run(place, connection, ledger)
        tickets = truth.by_id(place.tickets())
        yield from (f"{turn} run: {lie}" for lie in truth.lies(outcome, ledger, tickets))
        yield from (f"{turn} run: {one}" for one in truth.unsettled(ledger, outcome.run))
        yield from (f"{turn} run: {one}" for one in _unsaid(outcome))
        written = place.azure.watch.written
        if not written:
            return
        if turn == "third":
            yield f"the third run still writes: {written}"


def _unsaid(outcome: Outcome) -> Iterator[str]:
    """Why an undisturbed run did not do all of it."""
    if outcome.error is not None:
        yield f"undisturbed, and it ended with {outcome.error}"
    if outcome.plan is not None:
        yield from (f"undisturbed, and not read: {gap.subject} {gap.reason}" for gap in outcome.plan.gaps)
        yield from (f"undisturbed, and held back: {held.reason}" for held in outcome.plan.held_back)
    yield from (f"undisturbed, and not done: {one.problem}" for one in outcome.opened if one.problem)
    yield from (f"undisturbed, and not done: {one.problem}" for one in outcome.updated if one.problem)


def _lost(place: Place, stage: Stage) -> Iterator[str]:
    """What there has to be, and is not."""
    tickets = truth.by_id(place.tickets())
    for base, messages in stage.expected().items():
        ours = [one for one in tickets.values() if base_of(one["name"]) == base and truth.is_open(one)]
        if not ours:
            yield f"no open ticket {base}"
        names = [one["name"] for ticket in ours for one in ticket["communications"]]
        yield from (f"no {message} on {base}" for message in messages if not any(n.startswith(message) for n in names))
    if not any("-fastpath-" in name for name in truth.open_names(tickets)):
        yield "no open ticket for FastPath"
    if stage.tickets is None:
        return
    for ticket in tickets.values():
        names = [one["name"] for one in ticket["communications"]]
        if base_of(ticket["name"]) == hsm_base(MENDED.id):
            if truth.is_open(ticket):
                yield f"{ticket['name']} is not closed"
            if not any(name.startswith("phsm-gone-") for name in names):
                yield f"no word on {ticket['name']} that its cause is gone"
        if base_of(ticket["name"]) == hsm_base(RAISED.id) and ticket["properties"]["severity"] != "Moderate":
            yield f"{ticket['name']} was not raised"


def _without_evidence(place: Place) -> Iterator[str]:
    """New tickets that lack their whole file."""
    whole = {file["ticket"] for file in place.azure.desk.files() if file["complete"]}
    for ticket in place.tickets():
        is_new = base_of(ticket["name"]) == hsm_base(NEW.id) or "-fastpath-" in ticket["name"]
        if is_new and ticket["id"] not in whole:
            yield f"{ticket['name']} has no evidence, and nobody says so"
