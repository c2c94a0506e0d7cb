from collections import Counter

from ops.checks import collect
from ops.model.finding import Outcome
from ops.run import evaluate
from tests.bench.checks import main, seconds
from tests.bench.fleet import fleet


def test_the_fleet_is_mostly_in_order_and_holds_every_outcome():
    state, policy = fleet(200)
    run = evaluate(state, policy, collect())
    outcomes = Counter(finding.outcome for finding in run.findings)
    assert len(state.hsms) == 200
    assert set(outcomes) == set(Outcome)
    assert outcomes[Outcome.PASS] > 0.7 * outcomes.total()
    assert not [finding for finding in run.findings if "the check itself failed" in finding.evidence]


def test_two_hundred_hsms_take_a_moment():
    assert seconds(200, rounds=1) < 2


def test_the_benchmark_prints_each_size_and_the_ratio(capsys):
    main((40, 200))
    words = capsys.readouterr().out.split()
    assert words[0] == "40:"
    assert words[3] == "200:"
    assert words[-2] == "ratio"
