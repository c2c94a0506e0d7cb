"""Everything that is made to go wrong: each request in turn with each fault, and a kill at each step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from tests.campaign.place import Kill, writes

_PAGE = "<html><body>The service is unavailable</body></html>"
FAULTS: Mapping[str, Mapping[str, Any]] = {
    "reset before": {"reset": "before"},
    "reset after": {"reset": "after"},
    "429 and wait": {"status": 429, "headers": {"Retry-After": "1"}},
    "429": {"status": 429},
    "500": {"status": 500},
    "503": {"status": 503},
    "a page": {"status": 200, "body": _PAGE},
    "502 and a page": {"status": 502, "body": _PAGE},
    "cut short": {"truncate": 20},
    "403": {"status": 403},
    "silence": {"hang": 1},
}
TAKEN: Mapping[str, Mapping[str, Any]] = {
    f"{name}, but taken": {**FAULTS[name], "takesEffect": True}
    for name in ("500", "503", "a page", "502 and a page", "silence")
}
"""What Azure did all the same; a connection that dies after it and an answer that is cut short are among the others."""
_SHORT = ("reset before", "reset after", "403", "503, but taken")
_LASTING = ("reset after", "503")
USUAL: Mapping[str, Any] = {}
LOOSE: Mapping[str, Any] = {"secondPut": "accept", "visible": "done"}
SLOW: Mapping[str, Any] = {"ticketLag": 1, "graphLag": 1, "closingLag": 1, "visible": "done"}
"""What a support desk is like: refusing a name that is taken, and accepting it; showing a ticket at once, and later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """``desk``: what its support desk is like. ``another``: the second run has a ledger of its own.

    ``audit``: the process is killed before its call of this number to the system about its ledger.
    """

    name: str
    desk: Mapping[str, Any] = field(default_factory=dict)
    fault: Mapping[str, Any] | None = None
    another: bool = False
    kill: Kill | None = None
    audit: int = 0


@dataclass(frozen=True, slots=True)
class Clean:
    """A run in which nothing goes wrong: what it asked, in order, and how often it called the system about its ledger."""

    asked: Sequence[tuple[str, str]]
    audits: int


def everything(clean: Clean) -> Iterator[Scenario]:
    total, all_faults = len(clean.asked), {**FAULTS, **TAKEN}
    for n, (name, fault) in product(range(1, total + 1), FAULTS.items()):
        yield Scenario(name=f"request {n}: {name}", fault=_at(n, fault, 1))
    for n, name in product(range(1, total + 1), _LASTING):
        yield Scenario(name=f"from request {n} on: {name}", fault=_at(n, FAULTS[name], 100_000), another=n % 2 == 0)
    written = _written(clean)
    for (n, request), (name, fault) in product(written, all_faults.items()):
        yield Scenario(name=f"request {n} and the next: {name}", fault=_at(n, fault, 2))
        for desk in (USUAL, LOOSE, SLOW):
            yield _of(request, n, name, fault, desk)
        yield _of(request, n, name, fault, LOOSE, another=True)
    polls = sum("/operationsstatus/" in path.lower() for _, path in clean.asked)
    for nth, (name, fault) in product(range(1, polls + 1), FAULTS.items()):
        poll = {"method": "GET", "path": "*/operationsStatus/*", "nth": nth, **fault}
        yield Scenario(name=f"poll {nth}: {name}, accept, done", fault=poll, desk=LOOSE, another=nth % 2 == 0)
    yield from kills(clean, range(1, total + 1), range(1, clean.audits + 1))


def few(clean: Clean) -> Iterator[Scenario]:
    """All writes with some faults, a network that is gone once a ticket was sent, and some kills."""
    written = _written(clean)
    for at, ((n, request), name) in enumerate(product(written, _SHORT)):
        fault = {**FAULTS, **TAKEN}[name]
        yield _of(request, n, name, fault, (USUAL, LOOSE)[at // len(_SHORT) % 2])
    creating = [n for n, (method, path) in written if method == "PUT" and "/supporttickets/" in path.lower()]
    for n in creating:
        yield Scenario(name=f"from request {n} on: reset after", fault=_at(n, FAULTS["reset after"], 100_000))
    yield from kills(clean, creating[:1], [clean.audits * quarter // 4 for quarter in (1, 2, 3)])


def kills(clean: Clean, requests: Sequence[int], audits: Sequence[int]) -> Iterator[Scenario]:
    for at, n in enumerate(requests):
        yield Scenario(name=f"killed before request {n}", kill=Kill(n, "before"), another=at % 2 == 1)
        if writes(*clean.asked[n - 1]):
            yield Scenario(name=f"killed after request {n}", kill=Kill(n, "after"))
            yield Scenario(name=f"killed after request {n}, done", kill=Kill(n, "after"), desk=LOOSE, another=True)
    for step in audits:
        yield Scenario(name=f"killed before step {step} of the ledger", audit=step)


def _of(
    request: tuple[str, str],
    n: int,
    name: str,
    fault: Mapping[str, Any],
    desk: Mapping[str, Any],
    *,
    another: bool = False,
) -> Scenario:
    method, path = request
    told = [f"write {n}: {name}", *(f"{key} {value}" for key, value in desk.items()), *(["another runner"] * another)]
    fault = {"method": method, "path": path, "nth": 1, **fault}
    return Scenario(name=", ".join(told), fault=fault, desk=desk, another=another)


def _at(n: int, fault: Mapping[str, Any], times: int) -> Mapping[str, Any]:
    return {"path": "*", "nth": n, "times": times, **fault}


def _written(clean: Clean) -> list[tuple[int, tuple[str, str]]]:
    return [(n, request) for n, request in enumerate(clean.asked, 1) if writes(*request)]
