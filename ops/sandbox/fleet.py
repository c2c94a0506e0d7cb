"""``fleet:SUBSCRIPTIONSxHSMS``: an estate of any size in which all is in order, for measurements."""

from __future__ import annotations

import re
from typing import Any

from ops.errors import ConfigProblem
from ops.sandbox.estate_values import EstateFile

FLEET = "fleet:SUBSCRIPTIONSxHSMS"

_NAME = re.compile(r"fleet:(?P<subscriptions>\d+)x(?P<hsms>\d+)")
_MOST = 100_000
_HSM_TYPE = "Microsoft.HardwareSecurityModules/dedicatedHSMs"
_REGIONS = ("westeurope", "northeurope", "eastus", "southcentralus")
_PER_GROUP = 2  # Azure allows two HSMs in a stamp: a pair, one HSM in each stamp, shares a VNet


def fleet(name: str) -> EstateFile:
    """The estate of this name, such as ``fleet:200x4``; raises ``ConfigProblem`` when the name is another."""
    match = _NAME.fullmatch(name)
    if match is None:
        raise ConfigProblem(f"{name}: no such sandbox estate", tip=f"write {FLEET}, such as fleet:200x4")
    subscriptions, hsms = int(match["subscriptions"]), int(match["hsms"])
    if subscriptions < 1 or subscriptions * hsms > _MOST:
        raise ConfigProblem(f"{name}: from 1 subscription up to {_MOST} HSMs can be made")
    known: list[dict[str, Any]] = []
    resources: list[dict[str, Any]] = []
    for number in range(1, subscriptions + 1):
        subscription = f"f1ee7000-0000-4000-8000-{number:012d}"
        known.append(
            {
                "id": subscription,
                "displayName": f"payments-{number:04d}",
                "managementGroup": "payments",
                "features": {
                    "Microsoft.Network/FastPathEnabled": "Registered",
                    "Microsoft.HardwareSecurityModules/AzureDedicatedHsm": "Registered",
                },
                "providers": {"Microsoft.HardwareSecurityModules": "Registered", "Microsoft.Network": "Registered"},
            }
        )
        for pair in range((hsms + _PER_GROUP - 1) // _PER_GROUP):
            members = min(_PER_GROUP, hsms - pair * _PER_GROUP)
            resources += _pair(subscription, number, pair, members)
    return EstateFile.model_validate(
        {
            "description": f"{subscriptions} subscriptions with {hsms} HSMs each",
            "subscriptions": known,
            "resources": resources,
        }
    )


def _pair(subscription: str, number: int, pair: int, members: int) -> list[dict[str, Any]]:
    region = _REGIONS[pair % len(_REGIONS)]
    group = f"/subscriptions/{subscription}/resourceGroups/rg-hsm-{pair + 1:02d}"
    vnet = f"{group}/providers/Microsoft.Network/virtualNetworks/vnet-hsm-{pair + 1:02d}"
    subnet = f"{vnet}/subnets/hsm-subnet"
    found = [_vnet(vnet, subnet, region), _lock(group)]
    for member in range(members):
        name = f"payshield-{number:04d}-{pair * _PER_GROUP + member + 1:02d}"
        nics = {
            suffix: f"{group}/providers/Microsoft.Network/networkInterfaces/{name}_{suffix}"
            for suffix in ("HSMHost1Nic", "HSMHost2Nic", "HSMMgmtNic")
        }
        ips = {suffix: f"10.3.1.{4 + member * 3 + index}" for index, suffix in enumerate(nics)}
        found.append(_hsm(f"{group}/providers/{_HSM_TYPE}/{name}", region, f"stamp{member + 1}", subnet, nics, ips))
        found += [_nic(nic, region, subnet, ips[suffix]) for suffix, nic in nics.items()]
    return found


def _lock(group: str) -> dict[str, Any]:
    return {
        "id": f"{group}/providers/Microsoft.Authorization/locks/no-delete",
        "name": "no-delete",
        "type": "Microsoft.Authorization/locks",
        "properties": {"level": "CanNotDelete"},
    }


def _hsm(id: str, region: str, stamp: str, subnet: str, nics: dict[str, str], ips: dict[str, str]) -> dict[str, Any]:
    def profile(*suffixes: str) -> dict[str, Any]:
        entries = [{"id": nics[suffix], "privateIpAddress": ips[suffix]} for suffix in suffixes]
        return {"subnet": {"id": subnet}, "networkInterfaces": entries}

    return {
        "sku": {"name": "payShield10K_LMK1_CPS250"},
        "id": id,
        "name": id.rpartition("/")[2],
        "type": _HSM_TYPE,
        "location": region,
        "tags": {"app": "cards", "environment": "production"},
        "systemData": {
            "createdBy": "hsm-provisioning@example.com",
            "createdByType": "User",
            "createdAt": "2025-03-04T09:12:44.316Z",
            "lastModifiedBy": "hsm-provisioning@example.com",
            "lastModifiedByType": "User",
            "lastModifiedAt": "2025-03-04T09:15:31.782Z",
        },
        "properties": {
            "networkProfile": profile("HSMHost1Nic", "HSMHost2Nic"),
            "managementNetworkProfile": profile("HSMMgmtNic"),
            "provisioningState": "Succeeded",
            "statusMessage": "The Dedicated HSM device is provisioned successfully and ready to use.",
            "stampId": stamp,
        },
    }


def _nic(id: str, region: str, subnet: str, ip: str) -> dict[str, Any]:
    configuration = {
        "name": "ipconfig1",
        "id": f"{id}/ipConfigurations/ipconfig1",
        "type": "Microsoft.Network/networkInterfaces/ipConfigurations",
        "properties": {
            "provisioningState": "Succeeded",
            "privateIPAddress": ip,
            "privateIPAllocationMethod": "Dynamic",
            "privateIPAddressVersion": "IPv4",
            "primary": True,
            "subnet": {"id": subnet},
        },
    }
    return {
        "name": id.rpartition("/")[2],
        "id": id,
        "location": region,
        "properties": {
            "provisioningState": "Succeeded",
            "ipConfigurations": [configuration],
            "primary": True,
            "nicType": "Standard",
        },
        "type": "Microsoft.Network/networkInterfaces",
    }


def _vnet(id: str, subnet: str, region: str) -> dict[str, Any]:
    delegation = {
        "name": "0",
        "id": f"{subnet}/delegations/0",
        "type": "Microsoft.Network/virtualNetworks/subnets/delegations",
        "properties": {
            "provisioningState": "Succeeded",
            "serviceName": _HSM_TYPE,
            "actions": [
                "Microsoft.Network/networkinterfaces/*",
                "Microsoft.Network/virtualNetworks/subnets/join/action",
            ],
        },
    }
    inside = {
        "name": subnet.rpartition("/")[2],
        "id": subnet,
        "type": "Microsoft.Network/virtualNetworks/subnets",
        "properties": {
            "provisioningState": "Succeeded",
            "addressPrefix": "10.3.1.0/24",
            "delegations": [delegation],
            "purpose": "HostedWorkloads",
        },
    }
    return {
        "name": id.rpartition("/")[2],
        "id": id,
        "type": "Microsoft.Network/virtualNetworks",
        "location": region,
        "tags": {"fastpathenabled": "True"},
        "properties": {
            "provisioningState": "Succeeded",
            "addressSpace": {"addressPrefixes": ["10.3.0.0/16"]},
            "subnets": [inside],
            "virtualNetworkPeerings": [],
        },
    }
