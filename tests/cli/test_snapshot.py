import json
import subprocess
from collections import Counter

import pytest

from ops.adapters.snapshot_file import load_snapshot
from ops.sandbox.child import running
from tests.process import BIN, environment, phsm


def findings(ended):
    return json.loads(ended.out)["findings"]


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """A folder with ``s.json``, saved from the estate ``degraded``, and what the live commands said just then."""
    here = tmp_path_factory.mktemp("live")
    with running("degraded") as serving:
        env = {
            "PHSM_ARM_ENDPOINT": serving.endpoint,
            "PHSM_CA_BUNDLE": serving.ca_bundle,
            "PHSM_CONFIG": serving.config,
        }
        saved = phsm(here, "snapshot", "save", "s.json", **env)
        said = {
            words: phsm(here, *words, "--format", "json", **env)
            for words in (("check",), ("inventory",), ("tickets", "plan"))
        }
    assert saved.code == said["inventory",].code, saved.err
    return here, saved, said


def test_a_replay_gives_the_findings_of_the_live_check(live):
    here, _, said = live
    again = phsm(here, "--snapshot", "s.json", "check", "--format", "json")
    assert json.dumps(findings(again)) == json.dumps(findings(said["check",]))
    assert again.code == said["check",].code == 3
    assert json.loads(again.out)["support"] == json.loads(said["check",].out)["support"]


def test_a_replay_says_which_file_and_where_it_was_read(live):
    here, _, _ = live
    source = json.loads(phsm(here, "--snapshot", "s.json", "check", "--format", "json").out)["source"]
    assert (source["kind"], source["name"], source["original"]["kind"]) == ("snapshot", "s.json", "sandbox")
    first = phsm(here, "check", "--snapshot", "s.json").out.splitlines()[0]
    assert f"snapshot: s.json of sandbox: {source['original']['name']}" in first


def test_an_inventory_of_a_replay_is_that_of_the_estate(live):
    here, _, said = live
    again = phsm(here, "--snapshot", "s.json", "inventory", "--format", "json")
    assert json.loads(again.out)["hsms"] == json.loads(said["inventory",].out)["hsms"]
    assert again.code == said["inventory",].code


def test_the_drafts_of_a_replay_are_shown_and_held_back_because_the_desk_is_not_asked(live):
    here, _, said = live
    again = phsm(here, "--snapshot", "s.json", "tickets", "plan", "--format", "json")
    plan, then = json.loads(again.out), json.loads(said["tickets", "plan"].out)
    assert plan["to_open"] == plan["existing"] == []
    drafts = {(d["name"], d["title"], d["severity"]) for d in (held["draft"] for held in plan["held_back"])}
    before = [*then["to_open"], *(held["draft"] for held in then["held_back"])]
    assert drafts == {(d["name"], d["title"], d["severity"]) for d in before}
    assert all(
        "the support desk could not be read: it is not asked from a snapshot" in d["reason"] for d in plan["held_back"]
    )

    whole = phsm(here, "--snapshot", "s.json", "tickets", "plan", "--verbose").out
    assert "nothing can be opened: the support desk could not be read\n" in whole
    assert "   | Impact: " in whole
    assert "phsm tickets open" not in whole


@pytest.mark.parametrize(
    "words", [("tickets", "open", "--apply"), ("tickets", "list"), ("tickets", "show", "2411230050001234")]
)
def test_a_replay_opens_and_lists_no_tickets(live, words):
    here, _, _ = live
    ended = phsm(here, "--snapshot", "s.json", *words)
    assert (ended.code, ended.out) == (2, "")
    assert "the support desk is not asked from a snapshot" in ended.err


@pytest.mark.parametrize(
    "more", [("--sandbox", "degraded"), ("--subscription", "00000000-0000-0000-0000-000000000001")]
)
def test_a_replay_and_a_reading_contradict_each_other(live, more):
    here, _, _ = live
    ended = phsm(here, "--snapshot", "s.json", "check", *more)
    assert (ended.code, ended.out) == (2, "")
    assert f"--snapshot and {more[0]} contradict each other" in ended.err


def test_another_configuration_can_be_tried_on_an_incident(live):
    here, _, _ = live
    config = here / "other.yaml"
    config.write_text("pools: [{name: everything}]\n")
    again = phsm(
        here, "--snapshot", "s.json", "check", "--format", "json", "--only", "PHSM-HA-001", "--config", str(config)
    )
    assert {f["subject"].split("/")[0] for f in findings(again)} == {"everything"}


def test_a_redacted_incident_is_judged_alike_and_names_nothing(live):
    here, _, said = live
    ended = phsm(here, "--snapshot", "s.json", "snapshot", "save", "r.json", "--redact")
    assert "only names in them were replaced" in ended.err
    again = phsm(here, "--snapshot", "r.json", "check", "--format", "json")

    def judged(found):
        return Counter((f["check"], f["outcome"], f["severity"], f["party"]) for f in found)

    assert judged(findings(again)) == judged(findings(said["check",]))
    text, saved = (here / "r.json").read_text(), load_snapshot(here / "s.json").estate
    names = {one.name for one in (*saved.hsms.values(), *saved.subscriptions.values())} | set(saved.scope)
    names |= {segment for key in (*saved.hsms, *saved.vnets) for segment in key.split("/")[2::2] if "." not in segment}
    names -= {"providers"}
    names |= {address for nic in saved.nics.values() for address in getattr(nic, "private_ips", ())}
    assert len(names) > 20
    assert [name for name in names if f'"{name}"' in text or f"/{name}/" in text or f"/{name}_" in text] == []
    assert json.loads(phsm(here, "snapshot", "show", "r.json", "--format", "json").out)["redacted"] is True


def test_show_says_what_is_in_the_file(live):
    here, saved, _ = live
    shown = phsm(here, "snapshot", "show", "s.json")
    assert (shown.code, shown.err) == (0, "")
    assert shown.out == saved.out
    assert "phsm --snapshot s.json check\n" in shown.out
    document = json.loads(phsm(here, "snapshot", "show", "s.json", "--format", "json").out)
    assert document["schema"] == "phsm.snapshot/1"
    assert document["hsms"] == len(load_snapshot(here / "s.json").estate.hsms)
    assert document["redacted"] is False
    assert document["digest"] in shown.out


def test_who_created_an_hsm_is_not_in_the_file(live):
    """The sandbox's HSMs tell it, as Azure's do, in systemData."""
    here, _, _ = live
    saved = (here / "s.json").read_text()
    assert "hsm-provisioning@example.com" not in saved
    assert saved.count("@") == saved.count("cleanup-job@example.com") == 1  # who deleted an expected HSM is a finding


def test_an_estate_that_was_not_read_whole_is_saved_and_exit_4(tmp_path):
    saved = phsm(tmp_path, "--sandbox", "forbidden", "snapshot", "save", "s.json")
    assert saved.code == 4
    assert "Could not be read (1)" in saved.out
    again = phsm(tmp_path, "--snapshot", "s.json", "check", "--format", "json")
    assert again.code == 4
    assert [gap["reason"] for gap in json.loads(again.out)["gaps"]] == ["403 AuthorizationFailed"]


@pytest.mark.parametrize("words", [("--snapshot", "s.json", "check"), ("snapshot", "show", "s.json")])
def test_a_damaged_file_is_exit_2_one_line_and_a_tip(tmp_path, words):
    (tmp_path / "s.json").write_text('{"schema": "phsm.estate/1", "tool"')
    ended = phsm(tmp_path, *words)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("phsm: s.json is damaged: not JSON from line 1 on\n  try: ")


def test_a_full_disk_is_exit_2_and_what_was_there_stays(live, tmp_path):
    """The limit on the size of a file stands for the full disk: the write fails half-way."""
    here, _, _ = live
    (tmp_path / "s.json").write_text("before")
    line = f'ulimit -f 4 && exec "{BIN / "phsm"}" --snapshot "{here / "s.json"}" snapshot save s.json'
    done = subprocess.run(
        ["bash", "-c", line],
        cwd=tmp_path,
        env=environment(tmp_path, PYTHONDONTWRITEBYTECODE="1"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "phsm: s.json could not be written: File too large\n  try: name another file\n"
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("s.json", "before")]
