"""Throttling: over HTTPS where it does not depend on speed, by a clock of our own where it does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ops.sandbox.child import running
from ops.sandbox.errors import ArmError
from ops.sandbox.estate_values import Limits
from ops.sandbox.limits import Throttle
from ops.sandbox.wire import Call
from tests.sandbox.client import OTHER, SUB, Client

_LIMITS = {"reads": {"bucket": 3, "perSecond": 0.01}, "graph": {"bucket": 2, "seconds": 600}}
_ESTATE: dict[str, Any] = {
    "subscriptions": [{"id": SUB, "displayName": "payments"}, {"id": OTHER, "displayName": "other"}],
    "resources": [],
    "limits": _LIMITS,
}


class Clock:
    """A clock that stands until it is told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    path = tmp_path_factory.mktemp("estate") / "limits.yaml"
    path.write_text(json.dumps(_ESTATE))
    with running(str(path)) as serving:
        yield Client(serving)


def test_reads_of_a_subscription_run_out_and_those_of_another_do_not(client: Client) -> None:
    replies = [client.get(f"/subscriptions/{SUB}/resourceGroups") for _ in range(4)]
    assert [reply.status for reply in replies] == [200, 200, 200, 429]
    left = [reply.headers["x-ms-ratelimit-remaining-subscription-reads"] for reply in replies[:3]]
    assert left == ["2", "1", "0"]
    assert replies[3].code == "SubscriptionRequestsThrottled"
    seconds = replies[3].headers["Retry-After"]
    assert 90 <= int(seconds) <= 100
    assert f"Please try again after '{seconds}' seconds" in replies[3].json["error"]["message"]
    assert client.get(f"/subscriptions/{OTHER}/resourceGroups").status == 200


def test_queries_run_out_within_their_window(client: Client) -> None:
    replies = [client.query("Resources") for _ in range(3)]
    assert [reply.status for reply in replies] == [200, 200, 429]
    assert [reply.headers["x-ms-user-quota-remaining"] for reply in replies] == ["1", "0", "0"]
    assert replies[2].code == "RateLimiting"
    assert replies[2].headers["x-ms-user-quota-resets-after"] in ("00:10:00", "00:09:59")


def _get(path: str) -> Call:
    return Call(method="GET", path=path, base="https://localhost")


def test_the_bucket_fills_again_with_time_and_not_beyond_its_size() -> None:
    clock = Clock()
    limits = Limits.model_validate({"reads": {"bucket": 2, "perSecond": 0.5}})
    throttle = Throttle(limits, clock, str)
    read = _get(f"/subscriptions/{SUB}/resources")
    throttle.admit(read, "")
    throttle.admit(read, "")
    with pytest.raises(ArmError) as problem:
        throttle.admit(read, "")
    assert problem.value.headers["Retry-After"] == "2"
    clock.now += 2
    assert throttle.admit(read, "") == {"x-ms-ratelimit-remaining-subscription-reads": "0"}
    clock.now += 3600
    assert throttle.admit(read, "") == {"x-ms-ratelimit-remaining-subscription-reads": "1"}


def test_the_window_of_queries_starts_anew() -> None:
    clock = Clock()
    throttle = Throttle(Limits.model_validate({"graph": {"bucket": 1, "seconds": 5}}), clock, str)
    query = Call(method="POST", path="/providers/Microsoft.ResourceGraph/resources", base="https://localhost")
    throttle.admit(query, "")
    clock.now += 2
    with pytest.raises(ArmError) as problem:
        throttle.admit(query, "")
    assert problem.value.headers["x-ms-user-quota-resets-after"] == "00:00:03"
    clock.now += 3
    assert throttle.admit(query, "")["x-ms-user-quota-remaining"] == "0"
