"""What a sandbox holds, ready to be looked up by id in any case. Resource groups are inferred from the ids in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ops.sandbox.estate_values import EstateFile, Subscription
from ops.sandbox.wire import Body

TYPES: Mapping[str, tuple[str, ...]] = {
    "Microsoft.HardwareSecurityModules": ("dedicatedHSMs", "cloudHsmClusters", "paymentHsmClusters"),
    "Microsoft.Network": (
        "virtualNetworks",
        "networkInterfaces",
        "networkSecurityGroups",
        "routeTables",
        "natGateways",
        "loadBalancers",
        "virtualNetworkGateways",
        "connections",
        "privateEndpoints",
        "azureFirewalls",
        "publicIPAddresses",
    ),
    "Microsoft.Support": ("supportTickets",),
    "Microsoft.Features": ("features",),
    "Microsoft.Resources": ("resourceGroups",),
    "Microsoft.Authorization": ("locks",),
}
_CHILDREN = {"subnets", "virtualnetworkpeerings"}


def type_of(arm_id: str) -> str:
    """The type that an id tells: ``Microsoft.Network/virtualNetworks/subnets``."""
    parts = arm_id.split("/")
    last = max((index for index, part in enumerate(parts) if part.lower() == "providers"), default=-1)
    if last < 0:
        return "Microsoft.Resources/resourceGroups" if len(parts) == 5 else "Microsoft.Resources/subscriptions"
    return "/".join([parts[last + 1], *parts[last + 2 :: 2]])


class Holdings:
    """Subscriptions, groups and resources of an estate, by lower-case id."""

    def __init__(self, estate: EstateFile) -> None:
        self.subscriptions: dict[str, Subscription] = {item.id.lower(): item for item in estate.subscriptions}
        self.parents: dict[str, str] = {group.lower(): parent for group, parent in estate.management_groups.items()}
        self.resources: dict[str, Body] = {}
        self.groups: dict[str, Body] = {}
        self._of_subscription: dict[str, list[Body]] = {key: [] for key in self.subscriptions}
        for given in estate.resources:
            body = dict(given)
            body.setdefault("name", body["id"].rpartition("/")[2])
            body.setdefault("type", type_of(body["id"]))
            self._add(body)

    def _add(self, body: Body) -> None:
        parts = str(body["id"]).split("/")
        if len(parts) >= 5 and parts[3].lower() == "resourcegroups":
            group = "/".join(parts[:5])
            if len(parts) == 5:
                self.groups[group.lower()] = body
                return
            inferred = {
                "id": group,
                "name": parts[4],
                "type": "Microsoft.Resources/resourceGroups",
                "location": body.get("location", ""),
                "properties": {"provisioningState": "Succeeded"},
            }
            self.groups.setdefault(group.lower(), inferred)
        self.resources[str(body["id"]).lower()] = body
        self._of_subscription[parts[2].lower()].append(body)

    def hides(self, arm_id: str) -> bool:
        """Whether it lies in a subscription that the caller has no rights on: ARM does not even list that."""
        _, _, subscription, *_ = [*arm_id.lower().split("/"), "", "", ""]
        return subscription in self.subscriptions and not self.subscriptions[subscription].actions

    def ancestors(self, subscription: str) -> list[str]:
        """The management groups above a subscription, the nearest first."""
        found: list[str] = []
        group = self.subscriptions[subscription].management_group
        while group is not None and group not in found:
            found.append(group)
            group = self.parents.get(group.lower())
        return found

    def in_subscription(self, subscription: str) -> list[Body]:
        """Its resources in the order of the file."""
        return self._of_subscription[subscription.lower()]

    def groups_of(self, subscription: str) -> list[Body]:
        prefix = f"/subscriptions/{subscription.lower()}/"
        return [group for key, group in self.groups.items() if key.startswith(prefix)]

    def of_type(self, subscription: str, kind: str, group: str | None = None) -> list[Body]:
        """The resources of one type, in one resource group or in all."""
        prefix = f"/subscriptions/{subscription}/resourcegroups/{group}/".lower() if group is not None else "/"
        return [
            body
            for body in self.in_subscription(subscription)
            if str(body["type"]).lower() == kind.lower() and str(body["id"]).lower().startswith(prefix)
        ]

    def find(self, arm_id: str) -> Body | None:
        """The resource with this id, also a child that stands inline in its parent."""
        key = arm_id.lower()
        if key in self.resources:
            return self.resources[key]
        parent, _, name = key.rpartition("/")
        parent, _, kind = parent.rpartition("/")
        if kind not in _CHILDREN or parent not in self.resources:
            return None
        lists: Mapping[str, Any] = self.resources[parent].get("properties") or {}
        children = next((items for field, items in lists.items() if field.lower() == kind), None) or ()
        return next((child for child in children if str(child.get("name", "")).lower() == name), None)

    def top_level(self) -> Iterator[Body]:
        """What Resource Graph holds, over all subscriptions."""
        for subscription in self.subscriptions:
            yield from filter(is_top_level, self.in_subscription(subscription))


def is_top_level(body: Body) -> bool:
    """Whether ARM's generic list and Resource Graph show it: neither a child nor an extension such as a lock."""
    _, _, group, *rest = str(body["id"]).lower().lstrip("/").split("/")
    return group == "resourcegroups" and len(rest) == 5 and rest[2] != "microsoft.authorization"
