"""No recording holds a secret or anything of a real owner's, and what makes them takes all of that out."""

from __future__ import annotations

import json
import re
import socket
from base64 import b64decode
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import unquote

import pytest
import yaml

from tests import recording
from tests.process import REPOSITORY

RECORDINGS = sorted(recording.RECORDINGS.rglob("*.yaml"))

GUIDS = {  # everybody's; all others have to begin with zeros
    "ce34cf91-b52e-afe9-57d6-1baf3ff5a59b",  # Microsoft.Support's service for payment HSMs
    "7d1ce754-b825-74b6-8022-87193cd96b6e",  # and that for dedicated HSMs
}
NETWORKS = [
    ip_network("240.0.0.0/4"),  # reserved, in use nowhere: the pseudonyms
    ip_network("0.0.0.0/32"),  # as in 0.0.0.0/0
    ip_network("2001:db8::/32"),  # for documentation
]
SHAPES = {
    "an authorization header": r"\bauthorization\W*:",
    "a bearer token": r"\bbearer\b",
    "a JSON web token": r"\beyJ[\w-]{8,}",
    "a signature": r"[?&](?:[tcsh]|sig|se|sp|sv|sr|st|skoid|sktid|code|token)=",
    "an e-mail address": r"[\w.+-]+@(?!example\.com\b)[\w-]+\.\w+",
    "a tenant": r"[\w-]+\.onmicrosoft\.com",
    "a phone number": r"\+(?!44 20 7946 0000\b)\d[\d ()-]{7,}",
    "a ticket number": r"\b(?!2400000000)\d{15,16}\b",
    "a hash or key": r"\b[0-9a-f]{32,}\b",
    "an opaque token": r"[A-Za-z0-9+=]{40,}",
    "a port of this machine": r"127\.0\.0\.1|localhost",
    "a path of a machine": rf"(?<!\w)/(?:home|Users|root|tmp|var|opt|etc)/|\b[A-Z]:\\|{re.escape(str(REPOSITORY))}",
    "a host of somebody": r"(?<![\w.@-])(?!(?:management|portal)\.azure\.com|aka\.ms|[\w.-]*example\.com)"
    r"(?:[\w-]+\.)+(?:com|net|org|io|ms|local|internal|corp|lan)\b(?!\.\w)",
}  # fmt: skip


def secrets_in(text: str) -> list[str]:
    """What must not be there, each with the place where it is; also what stands there in base64 or percent-encoded."""
    return sorted({found for form in _forms(text) for found in _plain_secrets(form)})


def _forms(text: str) -> Iterator[str]:
    yield text
    yield unquote(text)
    for token in re.findall(r"[A-Za-z0-9+/_-]{16,}={0,2}", text):
        try:
            decoded = b64decode(token + "==", altchars=b"-_").decode("ascii")
        except ValueError:
            continue
        if decoded.isprintable():
            yield decoded


def _plain_secrets(text: str) -> Iterator[str]:
    for what, shape in SHAPES.items():
        for match in re.finditer(shape, text, re.IGNORECASE if what != "an opaque token" else 0):
            yield f"{what}: {match[0]}"
    for guid in re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", text, re.IGNORECASE):
        if guid.lower() not in GUIDS and not guid.startswith("00000000-0000-0000-0000-"):
            yield f"a GUID: {guid}"
    for address in re.findall(r"[0-9]+(?:\.[0-9]+){3}|[0-9a-f]*(?::[0-9a-f]*){2,7}", text, re.IGNORECASE):
        if _is_somebodys(address):
            yield f"an address: {address}"


def _is_somebodys(text: str) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return text != "::" and not any(address in network for network in NETWORKS)


def _scalars(value: Any) -> Iterator[str]:
    """Every key and every text of a recording, whole: the file itself folds long ones."""
    match value:
        case dict():
            for key, inner in value.items():
                yield f"{key}: {inner}" if isinstance(inner, str) else f"{key}:"
                yield from _scalars(inner)
        case list():
            for item in value:
                yield from _scalars(item)
        case _:
            yield str(value)


def test_there_are_recordings_of_each_kind() -> None:
    assert {path.parent.name for path in RECORDINGS} == {"facts", "reading", "tickets"}
    assert all(path.stat().st_size < 30_000 for path in RECORDINGS)


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_a_recording_holds_no_secret(path: Any) -> None:
    text = path.read_text("utf-8")
    assert secrets_in(text) == []
    assert [found for scalar in _scalars(yaml.safe_load(text)) for found in secrets_in(scalar)] == []


ORIGIN = "https://127.0.0.1:43210"
SUBSCRIPTION = "/subscriptions/5f1c9a3e-7b2d-4c8e-9f10-2a3b4c5d6e7f"
GROUP = f"{SUBSCRIPTION}/resourceGroups/RG-Contoso-Prod"
HSM = f"{GROUP}/providers/Microsoft.HardwareSecurityModules/dedicatedHSMs/contoso-pay-1"
NICS = f"{GROUP}/providers/Microsoft.Network/networkInterfaces"
VNET = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/contoso-vnet"
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJvaWQiOiI1ZjFjOWEzZSJ9.c2lnbmF0dXJl"
SIGNED = "t=638&c=MIIC&s=c2VjcmV0&h=aGFzaA&sig=abc"
PLANTED = (
    "5f1c9a3e", "contoso", "81aa0b1c", "eyJ", "MIIC", "c2VjcmV0", "10.3.1", "192.168", "fe80", "2411230050001234",
    "3b1f0c7d", "Grace", "Hopper", "555", "secret", "43210", "cost-centre-4711", "U291cmNl", "vault.azure.net", "/home/",
)  # fmt: skip


def _interaction(method: str, uri: str, answer: Any, body: Any = None, **headers: str) -> dict[str, Any]:
    """As vcrpy hands it over."""
    return {
        "request": {
            "method": method,
            "uri": ORIGIN + uri,
            "body": None if body is None else json.dumps(body),
            "headers": {
                "Authorization": [f"Bearer {TOKEN}"],
                "User-Agent": ["azsdk-python (Linux-6.1 /home/grace)"],
                "x-ms-client-request-id": ["81aa0b1c-0000-1111-2222-333344445555"],
                "Content-Type": ["application/json"],
            },
        },
        "response": {
            "status": {"code": 200, "message": "OK"},
            "body": {"string": answer if isinstance(answer, str) else json.dumps(answer)},
            "headers": {
                "Content-Type": ["application/json"],
                "Date": ["Tue, 24 Nov 2026 16:16:00 GMT"],
                "x-ms-correlation-request-id": ["81aa0b1c-0000-1111-2222-333344445555"],
                "Set-Cookie": ["session=secret"],
                **{name.replace("_", "-"): [value] for name, value in headers.items()},
            },
        },
    }


def planted() -> list[dict[str, Any]]:
    """A recording full of what must not stay in it."""
    vnet = {
        "id": VNET.replace("RG-Contoso-Prod", "RG-CONTOSO-PROD"),
        "name": "contoso-vnet",
        "tags": {"fastpathenabled": "True", "owner": "Grace Hopper", "billing": "cost-centre-4711"},
        "properties": {
            "subnets": [{"id": f"{VNET}/subnets/hsm", "properties": {"addressPrefix": "10.3.1.0/24"}}],
            "virtualNetworkPeerings": [{"name": "to-contoso-hub"}],
        },
    }
    hsm = {
        "id": HSM,
        "name": "contoso-pay-1",
        "location": "westeurope",
        "etag": 'W/"81aa0b1c-0000-1111-2222-333344445555"',
        "systemData": {
            "createdBy": "Grace Hopper",
            "createdAt": "2024-03-01T01:16:00.416Z",
            "lastModifiedBy": "grace@contoso.onmicrosoft.com",
        },
        "properties": {
            "networkInterfaces": [{"id": f"{NICS}/contoso-pay-1_HSMHost1Nic", "privateIpAddress": "10.3.1.4"}],
            "dns": ["192.168.7.1", "fe80::1"],
            "url": f"https://contoso.vault.azure.net/keys/secret?sig=secret&x={TOKEN}",
            "statusMessage": f"Device contoso-pay-1 ('{HSM}') failed at 21:58:04 for grace@contoso.com; token Bearer {TOKEN}.",
            "portal": f"https://portal.azure.com/#resource{HSM}",
            "thumbprint": "3b1f0c7d" * 5,
            "stampId": "stamp1",
        },
    }
    ticket = {
        "title": "contoso-pay-1 is down",
        "description": "Call Grace Hopper, +1 555 010 9999",
        "supportTicketId": "2411230050001234",
        "supportPlanId": "U291cmNlOjVmMWM5YTNlLTdiMmQtNGM4ZS05ZjEwLTJhM2I0YzVkNmU3Zg==",
        "supportPlanDisplayName": "Contoso Unified",
        "createdDate": "2026-11-24T16:16:00Z",
        "contactDetails": {
            "firstName": "Grace",
            "lastName": "Hopper",
            "primaryEmailAddress": "grace@contoso.com",
            "phoneNumber": "+1 555 010 9999",
        },
    }
    operation = f"{SUBSCRIPTION}/providers/Microsoft.Support/operationsStatus/81aa0b1c-9999-1111-2222-333344445555"
    page = {"value": [hsm], "nextLink": f"{ORIGIN}{SUBSCRIPTION}/resources?api-version=1&%24skiptoken=eyJzZWNyZXQiOjF9"}
    return [
        _interaction("GET", f"{VNET}?api-version=1", vnet),
        _interaction("GET", f"{HSM}?api-version=1", hsm),
        _interaction(
            "GET", f"{HSM}?api-version=1", "<html>proxy.contoso.com 10.3.1.9 /subscriptions/ contoso-pay-1</html>"
        ),
        _interaction("GET", f"{SUBSCRIPTION}/resources?api-version=1", page),
        _interaction("GET", f"{SUBSCRIPTION}/resources?api-version=1&%24skiptoken=eyJzZWNyZXQiOjF9", {"value": []}),
        _interaction("GET", f"{operation}?api-version=1&{SIGNED}", {"id": operation, "status": "Succeeded"}),
        _interaction(
            "PUT",
            f"{SUBSCRIPTION}/providers/Microsoft.Support/supportTickets/contoso-1?api-version=1",
            {"properties": ticket},
            {"properties": ticket},
            azure_asyncoperation=f"{ORIGIN}{operation}?api-version=1&{SIGNED}",
        ),
    ]


def test_the_planted_secrets_would_be_seen() -> None:
    found = {found.partition(": ")[0] for scalar in _scalars(planted()) for found in secrets_in(scalar)}
    assert found == {*SHAPES, "a GUID", "an address"}


def test_nothing_that_was_planted_stays() -> None:
    text = recording.serialize({"interactions": planted()})
    assert [secret for secret in PLANTED if secret.lower() in text.lower()] == []
    assert [found for scalar in _scalars(yaml.safe_load(text)) for found in secrets_in(scalar)] == []


def test_what_the_tests_are_about_stays() -> None:
    vnet, hsm, html, page, _, operation, ticket = _by_purpose(recording.serialize({"interactions": planted()}))
    owner = "/subscriptions/00000000-0000-0000-0000-000000000001"
    device = f"{owner}/resourceGroups/GROUP-1/providers/Microsoft.HardwareSecurityModules/dedicatedHSMs/hsm-1"
    assert hsm["request"]["uri"].lower() == f"https://management.azure.com{device}?api-version=1".lower()
    body = hsm["response"]["json"]
    assert body["id"].lower() == device.lower()
    assert (body["name"], body["location"], body["properties"]["stampId"]) == ("hsm-1", "westeurope", "stamp1")
    assert body["systemData"]["createdAt"] == "2024-03-01T01:16:00.416Z"
    assert body["properties"]["networkInterfaces"][0]["id"].endswith("/networkInterfaces/hsm-1_HSMHost1Nic")
    assert "Device hsm-1 ('" in body["properties"]["statusMessage"]
    assert "failed at 21:58:04" in body["properties"]["statusMessage"]
    network = vnet["response"]["json"]
    assert "/resourceGroups/GROUP-1/" in network["id"]
    assert network["tags"] == {"fastpathenabled": "True", "tag-1": "value-1", "tag-2": "value-2"}
    prefix = network["properties"]["subnets"][0]["properties"]["addressPrefix"]
    assert ip_address(body["properties"]["networkInterfaces"][0]["privateIpAddress"]) in ip_network(prefix)
    assert html["response"]["body"].startswith("<html>")
    assert page["response"]["json"]["nextLink"].endswith("/resources?api-version=1&$skiptoken=page-1")
    address = ticket["response"]["headers"]["azure-asyncoperation"]
    assert address == operation["request"]["uri"]
    assert address.endswith("?api-version=1")
    assert re.fullmatch(r"\d{16}", ticket["response"]["json"]["properties"]["supportTicketId"])
    assert ticket["request"]["json"] == ticket["response"]["json"]


def _by_purpose(text: str) -> list[dict[str, Any]]:
    """The interactions in the order in which they were planted."""
    written: list[dict[str, Any]] = yaml.safe_load(text)
    hsms = ["dedicatedHSMs/"] * 2
    lists = ["resources?api-version=1", "skiptoken"]
    found: list[dict[str, Any]] = []
    for mark in ["virtualNetworks/", *hsms, *lists, "operationsStatus", "supportTickets/"]:
        found.append(next(one for one in written if mark in one["request"]["uri"] and one not in found))
    return found


def test_the_order_of_what_was_asked_side_by_side_does_not_matter() -> None:
    interactions = planted()
    text = recording.serialize({"interactions": interactions})
    vnet, *rest = planted()
    assert recording.serialize({"interactions": [*rest, vnet]}) == text
    again = planted()
    again[1], again[2] = again[2], again[1]  # the same request: which answer came first is a fact
    assert recording.serialize({"interactions": again}) != text


def test_a_pseudonym_stays_as_it_is() -> None:
    text = recording.serialize({"interactions": planted()})
    whole = recording.deserialize(text)
    for interaction in whole["interactions"]:
        for message in interaction.values():
            message["headers"] = {name: [value] for name, value in message["headers"].items()}
    assert recording.serialize(whole) == text


def test_tickets_are_never_recorded_from_azure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECORD_FROM", "azure")
    with (
        pytest.raises(ValueError, match="recordings of tickets write or need faults"),
        recording.recording_from("desk", "tickets"),
    ):
        pass


def test_no_test_can_reach_beyond_this_machine() -> None:
    with socket.socket() as client, pytest.raises(RuntimeError, match="Network is disabled"):
        client.connect(("192.0.2.1", 443))
