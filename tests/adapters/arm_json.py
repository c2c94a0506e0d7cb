"""ARM's JSON for a small estate: one HSM in ``SUB_1``, its NICs and VNet, and a hub in ``SUB_2`` peered with it."""

from __future__ import annotations

from typing import Any

from ops.model.estate import DEDICATED_HSM_FEATURE, FASTPATH_FEATURE
from tests.build import SUB_1, SUB_2

GROUP = f"/subscriptions/{SUB_1}/resourceGroups/rg-hsm"
HSM = f"{GROUP}/providers/Microsoft.HardwareSecurityModules/dedicatedHSMs/hsm1"
NICS = f"{GROUP}/providers/Microsoft.Network/networkInterfaces"
VNET = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet-hsm"
SUBNET = f"{VNET}/subnets/hsmsubnet"
HUB = f"/subscriptions/{SUB_2}/resourceGroups/rg-hub/providers/Microsoft.Network/virtualNetworks/hub"


def hsm(hsm_id: str = HSM, sku: str = "payShield10K_LMK1_CPS60", **properties: Any) -> dict[str, Any]:
    name = hsm_id.rpartition("/")[2]
    nic = hsm_id.partition("/providers/")[0] + f"/providers/Microsoft.Network/networkInterfaces/{name}"
    return {
        "sku": {"name": sku},
        "id": hsm_id,
        "name": name,
        "type": "Microsoft.HardwareSecurityModules/dedicatedHSMs",
        "location": "eastus",
        "tags": {"app": "cards"},
        "systemData": {"createdAt": "2024-03-01T01:16:00.416Z", "lastModifiedAt": "2024-03-02T01:16:00.4160000Z"},
        "properties": {
            "networkProfile": {
                "subnet": {"id": SUBNET},
                "networkInterfaces": [
                    {"id": f"{nic}_HSMHost1Nic", "privateIpAddress": "10.3.1.4"},
                    {"id": f"{nic}_HSMHost2Nic", "privateIpAddress": "10.3.1.5"},
                ],
            },
            "managementNetworkProfile": {
                "subnet": {"id": SUBNET},
                "networkInterfaces": [{"id": f"{nic}_HSMMgmtNic", "privateIpAddress": "10.3.1.6"}],
            },
            "provisioningState": "Succeeded",
            "statusMessage": "ready",
            "stampId": "stamp1",
            **properties,
        },
    }


def nic(nic_id: str) -> dict[str, Any]:
    return {
        "id": nic_id,
        "name": nic_id.rpartition("/")[2],
        "type": "Microsoft.Network/networkInterfaces",
        "location": "eastus",
        "properties": {
            "provisioningState": "Succeeded",
            "ipConfigurations": [
                {"name": "a", "properties": {"privateIPAddress": "10.3.1.4", "subnet": {"id": SUBNET}}}
            ],
        },
    }


def vnet(vnet_id: str = VNET, *, peers: tuple[str, ...] = (), subnets: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "id": vnet_id,
        "name": vnet_id.rpartition("/")[2],
        "type": "Microsoft.Network/virtualNetworks",
        "location": "eastus",
        "tags": {"fastpathenabled": "True"},
        "properties": {
            "subnets": [
                {
                    "id": f"{vnet_id}/subnets/{name}",
                    "name": name,
                    "properties": {
                        "addressPrefix": "10.3.1.0/24",
                        "delegations": [
                            {
                                "name": "0",
                                "properties": {"serviceName": "Microsoft.HardwareSecurityModules/dedicatedHSMs"},
                            }
                        ],
                    },
                }
                for name in subnets
            ],
            "virtualNetworkPeerings": [
                {"name": "peer", "properties": {"peeringState": "Connected", "remoteVirtualNetwork": {"id": peer}}}
                for peer in peers
            ],
        },
    }


def estate(*more: dict[str, Any], faults: tuple[dict[str, Any], ...] = (), **settings: Any) -> dict[str, Any]:
    """The document of an estate file. ``more`` resources replace those of the same id."""
    usual = [
        hsm(),
        *(nic(f"{NICS}/hsm1_{role}Nic") for role in ("HSMHost1", "HSMHost2", "HSMMgmt")),
        vnet(peers=(HUB,), subnets=("hsmsubnet",)),
        vnet(HUB, peers=(VNET,)),
    ]
    resources = {resource["id"]: resource for resource in (*usual, *more)}
    registered = dict.fromkeys((FASTPATH_FEATURE, DEDICATED_HSM_FEATURE), "Registered")
    return {
        "subscriptions": [
            {"id": SUB_1, "displayName": "payments-prod", "features": registered},
            {"id": SUB_2, "displayName": "connectivity", "features": registered},
        ],
        "resources": list(resources.values()),
        "faults": list(faults),
        **settings,
    }


def without(document: dict[str, Any], resource_id: str) -> dict[str, Any]:
    """The document without one resource."""
    return document | {"resources": [one for one in document["resources"] if one["id"] != resource_id]}
