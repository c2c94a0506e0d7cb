from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from shlex import quote

from ops.checks.declaration import check
from ops.checks.subjects import hsm_subject, not_read, untold_networks
from ops.model import arm_id
from ops.model.attachment import NicSlot, attachment
from ops.model.estate import Estate, Hsm, NetworkProfile, Nic
from ops.model.fact import Gap
from ops.model.finding import IssueCategory, Party, Severity, Verdict, failed, not_applicable, passed, unknown
from ops.model.policy import Policy
from ops.model.surroundings import LoadBalancer
from ops.model.untrusted import one_line


@check(
    id="PHSM-NET-014",
    title="No load balancer has an HSM address in its backend pool",
    severity=Severity.MEDIUM,
    category=IssueCategory.NETWORKING,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/solution-design",
    reviewed=date(2026, 11, 24),
)
def no_load_balancer(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """Azure load balancers do not carry the traffic of payment HSMs, so no backend pool holds an HSM.

    ## Why it matters
    The pool accepts the address and the balancer shows nothing wrong, yet connections through it hang or are cut, and
    probes may take a working HSM out. The application spreads its commands over the HSMs itself: it keeps connections to
    the host ports of both HSMs of a pair and leaves out the one that does not answer. A reverse proxy in a subnet of its
    own can do that for it (https://learn.microsoft.com/azure/payment-hsm/inspect-traffic).

    An address counts where the pool says that it is in the VNet of the HSM. Where the pool names no VNet, the same
    address may belong to another machine elsewhere: then the answer is unknown.

    The load balancers of the subscriptions that HSM VNets are in are looked at, no others. One in another subscription,
    such as that of a peered VNet, can name an HSM's address as well: look at those yourself.

    ## How to fix it
    See what is in the pools, give the clients both addresses of the HSMs, then take the HSM out of the pool:

        az network lb show --ids <load balancer id> --query backendAddressPools
        az network lb address-pool address remove --resource-group <group> --lb-name <name> --pool-name <pool> --name <address>
    """
    pools = _index(estate)
    for hsm in estate.hsms.values():
        yield _judge(hsm, estate, pools)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pools:
    """What is in backend pools: NICs by key, addresses by the VNet (key) they are in, or by the balancer's subscription.

    ``holding``: the subscriptions with any address in a pool.
    """

    nics: dict[str, LoadBalancer] = field(default_factory=dict)
    placed: dict[tuple[str, str], LoadBalancer] = field(default_factory=dict)
    unplaced: dict[tuple[str, str], LoadBalancer] = field(default_factory=dict)
    holding: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """What of an HSM can be in a pool: its addresses, each with its VNet (key), and why others may be missing."""

    addresses: tuple[tuple[str, str], ...]
    untold: str


def _index(estate: Estate) -> _Pools:
    pools = _Pools()
    for subscription, balancers in estate.load_balancers.items():
        for balancer in () if isinstance(balancers, Gap) else balancers:
            for nic_id in balancer.nic_ids:
                pools.nics.setdefault(arm_id.key(nic_id), balancer)
            keys = {vnet: arm_id.key(vnet) for vnet in set(balancer.vnets.values())}
            for address in balancer.addresses:
                pools.holding.add(subscription)
                vnet = balancer.vnets.get(address)
                if vnet:
                    pools.placed.setdefault((keys[vnet], address), balancer)
                else:
                    pools.unplaced.setdefault((subscription, address), balancer)
    return pools


def _judge(hsm: Hsm, estate: Estate, pools: _Pools) -> Verdict:
    subject, slots = hsm_subject(hsm), attachment(hsm, estate).slots
    place = _place(hsm, slots, estate)
    caught = next(_caught(slots, place, pools), None)
    if caught is not None:
        balancer, what = caught
        look = f"az network lb show --ids {quote(balancer.id)} --query backendAddressPools"
        return failed(subject, f"load balancer {_name(balancer)} has {what} in a backend pool", fix=look)
    untold = untold_networks(hsm, estate)
    if untold:
        return unknown(subject, untold)
    vnets = {_vnet(use.subnet_id) for use in attachment(hsm, estate).subnets}
    if not vnets:
        return not_applicable(subject, "it is in no virtual network yet")
    count = 0
    for subscription in sorted({arm_id.subscription(vnet) for vnet in vnets}):
        balancers = estate.load_balancers.get(subscription)
        if balancers is None or isinstance(balancers, Gap):
            return unknown(subject, not_read(f"list of load balancers of subscription {subscription}", balancers))
        if place.untold and subscription in pools.holding:
            return unknown(subject, f"{place.untold}, and load balancers hold addresses")
        for address, _ in place.addresses:
            loose = pools.unplaced.get((subscription, address))
            if loose is not None:
                where = f"load balancer {_name(loose)} has {one_line(address, 60)} in a backend pool"
                return unknown(subject, f"{where} and does not tell in which virtual network: it may be this HSM's")
        count += len(balancers)
    looked = "looked at: the subscriptions that its virtual networks are in"
    return passed(subject, f"in no backend pool of {count} load balancers ({looked})")


def _caught(slots: Iterable[NicSlot], place: _Place, pools: _Pools) -> Iterator[tuple[LoadBalancer, str]]:
    """The load balancers that have the HSM in a pool for certain, and what of it."""
    for slot in slots:
        balancer = pools.nics.get(slot.key)
        if balancer is not None:
            yield balancer, f"its {slot.role}"
    for address, vnet in place.addresses:
        balancer = pools.placed.get((vnet, address))
        if balancer is not None:
            yield balancer, f"its address {one_line(address, 60)}"


def _place(hsm: Hsm, slots: Iterable[NicSlot], estate: Estate) -> _Place:
    """Where an HSM is, by its profiles and by its NICs; a NIC may be in another subnet than the profile says."""
    found: dict[tuple[str, str], None] = {}
    told: set[str] = set()
    untold = ""
    for profile in (hsm.host, hsm.management):
        if isinstance(profile, NetworkProfile):
            for one in profile.nics:
                if one.private_ip:
                    told.add(arm_id.key(one.nic_id or ""))
                    found[one.private_ip, _vnet(profile.subnet_id)] = None
    for slot in slots:
        nic = estate.nics.get(slot.key)
        if isinstance(nic, Nic):
            vnets = [_vnet(subnet) for subnet in nic.subnet_ids or ("",)]
            found |= {(address, vnet): None for address in nic.private_ips for vnet in vnets}
            if not nic.private_ips and slot.key not in told:
                untold = f"the address of its {slot.role} is not told"
    placed = {address for address, vnet in found if vnet}
    for address, _ in found:
        if address not in placed:
            untold = f"the virtual network of its address {one_line(address, 60)} is not told"
    return _Place(addresses=tuple(found), untold=untold)


@lru_cache(maxsize=1024)  # the sides and the NICs of an HSM are mostly in one subnet
def _vnet(subnet_id: str | None) -> str:
    return arm_id.key(arm_id.vnet_of_subnet(subnet_id or ""))


def _name(balancer: LoadBalancer) -> str:
    return one_line(balancer.name, 80)
