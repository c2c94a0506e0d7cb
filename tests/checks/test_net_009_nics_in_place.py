from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ops.checks.net_009_nics_in_place import nics_in_place
from ops.model.attachment import nic_slots
from ops.model.estate import NetworkProfile
from ops.model.fact import ABSENT, Gap
from ops.model.finding import Party
from tests.build import estate, hsm, nics, subnet_id, unread_hsm
from tests.checks.judging import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, only

HOST_1, HOST_2, MANAGEMENT = (slot.nic_id for slot in nic_slots(hsm()))
OLD = datetime(2023, 4, 30, tzinfo=UTC)
NEW = datetime(2023, 5, 1, tzinfo=UTC)


def gap(nic_id):
    return Gap(subject=nic_id, what="network interface", reason="403 AuthorizationFailed")


def nic(nic_id, **changes):
    return {nic_id: nics(hsm(), **changes)[nic_id.lower()]}


def test_three_nics_in_their_subnets_pass():
    verdict = only(nics_in_place, estate(hsm()))
    where = "in vnet-hsm/hsmsubnet"
    assert (verdict.outcome, verdict.evidence) == (
        PASS,
        f"host NIC 1 {where}; host NIC 2 {where}; management NIC {where}",
    )
    assert verdict.subject.hsms == (hsm().key,)


@pytest.mark.parametrize(
    ("nic_id", "told"),
    [
        (HOST_1, "host NIC 1 missing: hsm1_HSMHost1Nic not found"),
        (HOST_2, "host NIC 2 missing: hsm1_HSMHost2Nic not found"),
        (MANAGEMENT, "management NIC missing: hsm1_HSMMgmtNic not found"),
    ],
)
@pytest.mark.parametrize("state", ["Succeeded", "Failed"])
def test_missing_nic_fails_by_name_and_drafts_a_ticket_to_microsoft(nic_id, told, state):
    verdict = only(nics_in_place, estate(hsm(provisioning_state=state), overrides={nic_id: ABSENT}))
    assert (verdict.outcome, verdict.evidence, verdict.ticket) == (FAIL, told, None)
    assert (nics_in_place.party, nics_in_place.ticket) == (Party.MICROSOFT, True)


def test_nic_that_is_not_succeeded_fails():
    verdict = only(nics_in_place, estate(hsm(), overrides=nic(HOST_1, provisioning_state="Failed")))
    assert (verdict.outcome, verdict.evidence) == (FAIL, "host NIC 1 is Failed")


def test_nic_that_is_being_updated_is_unknown_and_drafts_nothing():
    verdict = only(nics_in_place, estate(hsm(), overrides=nic(HOST_1, provisioning_state="Updating")))
    assert (verdict.outcome, verdict.evidence) == (UNKNOWN, "host NIC 1 is Updating")
    assert "Updating" in nics_in_place.page


def test_nic_in_another_subnet_than_the_profile_names_fails():
    verdict = only(nics_in_place, estate(hsm(), overrides=nic(HOST_2, subnet_ids=(subnet_id("vms"),))))
    assert (verdict.outcome, verdict.evidence) == (
        FAIL,
        "host NIC 2 is in vnet-hsm/vms instead of vnet-hsm/hsmsubnet",
    )


def test_subnet_is_compared_in_any_case_and_only_where_the_profile_names_one():
    assert only(nics_in_place, estate(hsm(), overrides=nic(HOST_1, subnet_ids=(subnet_id().upper(),)))).outcome is PASS
    for untold in (ABSENT, NetworkProfile(subnet_id=None, nics=())):
        away = estate(hsm(management=untold), overrides=nic(MANAGEMENT, subnet_ids=(subnet_id("vms"),)))
        assert only(nics_in_place, away).outcome is PASS


def test_a_nic_that_the_hsm_itself_names_is_missing_however_old_the_hsm_is():
    assert only(nics_in_place, estate(hsm(created_at=OLD), overrides={HOST_1: ABSENT})).outcome is FAIL
    both = replace(hsm(created_at=OLD), host=hsm().host)
    assert only(nics_in_place, estate(both, overrides={HOST_2: ABSENT})).outcome is FAIL


def test_one_host_nic_on_an_hsm_from_before_may_2023_passes_with_a_note():
    verdict = only(nics_in_place, estate(hsm(created_at=OLD), overrides={HOST_2: ABSENT}))
    assert verdict.outcome is PASS
    assert "one host NIC, as it was created in 2023-04, before May 2023" in verdict.evidence


def test_one_host_nic_fails_from_may_2023_on_and_is_unknown_without_a_date():
    assert only(nics_in_place, estate(hsm(created_at=NEW), overrides={HOST_2: ABSENT})).outcome is FAIL
    verdict = only(nics_in_place, estate(hsm(created_at=None), overrides={HOST_2: ABSENT}))
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        "host NIC 2 missing: hsm1_HSMHost2Nic not found, and not known whether the HSM is older than May 2023",
    )


def test_age_excuses_neither_two_host_nics_nor_the_management_nic():
    old = hsm(created_at=OLD)
    both = only(nics_in_place, estate(old, overrides={HOST_1: ABSENT, HOST_2: ABSENT}))
    assert (both.outcome, both.evidence) == (
        FAIL,
        "host NIC 1 missing: hsm1_HSMHost1Nic not found; host NIC 2 missing: hsm1_HSMHost2Nic not found",
    )
    assert only(nics_in_place, estate(old, overrides={MANAGEMENT: ABSENT})).outcome is FAIL


@pytest.mark.parametrize("state", ["CheckingQuota", "Connecting", "Provisioning", "deleting"])
def test_hsm_that_comes_or_goes_is_not_applicable(state):
    gone = dict.fromkeys((HOST_1, HOST_2, MANAGEMENT), ABSENT)
    assert only(nics_in_place, estate(hsm(provisioning_state=state), overrides=gone)).outcome is NOT_APPLICABLE


def test_unread_nic_is_unknown_never_pass():
    verdict = only(nics_in_place, estate(hsm(), overrides={HOST_1: gap(HOST_1)}))
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        "host NIC 1 could not be read: 403 AuthorizationFailed",
    )


def test_definite_failure_wins_over_an_unread_nic():
    verdict = only(nics_in_place, estate(hsm(), overrides={HOST_1: gap(HOST_1), MANAGEMENT: ABSENT}))
    assert (verdict.outcome, verdict.evidence) == (FAIL, "management NIC missing: hsm1_HSMMgmtNic not found")


@pytest.mark.parametrize("facts", [{"provisioning_state": None}, {"provisioning_state": ""}, {"subnet_ids": ()}])
def test_nic_that_was_read_by_half_is_unknown(facts):
    assert only(nics_in_place, estate(hsm(), overrides=nic(HOST_1, **facts))).outcome is UNKNOWN


@pytest.mark.parametrize("facts", [{"provisioning_state": None}, {"host": None}])
def test_hsm_that_was_read_by_half_is_unknown(facts):
    assert only(nics_in_place, estate(hsm(**facts))).outcome is UNKNOWN


def test_unread_hsm_is_unknown():
    assert only(nics_in_place, estate(unread_hsm())).outcome is UNKNOWN


def test_nic_of_a_profile_without_ids_is_found_by_its_name_in_any_case():
    bare = hsm(host=NetworkProfile(subnet_id=subnet_id(), nics=()), management=ABSENT)
    shouted = {nic_id.upper(): fact for nic_id, fact in nics(bare).items()}
    assert only(nics_in_place, estate(bare, overrides=shouted)).outcome is PASS
