import json
from datetime import date

from ops.checks import collect
from ops.model.mute import Mute
from ops.model.policy import HsmFacts, Policy
from ops.reports import run_json
from ops.run import evaluate
from tests.build import estate, hsm, refused_subscription


def document(state, policy=Policy()):  # noqa: B008
    return json.loads(run_json.render(evaluate(state, policy, collect())))


def test_the_document_has_the_keys_of_the_contract_in_their_order():
    found = document(estate(hsm("a"), refused_subscription()))
    assert list(found) == [
        "schema",
        "observed_at",
        "source",
        "scope",
        "findings",
        "gaps",
        "summary",
        "support",
        "unused_mutes",
    ]
    assert found["schema"] == "phsm.run/1"
    assert found["observed_at"] == "2026-11-23T22:14:05Z"
    assert found["source"] == {"kind": "sandbox", "name": "test"}
    keys = ["check", "title", "subject", "outcome", "severity", "party", "evidence", "source", "muted", "lapsed"]
    keys += ["subject_id", "fix", "ticket", "note"]
    assert all(list(finding) == keys for finding in found["findings"])
    assert list(found["gaps"][0]) == ["subject", "what", "reason"]
    assert list(found["summary"]) == ["pass", "fail", "unknown", "not_applicable", "muted"]


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


def test_a_failure_has_its_id_its_next_step_and_whether_a_ticket_is_drafted_for_it():
    failed = hsm("a", provisioning_state="Failed")
    told = {f["check"]: (f["subject_id"], f["fix"], f["ticket"]) for f in document(estate(failed))["findings"]}
    assert told["PHSM-HSM-001"] == (failed.id, None, True)
    assert told["PHSM-HA-001"] == (
        None,
        "create an HSM in the other stamp or zone of this region (az dedicated-hsm create)",
        False,
    )


def test_a_pass_says_whether_it_is_a_note():
    policy = Policy(hsms={name: HsmFacts(firmware=version) for name, version in (("a", "2.1a"), ("b", "2.2b"))})
    found = document(estate(hsm("a"), hsm("b")), policy)["findings"]
    assert [f["note"] for f in found if f["check"] == "PHSM-HSM-006"] == [True, False]
    assert [f["subject_id"] for f in found if f["note"]] == [hsm("a").id]


def test_the_summary_counts_the_findings():
    found = document(estate(hsm("a"), refused_subscription()))
    assert found["summary"].pop("muted") == 0
    for outcome, count in found["summary"].items():
        assert count == sum(finding["outcome"] == outcome for finding in found["findings"])
    assert found["summary"]["fail"]
    assert found["summary"]["unknown"]


def test_an_empty_estate_is_a_document_too():
    found = document(estate())
    assert found["summary"]["pass"] == found["summary"]["fail"] == 0
    assert {finding["outcome"] for finding in found["findings"]} == {"not_applicable"}


def test_mutes_that_hold_that_have_expired_and_that_match_nothing():
    def mute(check, subject, expires, since=None):
        return Mute(check=check, subject=subject, reason="reviewed", owner="ops", expires=expires, since=since)

    mutes = (
        mute("PHSM-HA-001", "*", date(2027, 1, 1), date(2026, 1, 1)),
        mute("PHSM-HSM-001", "A", date(2026, 11, 22)),
        mute("PHSM-HSM-002", "*", date(2026, 11, 22)),
    )
    found = document(estate(hsm("a", provisioning_state="Failed")), Policy(mutes=mutes))
    told = {f["check"]: (f["muted"], f["lapsed"]) for f in found["findings"] if f["muted"] or f["lapsed"]}
    assert told == {
        "PHSM-HA-001": (
            {"reason": "reviewed", "owner": "ops", "expires": "2027-01-01", "since": "2026-01-01"},
            None,
        ),
        "PHSM-HSM-001": (None, {"reason": "reviewed", "owner": "ops", "expires": "2026-11-22", "since": None}),
    }
    assert found["summary"]["muted"] == 1
    assert found["summary"]["fail"] == sum(f["outcome"] == "fail" and not f["muted"] for f in found["findings"])
    assert found["unused_mutes"] == [
        {
            "check": "PHSM-HSM-002",
            "subject": "*",
            "reason": "reviewed",
            "owner": "ops",
            "expires": "2026-11-22",
            "since": None,
            "expired": True,
        }
    ]
