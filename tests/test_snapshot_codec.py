import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings

from ops.codec import policy_from_mapping, snapshot_from, snapshot_text
from ops.errors import UsageProblem
from ops.model.estate import Estate, Source
from ops.model.fact import ABSENT, Gap
from ops.model.policy import AzureSettings, LedgerSettings, Policy, SupportPolicy
from ops.sandbox.example_config import EXAMPLE_CONFIG
from tests.build import SUB_2, estate, hsm, nics, refused_subscription, unread_hsm, vnet, vnet_id
from tests.values import values

TOOL = "payment-hsm-ops 1.2.3"
READ_FROM = Source(kind="azure", name="management.azure.com")
GAP = Gap(subject=vnet_id("hub"), what="virtual network", reason="403 AuthorizationFailed")
MIXED = estate(
    hsm("a", zones=("1", "2"), stamp=None, management=ABSENT),
    unread_hsm("b", subscription=SUB_2),
    refused_subscription(),
    vnet(subnets=None, peerings=()),
    overrides={vnet_id("hub"): GAP, vnet_id("gone"): ABSENT, next(iter(nics(hsm("a")))): ABSENT},
)


def document(**changes):
    """The document of a snapshot, changed, with the digest that belongs to it."""
    whole = json.loads(snapshot_text(MIXED, Policy(), TOOL)) | changes
    del whole["digest"]
    compact = json.dumps(whole, separators=(",", ":")).encode()
    return json.dumps({**whole, "digest": f"sha256:{hashlib.sha256(compact).hexdigest()}"})


def refusal(text):
    with pytest.raises(UsageProblem) as caught:
        snapshot_from(text, "s.json")
    assert caught.value.tip
    return caught.value.what


@settings(max_examples=200, deadline=None)
@given(
    values(Estate, source=READ_FROM),
    values(Policy, azure=AzureSettings(), support=None, ledger=LedgerSettings()),
    values(SupportPolicy, contact=None),
)
def test_any_estate_and_policy_are_read_back_as_they_were(saved, policy, support):
    policy = replace(policy, support=support)
    text = snapshot_text(saved, policy, TOOL)
    snapshot = snapshot_from(text, "s.json")
    assert snapshot.estate == saved
    assert snapshot.policy == policy
    assert [list(part) for part in (snapshot.estate.hsms, snapshot.estate.vnets)] == [
        list(saved.hsms),
        list(saved.vnets),
    ]
    assert snapshot_text(snapshot.estate, snapshot.policy, snapshot.tool) == text


def test_unread_absent_and_read_stay_three_different_things():
    found = snapshot_from(snapshot_text(MIXED, Policy(), TOOL), "s.json").estate
    assert found == MIXED
    assert found.gaps == MIXED.gaps
    assert (found.hsms[hsm("a").key].stamp, found.hsms[hsm("a").key].management) == (None, ABSENT)


def test_a_snapshot_of_before_a_fact_was_known_has_it_unread():
    old = json.loads(document())
    for key in ("gateways", "load_balancers", "clusters", "probes", "has_support_service"):
        del old["estate"][key]
    for one in old["estate"]["subscriptions"].values():
        del one["locks"], one["support_plan"]
    found = snapshot_from(document(estate=old["estate"]), "s.json").estate
    assert (found.load_balancers, found.has_support_service) == ({}, None)
    assert [(one.locks, one.support_plan) for one in found.subscriptions.values()] == [(None, None)] * 2


def test_a_moment_keeps_its_microseconds():
    saved = estate(hsm(created_at=datetime(2024, 3, 1, 12, 0, 0, 123457, tzinfo=UTC)))
    found = snapshot_from(snapshot_text(saved, Policy(), TOOL), "s.json").estate
    assert found.hsms[hsm().key].created_at == datetime(2024, 3, 1, 12, 0, 0, 123457, tzinfo=UTC)


def test_the_file_is_one_versioned_document_in_ascii():
    text = snapshot_text(estate(hsm("höchst-sicher")), Policy(), TOOL)
    assert text.isascii()
    whole = json.loads(text)
    assert list(whole) == ["schema", "tool", "digest", "policy", "estate"]
    assert (whole["schema"], whole["tool"]) == ("phsm.estate/1", TOOL)
    assert whole["digest"] == json.loads(document(**{key: whole[key] for key in ("policy", "estate")}))["digest"]


def test_half_a_surrogate_pair_does_not_keep_an_incident_from_being_saved():
    found = snapshot_from(snapshot_text(estate(hsm(status_message="bad \ud800 text")), Policy(), TOOL), "s.json")
    assert found.estate.hsms[hsm().key].status_message == "bad ? text"


def test_the_policy_is_saved_without_the_person_whom_microsoft_calls_and_what_is_of_this_machine():
    policy = policy_from_mapping(
        {
            **EXAMPLE_CONFIG,
            "azure": {"endpoint": "https://arm.example.com"},
            "pools": [{"name": "cards"}],
            "ledger": {"folder": "of-this-machine"},
        }
    )
    text = snapshot_text(MIXED, policy, TOOL)
    assert policy.support.contact is not None
    assert policy.support.contact.email not in text
    assert "arm.example.com" not in text
    assert "of-this-machine" not in text
    assert snapshot_from(text, "s.json").policy.pools == policy.pools


def test_a_snapshot_of_a_snapshot_is_the_same_snapshot():
    again = replace(MIXED, source=Source(kind="snapshot", name="s.json", original=MIXED.source))
    assert snapshot_text(again, Policy(), TOOL) == snapshot_text(MIXED, Policy(), TOOL)


def test_a_newer_schema_is_refused_and_names_its_maker():
    what = refusal(document(schema="phsm.estate/2", tool="payment-hsm-ops 9.0"))
    assert what == "s.json was made by a newer phsm: payment-hsm-ops 9.0, schema phsm.estate/2"


def test_an_unknown_key_is_refused_with_its_place():
    changed = json.loads(document())["estate"]
    changed["hsms"][hsm("a").key]["colour"] = "red"
    what = refusal(document(estate=changed))
    assert "colour" in what
    assert "is not known here" in what


def test_a_fact_of_the_wrong_type_is_refused():
    assert "requests" in refusal(document(estate={**json.loads(document())["estate"], "requests": "12"}))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "s.json is empty"),
        (" \n", "s.json is empty"),
        ("not JSON", "s.json is damaged: not JSON from line 1 on"),
        ("[" * 100_000, "s.json is damaged: no such JSON was ever saved"),
        ('{"schema": ' + "9" * 5_000 + "}", "s.json is damaged: no such JSON was ever saved"),
        ("[]", "s.json is no snapshot: it is not an object"),
        ("{}", "s.json is no snapshot: it names no schema"),
        ('{"schema": 1}', "s.json is no snapshot: it names no schema"),
        ('{"schema": "phsm.run/1"}', "s.json is no snapshot: its schema is phsm.run/1"),
        ('{"schema": "phsm.estate/0"}', "s.json is no snapshot: there was never a schema phsm.estate/0"),
        ('{"schema": "phsm.estate/1"}', "s.json is damaged: its content does not match its digest"),
    ],
)
def test_what_is_no_whole_snapshot_is_refused_with_the_reason(text, says):
    assert refusal(text) == says


def test_a_change_by_hand_is_refused():
    text = snapshot_text(MIXED, Policy(), TOOL)
    assert "does not match its digest" in refusal(text.replace('"Succeeded"', '"Failed"'))
