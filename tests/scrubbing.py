"""Takes out of a recording what is secret or somebody's own, and puts a pseudonym in its place.

The same in, the same out, within one recording; a pseudonym stays as it is, so that the names of our own estates do. Kept
is what the tests are about: regions, SKUs, states, delegations, codes, and which address is in which prefix of /16 to /32.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

AZURE = "https://management.azure.com"
PUBLIC_GUIDS = frozenset({
    "ce34cf91-b52e-afe9-57d6-1baf3ff5a59b",  # the support service of payment HSMs
    "7d1ce754-b825-74b6-8022-87193cd96b6e",  # the support service of dedicated HSMs
})  # fmt: skip

_GUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_MOMENT = "2026-11-23T22:14:05Z"
_SIGNATURE = re.compile(r"[tcsh]|s(ig|[evprt]|pr|ip|kt|ke|ks|kv|koid|ktid)|code|token", re.IGNORECASE)
_STEMS = {
    "resourcegroups": "group",
    "dedicatedhsms": "hsm",
    "networkinterfaces": "nic",
    "virtualnetworks": "vnet",
    "subnets": "subnet",
    "virtualnetworkpeerings": "peering",
    "networksecuritygroups": "nsg",
    "routetables": "route-table",
    "virtualnetworkgateways": "gateway",
    "connections": "connection",
    "natgateways": "nat-gateway",
    "loadbalancers": "load-balancer",
    "privateendpoints": "endpoint",
    "paymenthsmclusters": "cluster",
    "locks": "lock",
    "supporttickets": "ticket",
    "communications": "message",
    "fileworkspaces": "workspace",
    "files": "file",
}
_NOBODYS = frozenset({"features", "locations", "eventtypes"})  # types whose names are Azure's own
_OF_AZURE = frozenset({"gatewaysubnet", "azurefirewallsubnet", "azurefirewallmanagementsubnet", "azurebastionsubnet"})
_PUBLIC_HOSTS = re.compile(
    r"aka\.ms|(?:management|portal)\.azure\.com|(?:learn|docs|go)\.microsoft\.com|login\.microsoftonline\.com"
    r"|(?:.*\.)?example\.com",
    re.IGNORECASE,
)
_NIC = re.compile(r"(.+)(_HSM(?:Host[0-9]|Mgmt)Nic)", re.IGNORECASE)
_HUB = re.compile(r"((?:RG|HV)_)(.+)", re.IGNORECASE)

# What a key says of its value. Anything else is a text in which names, ids, addresses and tokens are looked for.
_FIXED = {
    **dict.fromkeys(("createddate", "modifieddate", "starttime", "expirationtime", "createdon"), _MOMENT),
    **dict.fromkeys(("supportplanid", "enrollmentid", "etag"), "removed"),
    "firstname": "Ada",
    "lastname": "Okafor",
    "phonenumber": "+44 20 7946 0000",
    "macaddress": "00-00-5E-00-53-01",
    "internaldomainnamesuffix": "example.com",
}
_KINDS = {
    "$skiptoken": "page",
    "title": "title",
    "description": "description",
    "supportplandisplayname": "plan",
    "resourcegroup": "group",
    "displayname": "subscription",
}
_SPOKEN = frozenset({*_STEMS.values(), "resource"})  # kinds whose names may turn up in a sentence

_IN_TEXT = rf"""
    (?P<url>https?://[^\s'"<>]+)
  | (?P<token>\beyJ[\w-]+\.[\w-]+\.[\w-]*|\bBearer\s+[\w.~+/=-]{{8,}})
  | (?P<id>/subscriptions/{_GUID}(?:/[^\s'"<>,;?)]*[^\s'"<>,;?).:])?)
  | (?P<mail>[\w.+\#-]+@[\w-]+(?:\.[\w-]+)+)
  | (?P<host>(?<![\w.-])(?:[\w-]+\.)+(?:com|net|org|io|ms|local|internal|corp|lan)(?![\w-]|\.\w))
  | (?P<guid>\b{_GUID}\b)
  | (?P<moment>\b\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?)
  | (?P<address>(?<![\w.:])(?:\d{{1,3}}(?:\.\d{{1,3}}){{3}}|[0-9a-f]*(?::[0-9a-f]*){{2,7}})(?![\w:]|\.\d))
  | (?P<hex>\b[0-9a-f]{{32,}}\b)
  | (?P<number>(?<![\w.-])\d{{15,16}}(?![\w-]))
"""


class Scrubber:
    """For one recording, which was made from ``origin``; ``everything`` is its whole text, so that no number is given twice.

    Scrub everything twice and keep the second result: only then are all names known that a text may speak of.
    """

    def __init__(self, origin: str, everything: str) -> None:
        self._host = urlsplit(origin).netloc
        self._everything = everything.lower()
        self._names: dict[tuple[str, str], str] = {}

    def text(self, words: str) -> str:
        """Any text: a sentence, a page of HTML, a header."""
        known = [name for kind, name in self._names if kind in _SPOKEN and len(name) > 2]
        names = "|".join(re.escape(name) for name in sorted(known, key=lambda name: (-len(name), name))) or "(?!)"
        # in a verbose pattern re.escape protects the blanks and # of names
        pattern = rf"{_IN_TEXT} | (?P<name>(?<![\w-])(?:{names})(?![\w-]))"
        return re.sub(pattern, self._found, words, flags=re.IGNORECASE | re.VERBOSE)

    def _found(self, match: re.Match[str]) -> str:
        handlers: dict[str, Callable[[str], str]] = {
            "url": self.url,
            "token": lambda _: "removed",
            "id": self.id,
            "mail": self._mail,
            "host": self._other_host,
            "guid": self._guid,
            "moment": lambda _: _MOMENT,
            "address": self._address,
            "hex": lambda text: self._given("hex", text),
            "number": self._number,
            "name": self._spoken,
        }
        return handlers[match.lastgroup or ""](match[0])

    def url(self, url: str) -> str:
        """A URL; one of the origin becomes one of Azure's. What signs it is left out, not only hidden."""
        scheme, host, path, query, _ = urlsplit(url)
        if host not in (self._host, urlsplit(AZURE).netloc):
            told = self.text(path) if _PUBLIC_HOSTS.fullmatch(host) else "/"
            return f"{scheme}://{self._other_host(host)}{told}"
        pairs = [
            (key, self._given("page", value) if key.lower() == "$skiptoken" else self.text(value))
            for key, value in parse_qsl(query, keep_blank_values=True)
            if not _SIGNATURE.fullmatch(key)
        ]
        asked = urlencode(pairs, quote_via=quote, safe="$'/:,")
        return AZURE + self.id(path) + (f"?{asked}" if asked else "")

    def _other_host(self, host: str) -> str:
        return host if _PUBLIC_HOSTS.fullmatch(host) else f"{self._given('host', host)}.example.com"

    def id(self, arm_id: str) -> str:
        """An ARM id or the path of a request, segment by segment."""
        result: list[str] = []
        kind, awaited = "", "kind"
        for part in arm_id.split("/"):
            if not part:
                result.append(part)
            elif awaited == "namespace":
                result.append(part)
                awaited = "kind"
            elif awaited == "name":
                result.append(self.name(kind, unquote(part)))
                awaited = "kind"
            else:
                result.append(part)
                kind, awaited = part.lower(), "namespace" if part.lower() == "providers" else "name"
        return "/".join(result)

    def name(self, kind: str, name: str) -> str:
        """The name of a resource of this type (the last word of it, in lower case)."""
        if re.fullmatch(_GUID, name, re.IGNORECASE):
            return self._guid(name)
        if kind in _NOBODYS or name.lower() in _OF_AZURE:
            return name
        if nic := _NIC.fullmatch(name):
            return self.name("dedicatedhsms", nic[1]) + nic[2]
        if hub := _HUB.fullmatch(name):
            return hub[1] + self._given(_STEMS.get(kind, "resource"), hub[2])
        return self._given(_STEMS.get(kind, "resource"), name)

    def json(self, value: Any, key: str = "", path: str = "") -> Any:
        """A JSON value that stands under ``key``; ``path`` is that of the request."""
        match value:
            case dict() if key == "tags":
                return dict(self._tags(value))
            case dict():
                return {name: self._member(value, key, name, inner, path) for name, inner in value.items()}
            case list():
                return [self.json(item, key, path) for item in value]
            case str() if value:
                return self._string(value, key.lower())
            case _:
                return value

    def _tags(self, tags: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        for tag, value in tags.items():
            kept = tag.lower() == "fastpathenabled"
            yield (tag, value) if kept else (self._given("tag", tag), self._given("value", str(value)))

    def _member(self, body: dict[str, Any], key: str, name: str, value: Any, path: str) -> Any:
        is_public = "/microsoft.support/services" in path.lower() or "/locations" in path.lower()
        if name.lower() == "displayname" and is_public:
            return value
        if name == "name" and isinstance(value, str):
            return self._own_name(body, key, value)
        return self.json(value, name, path)

    def _own_name(self, body: dict[str, Any], key: str, name: str) -> str:
        """What is called ``name``: the end of the id, a subscription's display name, or a name inside a resource."""
        arm_id = str(body.get("id") or "")
        type_ = str(body.get("type") or "").lower().rpartition("/")[2]
        if key == "sku" or "/providers/microsoft.features/" in arm_id.lower():
            return name
        if arm_id.lower().endswith(f"/{name.lower()}"):
            return self.id(arm_id).rpartition("/")[2]
        return self._given("subscription", name) if type_ == "subscriptions" else self.name(type_, name)

    def _string(self, text: str, key: str) -> str:
        if key in _FIXED:
            return _FIXED[key]
        if key in _KINDS:
            return self._given(_KINDS[key], text)
        if key in ("createdby", "lastmodifiedby") and "@" not in text and not re.fullmatch(_GUID, text, re.IGNORECASE):
            return self._mail(text)
        if re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", text):
            return text  # a time by itself is a fact of the estate; in a sentence it is the time of the recording
        return self.text(text)

    def _given(self, kind: str, text: str) -> str:
        """The pseudonym of this text: ``hsm-1``. Case does not count, but what is in capitals stays so."""
        if re.fullmatch(rf"{kind}-\d+", text, re.IGNORECASE):
            return text
        found = self._numbered(kind, text, lambda number: f"{kind}-{number}")
        return found.upper() if text.isupper() and kind in _SPOKEN else found

    def _numbered(self, kind: str, text: str, pseudonym: Callable[[int], str]) -> str:
        key = (kind, text.lower())
        if key not in self._names:
            taken = {name for (other, _), name in self._names.items() if other == kind}
            number = len(taken) + 1
            while pseudonym(number) in taken or pseudonym(number) in self._everything:
                number += 1
            self._names[key] = pseudonym(number)
        return self._names[key]

    def _mail(self, text: str) -> str:
        if text.lower().endswith("example.com"):
            return text
        return self._numbered("person", text, lambda number: f"person-{number}@example.com")

    def _guid(self, text: str) -> str:
        if text.lower() in PUBLIC_GUIDS or text.startswith("00000000-0000-0000-0000-"):
            return text
        return self._numbered("guid", text, lambda number: f"00000000-0000-0000-0000-{number:012d}")

    def _number(self, text: str) -> str:
        """The number of a ticket: 16 digits, none of which is a date."""
        if text.startswith("2400000000"):
            return text
        return self._numbered("number", text, lambda number: f"{24 * 10**14 + number}")

    def _address(self, text: str) -> str:
        """240.0.0.0/4 is nobody's and 2001:db8::/32 is for documentation; the last two bytes stay."""
        try:
            address = ip_address(text)
        except ValueError:
            return text  # a time of day, for example
        if int(address) == 0 or text.startswith("240.") or text.lower().startswith("2001:db8:"):
            return text
        if address.version == 6:
            return self._numbered("address", text, lambda number: f"2001:db8::{number}")
        first, second, rest = text.split(".", 2)
        return self._numbered("network", f"{first}.{second}", lambda number: f"240.{number}") + f".{rest}"

    def _spoken(self, name: str) -> str:
        return next(other for (kind, known), other in self._names.items() if kind in _SPOKEN and known == name.lower())
