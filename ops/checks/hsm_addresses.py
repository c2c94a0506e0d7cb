"""The IPv4 addresses that HSMs have in one VNet, by their NICs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address

from ops.model import arm_id
from ops.model.attachment import attachment
from ops.model.estate import Estate, Nic
from ops.model.fact import Absent
from ops.model.untrusted import one_line


@dataclass(frozen=True, slots=True, kw_only=True)
class HsmAddresses:
    """The known ones, sorted, and why there may be others (``""`` = all are known)."""

    known: tuple[IPv4Address, ...]
    untold: str


def hsm_addresses(hsms: Iterable[str], vnet_id: str, estate: Estate) -> HsmAddresses:
    """The addresses of these HSMs (keys) in the VNet. A NIC that does not tell its subnet may be in it."""
    vnet = arm_id.key(vnet_id)
    known: set[IPv4Address] = set()
    untold = ""
    for hsm in (estate.hsms[key] for key in hsms):
        for slot in attachment(hsm, estate).slots:
            nic = estate.nics.get(slot.key)
            if isinstance(nic, Absent) or (isinstance(nic, Nic) and _is_elsewhere(nic, vnet)):
                continue
            texts = nic.private_ips if isinstance(nic, Nic) else ()
            addresses = [address for text in texts if (address := _ipv4(text))]
            known.update(addresses)
            if not addresses:
                untold = f"the address of the {slot.role} of {one_line(hsm.name, 80)} is not told"
    return HsmAddresses(known=tuple(sorted(known)), untold=untold)


def _is_elsewhere(nic: Nic, vnet: str) -> bool:
    vnets = {arm_id.key(arm_id.vnet_of_subnet(subnet)) for subnet in nic.subnet_ids}
    return bool(vnets) and vnet not in vnets


def _ipv4(text: str) -> IPv4Address | None:
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    return address if isinstance(address, IPv4Address) else None
