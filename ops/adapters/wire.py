"""ARM's JSON as values of the model. Pure.

Tolerant of what Azure is known to vary: ``id`` or ``resourceId``, the case of any key, null for an empty list,
``addressPrefix`` or ``addressPrefixes``, a missing SKU. Strict where a guess would hide something: an answer that is
no object, or a resource without its properties, is a WireProblem.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ops.model import arm_id
from ops.model.diagnosis import Grant
from ops.model.estate import (
    ABSENT,
    HSM_TYPE,
    Absent,
    Gap,
    Hsm,
    NetworkProfile,
    Nic,
    Peering,
    ProfileNic,
    Subnet,
    Vnet,
)
from ops.model.pool import region_id

_HSM_ID = re.compile(rf"/subscriptions/[^/?#]+/resourcegroups/[^/?#]+/providers/{HSM_TYPE}/[^/?#]+", re.IGNORECASE)


class WireProblem(ValueError):
    """An answer that does not say what it should. The message is a short lower-case sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedHsm:
    """An HSM as a list names it: without its properties."""

    id: str
    name: str
    location: str
    sku: str
    tags: Mapping[str, str]

    @property
    def key(self) -> str:
        return arm_id.key(self.id)

    def unread(self, reason: str) -> Hsm:
        """This HSM with only what the list told."""
        gap = Gap(subject=self.id, what="payment HSM", reason=reason)
        return Hsm(id=self.id, name=self.name, location=self.location, sku=self.sku, tags=self.tags, gap=gap)


def is_luna(sku: str) -> bool:
    """Whether it is the SKU of a Luna network HSM: the same ARM type, but no payment HSM."""
    return "luna" in sku.lower()


def listed_hsm(item: object) -> ListedHsm:
    """An element of ARM's generic list, or a row of Resource Graph."""
    body = _object(item)
    hsm_id = _text(body, "id")
    if hsm_id is None or not _HSM_ID.fullmatch(hsm_id):
        raise WireProblem("a list names something that is no HSM id")
    return ListedHsm(
        id=hsm_id,
        name=_text(body, "name") or arm_id.name(hsm_id),
        location=region_id(_text(body, "location") or ""),
        sku=_text(_optional_object(body, "sku"), "name") or "",
        tags=_tags(body),
    )


def hsm(answer: object, listed: ListedHsm) -> Hsm:
    """An HSM from its full answer; what that leaves out of the envelope is taken from the list."""
    body = _object(answer)
    properties = _properties(body)
    system = _optional_object(body, "systemData")
    return Hsm(
        id=listed.id,
        name=_text(body, "name") or listed.name,
        location=region_id(_text(body, "location") or listed.location),
        sku=_text(_optional_object(body, "sku"), "name") or listed.sku,
        tags=_tags(body),
        provisioning_state=_text(properties, "provisioningState"),
        status_message=_text(properties, "statusMessage"),
        stamp=_text(properties, "stampId") or ABSENT,
        zones=tuple(str(zone) for zone in _list(body, "zones")) or ABSENT,
        host=_profile(properties, "networkProfile"),
        management=_profile(properties, "managementNetworkProfile"),
        created_at=_moment(_value(system, "createdAt")),
        last_modified_at=_moment(_value(system, "lastModifiedAt")),
    )


def _profile(properties: Mapping[str, object], name: str) -> NetworkProfile | Absent:
    profile = _optional_object(properties, name)
    if not profile:
        return ABSENT
    nics = tuple(
        ProfileNic(nic_id=_id(nic), private_ip=_text(nic, "privateIpAddress"))
        for nic in _objects(profile, "networkInterfaces")
    )
    return NetworkProfile(subnet_id=_id(_optional_object(profile, "subnet")), nics=nics)


def nic(answer: object, nic_id: str) -> Nic:
    """A network interface."""
    body = _object(answer)
    properties = _properties(body)
    configurations = [
        _optional_object(configuration, "properties") for configuration in _objects(properties, "ipConfigurations")
    ]
    subnets = [_id(_optional_object(configuration, "subnet")) for configuration in configurations]
    addresses = [_text(configuration, "privateIPAddress") for configuration in configurations]
    return Nic(
        id=nic_id,
        name=_text(body, "name") or arm_id.name(nic_id),
        provisioning_state=_text(properties, "provisioningState"),
        subnet_ids=tuple(subnet for subnet in subnets if subnet),
        private_ips=tuple(address for address in addresses if address),
    )


def vnet(answer: object, vnet_id: str) -> Vnet:
    """A virtual network; ``subnets`` and ``peerings`` are None when the answer does not hold the list."""
    body = _object(answer)
    properties = _properties(body)
    subnets: tuple[Subnet, ...] | None = None
    if _value(properties, "subnets") is not None:
        subnets = tuple(_subnet(item, vnet_id) for item in _objects(properties, "subnets"))
    peerings: tuple[Peering, ...] | None = None
    if _value(properties, "virtualNetworkPeerings") is not None:
        peerings = tuple(_peering(item) for item in _objects(properties, "virtualNetworkPeerings"))
    return Vnet(
        id=vnet_id,
        name=_text(body, "name") or arm_id.name(vnet_id),
        location=region_id(_text(body, "location") or ""),
        tags=_tags(body),
        subnets=subnets,
        peerings=peerings,
    )


def _subnet(body: Mapping[str, object], vnet_id: str) -> Subnet:
    properties = _properties(body)
    name = _text(body, "name") or arm_id.name(_id(body) or "")
    prefixes = [_text(properties, "addressPrefix"), *(str(item) for item in _list(properties, "addressPrefixes"))]
    services = [
        _text(_optional_object(delegation, "properties"), "serviceName")
        for delegation in _objects(properties, "delegations")
    ]
    return Subnet(
        id=_id(body) or f"{vnet_id}/subnets/{name}",
        name=name,
        prefixes=tuple(dict.fromkeys(prefix for prefix in prefixes if prefix)),
        delegations=tuple(service for service in services if service),
        network_security_group=_attached(properties, "networkSecurityGroup"),
        route_table=_attached(properties, "routeTable"),
    )


def _attached(properties: Mapping[str, object], name: str) -> str | Absent:
    if _value(properties, name) is None:
        return ABSENT
    return _id(_optional_object(properties, name)) or "(without an id)"


def _peering(body: Mapping[str, object]) -> Peering:
    properties = _optional_object(body, "properties")
    return Peering(
        name=_text(body, "name") or arm_id.name(_id(body) or ""),
        remote_vnet_id=_id(_optional_object(properties, "remoteVirtualNetwork")),
        state=_text(properties, "peeringState"),
    )


def feature_state(answer: object) -> str:
    """The state of a feature registration, as ARM spells it."""
    state = _text(_properties(_object(answer)), "state")
    if state is None:
        raise WireProblem("the answer names no state")
    return state


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedSubscription:
    """A subscription as a list names it. ``id`` is in lower case; ``state`` as ARM spells it, ``""`` if it told none."""

    id: str
    name: str
    state: str = ""


def subscription(answer: object) -> ListedSubscription:
    """A subscription, from its own answer, a list, or a row of Resource Graph."""
    body = _object(answer)
    subscription_id = (_text(body, "subscriptionId") or arm_id.subscription(_text(body, "id") or "")).lower()
    if not subscription_id:
        raise WireProblem("a list names a subscription without an id")
    name = _text(body, "displayName") or _text(body, "name") or subscription_id
    return ListedSubscription(id=subscription_id, name=name, state=_text(body, "state") or "")


def descendants(answer: object) -> list[ListedSubscription]:
    """The subscriptions on one page of what lies below a management group.

    https://learn.microsoft.com/rest/api/managementgroups/management-groups/get-descendants
    """
    found: list[ListedSubscription] = []
    for item in _objects(_object(answer), "value"):
        one = _text(item, "id") or ""
        if arm_id.subscription(one):
            name = _text(_optional_object(item, "properties"), "displayName")
            found.append(ListedSubscription(id=arm_id.subscription(one), name=name or arm_id.subscription(one)))
        elif not arm_id.segment(one, "managementGroups"):
            raise WireProblem("a management group names something that is neither a subscription nor a group")
    return found


def grants(answer: object) -> list[Grant]:
    """One page of what the roles of the caller allow."""
    return [
        Grant(actions=tuple(map(str, _list(item, "actions"))), not_actions=tuple(map(str, _list(item, "notActions"))))
        for item in _objects(_object(answer), "value")
    ]


def next_link(answer: object) -> str | None:
    """Where the next page of a list is; None = this was the last."""
    return _text(_object(answer), "nextLink")


def zone_mappings(locations: list[object]) -> Mapping[str, Mapping[str, str]]:
    """Physical zone by logical zone by region, for the regions that have zones."""
    found: dict[str, Mapping[str, str]] = {}
    for location in locations:
        body = _object(location)
        pairs = {
            _text(item, "logicalZone") or "": _text(item, "physicalZone") or ""
            for item in _objects(body, "availabilityZoneMappings")
        }
        zones = {logical: physical for logical, physical in pairs.items() if logical and physical}
        if zones:
            found[region_id(_text(body, "name") or "")] = zones
    return found


def _object(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise WireProblem("the answer is not an object")
    return value


def _properties(body: Mapping[str, object]) -> Mapping[str, object]:
    properties = _value(body, "properties")
    if not isinstance(properties, Mapping):
        raise WireProblem("the answer has no properties")
    return properties


def _value(body: Mapping[str, object], name: str) -> object:
    """The value of a key in any case; Azure writes both ``privateIpAddress`` and ``privateIPAddress``."""
    if name in body:
        return body[name]
    return next((value for key, value in body.items() if key.lower() == name.lower()), None)


def _optional_object(body: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = _value(body, name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise WireProblem(f"{name} is not an object")
    return value


def _list(body: Mapping[str, object], name: str) -> list[Any]:
    value = _value(body, name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise WireProblem(f"{name} is not a list")
    return value


def _objects(body: Mapping[str, object], name: str) -> Iterator[Mapping[str, object]]:
    return (_object(item) for item in _list(body, name))


def _text(body: Mapping[str, object], name: str) -> str | None:
    value = _value(body, name)
    return None if value is None or value == "" or isinstance(value, (Mapping, list)) else str(value)


def _id(body: Mapping[str, object]) -> str | None:
    return _text(body, "id") or _text(body, "resourceId")


def _tags(body: Mapping[str, object]) -> Mapping[str, str]:
    return {str(tag): "" if value is None else str(value) for tag, value in _optional_object(body, "tags").items()}


def _moment(value: object) -> datetime | None:
    """A timestamp, with up to seven fractional digits; None when it cannot be read."""
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        return None
    if moment.year == 1:  # .NET's way to say that there is none
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
