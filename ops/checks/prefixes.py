"""The IPv4 prefixes of the subnets that are delegated to dedicatedHSMs: what routes to HSMs are measured by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, ip_network

from ops.checks.subjects import subnet_name
from ops.model.estate import Vnet


@dataclass(frozen=True, slots=True, kw_only=True)
class HsmPrefix:
    """A prefix of a delegated subnet, which is named ``vnet/subnet``."""

    subnet: str
    network: IPv4Network


@dataclass(frozen=True, slots=True, kw_only=True)
class HsmPrefixes:
    """The prefixes of the delegated subnets of a VNet, and why others may be missing (``""`` = all are known)."""

    known: tuple[HsmPrefix, ...]
    untold: str


@lru_cache(maxsize=4096)  # route tables are made by templates: the same prefixes stand in thousands of them
def ipv4_network(text: str) -> IPv4Network | None:
    """The prefix that a text says; None for a service tag, an IPv6 prefix, or anything else."""
    try:
        network = ip_network(text.strip(), strict=False)
    except ValueError:
        return None
    return network if isinstance(network, IPv4Network) else None


def hsm_prefixes(vnet: Vnet) -> HsmPrefixes:
    if vnet.subnets is None:
        return HsmPrefixes(known=(), untold="its subnets were not read")
    known: list[HsmPrefix] = []
    untold = ""
    for subnet in vnet.subnets:
        if subnet.is_delegated_to_hsms:
            networks = [network for prefix in subnet.prefixes if (network := ipv4_network(prefix))]
            known += [HsmPrefix(subnet=subnet_name(subnet.id), network=network) for network in networks]
            if not networks:
                untold = f"the IPv4 prefix of {subnet_name(subnet.id)} is not told"
    return HsmPrefixes(known=tuple(known), untold=untold)
