"""``phsm checks``: with and without a configuration; the exemptions for scanners that contradict the checks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from ops.sandbox.child import running
from tests.process import phsm

CONFIG = """\
checks:
  PHSM-HSM-001: {severity: low, ticket: false, in_progress_minutes: 90}
mutes:
  - {check: "PHSM-HSM-*", subject: "*-we-2", reason: planned work, owner: hsm-team, expires: 2027-03-31}
"""
NOBODY = """\
subscriptions: [{id: 00000000-0000-0000-0000-000000000001, displayName: empty}]
resources: []
"""


@pytest.fixture(scope="module")
def degraded() -> Iterator[dict[str, str]]:
    with running("degraded") as serving:
        yield {"PHSM_ARM_ENDPOINT": serving.endpoint, "PHSM_CA_BUNDLE": serving.ca_bundle}


def test_without_a_configuration_the_checks_are_as_they_are(tmp_path: Path) -> None:
    ended = phsm(tmp_path, "checks", "list")
    assert (ended.code, ended.err) == (0, "")
    assert "*" not in ended.out
    assert not [
        item
        for item in json.loads(phsm(tmp_path, "checks", "list", "--format", "json").out)["checks"]
        if "configured" in item
    ]


def test_the_configuration_that_lies_there_is_taken(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "phsm.yaml").write_text(CONFIG)
    listed = phsm(tmp_path, "checks", "list").out
    assert [line.split()[:2] for line in listed.splitlines() if "low*" in line] == [["PHSM-HSM-001", "low*"]]
    page = phsm(tmp_path, "checks", "explain", "phsm-hsm-001").out
    assert "severity    low (configured; the check's own is high)\n" in page
    assert "configured  in_progress_minutes: 90\n" in page
    assert "mute        *-we-2 muted until 2027-03-31 by hsm-team: planned work\n" in page


def test_a_named_configuration_goes_before_it_and_json_holds_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "phsm.yaml").write_text("checks: {PHSM-HSM-001: {severity: medium}}\n")
    (tmp_path / "mine.yaml").write_text(CONFIG)
    for env, words in (({}, ("--config", "mine.yaml")), ({"PHSM_CONFIG": "mine.yaml"}, ())):
        ended = phsm(tmp_path, "checks", "explain", "PHSM-HSM-001", "--format", "json", *words, **env)
        (told,) = json.loads(ended.out)["checks"]
        assert told["severity"] == "high"
        assert (told["configured"]["severity"], told["configured"]["in_progress_minutes"]) == ("low", 90)


def test_the_generated_page_is_the_same_with_a_configuration(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(CONFIG)
    page = phsm(tmp_path, "checks", "list", "--format", "markdown")
    assert phsm(tmp_path, "checks", "list", "--format", "markdown", "--config", "mine.yaml").out == page.out


def test_a_configuration_with_a_mistake_is_exit_2(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("checks: {PHSM-HSM-001: {severity: dire}}\n")
    ended = phsm(tmp_path, "checks", "explain", "PHSM-HSM-001", "--config", "mine.yaml")
    assert (ended.code, ended.out) == (2, "")
    assert "severity" in ended.err


def test_a_mutelist_names_the_hsm_subnets_of_the_estate(tmp_path: Path, degraded: dict[str, str]) -> None:
    ended = phsm(tmp_path, "checks", "conflicts", "--format", "prowler", **degraded)
    assert (ended.code, ended.err) == (0, "")
    accounts = YAML(typ="safe", pure=True).load(ended.out)["Mutelist"]["Accounts"]
    named = {
        account[-1]: rule["Checks"]["network_subnet_nsg_associated"]["Resources"] for account, rule in accounts.items()
    }
    assert named == {
        "1": ["(?i)^vnet-we/hsm-subnet$"],
        "2": ["(?i)^vnet-ne/hsm-subnet$"],
        "3": ["(?i)^vnet-au/hsm-subnet$", "(?i)^vnet-au/mgmt-subnet$"],
    }


def test_the_other_formats_and_a_file(tmp_path: Path, degraded: dict[str, str]) -> None:
    words = ("checks", "conflicts", "--format")
    text = phsm(tmp_path, *words, "text", **degraded)
    assert (text.code, "Subnets to exempt (4)\n" in text.out) == (0, True)
    assert len(json.loads(phsm(tmp_path, *words, "json", **degraded).out)["subnets"]) == 4
    ended = phsm(tmp_path, *words, "policy-exemption", "--output", "exempt.sh", **degraded)
    assert (ended.code, ended.out) == (0, "")
    assert (tmp_path / "exempt.sh").read_text().count("\nexempt /subscriptions/") == 4


def test_a_snapshot_is_answered_alike(tmp_path: Path, degraded: dict[str, str]) -> None:
    assert phsm(tmp_path, "snapshot", "save", "now.json", **degraded).code in (0, 4)
    words = ("checks", "conflicts", "--format", "json")
    now, then = (json.loads(phsm(tmp_path, *words, *more, **degraded).out) for more in ((), ("--snapshot", "now.json")))
    assert then["subnets"] == now["subnets"]


def test_subnets_that_could_not_be_read_are_exit_4_and_told_beside_a_clean_document(tmp_path: Path) -> None:
    ended = phsm(tmp_path, "--sandbox", "forbidden", "checks", "conflicts", "--format", "prowler")
    assert ended.code == 4
    assert "not read, so subnets may be missing: " in ended.err
    assert "403 AuthorizationFailed" in ended.err
    assert YAML(typ="safe", pure=True).load(ended.out)["Mutelist"]["Accounts"]


def test_an_estate_without_hsms_is_exit_4(tmp_path: Path) -> None:
    (tmp_path / "empty.yaml").write_text(NOBODY)
    ended = phsm(tmp_path, "--sandbox", "empty.yaml", "checks", "conflicts", "--format", "prowler")
    assert ended.code == 4
    assert "no payment HSM subnet was found" in ended.err
    assert YAML(typ="safe", pure=True).load(ended.out) == {"Mutelist": {"Accounts": {}}}
