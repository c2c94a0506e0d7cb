import json

import pytest

from tests.process import phsm

EMPTY = "subscriptions: [{id: 00000000-0000-0000-0000-000000000001, displayName: empty}]\nresources: []\n"


def document(ended):
    return json.loads(ended.out)


def outcomes(found, check):
    return {f["subject"]: f["outcome"] for f in found["findings"] if f["check"] == check}


def test_a_correct_estate_is_exit_0(tmp_path):
    ended = phsm(tmp_path, "--sandbox", "healthy", "check", "--format", "json")
    found = document(ended)
    bad = [(f["check"], f["subject"], f["evidence"]) for f in found["findings"] if f["outcome"] in ("fail", "unknown")]
    assert bad == []
    assert found["gaps"] == []
    assert (ended.code, ended.err) == (0, "")


def test_a_mess_is_exit_3_and_says_who_acts(tmp_path):
    ended = phsm(tmp_path, "--sandbox", "degraded", "check", "--format", "json")
    assert ended.code == 3
    found = document(ended)
    failing = {(f["check"], f["party"]) for f in found["findings"] if f["outcome"] == "fail"}
    assert {
        ("PHSM-HA-001", "customer"),
        ("PHSM-HSM-001", "microsoft"),
        ("PHSM-NET-003", "customer"),
        ("PHSM-NET-004", "customer"),
        ("PHSM-NET-005", "customer"),
        ("PHSM-NET-006", "customer"),
        ("PHSM-NET-007", "customer"),
        ("PHSM-NET-009", "microsoft"),
        ("PHSM-SUB-003", "microsoft"),
    } <= failing
    assert found["source"] == {"kind": "sandbox", "name": "degraded"}
    assert found["summary"]["unknown"] == 0


def test_one_stamp_in_production_fails_and_costs_severity_a(tmp_path):
    ended = phsm(tmp_path, "check", "--sandbox", "single-stamp", "--format", "json")
    assert ended.code == 3
    found = document(ended)
    assert set(outcomes(found, "PHSM-HA-001").values()) == {"fail"}
    assert [item["severity_a"] for item in found["support"]] == [False]


def test_a_refused_subscription_is_unknown_for_every_check_never_pass_or_zero(tmp_path):
    ended = phsm(tmp_path, "--sandbox", "forbidden", "check", "--format", "json")
    assert ended.code == 4
    found = document(ended)
    refused = found["scope"]["subscriptions"][2]
    there = [f for f in found["findings"] if refused in f["subject"]]
    assert {f["outcome"] for f in there} == {"unknown"}
    assert {f["check"] for f in there} == {f["check"] for f in found["findings"]}
    assert all("403 AuthorizationFailed" in f["evidence"] for f in there)
    assert [gap["reason"] for gap in found["gaps"]] == ["403 AuthorizationFailed"]


def test_what_was_refused_has_a_next_step_and_verbose_names_the_checks(tmp_path):
    ended = phsm(tmp_path, "--sandbox", "forbidden", "--verbose", "check", "--only", "PHSM-HA-00[12]")
    assert "  PHSM-HA-001, PHSM-HA-002\n" in ended.out
    assert "  next: give this identity the Reader role on payments-west: phsm doctor\n" in ended.out


def test_an_estate_without_resources_is_exit_4_and_one_document(tmp_path):
    estate = tmp_path / "empty.yaml"
    estate.write_text(EMPTY)
    ended = phsm(tmp_path, "--sandbox", str(estate), "check", "--format", "json")
    assert ended.code == 4
    assert document(ended)["summary"] == {
        "pass": 0,
        "fail": 0,
        "unknown": 0,
        "not_applicable": len(document(ended)["findings"]),
        "muted": 0,
    }
    text = phsm(tmp_path, "--sandbox", str(estate), "check")
    assert (text.code, "no payment HSM was found in this scope" in text.out) == (4, True)


def test_only_and_skip_choose_checks(tmp_path):
    words = ("check", "--sandbox", "degraded", "--format", "json", "--only", "phsm-ha-00[12]", "--skip", "PHSM-HA-002")
    assert {f["check"] for f in document(phsm(tmp_path, *words))["findings"]} == {"PHSM-HA-001"}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("check", "--only", "PHSM-NET-03"), "no check is called PHSM-NET-03\n  try: PHSM-NET-003"),
        (("check", "--only", "PHSM-HA-*", "--skip", "*"), "--only and --skip leave no check"),
        (("checks", "explain", "PHSM-NET-33"), "no check is called PHSM-NET-33\n  try: PHSM-NET-003"),
        (("check", "--frmat", "json"), "No such option '--frmat'"),
        (("chekc",), "No such command 'chekc'"),
        (("check", "--sandbox", "no-such-estate"), "no-such-estate"),
        (("check", "--config", "missing.yaml", "--sandbox", "healthy"), "missing.yaml does not exist"),
    ],
)
def test_a_wrong_word_is_exit_2_one_message_and_a_tip(tmp_path, words, says):
    ended = phsm(tmp_path, *words)
    assert ended.code == 2
    assert says in ended.err
    assert ended.err.startswith("phsm: ")
    assert "Traceback" not in ended.err
    assert ended.out == ""


def test_fail_on_raises_the_bar(tmp_path):
    words = ("--sandbox", "degraded", "check", "--only", "PHSM-HA-001")
    assert phsm(tmp_path, *words).code == 3
    config = tmp_path / "phsm.yaml"
    config.write_text("checks:\n  PHSM-HA-001: {severity: low}\n")
    assert phsm(tmp_path, *words, "--config", str(config), "--fail-on", "medium").code == 0


def test_the_report_goes_whole_into_a_file(tmp_path):
    ended = phsm(tmp_path, "--sandbox", "healthy", "check", "--format", "json", "--output", "run.json")
    assert (ended.code, ended.out) == (0, "")
    assert json.loads((tmp_path / "run.json").read_text())["schema"] == "phsm.run/1"


def test_a_file_that_cannot_be_written_is_exit_2_and_leaves_nothing(tmp_path):
    ended = phsm(tmp_path, "--sandbox", "healthy", "check", "--output", "no/such/folder/run.txt")
    assert ended.code == 2
    assert "could not be written" in ended.err
    assert list(tmp_path.iterdir()) == []


def test_a_muted_failure_does_not_count_and_an_expired_mute_says_since_when_and_whose_it_was(tmp_path):
    words = ("--sandbox", "degraded", "--config", "phsm.yaml", "check", "--only", "PHSM-HA-001")
    mute = "mutes:\n  - {{check: PHSM-HA-00?, subject: '*', reason: the second is ordered, owner: ops, expires: {}}}\n"
    (tmp_path / "phsm.yaml").write_text(mute.format("2099-12-31"))
    muted = phsm(tmp_path, *words)
    assert (muted.code, "0 fail   " in muted.out) == (0, True)
    assert "muted until 2099-12-31 by ops: the second is ordered\n" in muted.out
    (tmp_path / "phsm.yaml").write_text(mute.format("2026-10-31"))
    lapsed = phsm(tmp_path, *words)
    assert lapsed.code == 3
    assert "muted until 2026-10-31 by ops: the second is ordered; the mute has expired\n" in lapsed.out
    found = document(phsm(tmp_path, *words, "--format", "json"))
    assert {f["lapsed"]["owner"] for f in found["findings"] if f["outcome"] == "fail"} == {"ops"}
