"""Causes come and go, Microsoft closes tickets, runs fail and crash: there is never a second open ticket for one cause."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ops.sandbox.estate_values import Fault
from ops.sandbox.faults import Faults
from ops.support.naming import base_of, hsm_base
from tests.campaign import truth
from tests.campaign.estate import CHANGED, NEW, Hsm, World
from tests.campaign.place import Place, Watch, WatchedAzure, serving
from tests.campaign.run import Outcome, connected, is_bug, run
from tests.campaign.scenarios import FAULTS, TAKEN

_HSMS = (NEW, CHANGED)
_LOOSE = {"secondPut": "accept", "visible": "done"}
_FAULTS = {**FAULTS, **TAKEN}
_QUICK_FAULTS = sorted(set(_FAULTS) - {"silence", "silence, but taken", "429 and wait"})
_TAKEN = ("reset after", "503, but taken", "502 and a page, but taken")
_TICKET = "*/supportTickets/phsm-*"


class Crash(KeyboardInterrupt):
    """Somebody ends the run at this very moment."""


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


class Trap:
    """A clock that ends the run when it is read for the ``left``-th time."""

    def __init__(self, clock: Clock, left: int) -> None:
        self._clock = clock
        self._left = left

    def __call__(self) -> datetime:
        self._left -= 1
        if self._left == 0:
            raise Crash
        return self._clock()


class DeskMachine(RuleBasedStateMachine):
    """Two HSMs, each alone in its pool, and three runners that know nothing of each other's ledgers."""

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()
        self.clock = Clock()
        self.broken: set[Hsm] = set()
        self.is_settled = False

    @initialize(desk=st.sampled_from([{}, _LOOSE]))
    def serve(self, desk: Mapping[str, Any]) -> None:
        self.azure = WatchedAzure(World(hsms=_HSMS, support=desk).estate(), self.clock)
        self.place: Place = self._stack.enter_context(serving(self.azure))
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="phsm-stateful-")))

    def teardown(self) -> None:
        self._stack.close()

    @rule(hsm=st.sampled_from(_HSMS))
    def an_hsm_fails(self, hsm: Hsm) -> None:
        self._becomes(hsm, "Failed")
        self.broken.add(hsm)

    @rule(hsm=st.sampled_from(_HSMS))
    def an_hsm_works_again(self, hsm: Hsm) -> None:
        self._becomes(hsm, "Succeeded")
        self.broken.discard(hsm)

    @precondition(lambda self: self._open_ids())
    @rule(which=st.integers(0, 9))
    def microsoft_closes_a_ticket(self, which: int) -> None:
        self._patch(which, {"status": "Closed"})

    @precondition(lambda self: self._open_ids())
    @rule(which=st.integers(0, 9))
    def an_engineer_takes_a_ticket(self, which: int) -> None:
        self._patch(which, {"supportEngineer": {"emailAddress": "engineer@example.com"}})

    @rule(hours=st.sampled_from([1, 23, 25, 72]))
    def time_passes(self, hours: int) -> None:
        self.clock.at += timedelta(hours=hours)
        self.is_settled = False

    @rule(runner=st.integers(0, 2))
    def a_run(self, runner: int) -> None:
        was_settled = self.is_settled
        self.azure.watch = Watch()
        outcome = self._run(runner)
        assert outcome.is_whole, outcome
        assert not (was_settled and self.azure.watch.written), "it was told already"
        self._every_cause_has_its_ticket()
        self.is_settled = True

    @rule(
        runner=st.integers(0, 2),
        request=st.integers(15, 50),
        fault=st.sampled_from(_QUICK_FAULTS),
        times=st.sampled_from([1, 2, 100_000]),
    )
    def a_run_with_a_fault(self, runner: int, request: int, fault: str, times: int) -> None:
        self._run_with({"path": "*", "nth": request, "times": times, **_FAULTS[fault]}, runner)

    @rule(runner=st.integers(0, 2), fault=st.sampled_from(_TAKEN))
    def a_run_that_sends_a_ticket_and_hears_no_more_of_it(self, runner: int, fault: str) -> None:
        self._run_with({"path": _TICKET, **_FAULTS[fault]}, runner)

    @rule(runner=st.integers(0, 2), record=st.integers(1, 12))
    def a_run_that_is_ended_before_it_writes_a_record(self, runner: int, record: int) -> None:
        self._run(runner, Trap(self.clock, record))

    @invariant()
    def no_cause_has_two_open_tickets(self) -> None:
        assert list(truth.opened_twice(self._tickets())) == []

    @invariant()
    def occurrences_count_up_and_name_the_one_before(self) -> None:
        numbers: dict[str | None, list[tuple[int, Mapping[str, Any]]]] = {}
        for ticket in self._tickets().values():
            numbers.setdefault(base_of(ticket["name"]), []).append((int(ticket["name"].rpartition("-")[2]), ticket))
        for tickets in numbers.values():
            tickets.sort(key=lambda one: one[0])
            assert [number for number, _ in tickets] == list(range(1, len(tickets) + 1))
            for (_, before), (_, after) in pairwise(tickets):
                told = f"Earlier: {before['properties']['supportTicketId']} ({before['name']})"
                assert told in after["properties"]["description"]

    def _run_with(self, fault: Mapping[str, Any], runner: int) -> None:
        self.azure.faults = Faults((Fault.model_validate(fault),))
        self._run(runner)
        self.azure.faults = Faults(())

    def _run(self, runner: int, recorded_at: Trap | None = None) -> Outcome:
        ledger = self.folder / f"ledger-{runner}"
        self.is_settled = False
        with connected(self.place) as connection:
            outcome = run(self.place, connection, ledger, now=self.clock, recorded_at=recorded_at)
        assert not is_bug(outcome) or isinstance(outcome.error, Crash), outcome.error
        if recorded_at is None:
            assert list(truth.unsettled(ledger, outcome.run)) == []
        assert list(truth.lies(outcome, ledger, self._tickets())) == []
        return outcome

    def _every_cause_has_its_ticket(self) -> None:
        names = [base_of(name) for name in truth.open_names(self._tickets())]
        for hsm in self.broken:
            assert names.count(hsm_base(hsm.id)) == 1

    def _becomes(self, hsm: Hsm, state: str) -> None:
        self.azure.change({"id": hsm.id, "properties": {"provisioningState": state}})
        self.is_settled = False

    def _patch(self, which: int, properties: Mapping[str, Any]) -> None:
        known = self._open_ids()
        self.azure.change({"id": known[which % len(known)], "properties": properties})
        self.is_settled = False

    def _open_ids(self) -> list[str]:
        return [one["id"] for one in self._tickets().values() if truth.is_open(one)]

    def _tickets(self) -> truth.Tickets:
        return truth.by_id(self.place.tickets())


DeskMachine.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=12,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],  # making a failure small would take minutes
    suppress_health_check=list(HealthCheck),
)
test_whatever_happens_no_cause_has_two_tickets = DeskMachine.TestCase
