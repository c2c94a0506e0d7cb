"""What Azure does on a bad day: each fault ends as a fact that is true or as a Gap that says why, never as silence."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from socket import create_server
from typing import Any

import pytest

from ops.errors import CloudUnreadable
from ops.model import arm_id
from ops.model.estate import DEDICATED_HSM_FEATURE, FASTPATH_FEATURE, Estate, Vnet
from ops.model.fact import Gap
from ops.sandbox.child import running
from tests.adapters import arm_json
from tests.adapters.conftest import QUICK, Arm
from tests.build import SUB_1, SUB_2

Serve = Callable[[str | dict[str, Any]], Arm]
VNET_PATH = "*/virtualNetworks/vnet-hsm"
HTML = "<html><h1>Bad Gateway</h1></html>"


def _with_fault(serve: Serve, **fault: Any) -> Arm:
    return serve(arm_json.estate(faults=({"method": "GET", "path": VNET_PATH, **fault},)))


def _vnet_gap(estate: Estate) -> str:
    fact = estate.vnets[arm_id.key(arm_json.VNET)]
    assert isinstance(fact, Gap)
    assert fact in estate.gaps
    assert fact.subject == arm_json.VNET
    assert fact.what == "virtual network"
    return fact.reason


def test_a_throttled_read_waits_as_asked_and_then_succeeds(serve: Serve) -> None:
    arm = _with_fault(serve, status=429, headers={"Retry-After": "1"}, times=1)
    assert arm.observe().gaps == ()
    assert [entry["status"] for entry in arm.log(containing="vnet-hsm")] == [429, 200]


def test_throttling_without_end_is_a_gap(serve: Serve) -> None:
    arm = _with_fault(serve, status=429, headers={"Retry-After": "0"})
    assert _vnet_gap(arm.observe()) == "429 SubscriptionRequestsThrottled"
    assert len(arm.log(containing="vnet-hsm")) == QUICK.attempts


def test_a_retry_after_beyond_the_cap_ends_at_once(serve: Serve) -> None:
    arm = _with_fault(serve, status=429, headers={"Retry-After": "3600"})
    assert _vnet_gap(arm.observe()) == "429 SubscriptionRequestsThrottled"
    assert len(arm.log(containing="vnet-hsm")) == 1


JSON = {"headers": {"content-type": "application/json"}}
LASTING = {
    "bad-gateway": ({"status": 502, "body": HTML}, "502 not JSON"),
    "says-json": ({"status": 503, "body": HTML, **JSON}, "503 not JSON"),
    "no-json": ({"status": 200, "body": HTML, **JSON}, "200 not JSON"),
    "list": ({"status": 200, "body": "[]", **JSON}, "the answer is not an object"),
    "text": ({"status": 200, "body": '"a"', **JSON}, "the answer is not an object"),
    "empty": ({"status": 200, "body": "{}", **JSON}, "the answer has no properties"),
    "odd": ({"status": 200, "body": '{"properties": {"subnets": 7}}', **JSON}, "subnets is not a list"),
    "pascal-case": ({"status": 400, "body": '{"Error": {"Code": "InvalidData"}}', **JSON}, "400 InvalidData"),
    "truncated": ({"truncate": 100}, "the connection was lost within the answer"),
    "reset-before": ({"reset": "before"}, "the connection was lost"),
    "reset-after": ({"reset": "after"}, "the connection was lost"),
    "hangs": ({"hang": 20}, "no answer within 0.5 s"),
    "tenant": ({"status": 401, "code": "InvalidAuthenticationTokenTenant"}, "401 InvalidAuthenticationTokenTenant"),
    "unknown": ({"status": 404, "code": "SubscriptionNotFound"}, "404 SubscriptionNotFound"),
    "unregistered": ({"status": 409, "code": "MissingSubscriptionRegistration"}, "409 MissingSubscriptionRegistration"),
}
PASSING = ("bad-gateway", "truncated", "reset-before", "hangs")


def _peer(name: str) -> str:
    return arm_json.HUB.replace("/hub", f"/{name}")


@pytest.fixture(scope="module")
def stormy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Arm, Estate]]:
    """An estate with one peered VNet for each fault, lasting or passing, read once."""
    peers = {name: fault for name, (fault, _) in LASTING.items()}
    peers |= {f"{name}-once": {**LASTING[name][0], "times": 1} for name in PASSING}
    document = arm_json.estate(
        arm_json.vnet(peers=tuple(map(_peer, peers)), subnets=("hsmsubnet",)),
        *(arm_json.vnet(_peer(name)) for name in peers),
        faults=tuple({"method": "GET", "path": f"*/virtualNetworks/{name}", **fault} for name, fault in peers.items()),
    )
    file = tmp_path_factory.mktemp("stormy") / "estate.yaml"
    file.write_text(json.dumps(document), encoding="utf-8")
    with running(str(file)) as serving:
        arm = Arm(serving)
        yield arm, arm.observe()


@pytest.mark.parametrize("name", LASTING)
def test_a_lasting_fault_of_one_network_is_a_gap_for_it_alone(stormy: tuple[Arm, Estate], name: str) -> None:
    _, estate = stormy
    fact = estate.vnets[arm_id.key(_peer(name))]
    assert isinstance(fact, Gap)
    assert fact.reason == LASTING[name][1]
    assert fact in estate.gaps


@pytest.mark.parametrize("name", PASSING)
def test_a_passing_fault_leaves_no_trace(stormy: tuple[Arm, Estate], name: str) -> None:
    arm, estate = stormy
    assert isinstance(estate.vnets[arm_id.key(_peer(f"{name}-once"))], Vnet)
    assert len(arm.log(containing=f"/{name}-once")) == 2


def test_what_is_no_fault_of_the_moment_is_asked_once_and_nothing_is_ever_registered(
    stormy: tuple[Arm, Estate],
) -> None:
    arm, estate = stormy
    assert len(estate.gaps) == len(LASTING)
    assert {entry["path"] for entry in arm.log("POST")} == {"/providers/Microsoft.ResourceGraph/resources"}
    for name in ("tenant", "unknown", "unregistered", "pascal-case", "list"):
        assert len(arm.log(containing=f"/virtualNetworks/{name}")) == 1
    assert len(arm.log(containing="/virtualNetworks/hangs")) == QUICK.attempts + 2


def test_resource_graph_refused_falls_back_to_lists_and_says_so(serve: Serve) -> None:
    arm = serve(arm_json.estate(faults=({"method": "POST", "path": "*ResourceGraph*", "status": 403},)))
    estate = arm.observe()
    assert list(estate.hsms) == [arm_id.key(arm_json.HSM)]
    assert estate.gaps == ()
    (note,) = estate.notes
    assert "Resource Graph could not be used (403 AuthorizationFailed)" in note
    assert len(arm.log("GET", f"/subscriptions/{SUB_2}/resources")) == 1


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"totalRecords": 1, "count": 0, "data": [], "resultTruncated": "true"}, "it cut its answer off"),
        ({"totalRecords": 2, "count": 0, "data": [], "resultTruncated": "false"}, "it announced 2 rows and sent 0"),
        ({"totalRecords": 0, "count": 0, "data": {}, "resultTruncated": "false"}, "its answer is no list of rows"),
        (
            {"totalRecords": 2, "count": 0, "data": [], "resultTruncated": "false", "$skipToken": "again"},
            "its pages do not end",
        ),
    ],
)
def test_half_an_answer_of_resource_graph_is_not_taken_for_the_whole(
    serve: Serve, answer: dict[str, Any], why: str
) -> None:
    fault = {
        "method": "POST",
        "path": "*ResourceGraph*",
        "status": 200,
        "body": json.dumps(answer),
        "headers": {"content-type": "application/json"},
    }
    estate = serve(arm_json.estate(faults=(fault,))).observe()
    assert list(estate.hsms) == [arm_id.key(arm_json.HSM)]
    assert why in estate.notes[0]


def test_an_hsm_that_cannot_be_read_is_kept_as_the_list_knows_it(serve: Serve) -> None:
    fault = {"method": "GET", "path": "*/dedicatedHSMs/hsm1", "status": 500}
    estate = serve(arm_json.estate(faults=(fault,))).observe()
    hsm = estate.hsms[arm_id.key(arm_json.HSM)]
    assert hsm.gap is not None
    assert hsm.gap.reason == "500 InternalServerError"
    assert (hsm.sku, hsm.location, hsm.tags) == ("payShield10K_LMK1_CPS60", "eastus", {"app": "cards"})
    assert (hsm.stamp, hsm.zones, hsm.host, hsm.provisioning_state) == (None, None, None, None)
    assert len(estate.nics) == 3


def test_an_hsm_that_vanished_after_the_list_is_dropped(serve: Serve) -> None:
    fault = {"method": "GET", "path": "*/dedicatedHSMs/hsm1", "status": 404, "code": "ResourceNotFound"}
    estate = serve(arm_json.estate(faults=(fault,))).observe()
    assert estate.hsms == {}
    assert estate.gaps == ()


def test_a_type_that_is_hidden_from_a_subscription_means_no_hsms_there(serve: Serve) -> None:
    faults = (
        {"method": "POST", "path": "*ResourceGraph*", "status": 403},
        {"method": "GET", "path": f"/subscriptions/{SUB_2}/resources", "status": 404, "code": "InvalidResourceType"},
    )
    estate = serve(arm_json.estate(faults=faults)).observe()
    assert estate.subscriptions[SUB_2].gap is None
    assert list(estate.hsms) == [arm_id.key(arm_json.HSM)]


def test_a_list_that_is_refused_after_the_graph_saw_its_hsms_is_a_gap_and_the_hsms_are_read(serve: Serve) -> None:
    fault = {"method": "GET", "path": f"/subscriptions/{SUB_1}/resources", "status": 500}
    estate = serve(arm_json.estate(faults=(fault,))).observe()
    gap = estate.subscriptions[SUB_1].gap
    assert gap is not None
    assert gap.whole_subscription
    assert gap.reason == "500 InternalServerError"
    assert estate.hsms[arm_id.key(arm_json.HSM)].gap is None


def test_an_unregistered_feature_is_absent_and_a_refused_one_a_gap(serve: Serve) -> None:
    faults = (
        {"method": "GET", "path": f"/subscriptions/{SUB_1}/*/features/*", "status": 404},
        {"method": "GET", "path": f"/subscriptions/{SUB_2}/*/features/*", "status": 403},
    )
    estate = serve(arm_json.estate(faults=faults)).observe()
    for feature in (FASTPATH_FEATURE, DEDICATED_HSM_FEATURE):
        assert repr(estate.subscriptions[SUB_1].features[feature]) == "Absent(absent=True)"
    refused = estate.subscriptions[SUB_2].features[FASTPATH_FEATURE]
    assert isinstance(refused, Gap)
    assert refused.reason == "403 AuthorizationFailed"


def test_a_next_link_to_another_host_is_refused_and_nothing_is_sent_there(serve: Serve) -> None:
    with closing(create_server(("127.0.0.1", 0))) as trap:
        trap.settimeout(0.2)
        link = f"https://localhost:{trap.getsockname()[1]}/subscriptions/{SUB_1}/resources?page=2"
        page = {"value": [arm_json.hsm()], "nextLink": link}
        fault = {
            "method": "GET",
            "path": f"/subscriptions/{SUB_1}/resources",
            "status": 200,
            "body": json.dumps(page),
            "headers": {"content-type": "application/json"},
        }
        estate = serve(arm_json.estate(faults=(fault,))).observe()
        with pytest.raises(TimeoutError):
            trap.accept()
    gap = estate.subscriptions[SUB_1].gap
    assert gap is not None
    assert gap.whole_subscription
    assert gap.reason == "next page names another host: localhost"
    assert list(estate.hsms) == [arm_id.key(arm_json.HSM)]


def test_a_cut_list_of_subscriptions_ends_the_reading_because_nobody_knows_what_is_missing(serve: Serve) -> None:
    page = {
        "value": [{"subscriptionId": SUB_1, "displayName": "payments-prod"}],
        "nextLink": "https://evil.example/subscriptions?page=2",
    }
    fault = {
        "method": "GET",
        "path": "/subscriptions",
        "status": 200,
        "body": json.dumps(page),
        "headers": {"content-type": "application/json"},
    }
    with pytest.raises(CloudUnreadable, match="next page names another host: evil"):
        serve(arm_json.estate(faults=(fault,))).observe()


def test_a_peer_whose_id_is_no_network_id_is_a_gap(serve: Serve) -> None:
    odd = f"/subscriptions/{SUB_2}/resourceGroups/rg-hub/providers/Microsoft.Network/virtualNetworks/hub/../../evil"
    estate = serve(arm_json.estate(arm_json.vnet(peers=(odd,), subnets=("hsmsubnet",)))).observe()
    fact = estate.vnets[arm_id.key(odd)]
    assert isinstance(fact, Gap)
    assert "id" in fact.reason


def test_the_hsm_is_found_by_lists_when_resource_graph_lags_behind(serve: Serve) -> None:
    lagging = {"totalRecords": 0, "count": 0, "data": [], "resultTruncated": "false"}
    fault = {
        "method": "POST",
        "path": "*ResourceGraph*",
        "status": 200,
        "body": json.dumps(lagging),
        "headers": {"content-type": "application/json"},
    }
    estate = serve(arm_json.estate(faults=(fault,))).observe()
    assert list(estate.hsms) == [arm_id.key(arm_json.HSM)]
    assert estate.notes == ()


def test_throttling_as_azure_does_it_only_slows_the_reading_down(serve: Serve) -> None:
    limits = {"reads": {"bucket": 3, "perSecond": 20}, "graph": {"bucket": 1, "seconds": 1}}
    arm = serve(arm_json.estate(limits=limits))
    estate = arm.observe(retry=replace(QUICK, attempts=8))
    assert estate.gaps == ()
    assert estate.notes == ()
    assert isinstance(estate.vnets[arm_id.key(arm_json.VNET)], Vnet)
    assert 429 in {entry["status"] for entry in arm.log()}
