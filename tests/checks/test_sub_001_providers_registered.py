import pytest

from ops.checks.sub_001_providers_registered import providers_registered
from ops.model.estate import HSM_PROVIDER, NETWORK_PROVIDER
from ops.model.fact import Gap
from tests.build import SUB_1, SUB_2, estate, hsm, refused_subscription, subscription, unread_hsm
from tests.checks.judging import FAIL, PASS, UNKNOWN, judge, only, outcomes

GAP = Gap(subject=f"/subscriptions/{SUB_1}", what="resource provider Microsoft.Network", reason="429 TooManyRequests")


def with_states(hsms="Registered", network="Registered"):
    return estate(hsm(), subscription(providers={HSM_PROVIDER: hsms, NETWORK_PROVIDER: network}))


@pytest.mark.parametrize("state", ["Registered", "REGISTERED"])
def test_both_registered_pass_in_any_case(state):
    verdict = only(providers_registered, with_states(state))
    assert verdict.outcome is PASS
    assert verdict.evidence == (
        f"resource provider Microsoft.HardwareSecurityModules is {state}; "
        "resource provider Microsoft.Network is Registered"
    )
    assert (verdict.subject.id, verdict.subject.hsms) == (f"/subscriptions/{SUB_1}", (hsm().key,))


@pytest.mark.parametrize("state", ["NotRegistered", "Unregistered", "Unregistering", "notregistered"])
def test_unregistered_provider_fails_with_its_command(state):
    verdict = only(providers_registered, with_states(network=state))
    assert (verdict.outcome, verdict.evidence) == (FAIL, f"resource provider Microsoft.Network is {state}")
    assert verdict.fix == f"az provider register --namespace Microsoft.Network --subscription {SUB_1}"


def test_two_unregistered_providers_are_one_failure_with_both_commands():
    verdict = only(providers_registered, with_states("NotRegistered", "NotRegistered"))
    assert verdict.outcome is FAIL
    assert verdict.fix == (
        f"az provider register --namespace Microsoft.HardwareSecurityModules --subscription {SUB_1}"
        f" && az provider register --namespace Microsoft.Network --subscription {SUB_1}"
    )


def test_registration_under_way_is_unknown():
    verdict = only(providers_registered, with_states("Registering"))
    assert verdict.outcome is UNKNOWN
    assert verdict.evidence.endswith("is Registering: the registration is under way")


@pytest.mark.parametrize("state", ["", "SomethingNew"])
def test_state_that_says_nothing_is_unknown(state):
    assert only(providers_registered, with_states(network=state)).outcome is UNKNOWN


def test_unread_provider_is_unknown_with_its_reason_never_pass():
    verdict = only(providers_registered, with_states(network=GAP))
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        "resource provider Microsoft.Network could not be read: 429 TooManyRequests",
    )
    missing = only(providers_registered, estate(hsm(), subscription(providers={HSM_PROVIDER: "Registered"})))
    assert (missing.outcome, missing.evidence) == (UNKNOWN, "resource provider Microsoft.Network was not read")


def test_unregistered_wins_over_unread():
    assert only(providers_registered, with_states("NotRegistered", GAP)).outcome is FAIL


def test_namespace_counts_in_any_case():
    states = {HSM_PROVIDER.upper(): "Registered", NETWORK_PROVIDER.lower(): "Registered"}
    assert only(providers_registered, estate(hsm(), subscription(providers=states))).outcome is PASS


def test_gap_of_the_subscription_stands_for_its_providers():
    gap = Gap(subject=f"/subscriptions/{SUB_1}", what="providers", reason="429 TooManyRequests")
    verdict = only(providers_registered, estate(hsm(), subscription(providers={}, gap=gap)))
    assert (verdict.outcome, "providers could not be read: 429 TooManyRequests" in verdict.evidence) == (UNKNOWN, True)


def test_every_subscription_with_an_hsm_is_judged_and_no_other():
    other = subscription(SUB_2, "payments-dr", providers={})
    assert outcomes(providers_registered, estate(hsm("a"), hsm("b"), other)) == {"payments-prod": PASS}
    two = estate(hsm("a"), unread_hsm("b", subscription=SUB_2), other)
    assert outcomes(providers_registered, two) == {"payments-prod": PASS, "payments-dr": UNKNOWN}


def test_subscription_that_nobody_knows_is_unknown_and_a_refused_one_is_left_to_the_run():
    assert outcomes(providers_registered, estate(hsm(subscription=SUB_2))) == {SUB_2: UNKNOWN}
    assert judge(providers_registered, estate(hsm(subscription=SUB_2), refused_subscription())) == {}
