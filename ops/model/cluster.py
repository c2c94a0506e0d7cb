"""Payment HSM clusters, the second generation: other hardware behind private endpoints, without NICs and stamps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ops.model import arm_id
from ops.model.fact import Gap

CLUSTER_TYPE = "Microsoft.HardwareSecurityModules/paymentHsmClusters"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterNode:
    """One HSM of a cluster. ``state``: ``Started``, ``Running``, ``Updating``, ... as ARM spells it; None = not told."""

    name: str
    state: str | None
    message: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointConnection:
    """A private endpoint connection. ``groups``: ``application``, ``management``. ``status``: ``Approved``, ``Pending``, ..."""

    name: str
    groups: tuple[str, ...]
    status: str | None
    provisioning_state: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A payment HSM cluster; what only ARM's full answer tells is None while ``gap`` says why it was not read."""

    id: str
    name: str
    location: str
    sku: str
    gap: Gap | None = None
    provisioning_state: str | None = None
    status_message: str | None = None
    activation_state: str | None = None
    nodes: tuple[ClusterNode, ...] | None = None
    endpoints: tuple[EndpointConnection, ...] | None = None
    last_modified_at: datetime | None = None

    @property
    def key(self) -> str:
        return arm_id.key(self.id)

    @property
    def subscription(self) -> str:
        return arm_id.subscription(self.id)
