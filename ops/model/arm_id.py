"""ARM resource ids. They are case-insensitive, and Azure changes their case between calls.

A *key* is an id in lower case without a trailing slash: the only form in which ids are compared.
"""

from __future__ import annotations

import re

_SUBSCRIPTIONS = "/subscriptions/"
_VIRTUAL_HUB_VNET = re.compile(r"/resourcegroups/rg_[^/]*/providers/microsoft\.network/virtualnetworks/hv_[^/]*$")


def key(arm_id: str) -> str:
    """The form of an id in which ids are compared."""
    return arm_id.rstrip("/").lower()


def same(left: str, right: str) -> bool:
    """Whether two ids name one resource."""
    return left == right or key(left) == key(right)


def segment(arm_id: str, before: str) -> str:
    """The segment that follows ``before`` (any case), or ``""``: ``segment(id, "subscriptions")``."""
    parts = arm_id.split("/")
    for index, part in enumerate(parts[:-1]):
        if part.lower() == before.lower():
            return parts[index + 1]
    return ""


def name(arm_id: str) -> str:
    """The last segment: the resource's own name."""
    return arm_id.rstrip("/").rpartition("/")[2]


def subscription(arm_id: str) -> str:
    """The subscription id in lower case, or ``""``."""
    start = len(_SUBSCRIPTIONS)
    if arm_id[:start].lower() == _SUBSCRIPTIONS:  # nearly every id, so it is worth a shorter way
        return arm_id[start:].partition("/")[0].lower()
    return segment(arm_id, "subscriptions").lower()


def resource_group(arm_id: str) -> str:
    """The resource group's name as it is written in the id, or ``""``."""
    return segment(arm_id, "resourceGroups")


def vnet_of_subnet(subnet_id: str) -> str:
    """The id of the virtual network that a subnet id belongs to, or ``""`` if it is no subnet id."""
    head, found, _ = subnet_id.rpartition("/subnets/")
    if found:
        return head
    index = subnet_id.lower().rfind("/subnets/")
    return subnet_id[:index] if index >= 0 else ""


def is_virtual_hub_vnet(vnet_id: str) -> bool:
    """Whether the id is that of the hidden network of a Virtual WAN hub (``RG_*`` / ``HV_*``).

    It lies in a subscription of Microsoft's that can be neither read nor tagged.
    """
    return _VIRTUAL_HUB_VNET.search(key(vnet_id)) is not None
