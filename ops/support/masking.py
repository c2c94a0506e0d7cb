"""Evidence without addresses, tags and persons. Names and ids stay: by them Microsoft finds the devices."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_interface
from typing import TypeVar

from ops.model.estate import Estate, Hsm, NetworkProfile, Nic, Subscription, Vnet
from ops.model.fact import Absent, Gap
from ops.model.finding import Finding

_TAG = "fastpathenabled"
_MASKED = re.compile(
    r"""(?P<mail>[\w.+-]+@[\w.-]+\w)
      | (?P<four>(?<![0-9.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?:/[0-9]{1,2})?(?![0-9]|\.[0-9]))
      | (?P<six>(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,8}(?:\.[0-9.]*)?(?:/[0-9]{1,3})?)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_Fact = TypeVar("_Fact")


def masked(finding: Finding) -> Finding:
    """The finding without addresses; its next step, which is ours to take, goes altogether."""
    return replace(finding, evidence=masked_text(finding.evidence), fix="")


def masked_text(text: str) -> str:
    """A sentence without addresses, prefixes and e-mail addresses."""
    return _MASKED.sub(_instead, text)


def _instead(found: re.Match[str]) -> str:
    if found.lastgroup == "mail":
        return "(person)"
    if found.lastgroup == "four":
        return "(address)"
    text = found[0]
    address = text if _is_address(text) else text.rstrip(".:")  # of the sentence: "fd00::1: refused"
    return f"(address){text[len(address) :]}" if _is_address(address) else text


def _is_address(text: str) -> bool:
    """A time of day looks like one, and so do two colons."""
    try:
        ip_interface(text)
    except ValueError:
        return False
    return text.strip(":") != ""


def masked_estate(estate: Estate) -> Estate:
    """The estate without addresses and tags, and without load balancers, of which little else is known."""
    return replace(
        estate,
        subscriptions={key: _subscription(one) for key, one in estate.subscriptions.items()},
        hsms={key: _hsm(hsm) for key, hsm in estate.hsms.items()},
        nics={
            key: replace(nic, private_ips=()) if isinstance(nic, Nic) else _fact(nic)
            for key, nic in estate.nics.items()
        },
        vnets={key: _vnet(vnet) if isinstance(vnet, Vnet) else _fact(vnet) for key, vnet in estate.vnets.items()},
        gateways={key: _fact(gateway) for key, gateway in estate.gateways.items()},
        load_balancers={},
        notes=tuple(map(masked_text, estate.notes)),
    )


def _fact(fact: _Fact) -> _Fact | Gap:
    """Why something could not be read may tell an address."""
    return _gap(fact) if isinstance(fact, Gap) else fact


def _gap(gap: Gap) -> Gap:
    return replace(gap, reason=masked_text(gap.reason))


def _subscription(one: Subscription) -> Subscription:
    return replace(
        one,
        gap=one.gap and _gap(one.gap),
        features={feature: _fact(state) for feature, state in one.features.items()},
        providers={namespace: _fact(state) for namespace, state in one.providers.items()},
        zones=_fact(one.zones),
        locks=_fact(one.locks),
        may_open_tickets=_fact(one.may_open_tickets),
        support_plan=_fact(one.support_plan),
    )


def _hsm(hsm: Hsm) -> Hsm:
    return replace(
        hsm,
        tags={},
        gap=hsm.gap and _gap(hsm.gap),
        status_message=hsm.status_message and masked_text(hsm.status_message),
        host=_profile(hsm.host),
        management=_profile(hsm.management),
    )


def _profile(profile: NetworkProfile | Absent | None) -> NetworkProfile | Absent | None:
    if not isinstance(profile, NetworkProfile):
        return profile
    return replace(profile, nics=tuple(replace(nic, private_ip=None) for nic in profile.nics))


def _vnet(vnet: Vnet) -> Vnet:
    """The tag that switches FastPath on stays: it is a setting, and no word of the owner's."""
    tags: Mapping[str, str] = {key: value for key, value in vnet.tags.items() if key.lower() == _TAG}
    subnets = vnet.subnets and tuple(replace(subnet, prefixes=()) for subnet in vnet.subnets)
    return replace(vnet, tags=tags, subnets=subnets, prefixes=None)
