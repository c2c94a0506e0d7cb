"""How recordings are made, kept and found. A recording is a cassette of vcrpy, laid out for people who review it.

They are made by ``make record``: from our sandbox, with the estate that a test names, or, with RECORD_FROM=azure and a
credential, from what that identity can see. The order of what is asked side by side says nothing, so a cassette is
sorted by method and URL, and by time only where the same is asked again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import yaml

from ops.adapters.connection import Connection
from ops.adapters.credential import ConstantCredential, credential_scopes, default_credential
from ops.adapters.retry_policy import RetrySettings
from ops.sandbox.child import running
from tests.process import REPOSITORY
from tests.scrubbing import AZURE, Scrubber

if TYPE_CHECKING:
    from vcr.request import Request

RECORDINGS = REPOSITORY / "tests/recordings"
ESTATES = REPOSITORY / "tests/estates"
FROM_AZURE = "reading"
"""The folder of the recordings that a real subscription can give: nothing in there needs a fault, or writes."""

QUICK = RetrySettings(attempts=3, deadline_seconds=20, longest_wait_seconds=2, first_wait_seconds=0.01)
_HEAD = "# Made by `make record`. Change the estate or the test, not this file.\n"
_HEADERS = frozenset({
    "azure-asyncoperation", "content-type", "location", "retry-after", "retry-after-ms", "x-ms-failure-cause",
    "x-ms-retry-after-ms",
})  # fmt: skip
"""All others are left out: they are secret, or new with each answer, and nothing of ours reads them."""


def _only_arm(request: Request) -> Request | None:
    """vcrpy's filter: what a credential asks its login host for is not recorded, and not replayed."""
    return request if request.host in (urlsplit(AZURE).hostname, "127.0.0.1") else None


CONFIG: dict[str, Any] = {
    "match_on": ("method", "scheme", "host", "port", "path", "query", "body"),
    "allow_playback_repeats": False,
    "decode_compressed_response": True,
    "before_record_request": _only_arm,
}


@contextmanager
def replaying() -> Iterator[Connection]:
    """A connection to Azure that the cassette answers in its place."""
    scopes = credential_scopes(AZURE) or ()
    with Connection(
        endpoint=AZURE, credential_scopes=scopes, credential=ConstantCredential(), retry=QUICK
    ) as connection:
        yield connection


@contextmanager
def recording_from(estate: str, folder: str) -> Iterator[Connection]:
    """A connection to a sandbox with this estate, or to Azure, where ``folder`` is for recordings from there."""
    scopes = credential_scopes(AZURE) or ()
    if os.environ.get("RECORD_FROM") == "azure":
        if folder != FROM_AZURE:
            raise ValueError(f"recordings of {folder} write or need faults: they are made from the sandbox only")
        with Connection(endpoint=AZURE, credential_scopes=scopes, credential=default_credential(AZURE)) as connection:
            yield connection
        return
    with (
        running(str(ESTATES / f"{estate}.yaml")) as serving,
        Connection(
            endpoint=serving.endpoint,
            ca_bundle=serving.ca_bundle,
            credential_scopes=scopes,
            credential=ConstantCredential(),
            retry=QUICK,
        ) as connection,
    ):
        yield connection


def serialize(cassette: dict[str, Any]) -> str:
    """vcrpy's cassette as our text: scrubbed, sorted, and with JSON as YAML."""
    plain = sorted((_plain(interaction) for interaction in cassette["interactions"]), key=_order)
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(plain[0]["request"]["uri"])) if plain else AZURE
    scrubber = Scrubber(origin, json.dumps(plain))
    for _ in range(2):  # all names have to be known before the first text is read
        scrubbed = [_scrubbed(interaction, scrubber) for interaction in plain]
    return _HEAD + yaml.dump(
        sorted(scrubbed, key=_order), Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=110
    )


def deserialize(text: str) -> dict[str, Any]:
    """Our text as vcrpy's cassette."""
    return {"interactions": [_whole(**interaction) for interaction in yaml.load(text, Loader=yaml.CSafeLoader)]}


def _whole(request: dict[str, Any], response: dict[str, Any]) -> dict[str, Any]:
    headers: dict[str, Any] = {"headers": {}}
    return {
        "request": {**headers, **_without_body(request), "body": _body(request)},
        "response": {**headers, **_without_body(response), "body": {"string": _body(response) or ""}},
    }


def _without_body(message: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in message.items() if key not in ("json", "body")}


def _body(message: dict[str, Any]) -> str | None:
    if "json" in message:
        return json.dumps(message["json"], ensure_ascii=False)
    body: str | None = message.get("body")
    return body


def _plain(interaction: dict[str, Any]) -> dict[str, Any]:
    """What of an interaction is kept. A body that is JSON stands as ``json``, any other as ``body``."""
    request, response = interaction["request"], interaction["response"]
    return {
        "request": {
            "method": request["method"],
            "uri": request["uri"],
            **_headers(request["headers"]),
            **_parsed(request["body"]),
        },
        "response": {
            "status": response["status"],
            **_headers(response["headers"]),
            **_parsed(response["body"].get("string")),
        },
    }


def _headers(headers: dict[str, list[str]]) -> dict[str, Any]:
    kept = {name.lower(): values[0] for name, values in headers.items() if name.lower() in _HEADERS}
    return {"headers": dict(sorted(kept.items()))} if kept else {}


def _parsed(body: str | None) -> dict[str, Any]:
    if not body:
        return {}
    try:
        return {"json": json.loads(body)}
    except ValueError:
        return {"body": body}


def _scrubbed(interaction: dict[str, Any], scrubber: Scrubber) -> dict[str, Any]:
    path = urlsplit(interaction["request"]["uri"]).path
    found: dict[str, Any] = {side: dict(message) for side, message in interaction.items()}
    for message in found.values():
        if "headers" in message:
            message["headers"] = {name: scrubber.text(value) for name, value in message["headers"].items()}
        if "json" in message:
            message["json"] = scrubber.json(message["json"], path=path)
        if "body" in message:
            message["body"] = scrubber.text(message["body"])
    found["request"]["uri"] = scrubber.url(interaction["request"]["uri"])
    return found


def _order(interaction: dict[str, Any]) -> tuple[str, str, str]:
    request = interaction["request"]
    return request["method"], request["uri"], json.dumps(request.get("json", request.get("body")))
