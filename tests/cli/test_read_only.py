"""Reading never writes: shown by what the server was really sent."""

import json
import ssl
import urllib.request
from pathlib import Path

import pytest

from ops.sandbox.child import running
from tests.cli.beside import HSM_2, beside
from tests.process import phsm

READING = (
    ("inventory",),
    ("check",),
    ("doctor",),
    ("snapshot", "save", "snapshot.json"),
    ("tickets", "plan", "--output", "plan.json"),
    ("tickets", "open"),
    ("tickets", "open", "--plan", "plan.json"),
    ("tickets", "list", "--all"),
    ("ledger", "verify"),
)
GRAPH = "/providers/Microsoft.ResourceGraph/resources"
HSM = (
    "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg"
    "/providers/Microsoft.HardwareSecurityModules/dedicatedHSMs/payshield-1"
)
UNREGISTERED = f"""
subscriptions:
  - id: 00000000-0000-0000-0000-000000000001
    displayName: payments-prod
    providers: {{Microsoft.HardwareSecurityModules: Registered, Microsoft.Network: NotRegistered}}
resources:
  - id: {HSM}
    name: payshield-1
    type: Microsoft.HardwareSecurityModules/dedicatedHSMs
    location: eastus
    sku: {{name: payShield10K_LMK1_CPS60}}
    properties: {{provisioningState: Succeeded, stampId: stamp1}}
"""


def requests(serving):
    context = ssl.create_default_context(cafile=serving.ca_bundle)
    with urllib.request.urlopen(f"{serving.endpoint}/_sandbox/requests", context=context) as answer:
        return json.load(answer)["requests"]


@pytest.mark.parametrize("estate", ["degraded", "unregistered"])
def test_reading_sends_only_get_head_and_the_graph_query(tmp_path, estate):
    if estate == "unregistered":
        estate = str(tmp_path / "unregistered.yaml")
        Path(estate).write_text(UNREGISTERED)
    with running(estate) as serving:
        env = {"PHSM_ARM_ENDPOINT": serving.endpoint, "PHSM_CA_BUNDLE": serving.ca_bundle}
        codes = {words: phsm(tmp_path, *words, **env).code for words in READING}
        sent = requests(serving)
    assert set(codes.values()) <= {0, 3, 4}
    assert len(sent) > len(READING)
    writing = [request for request in sent if request["method"] not in ("GET", "HEAD")]
    assert {(request["method"], request["path"]) for request in writing} == {("POST", GRAPH)}
    if estate != "degraded":
        assert 409 in {request["status"] for request in sent}


def test_looking_at_a_ticket_and_words_without_apply_send_nothing_either(tmp_path):
    with beside(tmp_path) as here:
        here.fail(HSM_2)
        here.phsm("tickets", "open", "--apply")
        (ticket,) = here.tickets()
        here.repair(HSM_2)
        here.written()
        asked = len(here.place.azure.watch.asked)
        words = (("show", ticket), ("comment", ticket, "the LED is red"), ("close", ticket), ("plan",), ("open",))
        assert {here.phsm("tickets", *one).code for one in words} == {0}
        assert len(here.place.azure.watch.asked) > asked
        assert here.written() == []
