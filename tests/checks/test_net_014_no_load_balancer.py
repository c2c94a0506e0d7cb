from dataclasses import replace

import pytest

from ops.checks.net_014_no_load_balancer import no_load_balancer
from ops.model.estate import NetworkProfile, ProfileNic
from ops.model.fact import ABSENT, Gap
from ops.model.surroundings import LoadBalancer
from tests.build import SUB_1, SUB_2, estate, group, hsm, nics, subnet_id, unread_hsm, vnet, vnet_id
from tests.checks.judging import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, only, outcomes

BALANCER = f"{group()}/providers/Microsoft.Network/loadBalancers/lb-pay"
GAP = Gap(subject=f"/subscriptions/{SUB_1}", what="load balancers", reason="403 AuthorizationFailed")
HOST_1 = f"{group()}/providers/Microsoft.Network/networkInterfaces/hsm1_HSMHost1Nic"


def balancer(*addresses, nic_ids=(), vnets=None):
    return LoadBalancer(id=BALANCER, name="lb-pay", addresses=addresses, nic_ids=nic_ids, vnets=vnets or {})


def balanced(found, *balancers, subscription=SUB_1):
    return replace(found, load_balancers={**found.load_balancers, subscription: balancers})


def test_hsm_in_no_pool_passes_and_says_of_how_many():
    elsewhere = balancer("10.9.9.9", nic_ids=(f"{group()}/providers/Microsoft.Network/networkInterfaces/vm1",))
    verdict = only(no_load_balancer, balanced(estate(hsm()), elsewhere))
    assert (verdict.outcome, verdict.evidence) == (
        PASS,
        "in no backend pool of 1 load balancers (looked at: the subscriptions that its virtual networks are in)",
    )
    assert only(no_load_balancer, estate(hsm())).outcome is PASS


def test_nic_in_a_pool_fails_in_any_case_and_names_the_hsm():
    verdict = only(no_load_balancer, balanced(estate(hsm()), balancer(nic_ids=(HOST_1.upper(),))))
    assert (verdict.outcome, verdict.evidence) == (
        FAIL,
        "load balancer lb-pay has its host NIC 1 in a backend pool",
    )
    assert verdict.subject.hsms == (hsm().key,)
    assert verdict.fix == f"az network lb show --ids {BALANCER} --query backendAddressPools"


@pytest.mark.parametrize("address", ["10.3.1.1", "10.3.1.4", "10.3.1.9"])  # of the profiles and of the NICs
def test_address_in_a_pool_of_the_hsms_vnet_fails(address):
    pool = balancer(address, vnets={address: vnet_id().upper()})
    moved = nics(hsm(), private_ips=("10.3.1.4",))[HOST_1.lower()]
    verdict = only(no_load_balancer, balanced(estate(hsm(), overrides={HOST_1: moved}), pool))
    assert (verdict.outcome, verdict.evidence) == (
        FAIL,
        f"load balancer lb-pay has its address {address} in a backend pool",
    )


def test_same_address_in_another_vnet_passes():
    pool = balancer("10.3.1.1", vnets={"10.3.1.1": vnet_id("vnet-other")})
    assert only(no_load_balancer, balanced(estate(hsm()), pool)).outcome is PASS


def test_address_counts_in_the_vnet_of_its_own_side():
    side = NetworkProfile(subnet_id=subnet_id("m", "vnet-mgmt"), nics=(ProfileNic(nic_id=None, private_ip="10.8.0.9"),))
    split = hsm(management=side)
    assert (
        only(
            no_load_balancer,
            balanced(estate(split, vnet("vnet-mgmt")), balancer("10.8.0.9", vnets={"10.8.0.9": vnet_id()})),
        ).outcome
        is PASS
    )
    caught = balancer("10.8.0.9", vnets={"10.8.0.9": vnet_id("vnet-mgmt")})
    assert only(no_load_balancer, balanced(estate(split, vnet("vnet-mgmt")), caught)).outcome is FAIL


def test_address_without_a_vnet_is_unknown():
    verdict = only(no_load_balancer, balanced(estate(hsm()), balancer("10.3.1.1")))
    assert verdict.outcome is UNKNOWN
    assert verdict.evidence == (
        "load balancer lb-pay has 10.3.1.1 in a backend pool and does not tell in which virtual network: "
        "it may be this HSM's"
    )


def test_address_without_a_vnet_in_another_subscription_says_nothing():
    assert only(no_load_balancer, balanced(estate(hsm()), balancer("10.3.1.1"), subscription=SUB_2)).outcome is PASS


def test_pool_of_another_subscription_that_names_the_nic_still_fails():
    pool = balancer(nic_ids=(HOST_1,))
    assert only(no_load_balancer, balanced(estate(hsm()), pool, subscription=SUB_2)).outcome is FAIL


def test_unread_list_is_unknown_with_its_reason_never_pass():
    verdict = only(no_load_balancer, replace(estate(hsm()), load_balancers={SUB_1: GAP}))
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        "load balancers could not be read: 403 AuthorizationFailed",
    )
    assert only(no_load_balancer, replace(estate(hsm()), load_balancers={})).outcome is UNKNOWN


def test_list_of_the_vnets_subscription_decides():
    far = hsm(subnet=subnet_id(subscription=SUB_2))
    found = estate(far, vnet(subscription=SUB_2))
    assert only(no_load_balancer, replace(found, load_balancers={SUB_1: ()})).outcome is UNKNOWN
    assert only(no_load_balancer, replace(found, load_balancers={SUB_2: ()})).outcome is PASS


def test_unread_hsm_and_nic_are_unknown_unless_caught():
    assert outcomes(no_load_balancer, estate(unread_hsm())) == {"hsm1": UNKNOWN}
    unread_nic = estate(hsm(), overrides={HOST_1: Gap(subject=HOST_1, what="nic", reason="429 TooManyRequests")})
    assert only(no_load_balancer, unread_nic).outcome is UNKNOWN
    assert only(no_load_balancer, balanced(unread_nic, balancer(nic_ids=(HOST_1,)))).outcome is FAIL


def test_nic_without_an_address_is_unknown_only_where_pools_hold_addresses():
    silent = hsm(host=NetworkProfile(subnet_id=subnet_id(), nics=()))
    found = estate(silent, overrides={HOST_1: replace(nics(silent)[HOST_1.lower()], private_ips=())})
    assert only(no_load_balancer, found).outcome is PASS
    verdict = only(no_load_balancer, balanced(found, balancer("10.9.9.9", vnets={"10.9.9.9": vnet_id()})))
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        "the address of its host NIC 1 is not told, and load balancers hold addresses",
    )


def test_address_whose_own_vnet_is_not_told_is_unknown_only_where_pools_hold_addresses():
    side = NetworkProfile(subnet_id=None, nics=(ProfileNic(nic_id=None, private_ip="10.8.0.9"),))
    found = estate(hsm(management=side))
    assert only(no_load_balancer, found).outcome is PASS
    pool = balancer("10.8.0.9", vnets={"10.8.0.9": vnet_id("vnet-other")})
    assert only(no_load_balancer, balanced(found, pool)).outcome is UNKNOWN


def test_hsm_without_a_network_yet_is_not_applicable():
    bare = hsm(host=NetworkProfile(subnet_id=None, nics=()), management=ABSENT, provisioning_state="Provisioning")
    gone = dict.fromkeys((nic.id for nic in nics(bare).values()), ABSENT)
    assert only(no_load_balancer, estate(bare, overrides=gone)).outcome is NOT_APPLICABLE


def test_hsm_whose_nics_tell_no_subnet_is_unknown_and_not_taken_for_one_without_a_network():
    silent = hsm(host=NetworkProfile(subnet_id=None, nics=()), management=ABSENT)
    bare = {nic.id: nic for nic in nics(silent, subnet_ids=(), private_ips=()).values()}
    verdict = only(no_load_balancer, estate(silent, overrides=bare))
    assert verdict.outcome is UNKNOWN
    assert verdict.evidence.startswith("its subnets are not all known: host NIC 1: its subnet is not told")


def test_each_hsm_is_a_subject_of_its_own():
    found = balanced(estate(hsm(), hsm("b")), balancer(nic_ids=(HOST_1,)))
    assert outcomes(no_load_balancer, found) == {"hsm1": FAIL, "b": PASS}
