from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ops.adapters.wire_activity import deletions
from ops.adapters.wire_value import WireProblem
from ops.model.estate import Deletion
from tests.adapters.arm_json import HSM, VNET


def _event(status: str, hour: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "resourceId": HSM,
        "operationName": {"value": "Microsoft.HardwareSecurityModules/dedicatedHSMs/delete"},
        "status": {"value": status, "localizedValue": "-"},
        "correlationId": "one",
        "caller": "ada@example.com",
        "eventTimestamp": f"2026-11-01T0{hour}:00:00.1234567Z",
        **changes,
    }


def _at(hour: int) -> datetime:
    return datetime(2026, 11, 1, hour, 0, 0, 123456, tzinfo=UTC)


def _deletion(hour: int, by: str = "ada@example.com") -> Deletion:
    return Deletion(hsm_id=HSM, by=by, at=_at(hour))


def test_a_delete_that_was_done_counts_once_and_at_its_end() -> None:
    steps = [_event("Succeeded", 3), _event("Accepted", 2), _event("Started", 1)]
    assert deletions(steps) == (_deletion(3),)


def test_a_delete_that_is_under_way_counts_too() -> None:
    assert deletions([_event("Started", 1), _event("Accepted", 2)]) == (_deletion(2),)


@pytest.mark.parametrize("status", ["Failed", "Canceled", "", "something new"])
def test_a_delete_that_failed_is_none(status: str) -> None:
    assert deletions([_event("Started"), _event(status, 2)]) == ()
    assert deletions([_event("started"), _event("succeeded", 2), _event(status, 3)]) == (_deletion(2),)


def test_two_deletes_are_told_apart_and_the_oldest_comes_first() -> None:
    again = _event("Succeeded", 4, correlationId="two", caller="Aaron@example.com")
    failed = _event("Failed", 5, correlationId="three")
    assert deletions([again, failed, _event("Succeeded", 2)]) == (_deletion(2), _deletion(4, "Aaron@example.com"))


def test_who_asked_for_it_may_stand_in_another_step_or_nowhere() -> None:
    assert deletions([_event("Succeeded", 3, caller=None), _event("Started")]) == (_deletion(3),)
    assert deletions([_event("Succeeded", 3, caller=None)]) == (_deletion(3, ""),)


@pytest.mark.parametrize(
    "operation",
    [
        {"value": "Microsoft.HardwareSecurityModules/dedicatedHSMs/write"},
        {"value": "Microsoft.HardwareSecurityModules/cloudHsmClusters/delete"},
        {},
        None,
    ],
)
def test_another_operation_is_no_delete_of_an_hsm(operation: object) -> None:
    assert deletions([_event("Succeeded", operationName=operation, resourceId=VNET)]) == ()


@pytest.mark.parametrize("missing", ["resourceId", "eventTimestamp"])
def test_a_delete_that_does_not_say_of_what_or_when_is_a_problem(missing: str) -> None:
    with pytest.raises(WireProblem, match="no resource or no time"):
        deletions([_event("Succeeded", **{missing: None})])
