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

HSM_TYPE = "Microsoft.HardwareSecurityModules/dedicatedHSMs"
FASTPATH_FEATURE = "Microsoft.Network/FastPathEnabled"
DEDICATED_HSM_FEATURE = "Microsoft.HardwareSecurityModules/AzureDedicatedHsm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something that could not be read, and why: ``reason`` is ``"403 AuthorizationFailed"`` or a lower-case sentence."""

    subject: str
    what: str
    reason: str
    whole_subscription: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """Read, and there is none."""

    absent: Literal[True] = True


ABSENT = Absent()


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
    """

    id: str
    name: str
    gap: Gap | None = None
    features: Mapping[str, str | Absent | Gap] = field(default_factory=dict)
    zones: Mapping[str, Mapping[str, str]] | Gap | None = None


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
    ``management`` is ``Absent`` when the HSM was requested without a management profile.
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
class Nic:
    """A network interface of an HSM. ``subnet_ids`` and ``private_ips`` follow its IP configurations."""

    id: str
    name: str
    provisioning_state: str | None
    subnet_ids: tuple[str, ...]
    private_ips: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subnet:
    """A subnet. ``delegations`` holds the service names, in the case in which ARM sent them."""

    id: str
    name: str
    prefixes: tuple[str, ...]
    delegations: tuple[str, ...]
    network_security_group: str | Absent
    route_table: str | Absent

    @property
    def is_delegated_to_hsms(self) -> bool:
        return any(service.lower() == HSM_TYPE.lower() for service in self.delegations)


@dataclass(frozen=True, slots=True, kw_only=True)
class Peering:
    """One side of a VNet peering; ``remote_vnet_id`` is None when ARM did not name the other side."""

    name: str
    remote_vnet_id: str | None
    state: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vnet:
    """A virtual network with its subnets and its side of its peerings; None = ARM's answer did not hold the list."""

    id: str
    name: str
    location: str
    tags: Mapping[str, str]
    subnets: tuple[Subnet, ...] | None
    peerings: tuple[Peering, ...] | None

    def subnet(self, subnet_id: str) -> Subnet | Absent | None:
        """The subnet with this id; ``Absent`` if the list was read and does not hold it; None if there was no list."""
        if self.subnets is None:
            return None
        return next((subnet for subnet in self.subnets if arm_id.same(subnet.id, subnet_id)), ABSENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estate:
    """Everything the checks may look at. ``scope`` holds the ids of the subscriptions that were asked for or found.

    ``notes`` are sentences about how it was read (Resource Graph refused, ...); ``luna_hsms`` counts the HSMs of the
    same ARM type that are not payment HSMs; ``requests`` counts what was sent to Azure.
    ``narrowed``: only some of the visible subscriptions were asked for, so a pool may have members elsewhere.
    """

    observed_at: datetime
    source: Source
    scope: tuple[str, ...]
    subscriptions: Mapping[str, Subscription]
    hsms: Mapping[str, Hsm]
    nics: Mapping[str, Nic | Absent | Gap] = field(default_factory=dict)
    vnets: Mapping[str, Vnet | Absent | Gap] = field(default_factory=dict)
    luna_hsms: int = 0
    notes: tuple[str, ...] = ()
    requests: int = 0
    narrowed: bool = False

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """All that could not be read."""
        return tuple(self._walk_gaps())

    def _walk_gaps(self) -> Iterator[Gap]:
        for subscription in self.subscriptions.values():
            for fact in (subscription.gap, *subscription.features.values(), subscription.zones):
                if isinstance(fact, Gap):
                    yield fact
        yield from (hsm.gap for hsm in self.hsms.values() if hsm.gap is not None)
        yield from (nic for nic in self.nics.values() if isinstance(nic, Gap))
        yield from (vnet for vnet in self.vnets.values() if isinstance(vnet, Gap))
