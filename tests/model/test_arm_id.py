import pytest

from ops.model import arm_id

SUBNET = "/subscriptions/AB-1/resourceGroups/RG-Hsm/providers/Microsoft.Network/virtualNetworks/Vnet/subnets/Hsm"


def test_ids_are_compared_without_case_and_trailing_slash():
    assert arm_id.same("/subscriptions/A/resourceGroups/RG/", "/SUBSCRIPTIONS/a/resourcegroups/rg")
    assert not arm_id.same("/subscriptions/a", "/subscriptions/b")


def test_parts_of_an_id_are_found_in_any_case():
    shouted = SUBNET.upper()
    assert arm_id.subscription(shouted) == "ab-1"
    assert arm_id.resource_group(SUBNET) == "RG-Hsm"
    assert arm_id.name(SUBNET) == "Hsm"
    assert arm_id.key(arm_id.vnet_of_subnet(shouted)) == arm_id.key(SUBNET.rpartition("/subnets/")[0])


@pytest.mark.parametrize("text", ["", "/", "not-an-id", "/subscriptions"])
def test_what_is_no_id_has_no_parts(text):
    assert arm_id.subscription(text) == ""
    assert arm_id.resource_group(text) == ""
    assert arm_id.vnet_of_subnet(text) == ""


def test_the_hidden_network_of_a_virtual_hub_is_known_by_its_id():
    hub = "/subscriptions/X/resourceGroups/RG_hub-we_1f0c/providers/Microsoft.Network/virtualNetworks/HV_hub-we_9a1b"
    assert arm_id.is_virtual_hub_vnet(hub)
    assert arm_id.is_virtual_hub_vnet(hub.upper())
    assert not arm_id.is_virtual_hub_vnet(hub.replace("HV_", "vnet-"))
    assert not arm_id.is_virtual_hub_vnet(hub.replace("RG_", "rg-"))
