"""A plain HTTPS client for the sandbox, which shows status, headers and body as they came."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from ops.sandbox.child import Serving

SUB = "11111111-1111-4111-8111-111111111111"
OTHER = "22222222-2222-4222-8222-222222222222"
LONELY = "33333333-3333-4333-8333-333333333333"
BARE = "44444444-4444-4444-8444-444444444444"
HSM_TYPE = "Microsoft.HardwareSecurityModules/dedicatedHSMs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int
    headers: Message
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str:
        """The code of ARM's error body."""
        return str(self.json["error"]["code"])

    @property
    def names(self) -> list[str]:
        return [item["name"] for item in self.json["value"]]


class Client:
    """Talks to one sandbox, with a token unless told otherwise."""

    def __init__(self, serving: Serving) -> None:
        self.endpoint = serving.endpoint
        self.ca_bundle = serving.ca_bundle
        self._trust = ssl.create_default_context(cafile=serving.ca_bundle)

    def get(self, path: str, **query: str) -> Reply:
        return self.send("GET", path, query=query)

    def send(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, str] | None = None,
        body: Any = None,
        token: str | None = "t0ken",
        version: str | None = "2024-04-01",
    ) -> Reply:
        asked = ({"api-version": version} if version else {}) | (query or {})
        url = f"{self.endpoint}{quote(path)}?{urlencode(asked)}"
        return self.follow(url, method=method, body=body, token=token)

    def follow(self, url: str, *, method: str = "GET", body: Any = None, token: str | None = "t0ken") -> Reply:
        """Follows a link as it came."""
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(url, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, context=self._trust, timeout=20) as response:
                return Reply(status=response.status, headers=response.headers, text=response.read().decode())
        except urllib.error.HTTPError as problem:
            with problem:
                return Reply(status=problem.code, headers=problem.headers, text=problem.read().decode())

    def pages(self, path: str, **query: str) -> list[list[str]]:
        """The names on each page of a list, along its next links."""
        reply = self.get(path, **query)
        found = [reply.names]
        while (link := reply.json.get("nextLink")) and len(found) < 50:
            assert link.startswith(f"{self.endpoint}/")
            reply = self.follow(link)
            found.append(reply.names)
        return found

    def query(self, query: str, **request: Any) -> Reply:
        """A Resource Graph query."""
        path = "/providers/Microsoft.ResourceGraph/resources"
        return self.send("POST", path, body={"query": query} | request)

    def log(self) -> list[dict[str, Any]]:
        reply = self.send("GET", "/_sandbox/requests", token=None, version=None)
        return list(reply.json["requests"])

    @property
    def port(self) -> int:
        port = urlsplit(self.endpoint).port
        assert port is not None
        return port


def resource(kind: str, name: str, *, subscription: str = SUB, group: str = "rg-hsm", **more: Any) -> dict[str, Any]:
    """A resource as ARM writes it."""
    return {
        "id": f"/subscriptions/{subscription}/resourceGroups/{group}/providers/{kind}/{name}",
        "name": name,
        "type": kind,
        "location": "westeurope",
        "properties": {"provisioningState": "Succeeded"},
    } | more
