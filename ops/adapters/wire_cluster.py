"""ARM's JSON of payment HSM clusters as values of the model. Pure.

https://github.com/Azure/azure-rest-api-specs, PaymentHsmCluster.tsp, version 2025-12-01-preview.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ops.adapters.wire_value import (
    Body,
    as_object,
    holds,
    id_of,
    list_of,
    moment,
    object_of,
    objects_of,
    properties_of,
    text_of,
    value_of,
)
from ops.model import arm_id
from ops.model.cluster import CLUSTER_TYPE, Cluster, ClusterNode, EndpointConnection
from ops.model.fact import Gap
from ops.model.pool import region_id

_CLUSTER_ID = re.compile(
    rf"/subscriptions/[^/?#]+/resourcegroups/[^/?#]+/providers/{CLUSTER_TYPE}/[^/?#]+", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCluster:
    """A cluster as a list names it: without its properties."""

    id: str
    name: str
    location: str
    sku: str

    @property
    def key(self) -> str:
        return arm_id.key(self.id)

    def unread(self, reason: str) -> Cluster:
        """This cluster with only what the list told."""
        gap = Gap(subject=self.id, what="payment HSM cluster", reason=reason)
        return Cluster(id=self.id, name=self.name, location=self.location, sku=self.sku, gap=gap)


def listed_cluster(item: object) -> ListedCluster | None:
    """An element of ARM's generic list, or a row of Resource Graph; None where it is no cluster."""
    body = as_object(item)
    cluster_id = text_of(body, "id")
    if cluster_id is None or not _CLUSTER_ID.fullmatch(cluster_id):
        return None
    return ListedCluster(
        id=cluster_id,
        name=text_of(body, "name") or arm_id.name(cluster_id),
        location=region_id(text_of(body, "location") or ""),
        sku=text_of(object_of(body, "sku"), "name") or "",
    )


def cluster(answer: object, listed: ListedCluster) -> Cluster:
    """A cluster from its full answer. Its nodes and endpoints are None where the answer does not hold the list.

    Of endpoints null is a list too: so the specification's examples write that there are none.
    """
    body = as_object(answer)
    properties = properties_of(body)
    nodes: tuple[ClusterNode, ...] | None = None
    if value_of(properties, "hsms") is not None:
        nodes = _nodes(list(objects_of(properties, "hsms")))
    endpoints: tuple[EndpointConnection, ...] | None = None
    if holds(properties, "privateEndpointConnections"):
        endpoints = _endpoints(objects_of(properties, "privateEndpointConnections"))
    return Cluster(
        id=listed.id,
        name=text_of(body, "name") or listed.name,
        location=region_id(text_of(body, "location") or listed.location),
        sku=text_of(object_of(body, "sku"), "name") or listed.sku,
        provisioning_state=text_of(properties, "provisioningState"),
        status_message=text_of(properties, "statusMessage"),
        activation_state=text_of(properties, "activationState"),
        nodes=nodes,
        endpoints=endpoints,
        last_modified_at=moment(value_of(object_of(body, "systemData"), "lastModifiedAt")),
    )


def _nodes(bodies: list[Body]) -> tuple[ClusterNode, ...]:
    """Named by the first label of their host name; by their place where that does not tell them apart."""
    labels = [(text_of(body, "appFqdn") or "").partition(".")[0] for body in bodies]
    uses = Counter(label.lower() for label in labels)
    return tuple(
        ClusterNode(
            name=label if label and uses[label.lower()] == 1 else f"node {place}",
            state=text_of(body, "state"),
            message=text_of(body, "stateMessage"),
        )
        for place, (body, label) in enumerate(zip(bodies, labels, strict=True), start=1)
    )


def _endpoints(bodies: Iterable[Body]) -> tuple[EndpointConnection, ...]:
    found = []
    for body in bodies:
        properties = properties_of(body)
        found.append(
            EndpointConnection(
                name=text_of(body, "name") or arm_id.name(id_of(body) or ""),
                groups=tuple(map(str, list_of(properties, "groupIds"))),
                status=text_of(object_of(properties, "privateLinkServiceConnectionState"), "status"),
                provisioning_state=text_of(properties, "provisioningState"),
            )
        )
    return tuple(found)
