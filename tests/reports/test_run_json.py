import json

from ops.checks import collect
from ops.model.policy import Policy
from ops.reports import run_json
from ops.run import evaluate
from tests.build import estate, hsm, refused_subscription


def document(state):
    return json.loads(run_json.render(evaluate(state, Policy(), collect())))


def test_the_document_has_the_keys_of_the_contract_in_their_order():
    found = document(estate(hsm("a"), refused_subscription()))
    assert list(found) == ["schema", "observed_at", "source", "scope", "findings", "gaps", "summary", "support"]
    assert found["schema"] == "phsm.run/1"
    assert found["observed_at"] == "2026-11-23T22:14:05Z"
    assert found["source"] == {"kind": "sandbox", "name": "test"}
    keys = ["check", "title", "subject", "outcome", "severity", "party", "evidence", "source", "muted"]
    assert all(list(finding) == keys for finding in found["findings"])
    assert list(found["gaps"][0]) == ["subject", "what", "reason"]
    assert list(found["summary"]) == ["pass", "fail", "unknown", "not_applicable"]


def test_each_production_pool_says_whether_severity_a_is_given_and_why():
    (support,) = document(estate(hsm("a"), hsm("b")))["support"]
    assert support == {
        "pool": "payments-prod/eastus",
        "severity_a": False,
        "because": "PHSM-HA-001: all 2 HSMs are in stamp1",
    }


def test_subjects_hold_name_and_id_and_pools_their_region():
    subjects = {finding["check"]: finding["subject"] for finding in document(estate(hsm("a")))["findings"]}
    assert subjects["PHSM-HSM-001"] == f"a ({hsm('a').id})"
    assert subjects["PHSM-HA-001"] == "payments-prod/eastus"


def test_the_summary_counts_the_findings():
    found = document(estate(hsm("a"), refused_subscription()))
    for outcome, count in found["summary"].items():
        assert count == sum(finding["outcome"] == outcome for finding in found["findings"])
    assert found["summary"]["fail"]
    assert found["summary"]["unknown"]


def test_an_empty_estate_is_a_document_too():
    found = document(estate())
    assert found["summary"]["pass"] == found["summary"]["fail"] == 0
    assert {finding["outcome"] for finding in found["findings"]} == {"not_applicable"}
