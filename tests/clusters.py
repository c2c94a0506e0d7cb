"""Payment HSM clusters for tests, each correct unless a test says otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from ops.model.cluster import CLUSTER_TYPE, Cluster, ClusterNode, EndpointConnection
from ops.model.estate import Estate
from ops.model.fact import Gap
from tests.build import NOW, SUB_1, estate, group


def node(name: str = "phsm1", state: str | None = "Started", message: str | None = None) -> ClusterNode:
    return ClusterNode(name=name, state=state, message=message)


def nodes(*states: str | None) -> tuple[ClusterNode, ...]:
    """Nodes in these states, named phsm1, phsm2, ..."""
    return tuple(node(f"phsm{number}", state) for number, state in enumerate(states, 1))


def endpoint(*groups: str, name: str = "", status: str | None = "Approved", **changes: Any) -> EndpointConnection:
    """An approved connection for these groups, named ``pe-`` and the first of them."""
    facts: dict[str, Any] = {"provisioning_state": "Succeeded"} | changes
    return EndpointConnection(name=name or f"pe-{groups[0]}", groups=groups, status=status, **facts)


def cluster(name: str = "cluster1", *, subscription: str = SUB_1, **changes: Any) -> Cluster:
    """A cluster that is provisioned and activated, with three nodes up and both private endpoints approved."""
    facts: dict[str, Any] = {
        "id": f"{group(subscription)}/providers/{CLUSTER_TYPE}/{name}",
        "name": name,
        "location": "westeurope",
        "sku": "Standard_B1v2",
        "provisioning_state": "Succeeded",
        "status_message": "HSM cluster provisioning successful.",
        "activation_state": "Active",
        "nodes": nodes("Started", "Started", "Started"),
        "endpoints": (endpoint("application"), endpoint("management")),
        "last_modified_at": NOW - timedelta(days=30),
    }
    return Cluster(**(facts | changes))


def unread_cluster(name: str = "cluster1", *, reason: str = "403 AuthorizationFailed") -> Cluster:
    """A cluster that is known from a list, but whose own answer was not read."""
    whole = cluster(name)
    gap = Gap(subject=whole.id, what="payment HSM cluster", reason=reason)
    return Cluster(id=whole.id, name=name, location=whole.location, sku=whole.sku, gap=gap)


def estate_of(*clusters: Cluster) -> Estate:
    """An estate of these clusters and nothing else."""
    return replace(estate(), clusters={one.key: one for one in clusters})
