import json
import re
from datetime import timedelta

import pytest

from ops.codec import snapshot_text
from ops.model.policy import Attestation, Policy, Readiness
from tests.build import NOW, SUB_1, estate, hsm
from tests.process import phsm

KEYS = (
    *("smart_cards", "tmd", "end_user_guide", "get_ready_guide", "training", "log_backup", "key_backup"),
    *("firmware_patching", "default_passwords", "monitoring", "recovery_test", "architecture_review"),
)
ADA = "by: Ada Okafor, on: 2020-01-01, valid_until: 9999-12-31"
ALL = f"""\
readiness:
  thales_portal: {{{ADA}, customer_id: C-1234}}
  custom_firmware: {{{ADA}, needed: false}}
""" + "".join(f"  {key}: {{{ADA}}}\n" for key in KEYS)


@pytest.fixture
def said(tmp_path):
    """Run the command with a configuration in the working directory."""

    def run(config, *words, **env):
        folder = tmp_path / "config"
        folder.mkdir(exist_ok=True)
        (folder / "phsm.yaml").write_text(config, "utf-8")
        return phsm(tmp_path, "readiness", *words, **env)

    return run


def test_all_that_holds_is_exit_0_without_azure_or_a_credential(said):
    ended = said(ALL, PHSM_ARM_ENDPOINT="https://192.0.2.1")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.endswith("\nall 14 hold\n")
    assert ended.out.splitlines()[0].endswith("   config/phsm.yaml")


def test_what_is_missing_is_exit_3(said):
    ended = said(ALL.replace("training:", "#training:"))
    assert ended.code == 3
    assert "  missing       training" in ended.out


def test_without_a_section_it_is_exit_4_and_the_one_to_paste_is_printed(said):
    ended = said("")
    assert ended.code == 4
    assert "no readiness: section" in ended.out
    section = ended.out[ended.out.index("\nreadiness:\n") + 1 :]
    pasted = said(section)
    assert (pasted.code, pasted.err) == (4, "")
    begun = said(re.sub(r"^  #(?=training:)", "  ", section, flags=re.MULTILINE))
    assert begun.code == 3
    assert "  attested      training" in begun.out


def test_without_a_configuration_it_is_exit_4(tmp_path):
    ended = phsm(tmp_path, "readiness", "--format", "json")
    assert ended.code == 4
    document = json.loads(ended.out)
    assert (document["schema"], document["configuration"]) == ("phsm.readiness/1", "no configuration")


@pytest.mark.parametrize(
    ("config", "says"),
    [("readiness: {training: {by: ada}}\n", "readiness.training.on"), ("readiness: {trainings: {}}\n", "trainings")],
)
def test_a_configuration_with_mistakes_is_exit_2(said, config, says):
    ended = said(config)
    assert (ended.code, ended.out) == (2, "")
    assert says in ended.err


def test_a_report_is_written_to_a_file_as_markdown(said, tmp_path):
    ended = said(ALL, "--format", "markdown", "--output", "readiness.md")
    assert (ended.code, ended.out) == (0, "")
    assert (tmp_path / "readiness.md").read_text("utf-8").startswith("# Payment HSM readiness\n")


def test_a_sandbox_has_its_own_configuration(said, tmp_path):
    (tmp_path / "estate.yaml").write_text(
        f"subscriptions: [{{id: {SUB_1}, displayName: payments-prod}}]\nresources: []\n"
        "config: {readiness: {training: {by: Ada Okafor, on: 2020-01-01, valid_until: 9999-01-01}}}\n",
        "utf-8",
    )
    ended = said(ALL, "--sandbox", "estate.yaml")
    assert ended.code == 3
    assert "   sandbox: " in ended.out.splitlines()[0]
    assert "  attested      training" in ended.out
    assert "  missing       monitoring" in ended.out


def test_a_snapshot_is_judged_by_its_own_configuration_on_its_own_day(said, tmp_path):
    policy = Policy(readiness=Readiness(training=Attestation(by="Ada Okafor", on=NOW.date() + timedelta(days=1))))
    (tmp_path / "old.json").write_text(snapshot_text(estate(hsm()), policy, "payment-hsm-ops 1.2.3"), "utf-8")
    replayed = said(ALL, "--snapshot", "old.json")
    assert replayed.code == 3
    assert replayed.out.startswith("Payment HSM readiness   23 Nov 2026   snapshot: old.json\n")
    assert "by Ada Okafor on 2026-11-24, dated in the future" in replayed.out
    named = said(ALL, "--snapshot", "old.json", "--config", "config/phsm.yaml")
    assert named.code == 0
    assert named.out.startswith("Payment HSM readiness   23 Nov 2026   config/phsm.yaml\n")


def test_a_snapshot_and_a_sandbox_contradict_each_other(tmp_path):
    ended = phsm(tmp_path, "readiness", "--snapshot", "s.json", "--sandbox", "healthy")
    assert (ended.code, ended.out) == (2, "")
