"""What no server can be made to send; the rest is seen over HTTPS in test_azure_cloud_faults.py."""

from __future__ import annotations

import json
import zlib

import pytest
from azure.core.exceptions import ServiceRequestError

from ops.adapters.failure import is_absence, is_feature_absence, is_not_onboarded, is_unreachable, reason
from ops.adapters.one_host_policy import ForeignHostRefused
from ops.adapters.wire import WireProblem


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ForeignHostRefused("evil.example"), "next page names another host: evil.example"),
        (WireProblem("the answer is not an object"), "the answer is not an object"),
        (json.JSONDecodeError("Expecting value", "<html>", 0), "the answer is not JSON"),
        (zlib.error("incorrect header check"), "the answer is not JSON"),
        (
            ServiceRequestError("Bearer token authentication is not permitted"),
            "Bearer token authentication is not permitted",
        ),
        (KeyError("value"), "KeyError: 'value'"),
    ],
)
def test_a_reason_says_what_happened(error: Exception, told: str) -> None:
    assert reason(error) == told


def test_a_reason_is_short_and_on_one_line() -> None:
    told = reason(RuntimeError("first\nsecond\x1b[31m " + "x" * 1000))
    assert told.startswith("RuntimeError: first second [31m x")
    assert len(told) == 120


def test_an_error_without_an_answer_is_never_taken_for_a_fact() -> None:
    error = ServiceRequestError("reset")
    assert not any(ask(error) for ask in (is_absence, is_feature_absence, is_not_onboarded, is_unreachable))
