"""ARM's JSON of subscriptions and HSMs as values of the model. Pure.

Tolerant of what Azure is known to vary: ``id`` or ``resourceId``, the case of any key, null for an empty list, a missing
SKU. Strict where a guess would hide something: an answer that is no object, or a resource without its properties, is a
WireProblem.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ops.adapters.wire_value import (
    Body,
    WireProblem,
    as_object,
    id_of,
    list_of,
    moment,
    object_of,
    objects_of,
    properties_of,
    tags_of,
    text_of,
    value_of,
)
from ops.model import arm_id
from ops.model.diagnosis import Grant
from ops.model.estate import HSM_TYPE, Hsm, LunaHsm, NetworkProfile, ProfileNic
from ops.model.fact import ABSENT, Absent, Gap
from ops.model.pool import region_id

_HSM_ID = re.compile(rf"/subscriptions/[^/?#]+/resourcegroups/[^/?#]+/providers/{HSM_TYPE}/[^/?#]+", re.IGNORECASE)


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


def luna(one: ListedHsm | Hsm) -> LunaHsm:
    """What is kept of a Luna network HSM."""
    return LunaHsm(id=one.id, name=one.name, sku=one.sku)


def listed_hsm(item: object) -> ListedHsm:
    """An element of ARM's generic list, or a row of Resource Graph."""
    body = as_object(item)
    hsm_id = text_of(body, "id")
    if hsm_id is None or not _HSM_ID.fullmatch(hsm_id):
        raise WireProblem("a list names something that is no HSM id")
    return ListedHsm(
        id=hsm_id,
        name=text_of(body, "name") or arm_id.name(hsm_id),
        location=region_id(text_of(body, "location") or ""),
        sku=text_of(object_of(body, "sku"), "name") or "",
        tags=tags_of(body),
    )


def hsm(answer: object, listed: ListedHsm) -> Hsm:
    """An HSM from its full answer; what that leaves out of the envelope is taken from the list."""
    body = as_object(answer)
    properties = properties_of(body)
    system = object_of(body, "systemData")
    return Hsm(
        id=listed.id,
        name=text_of(body, "name") or listed.name,
        location=region_id(text_of(body, "location") or listed.location),
        sku=text_of(object_of(body, "sku"), "name") or listed.sku,
        tags=tags_of(body) if value_of(body, "tags") is not None else listed.tags,
        provisioning_state=text_of(properties, "provisioningState"),
        status_message=text_of(properties, "statusMessage"),
        stamp=text_of(properties, "stampId") or ABSENT,
        zones=tuple(str(zone) for zone in list_of(body, "zones") if zone is not None) or ABSENT,
        host=_profile(properties, "networkProfile"),
        management=_profile(properties, "managementNetworkProfile"),
        created_at=moment(value_of(system, "createdAt")),
        last_modified_at=moment(value_of(system, "lastModifiedAt")),
    )


def _profile(properties: Body, name: str) -> NetworkProfile | Absent:
    profile = object_of(properties, name)
    if not profile:
        return ABSENT
    nics = tuple(
        ProfileNic(nic_id=id_of(nic), private_ip=text_of(nic, "privateIpAddress"))
        for nic in objects_of(profile, "networkInterfaces")
    )
    return NetworkProfile(subnet_id=id_of(object_of(profile, "subnet")), nics=nics)


def feature_state(answer: object) -> str:
    """The state of a feature registration, as ARM spells it."""
    state = text_of(properties_of(as_object(answer)), "state")
    if state is None:
        raise WireProblem("the answer names no state")
    return state


def registration(answer: object) -> str:
    """Whether a resource provider is registered, as ARM spells it."""
    state = text_of(as_object(answer), "registrationState")
    if state is None:
        raise WireProblem("the answer names no registration state")
    return state


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedSubscription:
    """A subscription as a list names it. ``id`` is in lower case; ``state`` as ARM spells it, ``""`` if it told none."""

    id: str
    name: str
    state: str = ""


def subscription(answer: object) -> ListedSubscription:
    """A subscription, from its own answer, a list, or a row of Resource Graph."""
    body = as_object(answer)
    subscription_id = (text_of(body, "subscriptionId") or arm_id.subscription(text_of(body, "id") or "")).lower()
    if not subscription_id:
        raise WireProblem("a list names a subscription without an id")
    name = text_of(body, "displayName") or text_of(body, "name") or subscription_id
    return ListedSubscription(id=subscription_id, name=name, state=text_of(body, "state") or "")


def descendants(answer: object) -> list[ListedSubscription]:
    """The subscriptions on one page of what lies below a management group.

    https://learn.microsoft.com/rest/api/managementgroups/management-groups/get-descendants
    """
    found: list[ListedSubscription] = []
    for item in objects_of(as_object(answer), "value"):
        one = text_of(item, "id") or ""
        if arm_id.subscription(one):
            name = text_of(object_of(item, "properties"), "displayName")
            found.append(ListedSubscription(id=arm_id.subscription(one), name=name or arm_id.subscription(one)))
        elif not arm_id.segment(one, "managementGroups"):
            raise WireProblem("a management group names something that is neither a subscription nor a group")
    return found


def grants(answer: object) -> list[Grant]:
    """One page of what the roles of the caller allow."""
    return [
        Grant(
            actions=tuple(map(str, list_of(item, "actions"))), not_actions=tuple(map(str, list_of(item, "notActions")))
        )
        for item in objects_of(as_object(answer), "value")
    ]


def next_link(answer: object) -> str | None:
    """Where the next page of a list is; None = this was the last."""
    return text_of(as_object(answer), "nextLink")


def zone_mappings(locations: list[object]) -> Mapping[str, Mapping[str, str]]:
    """Physical zone by logical zone by region, for the regions that have zones."""
    found: dict[str, Mapping[str, str]] = {}
    for location in locations:
        body = as_object(location)
        pairs = {
            text_of(item, "logicalZone") or "": text_of(item, "physicalZone") or ""
            for item in objects_of(body, "availabilityZoneMappings")
        }
        zones = {logical: physical for logical, physical in pairs.items() if logical and physical}
        if zones:
            found[region_id(text_of(body, "name") or "")] = zones
    return found
