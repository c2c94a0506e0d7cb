import pytest

from ops.checks.sub_003_fastpath_registered import fastpath_registered
from ops.model.estate import FASTPATH_FEATURE
from ops.model.fact import ABSENT, Gap
from ops.model.finding import Party
from ops.model.policy import Peers, Policy
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

HUB = vnet_id("hub", SUB_2)
PEERED = vnet(peerings=(peering(HUB),))
HUB_VNET = vnet("hub", subscription=SUB_2)
HUBS = subscription(SUB_2, "payments-hub")


def with_state(state):
    return estate(hsm(), subscription(features={FASTPATH_FEATURE: state}))


@pytest.mark.parametrize("state", ["Registered", "registered"])
def test_registered_passes(state):
    verdict = only(fastpath_registered, with_state(state))
    assert (verdict.outcome, verdict.evidence) == (PASS, f"feature Microsoft.Network/FastPathEnabled is {state}")
    assert (verdict.subject.name, verdict.subject.id) == ("payments-prod", f"/subscriptions/{SUB_1}")
    assert verdict.subject.hsms == (hsm().key,)


@pytest.mark.parametrize("state", ["NotRegistered", "Unregistered", "Unregistering", "NOTREGISTERED", ABSENT])
def test_unregistered_is_the_customers_without_a_ticket(state):
    verdict = only(fastpath_registered, with_state(state))
    assert (verdict.outcome, verdict.party, verdict.ticket) == (FAIL, None, None)
    assert (fastpath_registered.party, fastpath_registered.ticket) == (Party.CUSTOMER, False)
    assert verdict.fix == (
        f"az feature registration create --namespace Microsoft.Network --name FastPathEnabled --subscription {SUB_1}"
    )


def test_pending_is_microsofts_with_a_ticket():
    verdict = only(fastpath_registered, with_state("Pending"))
    assert (verdict.outcome, verdict.party, verdict.ticket) == (FAIL, Party.MICROSOFT, True)
    assert verdict.evidence == "feature Microsoft.Network/FastPathEnabled is Pending: Microsoft has to approve it"


@pytest.mark.parametrize("state", ["Registering", "NotSpecified", "", "SomethingNew"])
def test_state_that_decides_nothing_is_unknown(state):
    assert only(fastpath_registered, with_state(state)).outcome is UNKNOWN


def test_registering_is_neither_approved_nor_refused():
    assert only(fastpath_registered, with_state("Registering")).evidence.endswith("neither approved nor refused yet")


def test_unread_feature_is_unknown_with_its_reason():
    gap = Gap(subject=f"/subscriptions/{SUB_1}", what="feature FastPathEnabled", reason="403 AuthorizationFailed")
    verdict = only(fastpath_registered, with_state(gap))
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        "feature FastPathEnabled could not be read: 403 AuthorizationFailed",
    )
    assert only(fastpath_registered, estate(hsm(), subscription(features={}))).outcome is UNKNOWN


def test_gap_of_the_subscription_stands_for_its_features():
    gap = Gap(subject=f"/subscriptions/{SUB_1}", what="features", reason="429 TooManyRequests")
    verdict = only(fastpath_registered, estate(hsm(), subscription(features={}, gap=gap)))
    assert (verdict.outcome, verdict.evidence) == (UNKNOWN, "features could not be read: 429 TooManyRequests")


def test_feature_name_counts_in_any_case():
    found = estate(hsm(), subscription(features={FASTPATH_FEATURE.lower(): "Registered"}))
    assert only(fastpath_registered, found).outcome is PASS


def test_subscription_of_a_direct_peer_counts_and_names_the_hsms():
    hubs = subscription(SUB_2, "payments-hub", features={FASTPATH_FEATURE: "Pending"})
    found = judge(fastpath_registered, estate(hsm("a"), PEERED, HUB_VNET, hubs))
    assert {name: verdict.outcome for name, verdict in found.items()} == {"payments-prod": PASS, "payments-hub": FAIL}
    assert found["payments-hub"].subject.hsms == (hsm("a").key,)


def test_subscription_of_an_unread_peer_still_counts():
    gap = Gap(subject=HUB, what="virtual network", reason="403 AuthorizationFailed")
    found = estate(hsm(), PEERED, HUBS, overrides={HUB.upper(): gap})
    assert outcomes(fastpath_registered, found) == {"payments-prod": PASS, "payments-hub": PASS}


def test_unknown_subscription_of_a_peer_is_unknown():
    assert outcomes(fastpath_registered, estate(hsm(), PEERED, HUB_VNET)) == {"payments-prod": PASS, SUB_2: UNKNOWN}


@pytest.mark.parametrize("kind", ["outside", "no_hsm_access"])
def test_declared_peers_need_no_feature(kind):
    declared = Policy(peers=Peers(**{kind: (HUB.upper(),)}))
    assert outcomes(fastpath_registered, estate(hsm(), PEERED, HUB_VNET), declared) == {"payments-prod": PASS}


def test_virtual_hubs_and_deleted_peers_need_no_feature():
    virtual_hub = f"/subscriptions/{SUB_2}/resourceGroups/RG_h/providers/Microsoft.Network/virtualNetworks/HV_h"
    assert outcomes(fastpath_registered, estate(hsm(), vnet(peerings=(peering(virtual_hub),)))) == {
        "payments-prod": PASS
    }
    left = vnet(peerings=(peering(HUB, state="Disconnected"),))
    assert outcomes(fastpath_registered, estate(hsm(), left, overrides={HUB: ABSENT})) == {"payments-prod": PASS}


def test_peer_that_was_not_found_and_is_connected_needs_the_feature():
    found = estate(hsm(), PEERED, overrides={HUB: ABSENT})
    assert outcomes(fastpath_registered, found) == {"payments-prod": PASS, SUB_2: UNKNOWN}


def test_unread_peerings_and_unread_hsms_leave_subscriptions_unknown():
    assert outcomes(fastpath_registered, estate(hsm(), vnet(peerings=None))) == {
        "payments-prod": PASS,
        "vnet-hsm": UNKNOWN,
    }
    assert outcomes(fastpath_registered, estate(unread_hsm()))["hsm1"] is UNKNOWN


def test_refused_subscription_is_left_to_the_run_which_says_unknown_for_it():
    assert outcomes(fastpath_registered, estate(hsm(), PEERED, HUB_VNET, refused_subscription())) == {
        "payments-prod": PASS
    }
