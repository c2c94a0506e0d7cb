"""Each reason why something is not known has its next step."""

from dataclasses import replace

import pytest

from ops.checks import collect
from ops.model.fact import Gap
from ops.model.policy import HsmFacts, Match, Policy, PoolRule
from ops.reports.not_known import not_known
from ops.run import evaluate
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

PARTNER = "00000000-0000-0000-0000-000000000009"
LATER = "run it again; if it stays so: phsm doctor"


def steps(state, policy=Policy(), only="PHSM"):  # noqa: B008
    """The next step of each row, by its subject."""
    checks = [check for check in collect() if check.id.startswith(only)]
    return {row.subject: row.step for row in not_known(evaluate(state, policy, checks))}


def beside_a_hub(reason, owner):
    """A pair of HSMs whose VNet is peered with a hub in another subscription, which could not be read."""
    hub = vnet_id("hub", owner)
    gap = Gap(subject=hub, what="virtual network", reason=reason)
    return estate(hsm("a"), hsm("b", stamp="stamp2"), vnet(peerings=(peering(hub),)), overrides={hub: gap})


def test_a_refused_subscription_wants_the_reader_role_there():
    state = estate(hsm("a"), hsm("b", stamp="stamp2"), refused_subscription())
    assert steps(state)["payments-dr"] == "give this identity the Reader role on payments-dr: phsm doctor"


def test_a_pool_wants_the_role_where_its_hsm_was_refused_and_none_is_named_where_it_may_be_any():
    policy = Policy(pools=(PoolRule(name="cards"),))
    one, two = unread_hsm("a"), unread_hsm("b", subscription=SUB_2)
    role = "give this identity the Reader role"
    for check in ("PHSM-HA-001", "PHSM-HA-004"):
        assert steps(estate(one), policy, check) == {"cards/eastus": f"{role} on payments-prod: phsm doctor"}
        assert steps(estate(one, two, subscription(SUB_2)), policy, check) == {
            "cards/eastus": f"{role} where it was refused: phsm doctor"
        }


def test_a_service_that_is_in_no_subscription_is_no_peer():
    gap = Gap(subject="Microsoft.Support", what="support services", reason="403 AuthorizationFailed")
    found = steps(replace(estate(hsm("a")), has_support_service=gap), only="PHSM-HSM-001")
    assert found == {"Microsoft.Support": "give this identity the Reader role where it was refused: phsm doctor"}


@pytest.mark.parametrize("reason", ["403 AuthorizationFailed", "404 SubscriptionNotFound"])
def test_a_refused_peer_outside_the_scope_wants_the_role_or_to_be_declared(reason):
    assert steps(beside_a_hub(reason, PARTNER), only="PHSM-NET-006") == {
        "hub": f"give this identity the Reader role on {PARTNER}, or, if it is known to be fine, declare the virtual "
        "network under peers.outside"
    }


def test_a_peer_of_another_tenant_wants_to_be_declared():
    assert steps(beside_a_hub("401 InvalidAuthenticationTokenTenant", PARTNER), only="PHSM-NET-006") == {
        "hub": "if it is in another tenant, and known to be fine, declare the virtual network under peers.outside"
    }


def test_an_identity_that_is_not_taken_wants_to_sign_in():
    found = steps(beside_a_hub("401 ExpiredAuthenticationToken", SUB_1), only="PHSM-NET-006")
    assert found == {"hub": "sign in to the tenant of these subscriptions: phsm doctor"}


@pytest.mark.parametrize("reason", ["429 TooManyRequests", "503 x", "the connection was lost", "no answer within 30 s"])
def test_what_may_be_over_soon_wants_another_run(reason):
    assert steps(beside_a_hub(reason, PARTNER), only="PHSM-NET-006") == {"hub": LATER}
    assert set(steps(beside_a_hub(reason, PARTNER), only="PHSM-XX").values()) == {LATER}


def test_what_lies_outside_a_narrowed_scope_wants_the_whole_scope():
    state = replace(estate(hsm("a")), narrowed=True)
    found = steps(state, Policy(expected=("b",)), only="PHSM-HSM-005")
    assert found == {"b": "run it on the whole scope: without --subscription and --management-group"}


def test_a_subscription_that_the_configuration_names_and_nobody_sees_is_no_matter_of_the_scope():
    rule = PoolRule(name="cards", match=Match(subscriptions=(SUB_1, PARTNER)))
    found = steps(estate(hsm("a")), Policy(pools=(rule,)), only="PHSM-HA-001")
    assert found == {
        "cards/eastus": "give this identity the Reader role on the subscription, or correct the configuration, which "
        "names it"
    }


def test_what_no_reading_can_tell_wants_the_page_of_its_check():
    assert steps(estate(hsm(stamp=None)), only="PHSM-HA-001") == {
        "payments-prod/eastus": "phsm checks explain PHSM-HA-001"
    }
    namesakes = estate(hsm(), hsm(subscription=SUB_2), subscription(SUB_2))
    stated = Policy(hsms={"hsm1": HsmFacts(firmware="2.2b")})
    assert steps(namesakes, stated, only="PHSM-HSM-006") == {"hsm1": "phsm checks explain PHSM-HSM-006"}


def test_what_takes_the_same_step_stands_together():
    first, between, last = (vnet_id("hub", owner) for owner in ("00000000-0000-0000-0000-000000000000", SUB_1, PARTNER))
    refused = {
        hub: Gap(subject=hub, what="virtual network", reason=reason)
        for hub, reason in ((first, "401 x"), (between, "403 x"), (last, "401 x"))
    }
    state = estate(hsm("a"), vnet(peerings=tuple(peering(hub, hub[-60:]) for hub in refused)), overrides=refused)
    run = evaluate(state, Policy(), [check for check in collect() if check.id == "PHSM-NET-006"])
    assert [row.reason.split()[-2] for row in not_known(run)] == ["401", "401", "403"]
