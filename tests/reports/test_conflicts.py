"""The exemptions are read as their readers read them: the mutelist as prowler does, the script by real shells."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from ops.model import arm_id
from ops.model.estate import Estate
from ops.model.fact import Gap
from ops.reports import conflicts
from ops.support.conflicts import subnets_to_exempt
from tests.build import SUB_1, SUB_2, estate, hsm, subnet, subnet_id, vnet, vnet_id
from tests.hostile import HOSTILE
from tests.hostile_estate import estate_of

FAR = vnet_id("far.net_1", SUB_2)
GAP = Gap(subject=FAR, what="virtual network", reason="403 Authorization\n# Failed\n\x1b[2J")
PAIR = estate(hsm("a"), hsm("b", subscription=SUB_2), vnet("vnet-hsm", subscription=SUB_2))
UNREAD = estate(hsm("a"), hsm("b", subnet=f"{FAR}/subnets/x", subscription=SUB_2), overrides={FAR: GAP})
CHECK = "network_subnet_nsg_associated"
WHY = (
    "Microsoft supports no network security group on a subnet that is delegated to payment HSMs (PHSM-NET-003): "
    "https://learn.microsoft.com/azure/payment-hsm/solution-design"
)


def prowler(state: Estate) -> str:
    return conflicts.render_prowler(state, subnets_to_exempt(state))


def script(state: Estate) -> str:
    return conflicts.render_policy_exemption(state, subnets_to_exempt(state))


def accounts(text: str) -> dict[str, Any]:
    document = YAML(typ="safe", pure=True).load(text)
    assert list(document) == ["Mutelist"]
    found: dict[str, Any] = document["Mutelist"]["Accounts"]
    return found


def mutes(text: str, account: str, check: str, region: str, resource: str) -> bool:
    """What prowler 5.46.0 decides: the account is compared, all else searched for, with ``.*`` for every ``*``."""
    rules = accounts(text).get(account, {}).get("Checks", {})
    return any(
        re.search(name, check)
        and any(re.search(item.replace("*", ".*"), region) for item in rule["Regions"])
        and any(re.search(item.replace("*", ".*"), resource) for item in rule["Resources"])
        for name, rule in rules.items()
    )


def test_a_mutelist_for_prowler() -> None:
    assert prowler(PAIR) == (
        f"# Mutes {CHECK} of prowler on payment HSM subnets.\n"
        "# Microsoft supports no network security group on a subnet that is delegated to payment HSMs:\n"
        "# https://learn.microsoft.com/azure/payment-hsm/solution-design\n"
        "# Made by phsm checks conflicts, 23 Nov 2026 22:14 UTC, sandbox: test.\n"
        "# For prowler 5.46.0, where a finding's account is the subscription id and its resource vnet/subnet:\n"
        "# a subnet of the same two names in another resource group of the subscription is muted with it.\n"
        "# prowler azure --mutelist-file FILE\n"
        "Mutelist:\n"
        "  Accounts:\n"
        + "".join(
            f"    '{subscription}':\n"
            "      Checks:\n"
            f"        {CHECK}:\n"
            "          Regions:\n"
            "            - '*'\n"
            "          Resources:\n"
            "            - '(?i)^vnet-hsm/hsmsubnet$'\n"
            f"          Description: '{WHY}'\n"
            for subscription in (SUB_1, SUB_2)
        )
    )


def test_it_mutes_the_subnets_in_any_case_and_nothing_else() -> None:
    text = prowler(PAIR)
    assert mutes(text, SUB_1, CHECK, "eastus", "vnet-hsm/hsmsubnet")
    assert mutes(text, SUB_2, CHECK, "westus", "VNet-HSM/hsmSubnet")
    assert not mutes(text, SUB_1[:-1] + "3", CHECK, "eastus", "vnet-hsm/hsmsubnet")
    assert not mutes(text, SUB_1, "network_bastion_host_exists", "eastus", "vnet-hsm/hsmsubnet")
    for other in ("vnet-hsm/hsmsubnet2", "my-vnet-hsm/hsmsubnet", "vnet-hsm/hsmsubnet/x", "vnet-hsm"):
        assert not mutes(text, SUB_1, CHECK, "eastus", other)


def test_a_dot_in_a_name_is_a_dot() -> None:
    state = estate(hsm("a", subnet=subnet_id("s.1_x", "v.n")), vnet("v.n", subnets=(subnet("s.1_x", vnet="v.n"),)))
    assert mutes(prowler(state), SUB_1, CHECK, "eastus", "v.n/s.1_x")
    assert not mutes(prowler(state), SUB_1, CHECK, "eastus", "vxn/s.1_x")


def test_what_could_not_be_read_is_a_comment_on_one_line() -> None:
    for text in (prowler(UNREAD), script(UNREAD)):
        told = "far.net_1: virtual network could not be read: 403 Authorization # Failed [2J\n"
        assert f"\n# Could not be read, so subnets may be missing: {told}" in text
        assert "far.net_1/" not in text


def test_without_a_subnet_both_say_so_and_stay_valid(tmp_path: Path) -> None:
    assert accounts(prowler(estate())) == {}
    assert "# No payment HSM subnet was found.\n" in prowler(estate())
    assert run(script(estate()), "bash", tmp_path, ASSIGNMENT="/a").calls == []


class Ran:
    """How a shell ran a script: its exit code, and the words of each call of ``az``."""

    def __init__(self, code: int, err: str, calls: list[list[str]]) -> None:
        self.code, self.err, self.calls = code, err, calls


def run(text: str, shell: str, folder: Path, **env: str) -> Ran:
    """Run the script with an ``az`` that writes down what it was given."""
    log, az = folder / "calls", folder / "az"
    az.write_text(f'#!/bin/sh\nprintf "%s\\0" "$@" "" >> {shlex.quote(str(log))}\n')
    az.chmod(0o755)
    log.write_bytes(b"")
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [shell, "-e"], input=text, env={"PATH": path} | env, capture_output=True, text=True, timeout=60, check=False
    )
    calls = [call.split("\0") for call in log.read_text().split("\0\0") if call]
    return Ran(done.returncode, done.stderr, calls)


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_the_script_exempts_each_subnet_by_its_id(tmp_path: Path, shell: str) -> None:
    ran = run(script(PAIR), shell, tmp_path, ASSIGNMENT="/assignments/a b", EXPIRES="2027-11-30T00:00:00Z")
    assert (ran.code, ran.err) == (0, "")
    assert ran.calls == [
        [
            *("policy", "exemption", "create", "--name", "payment-hsm-no-nsg", "--exemption-category", "Waiver"),
            *("--scope", subnet_id(subscription=subscription), "--policy-assignment", "/assignments/a b"),
            "--policy-definition-reference-ids=networkSecurityGroupsOnSubnetsMonitoring",
            *("--expires-on=2027-11-30T00:00:00Z", "--description", WHY),
        ]
        for subscription in (SUB_1, SUB_2)
    ]


def test_reference_and_name_can_be_said_and_no_reference_is_passed_when_it_is_empty(tmp_path: Path) -> None:
    (first, _) = run(script(PAIR), "sh", tmp_path, ASSIGNMENT="/a", REFERENCE="own nsg rule", EXEMPTION="two").calls
    assert "--policy-definition-reference-ids=own nsg rule" in first
    assert first[4] == "two"
    (first, _) = run(script(PAIR), "sh", tmp_path, ASSIGNMENT="/a", REFERENCE="").calls
    assert not [word for word in first if "reference" in word or "expires" in word]


def test_without_an_assignment_nothing_is_exempted(tmp_path: Path) -> None:
    ran = run(script(PAIR), "bash", tmp_path)
    assert ran.code != 0
    assert ran.calls == []
    assert "set it to the id of the policy assignment" in ran.err


def test_the_text_names_every_rule_and_every_subnet_at_80_columns() -> None:
    text = conflicts.render_text(UNREAD, subnets_to_exempt(UNREAD), 80, False)
    for named in (
        *("e71308d3-144b-4262-b144-efdc3cc90517", CHECK, "f0bf9ae6-25a5-974d-87d5-025abec73539", "def-000-ler"),
        *("PSRule for Azure   AZR-000263", "agrees with PHSM-NET-003", "contradicts PHSM-NET-003"),
        *("→ phsm checks conflicts --format policy-exemption", "Subnets to exempt (1)\n  vnet-hsm/hsmsubnet\n"),
        "Could not be read (1): there may be more subnets\n  far.net_1: virtual network could not be read: 403",
    ):
        assert named in text
    assert [line for line in text.splitlines() if len(line) > 80 and "/subscriptions/" not in line] == []
    assert not set("→\x1b") & set(conflicts.render_text(UNREAD, subnets_to_exempt(UNREAD), None, False))


def test_the_document() -> None:
    found = json.loads(conflicts.render_json(UNREAD, subnets_to_exempt(UNREAD)))
    assert list(found) == ["schema", "observed_at", "source", "why", "reference", "rules", "subnets", "unread"]
    assert {(rule["id"], rule["agrees"], rule["format"]) for rule in found["rules"]} == {
        ("e71308d3-144b-4262-b144-efdc3cc90517", False, "policy-exemption"),
        (CHECK, False, "prowler"),
        ("f0bf9ae6-25a5-974d-87d5-025abec73539", False, None),
        ("def-000-ler", False, None),
        ("AZR-000263", True, None),
    }
    assert found["subnets"] == [{"name": "vnet-hsm/hsmsubnet", "id": subnet_id(), "hsms": [hsm("a").key]}]
    assert [item["subject"] for item in found["unread"]] == [f"far.net_1 ({FAR})"]


@pytest.mark.parametrize("said", [pytest.param(text, id=name) for name, text in HOSTILE.items()])
def test_no_name_gets_out_of_its_quotes(said: str, tmp_path: Path) -> None:
    state = estate_of(said)
    found = subnets_to_exempt(state)
    assert found.subnets
    texts = [conflicts.render_text(state, found, None, False), prowler(state), script(state)]
    for text in texts:
        assert not [char for char in text if char != "\n" and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl")]
        assert not [line for line in text.splitlines() if line.lstrip().startswith("::") or re.search(r"##\w*\[", line)]
    wanted = {subject.id or "" for subject in found.subnets}
    assert sum(len(rule["Checks"][CHECK]["Resources"]) for rule in accounts(texts[1]).values()) == len(found.subnets)
    patterns = [item for rule in accounts(texts[1]).values() for item in rule["Checks"][CHECK]["Resources"]]
    assert all(pattern.isascii() and "*" not in pattern for pattern in patterns)
    for one in wanted:
        name = f"{arm_id.name(arm_id.vnet_of_subnet(one))}/{arm_id.name(one)}"
        assert [pattern for pattern in patterns if re.search(pattern, name)]
    calls = [line for line in texts[2].splitlines() if line.startswith("exempt ")]
    assert len(calls) == len(wanted)
    assert all(len(shlex.split(line)) == 2 for line in calls)
    assert conflicts.render_json(state, found).isascii()
