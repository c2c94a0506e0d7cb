"""What a sandbox holds, ready to be looked up by id in any case. Resource groups are inferred from the ids in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from ops.sandbox.errors import ArmError
from ops.sandbox.estate_values import EstateFile, Subscription
from ops.sandbox.merge_patch import merged
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
_CHILDREN = {"subnets": "subnets", "virtualnetworkpeerings": "virtualNetworkPeerings"}


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
        place = self._inline(key)
        name = key.rpartition("/")[2]
        children = place[2] if place else ()
        return next((child for child in children if str(child.get("name", "")).lower() == name), None)

    def _inline(self, key: str) -> tuple[Body, str, list[Body]] | None:
        """Where a child with this id stands or would stand: its parent, the name of the list, and the list."""
        parent, _, kind = key.rpartition("/")[0].rpartition("/")
        if kind not in _CHILDREN or parent not in self.resources:
            return None
        lists: Mapping[str, Any] = self.resources[parent].get("properties") or {}
        field, children = next((item for item in lists.items() if item[0].lower() == kind), (_CHILDREN[kind], None))
        return self.resources[parent], field, children or []

    def change(self, patch: Body) -> None:
        """Patches the resource with this id, also a child that stands inline in its parent; adds one that is not there."""
        arm_id = str(patch["id"])
        former = self.resources.get(arm_id.lower())
        if former is None and (place := self._inline(arm_id.lower())):
            parent, field, children = place
            known = self.find(arm_id)
            told = merged(known or {"name": arm_id.rpartition("/")[2]}, patch)
            kept = [told if child is known else child for child in children]
            self.change({"id": parent["id"], "properties": {field: kept if known else [*kept, told]}})
            return
        body = merged(former, patch if former is None else {**patch, "id": former["id"]})
        body.setdefault("name", arm_id.rpartition("/")[2])
        body.setdefault("type", type_of(arm_id))
        if former is None:
            self._add(body)
            return
        self.resources[arm_id.lower()] = body
        siblings = self._of_subscription[arm_id.lower().split("/")[2]]
        siblings[next(index for index, other in enumerate(siblings) if other is former)] = body

    def change_subscription(self, key: str, patch: Body) -> None:
        """Patches what the estate file says of a subscription, such as its features; registrations of providers are ARM's.

        Raises ``ArmError`` 400 for what cannot stand there.
        """
        known = self.subscriptions[key]
        try:
            told = merged(known.model_dump(by_alias=True), {**patch, "id": known.id})
            self.subscriptions[key] = Subscription.model_validate(told)
        except ValidationError as problem:
            raise ArmError(400, "InvalidRequestContent", str(problem)) from None

    def remove(self, arm_id: str) -> bool:
        """Takes a resource, or a child that stands inline in its parent, away; whether it was there."""
        found = self.find(arm_id)
        if found is None:
            return False
        if self.resources.pop(arm_id.lower(), None) is None and (place := self._inline(arm_id.lower())):
            parent, field, children = place
            left = [child for child in children if child is not found]
            self.change({"id": parent["id"], "properties": {field: left}})
            return True
        siblings = self._of_subscription[arm_id.lower().split("/")[2]]
        siblings[:] = [other for other in siblings if other is not found]
        return True

    def top_level(self) -> Iterator[Body]:
        """What Resource Graph holds, over all subscriptions."""
        for subscription in self.subscriptions:
            yield from filter(is_top_level, self.in_subscription(subscription))


def is_top_level(body: Body) -> bool:
    """Whether ARM's generic list and Resource Graph show it: neither a child nor an extension such as a lock."""
    _, _, *rest = str(body["id"]).lower().lstrip("/").split("/")
    return rest[:1] == ["resourcegroups"] and len(rest) == 6 and rest[3] != "microsoft.authorization"
