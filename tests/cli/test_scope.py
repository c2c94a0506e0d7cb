"""--subscription and --management-group, as a person says them."""

import json

from tests.process import phsm

EAST, SOUTH, WEST = (f"00000000-0000-0000-0000-00000000030{number}" for number in (1, 2, 3))


def test_a_group_is_read_whole_and_what_of_it_is_refused_is_unknown_and_named(tmp_path):
    ended = phsm(tmp_path, "check", "--management-group", "payments", "--sandbox", "forbidden", "--format", "json")
    found = json.loads(ended.out)
    assert found["scope"]["subscriptions"] == [EAST, SOUTH, WEST]
    there = [finding for finding in found["findings"] if WEST in finding["subject"]]
    assert there
    assert {finding["outcome"] for finding in there} == {"unknown"}
    assert all("payments-west" in finding["subject"] for finding in there)
    assert ended.code == 4


def test_a_subscription_is_named_as_people_name_it(tmp_path):
    ended = phsm(tmp_path, "--subscription", "Payments-East", "--sandbox", "forbidden", "inventory", "--format", "json")
    assert json.loads(ended.out)["scope"]["subscriptions"] == [EAST]
    assert ended.code == 0


def test_an_unknown_name_is_one_line_with_the_nearest_and_exit_2(tmp_path):
    ended = phsm(tmp_path, "--subscription", "payments-est", "--sandbox", "forbidden", "check")
    assert ended.code == 2
    assert ended.out == ""
    assert ended.err.startswith("phsm: no visible subscription is called payments-est\n  try: did you mean payments-")


def test_an_unknown_id_and_an_unknown_group_are_one_line_and_exit_5(tmp_path):
    for scope, what in (
        (("--subscription", "00000000-0000-0000-0000-000000000999"), "404 SubscriptionNotFound"),
        (("--management-group", "nope"), "403 AuthorizationFailed"),
    ):
        ended = phsm(tmp_path, *scope, "--sandbox", "forbidden", "check")
        assert ended.code == 5
        first, second = ended.err.splitlines()
        assert what in first
        assert second.startswith("  try: ")


def test_scopes_that_contradict_each_other_are_exit_2_before_anything_is_asked(tmp_path):
    group = ("--management-group", "payments")
    for words, told in (
        ((*group, "--subscription", EAST), "--subscription and --management-group contradict each other"),
        ((*group, "--snapshot", "saved.json"), "--snapshot and --management-group contradict each other"),
    ):
        ended = phsm(tmp_path, *words, "check", PHSM_ARM_ENDPOINT="https://127.0.0.1:9")
        assert ended.code == 2
        assert ended.err.startswith(f"phsm: {told}")
