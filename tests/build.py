"""Values for tests, each correct unless a test says otherwise: ``estate(hsm("a"), hsm("b", stamp="stamp2"))`` is green."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ops.model import arm_id
from ops.model.attachment import nic_slots
from ops.model.estate import (
    DEDICATED_HSM_FEATURE,
    FASTPATH_FEATURE,
    HSM_PROVIDER,
    HSM_TYPE,
    NETWORK_PROVIDER,
    Estate,
    Hsm,
    NetworkProfile,
    Nic,
    Peering,
    ProfileNic,
    Source,
    Subnet,
    Subscription,
    Vnet,
)
from ops.model.fact import ABSENT, Absent, Gap
from ops.model.surroundings import Lock

SUB_1 = "00000000-0000-0000-0000-000000000001"
SUB_2 = "00000000-0000-0000-0000-000000000002"
NOW = datetime(2026, 11, 23, 22, 14, 5, tzinfo=UTC)


def group(subscription: str = SUB_1) -> str:
    return f"/subscriptions/{subscription}/resourceGroups/rg-hsm"


def vnet_id(name: str = "vnet-hsm", subscription: str = SUB_1) -> str:
    return f"{group(subscription)}/providers/Microsoft.Network/virtualNetworks/{name}"


def subnet_id(name: str = "hsmsubnet", vnet: str = "vnet-hsm", subscription: str = SUB_1) -> str:
    return f"{vnet_id(vnet, subscription)}/subnets/{name}"


def hsm(name: str = "hsm1", *, subscription: str = SUB_1, subnet: str = "", **changes: Any) -> Hsm:
    """A provisioned HSM in stamp1 of eastus, host and management in ``subnet``; made before May 2023 it names one."""
    hsm_id = f"{group(subscription)}/providers/{HSM_TYPE}/{name}"
    nics = f"{group(subscription)}/providers/Microsoft.Network/networkInterfaces/{name}"
    subnet = subnet or subnet_id(subscription=subscription)
    facts: dict[str, Any] = {
        "id": hsm_id,
        "name": name,
        "location": "eastus",
        "sku": "payShield10K_LMK1_CPS60",
        "tags": {},
        "provisioning_state": "Succeeded",
        "status_message": "The Dedicated HSM device is provisioned successfully and ready to use.",
        "stamp": "stamp1",
        "zones": ABSENT,
        "host": NetworkProfile(
            subnet_id=subnet,
            nics=tuple(ProfileNic(nic_id=f"{nics}_HSMHost{n}Nic", private_ip=f"10.3.1.{n}") for n in (1, 2)),
        ),
        "management": NetworkProfile(
            subnet_id=subnet, nics=(ProfileNic(nic_id=f"{nics}_HSMMgmtNic", private_ip="10.3.1.9"),)
        ),
        "created_at": datetime(2024, 3, 1, tzinfo=UTC),
        "last_modified_at": datetime(2024, 3, 1, tzinfo=UTC),
    }
    created_at = (facts | changes)["created_at"]
    if created_at is None or created_at < datetime(2023, 5, 1, tzinfo=UTC):  # of the time before the second host NIC
        facts["host"] = NetworkProfile(subnet_id=subnet, nics=facts["host"].nics[:1])
    return Hsm(**(facts | changes))


def unread_hsm(name: str = "hsm1", *, subscription: str = SUB_1, reason: str = "403 AuthorizationFailed") -> Hsm:
    """An HSM that is known from a list, but whose own answer was not read."""
    whole = hsm(name, subscription=subscription)
    gap = Gap(subject=whole.id, what="payment HSM", reason=reason)
    return Hsm(id=whole.id, name=name, location=whole.location, sku=whole.sku, tags={}, gap=gap)


def nics(owner: Hsm, **changes: Any) -> dict[str, Nic | Absent | Gap]:
    """The three NICs of an HSM, Succeeded and in the subnet of their side."""
    result: dict[str, Nic | Absent | Gap] = {}
    for slot in nic_slots(owner):
        profile = owner.management if slot.role == "management NIC" else owner.host
        subnet = profile.subnet_id if isinstance(profile, NetworkProfile) else None
        named = profile.nics if isinstance(profile, NetworkProfile) else ()
        addresses = (nic.private_ip for nic in named if nic.nic_id and arm_id.same(nic.nic_id, slot.nic_id))
        facts: dict[str, Any] = {
            "id": slot.nic_id,
            "name": arm_id.name(slot.nic_id),
            "provisioning_state": "Succeeded",
            "subnet_ids": (subnet or subnet_id(),),
            "private_ips": (next(addresses, None) or "10.3.1.4",),
        }
        result[arm_id.key(slot.nic_id)] = Nic(**(facts | changes))
    return result


def subnet(name: str = "hsmsubnet", *, vnet: str = "vnet-hsm", subscription: str = SUB_1, **changes: Any) -> Subnet:
    """A subnet that is delegated to dedicated HSMs and has neither an NSG nor a route table."""
    facts: dict[str, Any] = {
        "id": subnet_id(name, vnet, subscription),
        "name": name,
        "prefixes": ("10.3.1.0/24",),
        "delegations": (HSM_TYPE,),
        "network_security_group": ABSENT,
        "route_table": ABSENT,
        "nat_gateway": ABSENT,
        "gateways": (),
        "private_endpoints": (),
    }
    return Subnet(**(facts | changes))


def vnet(name: str = "vnet-hsm", *, subscription: str = SUB_1, **changes: Any) -> Vnet:
    """An HSM VNet: tagged, with one delegated subnet, without peerings."""
    facts: dict[str, Any] = {
        "id": vnet_id(name, subscription),
        "name": name,
        "location": "eastus",
        "tags": {"fastpathenabled": "True"},
        "subnets": (subnet(vnet=name, subscription=subscription),),
        "peerings": (),
        "prefixes": ("10.3.0.0/16",),
    }
    return Vnet(**(facts | changes))


def peering(remote: str | None, name: str = "to-hub", state: str = "Connected", **changes: Any) -> Peering:
    """A peering in order, without a gateway of the other side."""
    facts: dict[str, Any] = {"sync_level": "FullyInSync", "allows_access": True, "uses_remote_gateways": False}
    return Peering(name=name, remote_vnet_id=remote, state=state, **(facts | changes))


def subscription(id: str = SUB_1, name: str = "payments-prod", **changes: Any) -> Subscription:
    """A subscription in order: all registered, locked against deletes, with a plan that can open tickets."""
    facts: dict[str, Any] = {
        "id": id,
        "name": name,
        "features": dict.fromkeys((FASTPATH_FEATURE, DEDICATED_HSM_FEATURE), "Registered"),
        "providers": dict.fromkeys((HSM_PROVIDER, NETWORK_PROVIDER), "Registered"),
        "locks": (lock(f"/subscriptions/{id}"),),
        "may_open_tickets": True,
        "support_plan": "Unified",
    }
    return Subscription(**(facts | changes))


def lock(scope: str, level: str = "CanNotDelete") -> Lock:
    return Lock(id=f"{scope}/providers/Microsoft.Authorization/locks/keep", level=level)


def refused_subscription(id: str = SUB_2, name: str = "payments-dr") -> Subscription:
    gap = Gap(
        subject=f"/subscriptions/{id}", what="subscription", reason="403 AuthorizationFailed", whole_subscription=True
    )
    return Subscription(id=id, name=name, gap=gap)


def estate(
    *things: Hsm | Vnet | Subscription, overrides: Mapping[str, Nic | Vnet | Absent | Gap] | None = None
) -> Estate:
    """An estate of these HSMs, VNets and subscriptions; what they need and is not given is added, correct.

    ``overrides`` replaces NICs and VNets by id: ``{nic_id: ABSENT}``, ``{vnet_id: Gap(...)}``.
    """
    hsms = {thing.key: thing for thing in things if isinstance(thing, Hsm)}
    vnets: dict[str, Vnet | Absent | Gap] = {arm_id.key(vnet().id): vnet()} if hsms else {}
    vnets |= {arm_id.key(thing.id): thing for thing in things if isinstance(thing, Vnet)}
    found: dict[str, Nic | Absent | Gap] = {}
    for one in hsms.values():
        found |= nics(one)
    for one_id, fact in (overrides or {}).items():
        if "/virtualnetworks/" in one_id.lower():
            assert not isinstance(fact, Nic)
            vnets[arm_id.key(one_id)] = fact
        else:
            assert not isinstance(fact, Vnet)
            found[arm_id.key(one_id)] = fact
    subscriptions = {SUB_1: subscription()} | {thing.id: thing for thing in things if isinstance(thing, Subscription)}
    return Estate(
        observed_at=NOW,
        source=Source(kind="sandbox", name="test"),
        scope=tuple(subscriptions),
        subscriptions=subscriptions,
        hsms=hsms,
        nics=found,
        vnets=vnets,
        load_balancers=dict.fromkeys(subscriptions, ()),
        has_support_service=True,
    )
