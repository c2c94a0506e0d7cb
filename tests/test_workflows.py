"""The workflows: valid, pinned, without rights they do not need; and their shell steps run against a sandbox."""

import json
import re
import shutil
import ssl
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from ops.sandbox.child import running
from tests.process import BIN, REPOSITORY, phsm
from tests.runner import GITHUB, load, run, steps

WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
ACTIONS = sorted((GITHUB / "actions").glob("*/action.yml"))
CHECK = load(GITHUB / "workflows/check.yml")
TICKETS = load(GITHUB / "workflows/open-tickets.yml")
SCHEDULED = load(GITHUB / "workflows/scheduled-check.yml")
EU_A, EU_B = "00000000-0000-0000-0000-000000000101", "00000000-0000-0000-0000-000000000102"
TICKET = "/providers/Microsoft.Support/supportTickets/"


@pytest.fixture
def checkout(tmp_path) -> Path:
    """A folder that looks like a checkout on a runner after the step ``install``: with a .venv, and nothing ignored.

    ``ready`` is left out of the .venv, so that ``make`` has something to say in its dry run.
    """
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in ("Makefile", "pyproject.toml", "requirements.lock", "config", "ops", "runbooks"):
        (folder / name).symlink_to(REPOSITORY / name)
    (folder / ".venv").mkdir()
    for path in Path(sys.prefix).iterdir():
        if path.name != "ready":
            (folder / ".venv" / path.name).symlink_to(path)
    return folder


def azure(serving):
    """The environment of a job whose Azure is this sandbox. ``MAKEFLAGS`` makes the install step a dry run."""
    config = {"PHSM_CONFIG": serving.config} if serving.config else {}
    return {"MAKEFLAGS": "n", "PHSM_ARM_ENDPOINT": serving.endpoint, "PHSM_CA_BUNDLE": serving.ca_bundle, **config}


def sent(serving):
    context = ssl.create_default_context(cafile=serving.ca_bundle)
    with urllib.request.urlopen(f"{serving.endpoint}/_sandbox/requests", context=context) as answer:
        return json.load(answer)["requests"]


def written(serving):
    """The paths of what was written to the support desk; any other write fails the test."""
    asking = ("/checkNameAvailability", "/Microsoft.ResourceGraph/resources")
    sending = [request["path"] for request in sent(serving) if request["method"] not in ("GET", "HEAD")]
    writes = [path for path in sending if not path.endswith(asking)]
    assert not [path for path in writes if "/providers/Microsoft.Support/" not in path]
    return writes


def check(checkout, serving, subscriptions="", fail_on="low"):
    values = {"inputs.subscriptions": subscriptions, "inputs.fail-on": fail_on}
    return run(CHECK, "check", checkout, values, **azure(serving))


def test_every_file_is_what_github_takes():
    for schema, files in (
        ("vendor.github-workflows", WORKFLOWS),
        ("vendor.github-actions", ACTIONS),
        ("vendor.dependabot", [GITHUB / "dependabot.yml"]),
    ):
        done = subprocess.run(
            [BIN / "check-jsonschema", "--builtin-schema", schema, *files], capture_output=True, text=True, check=False
        )
        assert files
        assert done.returncode == 0, done.stdout


def test_zizmor_finds_nothing_of_medium_or_above_and_nothing_is_ignored():
    done = subprocess.run(
        [BIN / "zizmor", "--offline", "--no-progress", "--no-config", "--min-severity", "medium", GITHUB],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert not [path for path in (*WORKFLOWS, *ACTIONS) if "zizmor:" in path.read_text()]


@pytest.mark.parametrize("path", [*WORKFLOWS, *ACTIONS], ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_action_is_pinned_by_its_commit_with_the_version_beside_it(path):
    used = re.findall(r"uses: (.+)", path.read_text())
    assert used
    assert not [
        item
        for item in used
        if not item.startswith("./") and not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v[\d.]+", item)
    ]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_has_no_rights_but_those_its_jobs_name(path):
    workflow = load(path)
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert job["permissions"] in ({"contents": "read"}, {"contents": "read", "id-token": "write"})
        if "steps" in job:
            assert 0 < job["timeout-minutes"] <= 30
            assert workflow["defaults"]["run"]["shell"] == "bash"
            for step in steps(job):
                assert "secrets." not in str(step)
                assert "${{" not in step.get("run", "")
                assert "checkout@" not in step.get("uses", "") or step["with"] == {"persist-credentials": False}


def test_ci_runs_what_ci_runs_by_hand_on_every_python_we_promise():
    job = load(GITHUB / "workflows/ci.yml")["jobs"]["test"]
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13", "3.14"]
    by_hand = re.findall(r"^make (\w+)$", (REPOSITORY / ".ci/run").read_text(), re.MULTILINE)
    assert [step["run"] for step in job["steps"] if "run" in step] == [f"make PYTHON=python {name}" for name in by_hand]


def test_the_schedule_calls_the_check_with_what_it_takes():
    job = SCHEDULED["jobs"]["check"]
    assert job["uses"] == "./.github/workflows/check.yml"
    assert set(job["with"]) == set(CHECK["on"]["workflow_call"]["inputs"])
    assert job["permissions"] == CHECK["jobs"]["check"]["permissions"]
    (entry,) = SCHEDULED["on"]["schedule"]
    minute = entry["cron"].split()[0]
    assert int(minute) % 15


def test_the_check_of_a_mess_is_red_with_3_and_keeps_summary_and_snapshot(checkout):
    with running("degraded") as serving:
        ended = check(checkout, serving)
        assert written(serving) == []
    assert ended.codes == {"install": 0, "read": 0, "check": 3}, ended.log
    assert "--require-hashes" in ended.log
    assert ended.summary.startswith("# ")
    assert "PHSM-HA-001" in ended.summary
    assert "payshield-we-2" in ended.summary
    assert ended.kept == {"snapshot.json": (checkout / "snapshot.json").read_text()}
    again = phsm(checkout, "--snapshot", "snapshot.json", "check", "--format", "markdown")
    assert (again.code, again.out) == (3, ended.summary)


def test_the_check_of_a_correct_estate_is_green(checkout):
    with running("healthy") as serving:
        ended = check(checkout, serving)
    assert ended.codes == {"install": 0, "read": 0, "check": 0}, ended.log
    assert json.loads(ended.kept["snapshot.json"])


def test_the_check_of_some_subscriptions_reads_those_and_does_not_call_the_rest_correct(checkout):
    with running("healthy") as serving:
        ended = check(checkout, serving, f"{EU_A}, {EU_B}", "medium")
        read = {
            found[1] for request in sent(serving) if (found := re.match(r"/subscriptions/([^/]+)/", request["path"]))
        }
    assert ended.codes == {"install": 0, "read": 0, "check": 4}, ended.log
    assert "2 subscriptions" in ended.summary
    assert "may be outside the scope of this run" in ended.summary
    assert {EU_A, EU_B} <= read


def test_the_check_of_what_refuses_is_red_with_4_and_of_what_is_not_there_with_5(checkout):
    with running("forbidden") as serving:
        refused = check(checkout, serving)
        assert refused.codes == {"install": 0, "read": 0, "check": 4}, refused.log
        (checkout / "snapshot.json").unlink()
        absent = check(checkout, serving, "00000000-0000-0000-0000-00000000dead")
    assert "403 AuthorizationFailed" in refused.summary
    assert set(refused.kept) == {"snapshot.json"}
    assert absent.codes == {"install": 0, "read": 5}, absent.log
    assert absent.summary.startswith("# Payment HSM check: nothing was read\n    phsm: nothing could be read from ")
    assert "404 SubscriptionNotFound\n      try: " in absent.summary
    assert absent.kept == {}


def test_tickets_are_planned_without_a_write_and_exactly_those_are_opened_after_approval(checkout):
    values = {"inputs.subscriptions": ""}
    with running("degraded") as serving:
        planned = run(TICKETS, "plan", checkout, values, **azure(serving))
        assert planned.codes == {"install": 0, "plan": 0}, planned.log
        assert written(serving) == []
        as_on_another_runner(checkout)
        opened = run(TICKETS, "open", checkout, values, given=planned.kept, **azure(serving))
        assert opened.codes == {"install": 0, "open": 0}, opened.log
        once = written(serving)
        as_on_another_runner(checkout)
        again = run(TICKETS, "open", checkout, values, given=planned.kept, **azure(serving))
        assert written(serving) == once
        as_on_another_runner(checkout)
        changed = {"plan.json": planned.kept["plan.json"].replace("moderate", "minimal", 1)}
        refused = run(TICKETS, "open", checkout, values, given=changed, **azure(serving))
    assert planned.outputs == "code=0\n"
    assert "    3 tickets to open\n" in planned.summary
    assert "   | Impact: " in planned.summary
    assert "reading" not in planned.summary
    assert list(planned.kept) == ["plan.json"]
    assert [path.rpartition("/")[2] for path in once if TICKET in path] == [draft["name"] for draft in drafts(planned)]
    assert len(set(re.findall(r"\b\d{16}\b", opened.summary))) == 3
    assert "ledger/head.json" in opened.kept
    assert (again.code, again.summary.count("    it was there already, from another run\n")) == (0, 3)
    assert refused.codes == {"install": 0, "open": 2}
    assert "its content does not match its digest\n" in refused.summary


def as_on_another_runner(checkout):
    """Nothing of the job before is there."""
    shutil.rmtree(checkout / "ledger", ignore_errors=True)
    (checkout / "plan.json").unlink(missing_ok=True)


def drafts(planned):
    return json.loads(planned.kept["plan.json"])["to_open"]


def test_drafts_that_could_not_be_sent_are_kept_with_the_ledger(checkout):
    values = {"inputs.subscriptions": ""}
    estate = checkout.parent / "estate.yaml"
    text = (REPOSITORY / "ops/sandbox/estates/single-stamp.yaml").read_text()
    estate.write_text(f'{text}\nfaults: [{{method: PUT, path: "*/supportTickets/*", status: 403}}]\n')
    with running(str(estate)) as serving:
        planned = run(TICKETS, "plan", checkout, values, **azure(serving))
        opened = run(TICKETS, "open", checkout, values, given=planned.kept, **azure(serving))
    assert opened.codes == {"install": 0, "open": 6}, opened.log
    assert {f"ledger/unsent/{draft['name']}/ticket.md" for draft in drafts(planned)} <= set(opened.kept)


def test_opening_waits_for_the_plan_and_for_the_approval_of_its_environment():
    assert TICKETS["on"]["workflow_dispatch"]["inputs"]["apply"] | {"description": ""} == {
        "description": "",
        "type": "boolean",
        "default": False,
    }
    job = TICKETS["jobs"]["open"]
    assert (job["needs"], job["environment"]) == ("plan", "payment-hsm-tickets")
    assert "inputs.apply && " in job["if"]
    assert "environment" not in TICKETS["jobs"]["plan"]
    assert TICKETS["concurrency"] == {"group": "payment-hsm-tickets", "cancel-in-progress": False}
    assert [step["run"].count("--apply") for step in TICKETS["jobs"]["plan"]["steps"] if "run" in step] == [0]
