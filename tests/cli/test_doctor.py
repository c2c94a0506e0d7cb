import json

import pytest

from tests.process import BIN, phsm

SIGNS = {
    "machine": {"Python", "packages", "bytecode"},
    "configuration": {"file", "contact"},
    "azure": {"proxy", "credential", "clock", "endpoint"},
    "access": {"scope", "Resource Graph", "read access"},
    "tickets": {"ticket access", "service", "support plan"},
}
BROKEN = "azure: {auth: magic}\nsupport: {max_new_tickets: -1}\n"


def read(ended):
    document = json.loads(ended.out)
    assert document["schema"] == "phsm.doctor/1"
    assert ended.err == ""
    return document, {sign["what"]: sign for sign in document["signs"]}


def test_where_all_is_well_it_is_exit_0_and_every_sign_was_looked_at(tmp_path):
    ended = phsm(tmp_path, "--sandbox", "healthy", "doctor", "--format", "json")
    document, signs = read(ended)
    assert [sign for sign in signs.values() if sign["state"] != "ok"] == []
    found = {}
    for sign in document["signs"]:
        found.setdefault(sign["area"], set()).add(sign["what"])
    assert found == SIGNS
    assert document["source"] == {"kind": "sandbox", "name": "healthy"}
    assert signs["scope"]["says"] == "7 subscriptions, 5 payment HSMs in 4 of them"
    assert signs["support plan"]["says"].startswith("Azure Support Plan - Unified")
    assert ended.code == 0


def test_a_refused_subscription_is_named_not_known_and_exit_4(tmp_path):
    ended = phsm(tmp_path, "doctor", "--sandbox", "forbidden")
    assert ended.code == 4
    assert "Payment HSM doctor" in ended.out
    assert "  not known  scope          3 subscriptions, 4 payment HSMs in 2 of them; " in ended.out
    assert "1 cannot be read: payments-west (403 AuthorizationFailed)" in ended.out
    assert "next: give this identity the Reader role there" in ended.out
    assert ended.out.rstrip().endswith("2 not known   13 ok")


def test_an_azure_that_is_not_there_is_exit_5_with_all_that_could_be_looked_at(tmp_path):
    ended = phsm(tmp_path, "doctor", "--format", "json", PHSM_ARM_ENDPOINT="https://127.0.0.1:9")
    _, signs = read(ended)
    assert ended.code == 5
    assert "127.0.0.1:9" in signs["endpoint"]["says"]
    assert signs["endpoint"]["tip"]
    assert signs["Python"]["state"] == "ok"


def test_nobody_to_log_in_as_is_exit_5_with_what_was_tried(tmp_path):
    ended = phsm(tmp_path, "doctor", "--format", "json", PATH=str(BIN))
    _, signs = read(ended)
    assert ended.code == 5
    assert signs["credential"]["says"].startswith(
        "no Azure credential works here (tried: az CLI, as nothing else is set up here): Azure CLI not found"
    )
    assert signs["credential"]["tip"].startswith("az login")
    assert signs["contact"]["state"] == "problem"  # a real Azure, and nobody whom Microsoft could call


@pytest.mark.parametrize(
    ("text", "env", "says"),
    [
        (BROKEN, {}, "auth"),
        ("", {"PHSM_AUTH": "magic"}, "PHSM_AUTH is magic"),
        ("", {"PHSM_ARM_ENDPOINT": "https://[odd"}, "the ARM endpoint is not https://host"),
        ("azure: {endpoint: https://arm.internal.example}", {}, "none of the known clouds"),
    ],
    ids=["file", "auth", "endpoint", "cloud"],
)
def test_a_broken_configuration_is_exit_2_and_said_where_it_belongs(tmp_path, text, env, says):
    config = tmp_path / "phsm.yaml"
    config.write_text(text)
    ended = phsm(tmp_path, "--config", str(config), "doctor", "--format", "json", **env)
    document, signs = read(ended)
    assert ended.code == 2
    assert [sign for sign in document["signs"] if sign["state"] == "problem" and says in sign["says"]]
    assert signs["packages"]["says"]


def test_a_snapshot_has_nothing_to_examine(tmp_path):
    ended = phsm(tmp_path, "--snapshot", "saved.json", "doctor")
    assert ended.code == 2
    assert ended.err == "phsm: doctor looks at Azure, and a snapshot is none\n  try: leave out --snapshot\n"
