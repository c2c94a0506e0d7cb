"""A job of GitHub Actions logs in: against a listener in GitHub's place, and one with TLS in Entra's."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trustme
from aiohttp import web

from ops.adapters.credential import CachedCredential
from ops.adapters.identity import Identity, Way
from ops.adapters.identity_github import github_credential
from ops.errors import CloudUnreadable
from ops.model.policy import Auth
from tests.adapters.listening import listening

SCOPE = "https://management.azure.com/.default"
WAY = Way(auth=Auth.GITHUB_OIDC, because="it is a test")


@dataclass
class Elsewhere:
    """GitHub and Entra. ``answers`` are what GitHub says, in turn; none left = a numbered assertion."""

    folder: Path
    lifetime: int = 3600
    answers: list[web.Response] = field(default_factory=list)
    asked_of_github: list[tuple[str, str, str]] = field(default_factory=list)
    assertions: list[str] = field(default_factory=list)

    async def github(self, request: web.Request) -> web.Response:
        self.asked_of_github.append(
            (request.query["audience"], request.query.get("api-version", ""), request.headers["Authorization"])
        )
        number = len(self.asked_of_github)
        return self.answers.pop(0) if self.answers else web.json_response({"count": 1, "value": f"assertion-{number}"})

    async def entra(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.assertions.append(str(form["client_assertion"]))
        assert request.path == "/tenant-1/oauth2/v2.0/token"
        assert form["client_id"] == "client-1"
        token = {"access_token": f"token-{len(self.assertions)}", "expires_in": self.lifetime, "token_type": "Bearer"}
        return web.json_response(token)

    @asynccontextmanager
    async def job(self) -> AsyncIterator[Identity]:
        """The credential of a job that runs between the two."""
        authority = trustme.CA()
        bundle = self.folder / "ca.pem"
        authority.cert_pem.write_to_path(str(bundle))
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("127.0.0.1").configure_cert(tls)
        async with listening(self.github) as github, listening(self.entra, tls) as entra:
            environment = {
                "AZURE_TENANT_ID": "tenant-1",
                "AZURE_CLIENT_ID": "client-1",
                "ACTIONS_ID_TOKEN_REQUEST_URL": f"{github}/token?api-version=2.0",
                "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "request-secret",
            }
            inner = github_credential(environment, {"authority": entra, "connection_verify": str(bundle)})
            async with Identity(WAY, inner) as identity:
                yield identity


def test_every_token_gets_an_assertion_of_its_own(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    there = Elsewhere(tmp_path, lifetime=0)  # each token has ended when it arrives
    caplog.set_level(logging.DEBUG)

    async def ask() -> list[str]:
        async with there.job() as identity:
            cached = CachedCredential(identity)
            return [(await cached.get_token_info(SCOPE)).token, (await cached.get_token_info(SCOPE)).token]

    assert asyncio.run(ask()) == ["token-1", "token-2"]
    assert there.assertions == ["assertion-1", "assertion-2"]
    assert there.asked_of_github[0] == ("api://AzureADTokenExchange", "2.0", "Bearer request-secret")
    for secret in ("request-secret", "assertion-1", "token-1"):
        assert secret not in caplog.text


def test_many_requests_side_by_side_ask_github_once(tmp_path: Path) -> None:
    there = Elsewhere(tmp_path)

    async def ask() -> None:
        async with there.job() as identity:
            cached = CachedCredential(identity)
            await asyncio.gather(*(cached.get_token_info(SCOPE) for _ in range(20)))

    asyncio.run(ask())
    assert len(there.asked_of_github) == len(there.assertions) == 1


def test_a_github_that_is_busy_is_asked_again(tmp_path: Path) -> None:
    there = Elsewhere(tmp_path, answers=[web.Response(status=503)])

    async def ask() -> str:
        async with there.job() as identity:
            return (await identity.get_token(SCOPE)).token

    assert asyncio.run(ask()) == "token-1"
    assert there.assertions == ["assertion-2"]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (web.Response(status=403, text="request-secret"), "GitHub gave no assertion: 403 Forbidden"),
        (web.Response(text="<html>request-secret"), "GitHub gave no assertion: its answer holds none"),
        (
            web.Response(text='{"count": 0, "hint": "request-secret"}'),
            "GitHub gave no assertion: its answer holds none",
        ),
        (web.Response(text='["request-secret"]'), "GitHub gave no assertion: its answer holds none"),
    ],
    ids=["refused", "no JSON", "no value", "no object"],
)
def test_no_assertion_is_told_without_what_github_sent(tmp_path: Path, answer: web.Response, told: str) -> None:
    there = Elsewhere(tmp_path, answers=[answer])

    async def ask() -> None:
        async with there.job() as identity:
            await identity.get_token_info(SCOPE)

    with pytest.raises(CloudUnreadable) as caught:
        asyncio.run(ask())
    assert caught.value.what == f"no Azure credential works here (tried: GitHub OIDC, as it is a test): {told}"
    assert "id-token: write" in caught.value.tip
    assert there.assertions == []


def test_a_github_that_is_not_there_is_told(tmp_path: Path) -> None:
    environment = {
        "AZURE_TENANT_ID": "t",
        "AZURE_CLIENT_ID": "c",
        "ACTIONS_ID_TOKEN_REQUEST_URL": "http://127.0.0.1:9/token",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "request-secret",
    }

    async def ask() -> None:
        async with Identity(WAY, github_credential(environment, {})) as identity:
            await identity.get_token_info(SCOPE)

    with pytest.raises(CloudUnreadable, match="GitHub was not reached: no connection"):
        asyncio.run(ask())
