"""Other names for names: the same in, the same out, as long as one object lives.

What the rules look at is kept: the shape of an id, the words of its types, the suffixes of NIC names, the prefixes of a
virtual hub's network, Azure's own subnet names, and which address lies in which prefix.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import blake2b
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_interface
from typing import TypeVar

from ops.model.fact import Gap

_Fact = TypeVar("_Fact")

_STEMS = {
    "resourcegroups": "group",
    "dedicatedhsms": "hsm",
    "networkinterfaces": "nic",
    "virtualnetworks": "vnet",
    "subnets": "subnet",
    "virtualnetworkpeerings": "peering",
    "networksecuritygroups": "nsg",
    "routetables": "route-table",
    "routes": "route",
    "natgateways": "nat-gateway",
    "virtualnetworkgateways": "gateway",
    "connections": "connection",
    "loadbalancers": "load-balancer",
    "privateendpoints": "endpoint",
    "privateendpointconnections": "endpoint-connection",
    "locks": "lock",
    "paymenthsmclusters": "cluster",
    "hsms": "node",
}
_TAG = "fastpathenabled"
_OF_AZURE = {"gatewaysubnet", "azurefirewallsubnet", "azurefirewallmanagementsubnet", "azurebastionsubnet"}
_NIC = re.compile(r"(.+)(_HSM(?:Host[0-9]|Mgmt)Nic)", re.IGNORECASE)
_HUB = {"resourcegroups": "rg_", "virtualnetworks": "hv_"}
_NAMESPACE = re.compile(r"microsoft\.[a-z.]+", re.IGNORECASE)
_TYPE = re.compile(r"[a-z]+", re.IGNORECASE)
_SERVICE_TAG = re.compile(r"[a-z][a-z0-9]*(\.[a-z0-9]+)?", re.IGNORECASE)
_PRIVATE = [IPv4Network(net) for net in ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")]
_FIRST_BITS = {4: 8, 6: 16}
"""Of every address these bits stay, so that private addresses stay private, and unique local ones unique local."""

_IN_TEXT = r"""
    (?P<id>/(?:subscriptions|providers)/[^\s'"<>,;]*[^\s'"<>,;.:)])
  | (?P<mail>[\w.+-]+@[\w.-]+\w)
  | (?P<guid>\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)
  | (?P<address>(?<![\w.:])(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9a-f]*(?::[0-9a-f]*){2,7})(?:/[0-9]{1,3})?(?![\w:]))
  | (?P<host>(?<![\w.-])(?!microsoft\.)(?:[a-z0-9-]+\.)+[a-z]{2,}(?![\w-]))
  | (?P<quoted>'[^\s']+'|"[^\s"]+")
"""
PUBLIC_HOSTS = ("management.azure.com", "management.usgovcloudapi.net", "management.chinacloudapi.cn")
_NOT_IN_TEXT = ("tag", "guid", "address")
_SHORTEST = 4
"""Shorter names are not looked for in texts: they would be found in the middle of plain English."""


class Pseudonyms:
    """Gives each name its pseudonym. ``key`` is secret and new for each snapshot: it turns the addresses."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._names: dict[tuple[str, str], str] = {}
        self._count: Counter[str] = Counter()
        self._turned: dict[tuple[int, int, int], int] = {}
        self._known: dict[str, str] = {}
        self._in_text = _pattern(())

    def learn(self) -> None:
        """From now on the names that were met so far are recognised in texts."""
        self._known = {name.lower(): other for (kind, name), other in self._names.items() if kind not in _NOT_IN_TEXT}
        self._in_text = _pattern(self._known)

    def given(self, kind: str, text: str) -> str:
        """The pseudonym of ``text`` among those of its kind: ``tag-3``. Other case, other pseudonym."""
        if (kind, text) not in self._names:
            self._count[kind] += 1
            self._names[kind, text] = f"{kind}-{self._count[kind]}"
        return self._names[kind, text]

    def name(self, type_: str, text: str) -> str:
        """The name of a resource of this type (``virtualNetworks``); case does not count."""
        type_ = type_.lower()
        nic = _NIC.fullmatch(text) if type_ == "networkinterfaces" else None
        if nic:
            return self.name("dedicatedHSMs", nic[1]) + nic[2]
        if not text or text.lower() in _OF_AZURE:
            return text
        hub = _HUB.get(type_, "")
        kept = text[: len(hub)] if hub and text.lower().startswith(hub) else ""
        return kept + self.given(_STEMS.get(type_, "resource"), text.lower())

    def subscription(self, guid: str) -> str:
        """A GUID for a GUID; case does not count."""
        return f"00000000-0000-4000-8000-{int(self.given('guid', guid.lower()).removeprefix('guid-')):012d}"

    def subscription_name(self, text: str) -> str:
        """Two names that differ in case only are one; a subscription whose name is not known is named by its id."""
        if ("guid", text.lower()) in self._names:
            return self.subscription(text)
        return self.given("subscription", text.lower())

    def id(self, arm_id: str) -> str:
        """An ARM id, segment by segment."""
        if "/" not in arm_id:
            return arm_id if not arm_id or arm_id == "(without an id)" else self.given("resource", arm_id.lower())
        result: list[str] = []
        before, awaited = "", "word"
        for part in arm_id.split("/"):
            if not part:
                result.append(part)
            elif awaited == "namespace":
                result.append(part if _NAMESPACE.fullmatch(part) else self.given("resource", part.lower()))
                awaited = "type"
            elif awaited == "name":
                result.append(self.subscription(part) if before == "subscriptions" else self.name(before, part))
                awaited = "type" if before not in ("subscriptions", "resourcegroups") else "word"
            elif part.lower() == "providers":
                result.append(part)
                awaited = "namespace"
            else:
                before = part.lower()
                fixed = before in ("subscriptions", "resourcegroups") or (awaited == "type" and _TYPE.fullmatch(part))
                result.append(part if fixed else self.given("resource", before))
                awaited = "name"
        return "/".join(result)

    def address(self, text: str) -> str:
        """An address, or a prefix (``10.3.1.0/24``): what lies in a prefix lies in its pseudonym."""
        try:
            interface = ip_interface(text.strip())
        except ValueError:
            return self.given("address", text)
        host, length = interface.ip, interface.network.prefixlen
        turned = self._turn(int(host), host.version, length if "/" in text else host.max_prefixlen)
        kind = IPv4Address if host.version == 4 else IPv6Address
        return f"{kind(turned)}/{length}" if "/" in text else str(kind(turned))

    def prefix(self, text: str) -> str:
        """What a route leads to: a prefix, or one of Azure's service tags (``Storage.WestEurope``), which stays."""
        return text if _SERVICE_TAG.fullmatch(text) else self.address(text)

    def person(self, text: str) -> str:
        """Whoever did something: an e-mail address, or the id of an application."""
        return f"{self.given('person', text.lower())}@example.com" if text else text

    def hsm(self, entry: str) -> str:
        """An HSM as a configuration calls it: by name or by id."""
        return self.id(entry) if "/" in entry else self.name("dedicatedHSMs", entry)

    def tags(self, tags: Mapping[str, str]) -> dict[str, str]:
        """The one tag that checks look at stays as it was written."""
        return dict(
            (key, value) if key.lower() == _TAG else (self.given("tag", key.lower()), self.given("value", value))
            for key, value in tags.items()
        )

    def gap(self, gap: Gap) -> Gap:
        """What could not be read, and why."""
        subject = self.id(gap.subject) if gap.subject.startswith("/") else self.text(gap.subject)
        return replace(gap, subject=subject, reason=self.text(gap.reason))

    def fact(self, fact: _Fact) -> _Fact | Gap:
        """A fact that holds no name; why it could not be read may."""
        return self.gap(fact) if isinstance(fact, Gap) else fact

    def _turn(self, number: int, version: int, length: int) -> int:
        """Each bit is turned, or not, by a secret function of the bits before it (Crypto-PAn's idea); the rest are zero."""
        width = 32 if version == 4 else 128
        if (number, width, length) not in self._turned:
            result = 0
            for at in range(length):
                leading = number >> (width - at)
                bit = (number >> (width - at - 1)) & 1
                if not _stays(leading, at, version):
                    bit ^= blake2b(f"{version}.{at}.{leading}".encode(), key=self._key, digest_size=1).digest()[0] & 1
                result = result << 1 | bit
            self._turned[number, width, length] = result << (width - length)
        return self._turned[number, width, length]

    def text(self, words: str) -> str:
        """A sentence of Azure's: ids, GUIDs, addresses, hosts, e-mail addresses, quoted words and all names so far."""
        return self._in_text.sub(lambda found: self._spoken(found.lastgroup or "", found[0]), words)

    def _spoken(self, kind: str, text: str) -> str:
        match kind:
            case "id":
                return self.id(text)
            case "guid":
                return self.subscription(text)
            case "address":
                return self.address(text) if _is_address(text) else text
            case "mail":
                return self.person(text)
            case "host":
                return text if text.lower() in PUBLIC_HOSTS else self.given("host", text.lower())
            case "quoted":
                return text[0] + self._named(text[1:-1]) + text[-1]
            case _:
                return self._named(text)

    def _named(self, text: str) -> str:
        """The pattern ignores case more widely than ``lower`` does: a long s is an s to it."""
        return self._known.get(text.lower()) or self.given("resource", text.lower())


def _pattern(known: Iterable[str]) -> re.Pattern[str]:
    names = sorted((name for name in known if len(name) >= _SHORTEST), key=lambda name: (-len(name), name))
    any_name = "|".join(map(re.escape, names)) or "(?!)"
    # in a verbose pattern blanks and # mean nothing, but re.escape puts a backslash before those of names
    return re.compile(rf"{_IN_TEXT} | (?P<name>(?<![\w-])(?:{any_name})(?![\w-]))", re.IGNORECASE | re.VERBOSE)


def _is_address(text: str) -> bool:
    """Whether it is an address or a prefix; a time of day looks like one."""
    try:
        ip_interface(text)
    except ValueError:
        return False
    return True


def _stays(leading: int, length: int, version: int) -> bool:
    """Whether the bit after these leading bits tells private addresses from others."""
    if length < _FIRST_BITS[version]:
        return True
    return version == 4 and any(
        net.prefixlen > length and int(net.network_address) >> (32 - length) == leading for net in _PRIVATE
    )
