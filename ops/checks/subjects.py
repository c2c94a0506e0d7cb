"""What verdicts are about, named alike in every check, and the words for what was not read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from ops.model import arm_id
from ops.model.attachment import attachment
from ops.model.estate import Estate, Hsm
from ops.model.fact import Gap
from ops.model.finding import Subject
from ops.model.once import once
from ops.model.untrusted import one_line


def hsm_subject(hsm: Hsm) -> Subject:
    return _hsm_subject(hsm.name, hsm.id)


@lru_cache(maxsize=2**16)  # a dozen checks judge every HSM
def _hsm_subject(name: str, hsm_id: str) -> Subject:
    return Subject(name=name, id=hsm_id, hsms=(arm_id.key(hsm_id),))


def vnet_subject(vnet_id: str, hsms: Iterable[str]) -> Subject:
    """A VNet and the HSMs (keys) that depend on it."""
    return Subject(name=arm_id.name(vnet_id), id=vnet_id, hsms=tuple(sorted(set(hsms))))


def subnet_subject(subnet_id: str, hsms: Iterable[str]) -> Subject:
    """A subnet, named ``vnet/subnet``, and the HSMs (keys) that depend on it."""
    return Subject(name=subnet_name(subnet_id), id=subnet_id, hsms=tuple(sorted(set(hsms))))


@lru_cache(maxsize=1024)  # the NICs of one HSM after the other are in few subnets
def subnet_name(subnet_id: str) -> str:
    """``vnet/subnet``: many VNets have a subnet of the same name."""
    return one_line(f"{arm_id.name(arm_id.vnet_of_subnet(subnet_id))}/{arm_id.name(subnet_id)}")


def subscription_subject(estate: Estate, subscription: str, hsms: Iterable[str]) -> Subject:
    """A subscription (lower-case GUID), by its display name where that is known, and the HSMs (keys) that depend on it."""
    known = estate.subscriptions.get(subscription)
    name = known.name if known else subscription
    return Subject(name=name, id=f"/subscriptions/{subscription}", hsms=tuple(sorted(set(hsms))))


def not_read(what: str, gap: Gap | None) -> str:
    """Why a fact is not known: the gap's reason, or only that it was not read."""
    return f"{what} was not read" if gap is None else f"{gap.what} could not be read: {one_line(gap.reason)}"


def untold_networks(hsm: Hsm, estate: Estate) -> str:
    """Why not all subnets and VNets of an HSM are known; ``""`` when they are."""
    return _untold_networks(estate)[hsm.id]


@once
def _untold_networks(estate: Estate) -> Mapping[str, str]:
    return {hsm.id: _why_untold(hsm, estate) for hsm in estate.hsms.values()}


def _why_untold(hsm: Hsm, estate: Estate) -> str:
    if hsm.gap is not None:
        return not_read("payment HSM", hsm.gap)
    known = attachment(hsm, estate)
    untold = [one_line(reason) for reason in known.untold]
    untold += [f"{slot.role}: not read" for slot in known.slots if slot.key not in estate.nics]
    untold += [f"{side} network profile: not read" for side in ("host", "management") if getattr(hsm, side) is None]
    return f"its subnets are not all known: {'; '.join(untold)}" if untold else ""
