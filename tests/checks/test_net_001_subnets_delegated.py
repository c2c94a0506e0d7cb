import pytest

from ops.checks.net_001_subnets_delegated import subnets_delegated
from ops.model.attachment import nic_slots
from ops.model.estate import HSM_TYPE, NetworkProfile
from ops.model.fact import ABSENT, Gap
from tests.build import estate, hsm, nics, subnet, subnet_id, unread_hsm, vnet, vnet_id
from tests.checks.judging import FAIL, PASS, UNKNOWN, judge, only, outcomes

SUBNET = "vnet-hsm/hsmsubnet"
REFUSED = Gap(subject=vnet_id(), what="virtual network", reason="403 AuthorizationFailed")


def test_delegated_subnet_passes_and_names_who_uses_it():
    verdict = judge(subnets_delegated, estate(hsm("a"), hsm("b", stamp="stamp2")))[SUBNET]
    assert (verdict.outcome, verdict.evidence) == (
        PASS,
        f"delegated to {HSM_TYPE} (host of a, b; management of a, b)",
    )
    assert verdict.subject.id == subnet_id()
    assert verdict.subject.hsms == (hsm("a").key, hsm("b").key)


def test_delegation_counts_in_any_case():
    shouted = vnet(subnets=(subnet(delegations=("Other/service", HSM_TYPE.upper())),))
    assert only(subnets_delegated, estate(hsm(), shouted)).outcome is PASS


@pytest.mark.parametrize(
    ("delegations", "told"), [((), "nothing"), (("Microsoft.Netapp/volumes",), "Microsoft.Netapp/volumes")]
)
def test_other_delegation_or_none_fails_with_a_command(delegations, told):
    verdict = only(subnets_delegated, estate(hsm(), vnet(subnets=(subnet(delegations=delegations),))))
    assert (verdict.outcome, verdict.evidence) == (
        FAIL,
        f"delegated to {told}, not to {HSM_TYPE} (host of hsm1; management of hsm1)",
    )
    assert verdict.fix == f"az network vnet subnet update --ids {subnet_id()} --delegations {HSM_TYPE}"


def test_command_quotes_an_id_that_a_shell_would_read():
    odd = subnet(delegations=(), id=subnet_id().replace("rg-hsm", "RG-hsm"))
    odd_vnet = vnet(subnets=(subnet(delegations=(), id=f"{subnet_id()}/;reboot"),))
    assert "--ids /subscriptions/" in only(subnets_delegated, estate(hsm(), vnet(subnets=(odd,)))).fix
    owner = hsm(subnet=f"{subnet_id()}/;reboot")
    assert "--ids '/subscriptions/" in judge(subnets_delegated, estate(owner, odd_vnet)).popitem()[1].fix


def test_host_and_management_in_two_vnets_are_two_subjects():
    split = hsm(management=NetworkProfile(subnet_id=subnet_id("mgmt", "vnet-mgmt"), nics=()))
    other = vnet("vnet-mgmt", subnets=(subnet("mgmt", vnet="vnet-mgmt", delegations=()),))
    assert outcomes(subnets_delegated, estate(split, other)) == {SUBNET: PASS, "vnet-mgmt/mgmt": FAIL}


def test_management_subnet_is_found_by_the_nic_without_a_management_profile():
    owner = hsm(management=ABSENT)
    away = {nic_id: nic for nic_id, nic in nics(owner, subnet_ids=(subnet_id("mgmt"),)).items() if "mgmt" in nic_id}
    bare = vnet(subnets=(subnet(), subnet("mgmt", delegations=())))
    assert outcomes(subnets_delegated, estate(owner, bare, overrides=away)) == {SUBNET: PASS, "vnet-hsm/mgmt": FAIL}


def test_subnet_ids_in_another_case_are_one_subnet():
    found = estate(hsm("a"), hsm("b", subnet=subnet_id().upper()))
    (verdict,) = judge(subnets_delegated, found).values()
    assert (verdict.outcome, verdict.subject.hsms) == (PASS, (hsm("a").key, hsm("b").key))


def test_missing_vnet_and_missing_subnet_fail():
    gone = only(subnets_delegated, estate(hsm(), overrides={vnet_id(): ABSENT}))
    assert (gone.outcome, gone.evidence) == (
        FAIL,
        "virtual network vnet-hsm does not exist (host of hsm1; management of hsm1)",
    )
    empty = only(subnets_delegated, estate(hsm(), vnet(subnets=())))
    assert (empty.outcome, empty.evidence) == (
        FAIL,
        "the subnet does not exist (host of hsm1; management of hsm1)",
    )


def test_unread_vnet_and_unread_subnets_are_unknown():
    verdict = only(subnets_delegated, estate(hsm(), overrides={vnet_id(): REFUSED}))
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        "virtual network could not be read: 403 AuthorizationFailed",
    )
    assert only(subnets_delegated, estate(hsm(), vnet(subnets=None))).outcome is UNKNOWN
    elsewhere = hsm(subnet=subnet_id("s", "not-read"))
    assert only(subnets_delegated, estate(elsewhere)).evidence == "virtual network was not read"


def test_hsm_whose_subnets_are_not_known_is_unknown():
    verdict = judge(subnets_delegated, estate(unread_hsm()))["hsm1"]
    assert (verdict.outcome, verdict.subject.hsms) == (UNKNOWN, (hsm().key,))
    assert verdict.evidence == "payment HSM could not be read: 403 AuthorizationFailed"


def test_unread_nic_leaves_the_hsm_unknown_beside_what_is_known():
    nic_id = nic_slots(hsm())[2].nic_id
    gap = Gap(subject=nic_id, what="network interface", reason="429 TooManyRequests")
    found = judge(subnets_delegated, estate(hsm(), overrides={nic_id: gap}))
    assert {name: verdict.outcome for name, verdict in found.items()} == {"hsm1": UNKNOWN, SUBNET: PASS}
    assert found["hsm1"].evidence == "its subnets are not all known: management NIC: 429 TooManyRequests"


def test_hsm_without_any_nic_yet_is_judged_by_its_profile():
    fresh = hsm(provisioning_state="Connecting", management=ABSENT)
    absent = {slot.nic_id: ABSENT for slot in nic_slots(fresh)}
    assert outcomes(subnets_delegated, estate(fresh, overrides=absent)) == {SUBNET: PASS}
