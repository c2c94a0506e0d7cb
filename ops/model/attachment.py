"""How an HSM hangs on the network: its NICs, and the subnets and VNets they are in.

NIC names are ``<hsm>_HSMHost1Nic``, ``<hsm>_HSMHost2Nic`` and ``<hsm>_HSMMgmtNic``, in the HSM's resource group; a
management NIC is there even when the HSM was requested without a management profile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ops.model import arm_id
from ops.model.estate import Estate, Hsm, NetworkProfile, Nic
from ops.model.fact import Absent, Gap
from ops.model.once import once

HOST_1, HOST_2, MANAGEMENT = "host NIC 1", "host NIC 2", "management NIC"
_SUFFIX = {HOST_1: "_HSMHost1Nic", HOST_2: "_HSMHost2Nic", MANAGEMENT: "_HSMMgmtNic"}


@dataclass(frozen=True, slots=True, kw_only=True)
class NicSlot:
    """A NIC that an HSM should have. ``key`` is the key of its id; ``named`` is false when that was made from the HSM's name."""

    role: str
    nic_id: str
    key: str
    named: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SubnetUse:
    """A subnet that one side of an HSM is in. ``side`` is ``host`` or ``management``."""

    side: str
    subnet_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """The NICs that an HSM should have; its subnets, and why others may be missing (empty = all are known)."""

    slots: tuple[NicSlot, NicSlot, NicSlot]
    subnets: tuple[SubnetUse, ...]
    untold: tuple[str, ...]


def nic_slots(hsm: Hsm) -> tuple[NicSlot, NicSlot, NicSlot]:
    """The three NICs that an HSM should have: by the id its profile names, else by name in its resource group."""
    host = _ids(hsm.host)
    management = _ids(hsm.management)
    first = _with_suffix(host, HOST_1)
    second = _with_suffix(host, HOST_2)
    rest = [nic for nic in host if nic not in (first, second)]
    if first is None and rest:
        first = rest.pop(0)
    if second is None and rest:
        second = rest.pop(0)
    return (
        _slot(hsm, HOST_1, first),
        _slot(hsm, HOST_2, second),
        _slot(hsm, MANAGEMENT, management[0] if management else None),
    )


def _ids(profile: NetworkProfile | Absent | None) -> list[str]:
    return [nic.nic_id for nic in profile.nics if nic.nic_id] if isinstance(profile, NetworkProfile) else []


def _with_suffix(ids: list[str], role: str) -> str | None:
    suffix = _SUFFIX[role].lower()
    return next((nic for nic in ids if nic[-len(suffix) :].lower() == suffix), None)


def _slot(hsm: Hsm, role: str, named: str | None) -> NicSlot:
    nic_id = named
    if nic_id is None:
        group = hsm.id[: hsm.id.lower().rfind("/providers/")]
        nic_id = f"{group}/providers/Microsoft.Network/networkInterfaces/{hsm.name}{_SUFFIX[role]}"
    return NicSlot(role=role, nic_id=nic_id, key=arm_id.key(nic_id), named=named is not None)


def attachment(hsm: Hsm, estate: Estate) -> Attachment:
    """The NICs of an HSM of the estate, and the subnets it is in, by its profiles and by its NICs."""
    return attachments(estate)[hsm.key]


@once
def attachments(estate: Estate) -> Mapping[str, Attachment]:
    """The attachment of every HSM, by its key."""
    return {key: _attachment(hsm, estate) for key, hsm in estate.hsms.items()}


def _attachment(hsm: Hsm, estate: Estate) -> Attachment:
    uses: dict[tuple[str, str], SubnetUse] = {}
    untold: list[str] = []

    def add(side: str, subnet_id: str) -> None:
        uses.setdefault((side, arm_id.key(subnet_id)), SubnetUse(side=side, subnet_id=subnet_id))

    named = set()
    for side, profile in (("host", hsm.host), ("management", hsm.management)):
        if isinstance(profile, NetworkProfile) and profile.subnet_id:
            add(side, profile.subnet_id)
            named.add(side)
    slots = nic_slots(hsm)
    for slot in slots:
        nic = estate.nics.get(slot.key)
        if isinstance(nic, Nic):
            side = "management" if slot.role == MANAGEMENT else "host"
            for subnet_id in nic.subnet_ids:
                add(side, subnet_id)
            if not nic.subnet_ids and side not in named:
                untold.append(f"{slot.role}: its subnet is not told")
        elif isinstance(nic, Gap):
            untold.append(f"{slot.role}: {nic.reason}")
    if hsm.gap is not None:
        untold.insert(0, hsm.gap.reason)
    return Attachment(slots=slots, subnets=tuple(uses.values()), untold=tuple(untold))


@once
def hsms_by_subnet(estate: Estate) -> Mapping[str, tuple[Hsm, ...]]:
    """The HSMs in each subnet, by the subnet's key."""
    found: dict[str, dict[str, Hsm]] = {}
    for hsm in estate.hsms.values():
        for use in attachment(hsm, estate).subnets:
            found.setdefault(arm_id.key(use.subnet_id), {})[hsm.key] = hsm
    return {subnet: tuple(hsms.values()) for subnet, hsms in found.items()}
