from ipaddress import IPv4Network

import pytest

from ops.checks.prefixes import hsm_prefixes, ipv4_network
from tests.build import subnet, vnet


@pytest.mark.parametrize(
    "text", ["AzureMonitor", "Storage.WestEurope", "fd00::/48", "", "10.0.0.0/33", "10.3.1.0/24/x"]
)
def test_what_is_no_ipv4_prefix_is_none(text):
    assert ipv4_network(text) is None


@pytest.mark.parametrize(("text", "network"), [(" 10.3.1.0/24 ", "10.3.1.0/24"), ("10.3.1.5/24", "10.3.1.0/24")])
def test_prefix_is_the_network_it_lies_in(text, network):
    assert ipv4_network(text) == IPv4Network(network)


def test_only_delegated_subnets_count_and_ipv6_is_left_out():
    found = hsm_prefixes(
        vnet(
            subnets=(
                subnet("a", prefixes=("10.3.1.0/24", "fd00::/64")),
                subnet("vms", delegations=(), prefixes=("10.3.2.0/24",)),
            )
        )
    )
    assert [(one.subnet, str(one.network)) for one in found.known] == [("vnet-hsm/a", "10.3.1.0/24")]
    assert found.untold == ""


def test_delegated_subnet_without_a_prefix_is_told_as_missing():
    found = hsm_prefixes(vnet(subnets=(subnet("a", prefixes=()), subnet("b"))))
    assert len(found.known) == 1
    assert found.untold == "the IPv4 prefix of vnet-hsm/a is not told"
    assert hsm_prefixes(vnet(subnets=None)).untold == "its subnets were not read"
