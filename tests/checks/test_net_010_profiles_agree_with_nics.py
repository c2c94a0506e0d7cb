from dataclasses import replace

import pytest

from ops.checks.net_010_profiles_agree_with_nics import profiles_agree_with_nics
from ops.model.attachment import nic_slots
from ops.model.estate import NetworkProfile, ProfileNic
from ops.model.fact import ABSENT, Gap
from ops.model.finding import IssueCategory, Party, Severity
from ops.support.causes import HSM_CHECKS
from tests.build import estate, hsm, nics, subnet_id, unread_hsm
from tests.checks.judging import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, only

HOST_1, HOST_2, MANAGEMENT = (slot.nic_id for slot in nic_slots(hsm()))
ADDRESSES = {HOST_1: "10.3.1.1", HOST_2: "10.3.1.2", MANAGEMENT: "10.3.1.9"}
WHERE = "vnet-hsm/hsmsubnet"


def profile(*entries, subnet=None):
    return NetworkProfile(
        subnet_id=subnet, nics=tuple(ProfileNic(nic_id=nic, private_ip=address) for nic, address in entries)
    )


def told(**changes):
    """An HSM whose profiles name the addresses above."""
    host = profile((HOST_1, ADDRESSES[HOST_1]), (HOST_2, ADDRESSES[HOST_2]), subnet=subnet_id())
    management = profile((MANAGEMENT, ADDRESSES[MANAGEMENT]), subnet=subnet_id())
    return hsm(**({"host": host, "management": management} | changes))


def verdict_on(owner=None, changed=None):
    """The verdict on an HSM whose NICs have the addresses that its profiles name; ``changed`` replaces NICs by id."""
    owner = owner or told()
    made = nics(hsm())
    agreeing = {nic_id: replace(made[nic_id.lower()], private_ips=(ip,)) for nic_id, ip in ADDRESSES.items()}
    return only(profiles_agree_with_nics, estate(owner, overrides=agreeing | (changed or {})))


def nic(nic_id, **changes):
    return {nic_id: replace(nics(hsm())[nic_id.lower()], **({"private_ips": (ADDRESSES[nic_id],)} | changes))}


def test_agreeing_addresses_and_subnets_pass():
    verdict = verdict_on()
    assert (verdict.outcome, verdict.evidence) == (
        PASS,
        (
            f"host NIC 1 in {WHERE}; host NIC 1 has 10.3.1.1; host NIC 2 in {WHERE}; host NIC 2 has 10.3.1.2; "
            f"management NIC in {WHERE}; management NIC has 10.3.1.9"
        ),
    )
    assert verdict.subject.hsms == (hsm().key,)


def test_it_is_microsofts_and_belongs_to_the_cause_of_the_hsm():
    check = profiles_agree_with_nics
    assert (check.party, check.ticket, check.category) == (Party.MICROSOFT, True, IssueCategory.NETWORKING)
    assert check.severity is Severity.MEDIUM
    assert check.id in HSM_CHECKS


@pytest.mark.parametrize(
    ("nic_id", "role"), [(HOST_1, "host NIC 1"), (HOST_2, "host NIC 2"), (MANAGEMENT, "management NIC")]
)
def test_another_address_fails_and_names_both(nic_id, role):
    verdict = verdict_on(changed=nic(nic_id, private_ips=("10.3.1.77",)))
    assert (verdict.outcome, verdict.evidence) == (
        FAIL,
        f"{role} has 10.3.1.77, and the HSM names {ADDRESSES[nic_id]}",
    )
    assert (verdict.party, verdict.ticket) == (None, None)


def test_addresses_that_are_swapped_between_the_host_nics_fail():
    swapped = nic(HOST_1, private_ips=("10.3.1.2",)) | nic(HOST_2, private_ips=("10.3.1.1",))
    verdict = verdict_on(changed=swapped)
    assert verdict.outcome is FAIL
    assert verdict.evidence.count("the HSM names") == 2


def test_nic_with_several_addresses_agrees_by_one_of_them():
    assert verdict_on(changed=nic(HOST_1, private_ips=("10.3.1.200", "10.3.1.1"))).outcome is PASS


def test_another_subnet_fails():
    verdict = verdict_on(changed=nic(MANAGEMENT, subnet_ids=(subnet_id("vms"),)))
    assert (verdict.outcome, verdict.evidence) == (
        FAIL,
        f"management NIC is in vnet-hsm/vms, and the HSM names {WHERE}",
    )


def test_ids_are_compared_in_any_case():
    assert verdict_on(changed=nic(HOST_1, subnet_ids=(f"{subnet_id().upper()}/",))).outcome is PASS
    loud = profile((HOST_1.upper(), "10.3.1.1"), (HOST_2.upper(), "10.3.1.66"), subnet=subnet_id().upper())
    verdict = verdict_on(told(host=loud))
    assert (verdict.outcome, verdict.evidence) == (FAIL, "host NIC 2 has 10.3.1.2, and the HSM names 10.3.1.66")


def test_dynamic_addresses_leave_nothing_to_compare_but_the_subnets():
    dynamic = profile((HOST_1, None), (HOST_2, None), subnet=subnet_id())
    verdict = verdict_on(told(host=dynamic, management=ABSENT))
    assert (verdict.outcome, verdict.evidence) == (PASS, f"host NIC 1 in {WHERE}; host NIC 2 in {WHERE}")


def test_empty_profiles_are_not_applicable():
    verdict = verdict_on(told(host=profile(), management=ABSENT))
    assert (verdict.outcome, verdict.evidence) == (
        NOT_APPLICABLE,
        "no address and no subnet is told by both its profiles and its NICs",
    )


def test_addresses_without_ids_may_be_on_either_nic_of_the_side():
    loose = profile((None, "10.3.1.2"), (None, "10.3.1.1"))
    verdict = verdict_on(told(host=loose, management=ABSENT))
    assert (verdict.outcome, verdict.evidence) == (PASS, "a host NIC has 10.3.1.2; a host NIC has 10.3.1.1")


def test_address_without_an_id_that_no_nic_of_the_side_has_fails():
    verdict = verdict_on(told(host=profile((None, "10.3.1.9")), management=ABSENT))
    assert (verdict.outcome, verdict.evidence) == (
        FAIL,
        "no host NIC has 10.3.1.9, which the HSM names, but 10.3.1.1, 10.3.1.2",
    )


def test_address_without_an_id_is_unknown_while_a_nic_tells_none():
    bare = nic(HOST_2, private_ips=())
    assert verdict_on(told(host=profile((None, "10.3.1.5"))), bare).outcome is UNKNOWN
    assert verdict_on(told(host=profile((None, "10.3.1.1")), management=ABSENT), bare).outcome is PASS


@pytest.mark.parametrize("state", ["Connecting", "Deleting", "Failed", "deleting"])
def test_hsm_that_is_not_succeeded_is_not_applicable(state):
    verdict = verdict_on(told(provisioning_state=state), nic(HOST_1, private_ips=("10.3.1.77",)))
    assert verdict.outcome is NOT_APPLICABLE
    assert state in verdict.evidence


def test_missing_nics_are_the_business_of_another_check():
    assert verdict_on(changed={HOST_2: ABSENT}).outcome is PASS
    assert verdict_on(changed=dict.fromkeys(ADDRESSES, ABSENT)).outcome is NOT_APPLICABLE
    loose = told(host=profile((None, "10.3.1.1")), management=ABSENT)
    assert verdict_on(loose, dict.fromkeys(ADDRESSES, ABSENT)).outcome is NOT_APPLICABLE


def test_unread_nic_is_unknown_never_pass():
    gap = Gap(subject=HOST_1, what="network interface", reason="403 AuthorizationFailed")
    verdict = verdict_on(changed={HOST_1: gap})
    assert (verdict.outcome, verdict.evidence) == (UNKNOWN, "host NIC 1 could not be read: 403 AuthorizationFailed")
    whole = estate(told())
    never = replace(whole, nics={})
    assert only(profiles_agree_with_nics, never).outcome is UNKNOWN


def test_definite_disagreement_wins_over_an_unread_nic():
    gap = Gap(subject=HOST_1, what="network interface", reason="403 AuthorizationFailed")
    assert verdict_on(changed={HOST_1: gap} | nic(HOST_2, private_ips=("10.3.1.77",))).outcome is FAIL


@pytest.mark.parametrize("changes", [{"private_ips": ()}, {"subnet_ids": ()}])
def test_nic_that_was_read_by_half_is_unknown(changes):
    assert verdict_on(changed=nic(HOST_1, **changes)).outcome is UNKNOWN


@pytest.mark.parametrize("facts", [{"provisioning_state": None}, {"host": None}, {"management": None}])
def test_hsm_that_was_read_by_half_is_unknown(facts):
    assert verdict_on(told(**facts)).outcome is UNKNOWN


def test_unread_hsm_is_unknown():
    assert verdict_on(unread_hsm()).outcome is UNKNOWN


def test_what_azure_says_is_shown_on_one_line():
    gap = Gap(subject=HOST_1, what="network interface", reason="403\n::error::x")
    assert "\n" not in verdict_on(changed={HOST_1: gap}).evidence
    assert "\n" not in verdict_on(changed=nic(HOST_2, private_ips=("10.3.1.77\n::error::",))).evidence
