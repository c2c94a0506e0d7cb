import pytest

from ops.checks.net_002_one_delegated_subnet import one_delegated_subnet
from ops.model.estate import HSM_TYPE, NetworkProfile
from ops.model.fact import ABSENT, Gap
from ops.model.finding import Party, Severity
from tests.build import estate, hsm, subnet, subnet_id, unread_hsm, vnet, vnet_id
from tests.checks.judging import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, judge, only, outcomes

SPARE = subnet("spare")
VMS = subnet("vms", delegations=())


def test_one_delegated_subnet_passes_beside_others():
    verdict = only(one_delegated_subnet, estate(hsm(), vnet(subnets=(VMS, subnet()))))
    assert (verdict.outcome, verdict.evidence) == (PASS, "one subnet is delegated to dedicatedHSMs: hsmsubnet")
    assert verdict.subject.hsms == (hsm().key,)


def test_no_delegated_subnet_is_the_business_of_another_check():
    verdict = only(one_delegated_subnet, estate(hsm(), vnet(subnets=(VMS,))))
    assert (verdict.outcome, verdict.evidence) == (PASS, "no subnet is delegated to dedicatedHSMs (PHSM-NET-001)")


def test_empty_second_subnet_fails_and_loses_its_delegation():
    verdict = only(one_delegated_subnet, estate(hsm("a"), hsm("b"), vnet(subnets=(SPARE, subnet()))))
    assert (verdict.outcome, verdict.evidence) == (
        FAIL,
        (
            "2 subnets are delegated to dedicatedHSMs, and one is supported: "
            "spare (no payment HSM), hsmsubnet (2 payment HSMs)"
        ),
    )
    assert verdict.fix == f"az network vnet subnet update --ids {SPARE.id} --remove delegations"
    assert verdict.subject.hsms == (hsm("a").key, hsm("b").key)
    assert (one_delegated_subnet.severity, one_delegated_subnet.party) == (Severity.MEDIUM, Party.CUSTOMER)
    assert not one_delegated_subnet.ticket


def test_two_subnets_with_hsms_are_not_told_to_lose_a_delegation():
    management = NetworkProfile(subnet_id=SPARE.id, nics=hsm().management.nics)
    verdict = only(one_delegated_subnet, estate(hsm(management=management), vnet(subnets=(subnet(), SPARE))))
    assert verdict.outcome is FAIL
    assert verdict.evidence.endswith("hsmsubnet (1 payment HSM), spare (1 payment HSM)")
    assert "--remove" not in verdict.fix
    assert verdict.fix.endswith("az dedicated-hsm create")


def test_one_delegation_is_kept_where_all_delegated_subnets_are_empty():
    other = subnet("spare2")
    verdict = only(one_delegated_subnet, estate(hsm(subnet=VMS.id), vnet(subnets=(SPARE, other, VMS))))
    assert verdict.outcome is FAIL
    assert verdict.fix == f"az network vnet subnet update --ids {other.id} --remove delegations"


def test_many_subnets_are_named_in_short():
    many = tuple(subnet(f"s{n}") for n in range(9))
    verdict = only(one_delegated_subnet, estate(hsm(), vnet(subnets=(subnet(), *many))))
    assert verdict.evidence.endswith("s3 (no payment HSM) and 5 more")


@pytest.mark.parametrize("service", [HSM_TYPE.upper(), HSM_TYPE.lower()])
def test_delegation_counts_in_any_case_and_once_per_subnet(service):
    twice = subnet(delegations=(HSM_TYPE, service))
    assert only(one_delegated_subnet, estate(hsm(), vnet(subnets=(twice,)))).outcome is PASS
    loud = subnet("spare", delegations=(service,))
    assert only(one_delegated_subnet, estate(hsm(), vnet(subnets=(subnet(), loud)))).outcome is FAIL


def test_delegations_to_other_services_do_not_count():
    other = subnet("sql", delegations=("Microsoft.Sql/managedInstances",))
    assert only(one_delegated_subnet, estate(hsm(), vnet(subnets=(subnet(), other)))).outcome is PASS


def test_hsm_in_a_subnet_whose_id_is_in_another_case_is_counted():
    verdict = only(one_delegated_subnet, estate(hsm(subnet=subnet_id().upper()), vnet(subnets=(subnet(), SPARE))))
    assert "hsmsubnet (1 payment HSM), spare (no payment HSM)" in verdict.evidence


def test_each_vnet_is_judged_by_itself():
    other = hsm("b", subnet=subnet_id(vnet="vnet-b"))
    found = estate(hsm("a"), other, vnet(subnets=(subnet(), SPARE)), vnet("vnet-b"))
    assert outcomes(one_delegated_subnet, found) == {"vnet-hsm": FAIL, "vnet-b": PASS}


def test_unread_subnets_vnets_and_hsms_are_unknown():
    assert only(one_delegated_subnet, estate(hsm(), vnet(subnets=None))).evidence == "its subnets were not read"
    gap = Gap(subject=vnet_id(), what="virtual network", reason="429 TooManyRequests")
    verdict = only(one_delegated_subnet, estate(hsm(), overrides={vnet_id(): gap}))
    assert (verdict.outcome, verdict.evidence) == (UNKNOWN, "virtual network could not be read: 429 TooManyRequests")
    assert outcomes(one_delegated_subnet, estate(unread_hsm()))["hsm1"] is UNKNOWN


def test_vnet_that_was_never_asked_for_is_unknown():
    away = estate(hsm(subnet=subnet_id(vnet="elsewhere")))
    assert judge(one_delegated_subnet, away)["elsewhere"].evidence == "virtual network was not read"


def test_deleted_vnet_is_not_applicable():
    assert only(one_delegated_subnet, estate(hsm(), overrides={vnet_id(): ABSENT})).outcome is NOT_APPLICABLE
