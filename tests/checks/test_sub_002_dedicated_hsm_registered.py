import pytest

from ops.checks.sub_002_dedicated_hsm_registered import dedicated_hsm_registered
from ops.model.estate import DEDICATED_HSM_FEATURE, FASTPATH_FEATURE
from ops.model.fact import ABSENT, Gap
from ops.model.finding import Party
from tests.build import (
    SUB_1,
    SUB_2,
    estate,
    hsm,
    peering,
    refused_subscription,
    subscription,
    unread_hsm,
    vnet,
    vnet_id,
)
from tests.checks.judging import FAIL, PASS, UNKNOWN, judge, only, outcomes


def with_state(state, *things):
    features = {DEDICATED_HSM_FEATURE: state, FASTPATH_FEATURE: "Registered"}
    return estate(hsm(), subscription(features=features), *things)


@pytest.mark.parametrize("state", ["Registered", "registered"])
def test_registered_passes(state):
    verdict = only(dedicated_hsm_registered, with_state(state))
    assert (verdict.outcome, verdict.evidence) == (
        PASS,
        f"feature Microsoft.HardwareSecurityModules/AzureDedicatedHsm is {state}",
    )
    assert (verdict.subject.name, verdict.subject.id) == ("payments-prod", f"/subscriptions/{SUB_1}")
    assert verdict.subject.hsms == (hsm().key,)


@pytest.mark.parametrize("state", ["NotRegistered", "Unregistered", "Unregistering", ABSENT])
def test_unregistered_is_the_customers_with_a_command(state):
    verdict = only(dedicated_hsm_registered, with_state(state))
    assert (verdict.outcome, verdict.party, verdict.ticket) == (FAIL, None, None)
    assert (dedicated_hsm_registered.party, dedicated_hsm_registered.ticket) == (Party.CUSTOMER, False)
    assert verdict.fix == (
        "az feature registration create --namespace Microsoft.HardwareSecurityModules --name AzureDedicatedHsm "
        f"--subscription {SUB_1}"
    )


def test_pending_is_microsofts_to_approve_and_yours_to_ask_for():
    verdict = only(dedicated_hsm_registered, with_state("Pending"))
    assert (verdict.outcome, verdict.party, verdict.ticket) == (FAIL, Party.MICROSOFT, False)
    assert verdict.evidence.endswith("is Pending: Microsoft has to approve it")
    assert verdict.fix == "ask Microsoft's support for the approval, and name the subscription id"


@pytest.mark.parametrize("state", ["Registering", "NotSpecified", "", "SomethingNew"])
def test_state_that_decides_nothing_is_unknown(state):
    assert only(dedicated_hsm_registered, with_state(state)).outcome is UNKNOWN


def test_unread_feature_is_unknown_with_its_reason():
    gap = Gap(subject=f"/subscriptions/{SUB_1}", what="feature AzureDedicatedHsm", reason="403 AuthorizationFailed")
    verdict = only(dedicated_hsm_registered, with_state(gap))
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        "feature AzureDedicatedHsm could not be read: 403 AuthorizationFailed",
    )


def test_another_feature_says_nothing_about_this_one():
    found = estate(hsm(), subscription(features={FASTPATH_FEATURE: "Registered"}))
    verdict = only(dedicated_hsm_registered, found)
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        "feature Microsoft.HardwareSecurityModules/AzureDedicatedHsm was not read",
    )


def test_gap_of_the_subscription_stands_for_its_features():
    gap = Gap(subject=f"/subscriptions/{SUB_1}", what="features", reason="429 TooManyRequests")
    verdict = only(dedicated_hsm_registered, estate(hsm(), subscription(features={}, gap=gap)))
    assert (verdict.outcome, verdict.evidence) == (UNKNOWN, "features could not be read: 429 TooManyRequests")


def test_feature_name_counts_in_any_case():
    found = estate(hsm(), subscription(features={DEDICATED_HSM_FEATURE.lower(): "Registered"}))
    assert only(dedicated_hsm_registered, found).outcome is PASS


def test_only_subscriptions_that_hold_an_hsm_need_it():
    hub = vnet_id("hub", SUB_2)
    idle = subscription(SUB_2, "payments-hub", features={DEDICATED_HSM_FEATURE: "NotRegistered"})
    peered = (vnet(peerings=(peering(hub),)), vnet("hub", subscription=SUB_2))
    assert outcomes(dedicated_hsm_registered, with_state("Registered", *peered, idle)) == {"payments-prod": PASS}


def test_each_subscription_is_judged_once_with_all_its_hsms():
    second = subscription(SUB_2, "payments-2", features={DEDICATED_HSM_FEATURE: "Pending"})
    found = judge(
        dedicated_hsm_registered, estate(hsm("a"), hsm("b"), unread_hsm("c"), hsm("d", subscription=SUB_2), second)
    )
    assert {name: verdict.outcome for name, verdict in found.items()} == {"payments-prod": PASS, "payments-2": FAIL}
    assert found["payments-prod"].subject.hsms == tuple(hsm(name).key for name in ("a", "b", "c"))


def test_unknown_subscription_is_unknown():
    assert outcomes(dedicated_hsm_registered, estate(hsm(subscription=SUB_2))) == {SUB_2: UNKNOWN}


def test_refused_subscription_is_left_to_the_run_which_says_unknown_for_it():
    assert outcomes(dedicated_hsm_registered, estate(hsm(subscription=SUB_2), refused_subscription())) == {}
