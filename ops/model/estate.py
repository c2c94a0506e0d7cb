"""The estate: what was read from Azure at one moment.

Three states of a fact are kept apart: a value; ``Absent`` (read, and there is none); and not read, which is a ``Gap``
with its reason, or ``None`` where the reason stands with the object that holds the fact.
All mappings are keyed by the lower-case id (``arm_id.key``); subscription keys are the bare lower-case GUID.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from ops.model import arm_id
from ops.model.cluster import Cluster
from ops.model.fact import ABSENT, Absent, Gap
from ops.model.surroundings import Gateway, LoadBalancer, Lock, NatGateway, RouteTable

HSM_TYPE = "Microsoft.HardwareSecurityModules/dedicatedHSMs"
FASTPATH_FEATURE = "Microsoft.Network/FastPathEnabled"
DEDICATED_HSM_FEATURE = "Microsoft.HardwareSecurityModules/AzureDedicatedHsm"
HSM_PROVIDER = "Microsoft.HardwareSecurityModules"
NETWORK_PROVIDER = "Microsoft.Network"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where an estate comes from; ``name`` is the cloud's host, the sandbox's name or the snapshot's file.

    ``original`` is where the estate in a snapshot was read from; None for what is no snapshot.
    """

    kind: Literal["azure", "sandbox", "snapshot"]
    name: str
    original: Source | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A subscription that is in scope, or that holds a VNet peered with an HSM VNet.

    ``features``: state by ``Namespace/Feature``, as ARM spells it (``Registered``, ``Pending``, ``NotRegistered``, ...).
    ``zones``: physical zone by logical zone by region (``{"centralus": {"1": "centralus-az3"}}``); None = not asked for.
    Where it holds an HSM: ``providers``, registration state by namespace, as ARM spells it; ``locks``, all of the
    subscription, its groups and its resources; ``may_open_tickets``, whether the reader's roles allow it;
    ``support_plan``, as its latest ticket names it.
    """

    id: str
    name: str
    gap: Gap | None = None
    features: Mapping[str, str | Absent | Gap] = field(default_factory=dict)
    zones: Mapping[str, Mapping[str, str]] | Gap | None = None
    providers: Mapping[str, str | Gap] = field(default_factory=dict)
    locks: tuple[Lock, ...] | Gap | None = None
    may_open_tickets: bool | Gap | None = None
    support_plan: str | Absent | Gap | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileNic:
    """A NIC as an HSM's own network profile names it; before the NIC exists there is only the address."""

    nic_id: str | None
    private_ip: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkProfile:
    """The host or the management side of an HSM, as the HSM resource describes it."""

    subnet_id: str | None
    nics: tuple[ProfileNic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hsm:
    """A payShield 10K. What only ARM's full answer tells is None while ``gap`` says why it was not read.

    ``location`` is the region id (``eastus``). ``stamp`` and ``zones`` are ``Absent`` when ARM names none.
    ``management`` is ``Absent`` when the HSM was requested without a management profile. ``request_id`` is Azure's id of
    the request that read it, for Microsoft to look up.
    """

    id: str
    name: str
    location: str
    sku: str
    tags: Mapping[str, str]
    gap: Gap | None = None
    provisioning_state: str | None = None
    status_message: str | None = None
    stamp: str | Absent | None = None
    zones: tuple[str, ...] | Absent | None = None
    host: NetworkProfile | Absent | None = None
    management: NetworkProfile | Absent | None = None
    created_at: datetime | None = None
    last_modified_at: datetime | None = None
    request_id: str | None = field(default=None, compare=False)

    @property
    def key(self) -> str:
        return arm_id.key(self.id)

    @property
    def subscription(self) -> str:
        return arm_id.subscription(self.id)

    def is_in_state(self, state: str) -> bool:
        """Whether the provisioning state is known and is ``state`` (any case)."""
        return self.provisioning_state is not None and self.provisioning_state.lower() == state.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class LunaHsm:
    """An HSM of the same ARM type that is no payment HSM. Nothing of it is judged."""

    id: str
    name: str
    sku: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Nic:
    """A network interface of an HSM. ``subnet_ids`` and ``private_ips`` follow its IP configurations."""

    id: str
    name: str
    provisioning_state: str | None
    subnet_ids: tuple[str, ...]
    private_ips: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subnet:
    """A subnet. ``delegations`` holds the service names, in the case in which ARM sent them.

    ``gateways`` are the ids of the VNet gateways in it, ``private_endpoints`` those of the private endpoints in it.
    """

    id: str
    name: str
    prefixes: tuple[str, ...]
    delegations: tuple[str, ...]
    network_security_group: str | Absent
    route_table: str | Absent
    nat_gateway: str | Absent | None = None
    gateways: tuple[str, ...] | None = None
    private_endpoints: tuple[str, ...] | None = None

    @property
    def is_delegated_to_hsms(self) -> bool:
        return any(service.lower() == HSM_TYPE.lower() for service in self.delegations)


@dataclass(frozen=True, slots=True, kw_only=True)
class Peering:
    """One side of a VNet peering; ``remote_vnet_id`` is None when ARM did not name the other side.

    ``sync_level`` tells whether the address spaces agree: ``FullyInSync``, ``RemoteNotInSync``, ... as ARM spells it.
    """

    name: str
    remote_vnet_id: str | None
    state: str | None
    sync_level: str | None = None
    allows_access: bool | None = None
    uses_remote_gateways: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vnet:
    """A virtual network with its subnets and its side of its peerings; None = ARM's answer did not hold the list.

    ``prefixes`` are those of its address space.
    """

    id: str
    name: str
    location: str
    tags: Mapping[str, str]
    subnets: tuple[Subnet, ...] | None
    peerings: tuple[Peering, ...] | None
    prefixes: tuple[str, ...] | None = None

    def subnet(self, subnet_id: str) -> Subnet | Absent | None:
        """The subnet with this id; ``Absent`` if the list was read and does not hold it; None if there was no list."""
        if self.subnets is None:
            return None
        return next((subnet for subnet in self.subnets if arm_id.same(subnet.id, subnet_id)), ABSENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """A delete of an HSM that the activity log holds, of 90 days at most. ``by`` is untrusted text, ``""`` if not told."""

    hsm_id: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What an HSM answered over the network. ``answers``: by role of the NIC (``host NIC 1``); ``firmware`` as it says it."""

    at: datetime
    answers: Mapping[str, bool]
    firmware: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estate:
    """Everything the checks may look at. ``scope`` holds the ids of the subscriptions that were asked for or found.

    ``notes`` are sentences about how it was read (Resource Graph refused, ...); ``lunas`` are the HSMs of the same ARM
    type that are not payment HSMs; ``requests`` counts what was sent to Azure.
    ``narrowed``: only some of the visible subscriptions were asked for, so a pool may have members elsewhere.

    ``gateways``, ``route_tables`` and ``nat_gateways`` are those that the subnets of HSM VNets, their peers and the
    declared client subnets name. ``load_balancers`` (by subscription) are read where HSM VNets are, ``deletions`` (by
    subscription) where an expected HSM is missing. ``has_support_service``: whether tickets about payment HSMs can be
    opened at all. ``probes`` is empty until somebody probes.
    """

    observed_at: datetime
    source: Source
    scope: tuple[str, ...]
    subscriptions: Mapping[str, Subscription]
    hsms: Mapping[str, Hsm]
    nics: Mapping[str, Nic | Absent | Gap] = field(default_factory=dict)
    vnets: Mapping[str, Vnet | Absent | Gap] = field(default_factory=dict)
    gateways: Mapping[str, Gateway | Absent | Gap] = field(default_factory=dict)
    route_tables: Mapping[str, RouteTable | Absent | Gap] = field(default_factory=dict)
    nat_gateways: Mapping[str, NatGateway | Absent | Gap] = field(default_factory=dict)
    load_balancers: Mapping[str, tuple[LoadBalancer, ...] | Gap] = field(default_factory=dict)
    deletions: Mapping[str, tuple[Deletion, ...] | Gap] = field(default_factory=dict)
    clusters: Mapping[str, Cluster] = field(default_factory=dict)
    probes: Mapping[str, Probe] = field(default_factory=dict)
    has_support_service: bool | Gap | None = None
    lunas: Mapping[str, LunaHsm] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    requests: int = 0
    narrowed: bool = False

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """All that could not be read."""
        return tuple(self._walk_gaps())

    def _walk_gaps(self) -> Iterator[Gap]:
        for subscription in self.subscriptions.values():
            yield from _gaps(subscription.gap, *subscription.features.values(), subscription.zones)
            yield from _gaps(*subscription.providers.values(), subscription.locks)
            yield from _gaps(subscription.may_open_tickets, subscription.support_plan)
        yield from _gaps(*(hsm.gap for hsm in self.hsms.values()), *self.nics.values(), *self.vnets.values())
        yield from _gaps(*self.gateways.values(), *self.route_tables.values(), *self.nat_gateways.values())
        yield from _gaps(*self.load_balancers.values(), *self.deletions.values())
        yield from _gaps(*(cluster.gap for cluster in self.clusters.values()), self.has_support_service)


def _gaps(*facts: object) -> Iterator[Gap]:
    return (fact for fact in facts if isinstance(fact, Gap))
