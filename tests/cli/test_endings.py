"""How a command ends when somebody ends it: Ctrl-C, a reader that has seen enough, a full disk."""

import json
import re
import signal
import ssl
import subprocess
import time
import urllib.request
from pathlib import Path

from ops.sandbox.child import running
from tests.cli.beside import HSM_2, NUMBER, Beside, beside
from tests.process import BIN, environment

SILENT = """
subscriptions: [{id: 00000000-0000-0000-0000-000000000001, displayName: silent}]
resources: []
faults: [{path: "*", hang: 60}]
"""


def wait_for_a_request(serving, method="", containing="") -> None:
    context = ssl.create_default_context(cafile=serving.ca_bundle)
    for _ in range(600):
        with urllib.request.urlopen(f"{serving.endpoint}/_sandbox/requests", context=context) as answer:
            if any(
                one["method"].startswith(method) and containing in one["path"] for one in json.load(answer)["requests"]
            ):
                return
        time.sleep(0.05)
    raise AssertionError("no request arrived")


def test_ctrl_c_while_azure_is_silent_is_exit_130_at_once(tmp_path):
    estate = tmp_path / "silent.yaml"
    estate.write_text(SILENT)
    with running(str(estate)) as serving:
        env = environment(tmp_path, PHSM_ARM_ENDPOINT=serving.endpoint, PHSM_CA_BUNDLE=serving.ca_bundle)
        with subprocess.Popen(
            [BIN / "phsm", "check"], env=env, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            wait_for_a_request(serving)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert out == ""
    assert err.strip() == "phsm: interrupted"


def interrupted_at(here: Beside, ticket: str) -> tuple[int, str, str]:
    """``tickets open --apply``, interrupted when Azure was sent this ticket: the exit code, and what was said."""
    azure = {"PHSM_ARM_ENDPOINT": here.place.endpoint, "PHSM_CA_BUNDLE": here.place.ca_bundle}
    with subprocess.Popen(
        [BIN / "phsm", "tickets", "open", "--apply"],
        env=environment(here.home, **azure),
        cwd=here.home,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        wait_for_a_request(here.place, "PUT", f"/supportTickets/{ticket}")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    return process.returncode, out, err.strip()


def test_ctrl_c_between_two_tickets_loses_nothing_and_the_next_run_finds_what_azure_took(tmp_path):
    """Azure takes the second ticket, and its answer never comes."""
    silent = {"method": "PUT", "path": "*/supportTickets/phsm-fastpath-*", "hang": 60, "takesEffect": True, "times": 1}
    with beside(tmp_path, silent) as here:
        here.fail(HSM_2)
        here.let_fastpath_wait()
        code, out, err = interrupted_at(here, "phsm-fastpath-")
        assert (code, err) == (130, "phsm: interrupted")
        told = out.partition("1 ticket opened, 1 unclear\n")[2]
        (number,) = re.findall(NUMBER, told)
        assert "  unclear     Approve FastPathEnabled" in told
        assert "next: run it again: a ticket that exists is found by its name, and none is opened twice\n" in told
        assert number in {ticket["properties"]["supportTicketId"] for ticket in here.tickets().values()}
        assert [result for action, result in here.deeds() if action == "open"] == ["intended", "done", "intended"]
        assert here.phsm("ledger", "verify").code == 0
        again = here.phsm("tickets", "open", "--apply")
        assert len(here.tickets()) == 2
        *_, last = here.entries()
        assert (last.action, last.result) == ("open", "found")
        assert last.details["number"] in again.out
        assert here.phsm("tickets", "open", "--apply").err == ""
        assert here.entries()[-1] == last
    assert again.code == 0, again.out
    assert "nothing to open\n" in again.out
    assert len(re.findall(NUMBER, again.out)) == 2
    assert again.err.startswith("phsm: another run has not told what came of phsm-fastpath-")


def test_ctrl_c_in_the_first_ticket_names_those_that_were_not_tried(tmp_path):
    silent = {"method": "PUT", "path": "*/supportTickets/phsm-hsm-*", "hang": 60, "times": 1}
    with beside(tmp_path, silent) as here:
        here.fail(HSM_2)
        here.let_fastpath_wait()
        code, out, err = interrupted_at(here, "phsm-hsm-")
    assert (code, err) == (130, "phsm: interrupted")
    told = out.partition("0 tickets opened, 1 unclear, 1 not tried\n")[2]
    assert told.index("  unclear     Payment HSM payshield-0001-02") < told.index(
        "  not tried   Approve FastPathEnabled"
    )
    assert told.endswith("the run ended before it: run it again\n")


def test_a_reader_that_has_seen_enough_gets_no_traceback_and_the_exit_code_stays(tmp_path):
    command = f"{BIN}/phsm --sandbox single-stamp check | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command],
        env=environment(tmp_path),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 3
    assert done.stderr == ""
    assert done.stdout.startswith("Payment HSM check")


def test_a_full_disk_is_one_line_and_exit_2(tmp_path):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [BIN / "phsm", "checks", "list"],
            env=environment(tmp_path),
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr == "phsm: the report could not be written to standard output: No space left on device\n"
