from ops.model import arm_id
from ops.model.attachment import attachment, hsms_by_subnet, nic_slots
from ops.model.estate import NetworkProfile, ProfileNic
from ops.model.fact import ABSENT, Gap
from tests.build import estate, hsm, nics, subnet_id, unread_hsm


def names(owner):
    return [(slot.role, arm_id.name(slot.nic_id), slot.named) for slot in nic_slots(owner)]


def test_nics_that_the_profile_names_are_taken_by_suffix_in_any_order_and_case():
    base = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/networkInterfaces/"
    host = NetworkProfile(
        subnet_id=None,
        nics=tuple(ProfileNic(nic_id=base + nic, private_ip=None) for nic in ("HSM1_HSMHOST2NIC", "hsm1_HSMHost1Nic")),
    )
    assert names(hsm("hsm1", host=host))[:2] == [
        ("host NIC 1", "hsm1_HSMHost1Nic", True),
        ("host NIC 2", "HSM1_HSMHOST2NIC", True),
    ]


def test_nics_with_names_of_their_own_are_taken_by_position():
    host = NetworkProfile(subnet_id=None, nics=(ProfileNic(nic_id="/x/a", private_ip=None),) * 1)
    assert names(hsm("hsm1", host=host))[:2] == [("host NIC 1", "a", True), ("host NIC 2", "hsm1_HSMHost2Nic", False)]


def test_nics_that_no_profile_names_are_looked_for_by_name_in_the_group_of_the_hsm():
    owner = hsm("hsm1", host=ABSENT, management=ABSENT)
    assert names(owner) == [
        ("host NIC 1", "hsm1_HSMHost1Nic", False),
        ("host NIC 2", "hsm1_HSMHost2Nic", False),
        ("management NIC", "hsm1_HSMMgmtNic", False),
    ]
    assert nic_slots(owner)[0].nic_id.startswith(owner.id[: owner.id.index("/providers/")])


def test_the_management_subnet_is_known_from_the_nic_when_there_is_no_management_profile():
    owner = hsm("hsm1", management=ABSENT)
    uses = {(use.side, use.subnet_id) for use in attachment(owner, estate(owner)).subnets}
    assert uses == {("host", subnet_id()), ("management", subnet_id())}


def test_what_was_not_read_is_untold():
    unread = unread_hsm("hsm1")
    gaps = {slot.nic_id: Gap(subject=slot.nic_id, what="nic", reason="429") for slot in nic_slots(unread)}
    found = attachment(unread, estate(unread, overrides=gaps))
    assert found.subnets == ()
    assert found.untold[0] == "403 AuthorizationFailed"
    assert "host NIC 1: 429" in found.untold


def test_hsms_are_found_by_subnet_whatever_the_case_of_the_ids():
    a, b = hsm("a"), hsm("b", subnet=subnet_id().upper())
    state = estate(a, b)
    assert [one.name for one in hsms_by_subnet(state)[arm_id.key(subnet_id())]] == ["a", "b"]


def test_a_nic_that_tells_no_subnet_leaves_a_side_untold_that_no_profile_tells():
    owner = hsm("hsm1", management=ABSENT)
    bare = {nic.id: nic for nic in nics(owner, subnet_ids=()).values()}
    found = attachment(owner, estate(owner, overrides=bare))
    assert [use.side for use in found.subnets] == ["host"]
    assert found.untold == ("management NIC: its subnet is not told",)
