from ops.checks.net_003_no_network_security_group import no_network_security_group
from ops.model.fact import ABSENT, Gap
from tests.build import estate, group, hsm, subnet, subnet_id, unread_hsm, vnet, vnet_id
from tests.checks.judging import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, only, outcomes

NSG = f"{group()}/providers/Microsoft.Network/networkSecurityGroups/nsg-default"


def test_subnet_without_a_group_passes():
    verdict = only(no_network_security_group, estate(hsm()))
    assert (verdict.outcome, verdict.evidence) == (PASS, "no network security group is attached")
    assert verdict.subject.hsms == (hsm().key,)


def test_attached_group_fails_by_name_with_a_command():
    verdict = only(no_network_security_group, estate(hsm(), vnet(subnets=(subnet(network_security_group=NSG),))))
    assert (verdict.outcome, verdict.evidence) == (
        FAIL,
        "network security group nsg-default is attached; payment HSM subnets support none",
    )
    assert verdict.fix == f"az network vnet subnet update --ids {subnet_id()} --remove networkSecurityGroup"


def test_only_subnets_of_hsms_count():
    vnets = vnet(
        subnets=(
            subnet(),
            subnet("spare", network_security_group=NSG),  # delegated, the next HSM goes here
            subnet("vms", delegations=(), network_security_group=NSG),
        )
    )
    assert outcomes(no_network_security_group, estate(hsm(), vnets)) == {
        "vnet-hsm/hsmsubnet": PASS,
        "vnet-hsm/spare": FAIL,
    }


def test_subnet_that_holds_a_nic_counts_without_a_delegation_and_in_any_case():
    bare = vnet(subnets=(subnet(id=subnet_id().upper(), delegations=(), network_security_group=NSG),))
    verdict = only(no_network_security_group, estate(hsm(), bare))
    assert (verdict.outcome, verdict.subject.hsms) == (FAIL, (hsm().key,))


def test_failure_on_a_spare_subnet_concerns_the_hsms_of_its_vnet():
    spare = vnet(subnets=(subnet(), subnet("spare", network_security_group=NSG)))
    verdicts = list(no_network_security_group.examine(estate(hsm(), spare), None))
    assert [verdict.subject.hsms for verdict in verdicts] == [(hsm().key,), (hsm().key,)]


def test_unread_vnet_subnets_and_hsm_are_unknown():
    gap = Gap(subject=vnet_id(), what="virtual network", reason="403 AuthorizationFailed")
    verdict = only(no_network_security_group, estate(hsm(), overrides={vnet_id(): gap}))
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        "virtual network could not be read: 403 AuthorizationFailed",
    )
    assert only(no_network_security_group, estate(hsm(), vnet(subnets=None))).outcome is UNKNOWN
    assert outcomes(no_network_security_group, estate(unread_hsm()))["hsm1"] is UNKNOWN


def test_vnet_that_does_not_exist_is_another_checks_failure():
    verdict = only(no_network_security_group, estate(hsm(), overrides={vnet_id(): ABSENT}))
    assert (verdict.outcome, "PHSM-NET-001" in verdict.evidence) == (NOT_APPLICABLE, True)


def test_page_says_why_the_advice_of_general_scanners_is_wrong_here():
    assert "scanner" in no_network_security_group.page
