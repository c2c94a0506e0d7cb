"""The services of Microsoft.Support and their problem classifications.

The GUIDs of the two HSM services are the real ones, with their singular resource types in different case. The real
classifications of payment HSMs are published nowhere: those in here are made up, and a product must discover them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

PAYMENT_HSM = "ce34cf91-b52e-afe9-57d6-1baf3ff5a59b"
_NO_MATTER = ("Configuration and Setup / Other", "Connectivity / I can’t connect", "Other / My problem is not listed")

_SERVICES: Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "484e2236-0000-4000-8000-000000000001": ("Activity Logs", (), _NO_MATTER),
    PAYMENT_HSM: (
        "Azure Payment HSM Service",
        ("Microsoft.HardwareSecurityModules/dedicatedHSM",),
        (
            "Provisioning / HSM creation failed",
            "Provisioning / HSM creation takes longer than expected",
            "Networking / HSM not reachable on host or management port",
            "Networking / Network interface missing or wrong",
            "Feature registration / FastPathEnabled approval",
            "Hardware / Device not responding",
            "Hardware / Soft or hard reboot of the device",
            "Deletion / HSM cannot be deleted",
            "Tamper / Device reports a tamper event",
            "Other / My problem is not listed",
        ),
    ),
    "7d1ce754-b825-74b6-8022-87193cd96b6e": (
        "Dedicated HSM",
        ("Microsoft.HardwareSecurityModules/DedicatedHSM",),
        ("Provisioning / HSM creation failed", "Networking / HSM not reachable", "Other / My problem is not listed"),
    ),
    "517f2da6-78fd-0498-4e22-ad26996b1dfc": ("Billing", (), ("Invoice / I do not understand my invoice",)),
    "06bfd9d3-516b-d5c6-5802-169c800dec89": (
        "Service and subscription limits (quotas)",
        (),
        ("Compute-VM (cores-vCPUs) subscription limit increases",),
    ),
    "0283d26b-bad8-f0e2-37f4-86dc0328c710": ("Key Vault", ("MICROSOFT.KEYVAULT/VAULTS",), _NO_MATTER),
    "6f16735c-b0ae-b275-ad3a-03479cfa1396": (
        "Virtual Machine running Windows",
        ("MICROSOFT.COMPUTE/VIRTUALMACHINES",),
        _NO_MATTER,
    ),
    "cddd3eb5-1830-b494-44fd-782f691479dc": (
        "Virtual Machine running Linux",
        ("Microsoft.Compute/virtualMachines",),
        _NO_MATTER,
    ),
    "b25271d3-6431-dfbc-5f12-5693326809b3": ("Virtual Network", ("MICROSOFT.NETWORK/VIRTUALNETWORKS",), _NO_MATTER),
    "3b6f1a20-0000-4000-8000-000000000010": ("Virtual WAN", ("Microsoft.Network/virtualWans",), _NO_MATTER),
    "3b6f1a20-0000-4000-8000-000000000011": ("ExpressRoute", ("MICROSOFT.NETWORK/expressRouteCircuits",), _NO_MATTER),
    "3b6f1a20-0000-4000-8000-000000000012": ("Managed HSM", ("Microsoft.KeyVault/managedHSMs",), _NO_MATTER),
}


def services() -> list[dict[str, Any]]:
    return [
        {
            "id": f"/providers/Microsoft.Support/services/{guid}",
            "name": guid,
            "type": "Microsoft.Support/services",
            "properties": {"displayName": name, "resourceTypes": list(types)},
        }
        for guid, (name, types, _) in _SERVICES.items()
    ]


def classifications(guid: str) -> list[dict[str, Any]]:
    """The problem classifications of a service; raises ``KeyError`` when there is none with this GUID."""
    service = f"/providers/Microsoft.Support/services/{guid.lower()}"
    names = [(name, str(uuid5(NAMESPACE_URL, f"{service}/{name}"))) for name in _SERVICES[guid.lower()][2]]
    return [
        {
            "id": f"{service}/problemClassifications/{name_guid}",
            "name": name_guid,
            "type": "Microsoft.Support/problemClassifications",
            "properties": {"displayName": name},
        }
        for name, name_guid in names
    ]
