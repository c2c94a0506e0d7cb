import pytest

from ops.checks.net_012_ipv4_only import ipv4_only
from ops.model.fact import ABSENT, Gap
from ops.model.finding import Party, Severity
from tests.build import estate, hsm, subnet, subnet_id, unread_hsm, vnet, vnet_id
from tests.checks.judging import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, only, outcomes

V4, V6 = "10.3.0.0/16", "fd00:db8::/48"
DUAL = subnet("vms", prefixes=("10.3.2.0/24", "fd00:db8:0:1::/64"))


def test_ipv4_passes():
    verdict = only(ipv4_only, estate(hsm(), vnet(prefixes=(V4, "192.168.0.0/24"))))
    assert (verdict.outcome, verdict.evidence) == (PASS, "IPv4 only: 10.3.0.0/16, 192.168.0.0/24, and its subnets")


def test_ipv6_of_the_vnet_fails_with_the_command_that_keeps_ipv4():
    verdict = only(ipv4_only, estate(hsm(), vnet(prefixes=(V4, V6, "192.168.0.0/24"))))
    assert (verdict.outcome, verdict.evidence) == (
        FAIL,
        "IPv6 is not supported, and there is fd00:db8::/48 of the virtual network",
    )
    assert verdict.fix == (f"az network vnet update --ids {vnet_id()} --address-prefixes 10.3.0.0/16 192.168.0.0/24")
    assert verdict.subject.hsms == (hsm().key,)
    assert (ipv4_only.severity, ipv4_only.party, ipv4_only.ticket) == (Severity.MEDIUM, Party.CUSTOMER, False)


def test_ipv6_of_any_subnet_fails_and_the_subnet_is_changed_before_the_vnet():
    verdict = only(ipv4_only, estate(hsm(), vnet(subnets=(subnet(), DUAL), prefixes=(V4, V6))))
    assert verdict.evidence.endswith("fd00:db8::/48 of the virtual network, fd00:db8:0:1::/64 of subnet vms")
    assert verdict.fix == (
        f"az network vnet subnet update --ids {DUAL.id} --address-prefixes 10.3.2.0/24 && "
        f"az network vnet update --ids {vnet_id()} --address-prefixes 10.3.0.0/16"
    )


def test_a_definite_ipv6_prefix_wins_over_what_was_not_read():
    assert only(ipv4_only, estate(hsm(), vnet(subnets=None, prefixes=(V4, V6)))).outcome is FAIL
    verdict = only(ipv4_only, estate(hsm(), vnet(subnets=(DUAL,), prefixes=None)))
    assert verdict.outcome is FAIL
    assert verdict.fix == f"az network vnet subnet update --ids {DUAL.id} --address-prefixes 10.3.2.0/24"


@pytest.mark.parametrize("prefixes", [(V6,), (V4, V6, "10.x/8")])
def test_fix_is_no_command_that_would_drop_a_prefix_that_was_not_understood_or_leave_none(prefixes):
    verdict = only(ipv4_only, estate(hsm(), vnet(prefixes=prefixes)))
    assert verdict.outcome is FAIL
    assert verdict.fix.startswith("take the IPv6 prefixes out of the subnets")


def test_fix_of_many_subnets_is_words():
    many = tuple(subnet(f"s{n}", prefixes=(f"10.3.{n}.0/24", f"fd00:db8:0:{n}::/64")) for n in range(4))
    verdict = only(ipv4_only, estate(hsm(), vnet(subnets=many)))
    assert verdict.evidence.endswith("fd00:db8:0:2::/64 of subnet s2 and 1 more")
    assert not verdict.fix.startswith("az ")


def test_names_in_the_fix_are_quoted():
    odd = subnet("odd", id=f"{vnet_id()}/subnets/a b;c", prefixes=("10.3.2.0/24", V6))
    assert f"--ids '{odd.id}' " in only(ipv4_only, estate(hsm(), vnet(subnets=(odd,)))).fix


@pytest.mark.parametrize("prefix", ["", "10.3.0.0/99", "all", "10.3.0.0/16\n::error::"])
def test_prefix_that_cannot_be_parsed_is_unknown(prefix):
    assert only(ipv4_only, estate(hsm(), vnet(prefixes=(V4, prefix)))).outcome is UNKNOWN
    verdict = only(ipv4_only, estate(hsm(), vnet(subnets=(subnet(prefixes=(prefix,)),))))
    assert verdict.outcome is UNKNOWN
    assert verdict.evidence.startswith("not read as an address prefix: ")
    assert verdict.evidence.endswith(" of subnet hsmsubnet")
    assert "\n" not in verdict.evidence


def test_prefix_with_host_bits_is_still_a_prefix():
    assert only(ipv4_only, estate(hsm(), vnet(prefixes=("10.3.0.1/16",)))).outcome is PASS


def test_untold_address_space_is_unknown():
    for untold in (None, ()):
        verdict = only(ipv4_only, estate(hsm(), vnet(prefixes=untold)))
        assert (verdict.outcome, verdict.evidence) == (UNKNOWN, "its address space was not read")
    verdict = only(ipv4_only, estate(hsm(), vnet(subnets=(subnet(prefixes=()),))))
    assert (verdict.outcome, verdict.evidence) == (UNKNOWN, "no address prefix was told of subnet hsmsubnet")


def test_unread_subnets_vnets_and_hsms_are_unknown():
    assert only(ipv4_only, estate(hsm(), vnet(subnets=None))).evidence == "its subnets were not read"
    gap = Gap(subject=vnet_id(), what="virtual network", reason="429 TooManyRequests")
    assert only(ipv4_only, estate(hsm(), overrides={vnet_id(): gap})).outcome is UNKNOWN
    assert outcomes(ipv4_only, estate(unread_hsm()))["hsm1"] is UNKNOWN


def test_deleted_vnet_is_not_applicable_and_peers_may_have_ipv6():
    assert only(ipv4_only, estate(hsm(), overrides={vnet_id(): ABSENT})).outcome is NOT_APPLICABLE
    found = outcomes(ipv4_only, estate(hsm(subnet=subnet_id()), vnet(), vnet("hub", prefixes=(V6,))))
    assert found == {"vnet-hsm": PASS}
