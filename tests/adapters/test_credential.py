from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import pytest
from azure.core.credentials import AccessToken, AccessTokenInfo, TokenRequestOptions
from azure.core.exceptions import ClientAuthenticationError

from ops.adapters.credential import (
    CachedCredential,
    ConstantCredential,
    authority,
    credential_scopes,
    default_credential,
)
from ops.errors import CloudUnreadable
from tests.adapters.conftest import CountingCredential

SCOPE = "https://management.azure.com/.default"


@dataclass
class RefusingCredential(CountingCredential):
    """A credential that cannot give a token, and says so at length."""

    message: str = ""

    async def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        raise ClientAuthenticationError(self.message)


@dataclass
class InformedCredential(CountingCredential):
    """A credential that offers ``get_token_info``, as azure-identity does."""

    async def get_token_info(self, *scopes: str, options: TokenRequestOptions | None = None) -> AccessTokenInfo:
        token = await self.get_token(*scopes, **(options or {}))
        return AccessTokenInfo(token.token, token.expires_on)


def test_many_who_ask_at_once_wait_for_one_answer() -> None:
    inner = CountingCredential()

    async def ask() -> set[str]:
        cached = CachedCredential(inner)
        infos = await asyncio.gather(*(cached.get_token_info(SCOPE) for _ in range(50)))
        tokens = await asyncio.gather(*(cached.get_token(SCOPE) for _ in range(50)))
        return {one.token for one in (*infos, *tokens)}

    assert asyncio.run(ask()) == {"token-1"}
    assert len(inner.asked) == 1


@pytest.mark.parametrize(
    "other",
    [{"options": {"claims": "c"}}, {"options": {"tenant_id": "t"}}, {"options": {"enable_cae": True}}],
)
def test_another_question_gets_another_token(other: dict[str, Any]) -> None:
    inner = InformedCredential()

    async def ask() -> list[str]:
        cached = CachedCredential(inner)
        return [(await cached.get_token_info(SCOPE)).token, (await cached.get_token_info(SCOPE, **other)).token]

    assert asyncio.run(ask()) == ["token-1", "token-2"]
    assert inner.asked[1].items() >= other["options"].items()


def test_a_token_that_was_asked_for_with_claims_replaces_the_refused_one() -> None:
    inner = InformedCredential()

    async def ask() -> str:
        cached = CachedCredential(inner)
        await cached.get_token_info(SCOPE)
        await cached.get_token_info(SCOPE, options={"claims": "c"})
        return (await cached.get_token_info(SCOPE)).token

    assert asyncio.run(ask()) == "token-2"


@pytest.mark.parametrize(("lifetime", "asked"), [(3600, 1), (310, 1), (-1, 2)])
def test_a_token_that_ended_is_replaced_and_one_that_is_short_is_not_asked_for_again_at_once(
    lifetime: int, asked: int
) -> None:
    inner = CountingCredential(lifetime=lifetime)

    async def ask() -> None:
        cached = CachedCredential(inner)
        await cached.get_token(SCOPE)
        await cached.get_token(SCOPE)

    asyncio.run(ask())
    assert len(inner.asked) == asked


def test_no_credential_is_one_line_with_the_names_that_were_tried() -> None:
    told = (
        "DefaultAzureCredential failed to retrieve a token from the included credentials.\n"
        "Attempted credentials:\n\tEnvironmentCredential: not configured\n\tAzureCliCredential: az not found on path\n"
    )
    with pytest.raises(CloudUnreadable) as caught:
        asyncio.run(CachedCredential(RefusingCredential(message=told)).get_token(SCOPE))
    assert caught.value.what == "no Azure credential works here: none of EnvironmentCredential, AzureCliCredential"
    assert "az login" in caught.value.tip
    assert "AZURE_CLIENT_ID" in caught.value.tip


def test_a_refused_login_is_told_on_one_line() -> None:
    with pytest.raises(CloudUnreadable) as caught:
        asyncio.run(
            CachedCredential(RefusingCredential(message="AADSTS7000222: expired\nTrace ID: 1\x1b[31m")).get_token(SCOPE)
        )
    assert caught.value.what == "no Azure credential works here: AADSTS7000222: expired Trace ID: 1 [31m"


def test_closing_the_cache_closes_the_credential() -> None:
    inner = CountingCredential()

    async def use() -> None:
        async with CachedCredential(inner) as cached:
            await cached.get_token(SCOPE)

    asyncio.run(use())
    assert inner.closed


@pytest.mark.parametrize(
    ("endpoint", "scopes"),
    [
        ("https://management.azure.com", ("https://management.azure.com/.default",)),
        ("https://MANAGEMENT.azure.com/", ("https://management.azure.com/.default",)),
        ("https://management.usgovcloudapi.net", ("https://management.core.usgovcloudapi.net/.default",)),
        ("https://management.chinacloudapi.cn", ("https://management.chinacloudapi.cn/.default",)),
        ("https://management.azure.com.evil.example", None),
        ("https://127.0.0.1:8443", None),
    ],
)
def test_scopes_are_known_for_the_known_clouds_alone(endpoint: str, scopes: tuple[str, ...] | None) -> None:
    assert credential_scopes(endpoint) == scopes


def test_the_login_host_follows_the_cloud_unless_the_environment_names_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZURE_AUTHORITY_HOST", raising=False)
    assert authority("https://management.azure.com") == {"authority": "login.microsoftonline.com"}
    assert authority("https://management.usgovcloudapi.net/") == {"authority": "login.microsoftonline.us"}
    assert authority("https://arm.internal.example") == {}
    monkeypatch.setenv("AZURE_AUTHORITY_HOST", "login.internal.example")
    assert authority("https://management.azure.com") == {}


CHAIN = """
import asyncio, sys
from ops.adapters.credential import default_credential
from ops.errors import CloudUnreadable
try:
    credential = default_credential(sys.argv[1])
except CloudUnreadable as error:
    print(error.what)
else:
    print(*(type(one).__name__ for one in credential.credentials if "FailedDAC" not in type(one).__name__))
    asyncio.run(credential.close())
"""


def _chain(**environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", CHAIN, "https://management.azure.com"],
        env={"PATH": "", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.strip()


def test_the_usual_chain_asks_no_person_and_no_editor() -> None:
    assert _chain() == "EnvironmentCredential ManagedIdentityCredential AzureCliCredential"


def test_the_environment_can_name_one_credential() -> None:
    assert _chain(AZURE_TOKEN_CREDENTIALS="AzurePowerShellCredential") == "AzurePowerShellCredential"
    assert _chain(AZURE_TOKEN_CREDENTIALS="prod") == "EnvironmentCredential ManagedIdentityCredential"


def test_a_credential_name_that_does_not_exist_is_told() -> None:
    assert "AZURE_TOKEN_CREDENTIALS" in _chain(AZURE_TOKEN_CREDENTIALS="nonsense")


def test_a_sandbox_never_loads_azure_identity() -> None:
    script = (
        "import sys; import ops.adapters.azure_cloud, ops.adapters.connection, ops.adapters.credential; "
        "sys.exit(any(name.startswith('azure.identity') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", script], timeout=60, check=False).returncode == 0


def test_the_constant_token_is_always_fresh() -> None:
    async def ask() -> AccessToken:
        async with ConstantCredential() as credential:
            return await credential.get_token(SCOPE)

    assert asyncio.run(ask()).token == "sandbox"


def test_the_default_credential_can_be_built_here() -> None:
    credential = default_credential("https://management.usgovcloudapi.net")
    asyncio.run(credential.close())
