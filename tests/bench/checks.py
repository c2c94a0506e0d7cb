"""How long all checks take for 10,000 HSMs, and whether the time grows with their number alone.

Run ``python -m tests.bench.checks``. It measures the processor time of one core, the best of a few rounds, and ends
with 1 where that is more than the limit or grows faster than it may. Numbers of HSMs as arguments replace the two.
"""

from __future__ import annotations

import sys
from time import process_time

from ops.checks import collect
from ops.run import evaluate
from tests.bench.fleet import fleet

SIZES = (1_000, 10_000)
LIMIT_SECONDS = 8.0
LIMIT_RATIO = 13.0
_ROUNDS = 3


def seconds(hsms: int, rounds: int = _ROUNDS) -> float:
    """The processor time that all checks take, with what a run makes of their answers; the best of so many rounds."""
    checks = collect()
    best = float("inf")
    for _ in range(rounds):
        state, policy = fleet(hsms)  # anew each time: what is kept for an estate must not help the next round
        start = process_time()
        run = evaluate(state, policy, checks)
        best = min(best, process_time() - start)
        assert {finding.check for finding in run.findings} == {check.id for check in checks}
    return best


def main(sizes: tuple[int, ...]) -> int:
    measured = {size: seconds(size) for size in sizes}
    small, large = min(measured), max(measured)
    ratio = measured[large] / measured[small]
    told = "  ".join(f"{size:,}: {spent:.2f} s" for size, spent in measured.items())
    print(f"{told}  ratio {ratio:.1f}")  # noqa: T201
    return int(measured[large] > LIMIT_SECONDS or ratio > LIMIT_RATIO)


if __name__ == "__main__":
    sys.exit(main(tuple(map(int, sys.argv[1:])) or SIZES))
