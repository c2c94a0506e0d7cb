"""Which subscriptions are looked at: by name, below a management group, of another tenant, switched off."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ops.adapters.azure_cloud import AzureCloud
from ops.errors import CloudUnreadable, UsageProblem
from ops.model import arm_id
from ops.model.estate import Estate, Source
from ops.model.policy import Policy
from ops.sandbox.child import running
from tests.adapters import arm_json
from tests.adapters.conftest import Arm
from tests.build import NOW, SUB_1, SUB_2

Serve = Callable[[str | dict[str, Any]], Arm]
SUB_3, SUB_4, SUB_5, SUB_6 = (f"00000000-0000-0000-0000-00000000000{number}" for number in (3, 4, 5, 6))
THERE = f"/subscriptions/{SUB_4}/resourceGroups/rg/providers/Microsoft.HardwareSecurityModules/dedicatedHSMs/hsm4"
PARTNER = f"/subscriptions/{SUB_3}/resourceGroups/rg/providers/Microsoft.HardwareSecurityModules/dedicatedHSMs/hsm3"


def tenant(**settings: Any) -> dict[str, Any]:
    """Groups three deep, one subscription that nobody may read, two of one name, and a partner's that is switched off."""
    small = arm_json.estate(arm_json.hsm(THERE), arm_json.hsm(PARTNER))
    features = small["subscriptions"][0]["features"]
    more = [
        {"id": SUB_3, "displayName": "partner", "tenantId": SUB_6, "state": "Disabled"},
        {"id": SUB_4, "displayName": "payments-west", "managementGroup": "eu", "features": features},
        {"id": SUB_5, "displayName": "vault", "managementGroup": "eu", "actions": []},
        {"id": SUB_6, "displayName": "Connectivity"},
    ]
    first, second = small["subscriptions"]
    return small | {
        "subscriptions": [first | {"managementGroup": "Cards"}, second, *more],
        "managementGroups": {"eu": "cards", "Cards": "payments", "empty": "payments"},
        "pageSize": 2,
        **settings,
    }


@pytest.fixture(scope="module")
def arm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arm]:
    file = tmp_path_factory.mktemp("tenant") / "estate.yaml"
    file.write_text(json.dumps(tenant()))
    with running(str(file)) as serving:
        yield Arm(serving)


def observe(arm: Arm, *subscriptions: str, groups: tuple[str, ...] = ()) -> Estate:
    with arm.connect() as connection:
        return cloud(connection, groups).observe(subscriptions, policy=Policy())


def cloud(connection: Any, groups: tuple[str, ...] = ()) -> AzureCloud:
    return AzureCloud(connection, Source(kind="sandbox", name="test"), lambda line: None, lambda: NOW, groups)


def test_a_management_group_holds_what_lies_below_it_however_deep(arm: Arm) -> None:
    estate = observe(arm, groups=("payments",))
    assert estate.scope == (SUB_1, SUB_4, SUB_5)
    assert {hsm.name for hsm in estate.hsms.values()} == {"hsm1", "hsm4"}


def test_a_subscription_of_the_group_that_cannot_be_read_is_named_and_unknown_as_a_whole(arm: Arm) -> None:
    estate = observe(arm, groups=("payments",))
    hidden = estate.subscriptions[SUB_5]
    assert hidden.name == "vault"
    assert hidden.gap is not None
    assert hidden.gap.whole_subscription
    assert hidden.gap.reason == "403 AuthorizationFailed"
    assert SUB_5 not in observe(arm).scope  # without the group nobody could know of it


@pytest.mark.parametrize("group", ["a/../b?c", "..", "", "/providers/Microsoft.Management/managementGroups/cards"])
def test_what_is_no_id_of_a_group_is_not_sent(arm: Arm, group: str) -> None:
    with pytest.raises(UsageProblem, match="is no id of a management group"):
        observe(arm, groups=(group,))


def test_groups_are_added_up_and_a_group_is_asked_for_in_any_case(arm: Arm) -> None:
    assert observe(arm, groups=("EU", "eu")).scope == (SUB_4, SUB_5)
    assert observe(arm, groups=("eu", "CARDS")).scope == (SUB_1, SUB_4, SUB_5)


@pytest.mark.parametrize(
    ("group", "what"),
    [
        ("nope", "management group nope could not be read: 403 AuthorizationFailed"),
        ("empty", "there is no subscription below management group empty"),
    ],
)
def test_a_group_that_tells_nothing_ends_the_reading_and_never_widens_it(arm: Arm, group: str, what: str) -> None:
    with pytest.raises(CloudUnreadable) as caught:
        observe(arm, groups=("payments", group))
    assert caught.value.what == what
    assert caught.value.tip


def test_a_name_finds_its_subscription_in_any_case_beside_an_id(arm: Arm) -> None:
    assert observe(arm, " Payments-PROD ").scope == (SUB_1,)
    assert observe(arm, "payments-west", SUB_1.upper()).scope == (SUB_1, SUB_4)


def test_the_scope_of_tickets_is_found_the_same_way(arm: Arm) -> None:
    with arm.connect() as connection:
        assert cloud(connection).scope(("payments-west",)) == (SUB_4,)
        assert cloud(connection, ("eu",)).scope(()) == (SUB_4, SUB_5)


def test_an_unknown_name_is_told_with_the_nearest_ones(arm: Arm) -> None:
    with pytest.raises(UsageProblem) as caught:
        observe(arm, "payment-prod")
    assert caught.value.what == "no visible subscription is called payment-prod"
    assert caught.value.tip.startswith("did you mean payments-prod")
    with pytest.raises(UsageProblem) as caught:
        observe(arm, "vault")  # it is there, and this identity does not see it
    assert "payments" not in caught.value.tip


def test_a_name_of_two_subscriptions_is_told_with_their_ids(arm: Arm) -> None:
    with pytest.raises(UsageProblem) as caught:
        observe(arm, "connectivity")
    assert caught.value.what == "2 subscriptions are called connectivity"
    assert caught.value.tip == f"give the id: {SUB_2}, {SUB_6}"


def test_a_delegated_subscription_of_another_tenant_is_read_like_the_others(arm: Arm) -> None:
    estate = observe(arm)
    assert estate.subscriptions[SUB_3].gap is None
    assert arm_id.key(PARTNER) in estate.hsms


def test_a_subscription_that_is_switched_off_and_holds_hsms_is_read_and_said(arm: Arm) -> None:
    estate = observe(arm)
    assert estate.notes == ("subscription partner is Disabled and holds payment HSMs; it was read like the others",)


def test_ids_alone_are_asked_for_one_by_one_and_no_list_is_read(serve: Serve) -> None:
    arm = serve(arm_json.estate())
    observe(arm, SUB_1)
    assert [entry for entry in arm.log("GET") if entry["path"] == "/subscriptions"] == []


def test_a_refused_list_of_subscriptions_leaves_the_group_readable_and_a_name_not(serve: Serve) -> None:
    arm = serve(tenant(faults=[{"method": "GET", "path": "/subscriptions", "status": 403}]))
    assert observe(arm, groups=("payments",)).subscriptions[SUB_4].name == "payments-west"
    with pytest.raises(CloudUnreadable, match="the subscriptions could not be listed: 403"):
        observe(arm, "payments-west")


def test_a_page_of_a_group_that_names_another_host_is_not_followed(serve: Serve) -> None:
    body = '{"value": [], "nextLink": "https://evil.example/descendants"}'
    fault = {"path": "*/managementGroups/*", "body": body, "headers": {"content-type": "application/json"}}
    with pytest.raises(CloudUnreadable, match=r"next page names another host: evil\.example"):
        observe(serve(tenant(faults=[fault])), groups=("payments",))


def test_a_group_that_names_what_it_cannot_hold_is_not_half_read(serve: Serve) -> None:
    fault = {
        "path": "*/managementGroups/*",
        "body": '{"value": [{"id": "/providers/Microsoft.Odd/things/1"}]}',
        "headers": {"content-type": "application/json"},
    }
    with pytest.raises(CloudUnreadable, match="neither a subscription nor a group"):
        observe(serve(tenant(faults=[fault])), groups=("payments",))


def test_without_graph_a_group_is_read_by_lists_and_that_is_said(serve: Serve) -> None:
    arm = serve(tenant(faults=[{"method": "POST", "path": "*/Microsoft.ResourceGraph/*", "status": 403}]))
    estate = observe(arm, groups=("payments",))
    assert {hsm.name for hsm in estate.hsms.values()} == {"hsm1", "hsm4"}
    assert "Resource Graph could not be used (403 AuthorizationFailed)" in estate.notes[0]
