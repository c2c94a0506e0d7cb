"""Other names for names: consistent, and nothing to guess the real ones by."""

from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.codec.pseudonyms import Pseudonyms
from ops.model import arm_id
from tests.acme import KEY
from tests.build import SUB_1, hsm, lock, vnet_id


def test_case_makes_no_second_pseudonym():
    names = Pseudonyms(KEY)
    upper = names.id(vnet_id("Acme").upper())
    assert arm_id.key(upper) == arm_id.key(names.id(vnet_id("acme")))
    assert upper.startswith("/SUBSCRIPTIONS/00000000-0000-4000-8000-")


def test_a_sentence_loses_what_it_names():
    names = Pseudonyms(KEY)
    names.name("virtualNetworks", "acme-hub")
    names.learn()
    said = names.text(
        "at 21:55 ada@acme.example saw acme-hub (not acme-hubs) and 'acme-kv' at proxy.acme.example and fd00:1::5, "
        f"tenant {SUB_1.replace('0000-0000', '1234-0000')}: 403 AuthorizationFailed from management.azure.com"
    )
    assert said.startswith(
        "at 21:55 person-1@example.com saw vnet-1 (not acme-hubs) and 'resource-1' at host-1 and fd00:"
    )
    assert said.endswith(": 403 AuthorizationFailed from management.azure.com")
    assert "1234-0000" not in said


def test_a_lookalike_of_a_name_is_replaced_too():
    names = Pseudonyms(KEY)
    names.name("virtualNetworks", "spoke")
    names.learn()
    assert names.text("the \u017fpoke of acme.eastus.cloudapp.azure.com") == "the resource-1 of host-1"


def test_another_key_turns_the_addresses_another_way():
    assert Pseudonyms(KEY).address("10.3.1.4") != Pseudonyms(b"another key").address("10.3.1.4")
    assert Pseudonyms(KEY).address("0.0.0.0/0") == "0.0.0.0/0"


V4 = (
    st.ip_addresses(v=4, network=None)
    | st.ip_addresses(network="10.3.0.0/16")
    | st.ip_addresses(network="172.0.0.0/11")
)


@settings(max_examples=200, deadline=None)
@given(V4 | st.ip_addresses(network="fd00::/8"), V4 | st.ip_addresses(network="fd00::/8"), st.integers(0, 32))
def test_an_address_lies_in_a_prefix_exactly_when_their_pseudonyms_do(one, other, length):
    names = Pseudonyms(KEY)
    prefix = ip_network(f"{other}/{length}", strict=False)
    hidden = ip_network(names.address(str(prefix)))
    assert hidden.prefixlen == length
    assert (one in prefix) == (ip_address(names.address(str(one))) in hidden)


@given(V4)
def test_private_stays_private(address):
    hidden = IPv4Address(Pseudonyms(KEY).address(str(address)))
    for net in map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")):
        assert (address in net) == (hidden in net)


def test_the_most_common_of_all_vnet_prefixes_is_hidden_too():
    assert Pseudonyms(KEY).address("10.0.0.0/16") != "10.0.0.0/16"
    assert Pseudonyms(KEY).address("192.168.0.0/24") != "192.168.0.0/24"


def test_unique_local_stays_unique_local():
    assert ip_address(Pseudonyms(KEY).address("fd12:3456::1")) in IPv6Network("fd00::/8")


@pytest.mark.parametrize("tag", ["VirtualNetwork", "Storage", "Storage.WestEurope", "AzureCloud.eastus2"])
def test_a_service_tag_stays(tag):
    assert Pseudonyms(KEY).prefix(tag) == tag


@pytest.mark.parametrize("prefix", ["10.3.1.0/24", "fd00:3::/64", "acme-net"])
def test_a_prefix_of_a_route_does_not_stay(prefix):
    assert Pseudonyms(KEY).prefix(prefix) != prefix


def test_a_pseudonym_says_what_kind_of_thing_it_is():
    names = Pseudonyms(KEY)
    kinds = ("loadBalancers", "virtualNetworkGateways", "natGateways", "paymentHsmClusters", "hsms", "locks", "routes")
    told = [names.name(kind, "acme") for kind in kinds]
    assert told == ["load-balancer-1", "gateway-1", "nat-gateway-1", "cluster-1", "node-1", "lock-1", "route-1"]


def test_blanks_around_an_address_hide_nothing_that_the_checks_see():
    names = Pseudonyms(KEY)
    assert names.address(" 10.3.1.0/24 ") == names.address("10.3.1.0/24")


def test_an_hsm_has_one_pseudonym_by_name_and_by_id():
    names = Pseudonyms(KEY)
    assert arm_id.name(names.hsm(hsm("acme-1").id.upper())) == names.hsm("Acme-1") == "hsm-1"


def test_a_lock_covers_the_same_resources():
    names = Pseudonyms(KEY)
    for scope in (hsm().id, "/subscriptions/" + SUB_1, hsm().id.partition("/providers")[0]):
        assert names.id(lock(scope).id) == lock(names.id(scope)).id.replace("/keep", "/lock-1")


def test_who_did_something_is_the_same_person_in_a_sentence():
    names = Pseudonyms(KEY)
    assert names.person("Ada@acme.example") == names.text("ada@acme.example") == "person-1@example.com"
    assert names.person("") == ""
