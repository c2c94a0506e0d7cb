"""Who we are to Azure: found once, asked once, and a clear word when there is nobody."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from azure.core import AzureClouds
from azure.core.credentials import AccessToken, AccessTokenInfo, TokenRequestOptions
from azure.core.exceptions import AzureError
from azure.mgmt.core.tools import get_arm_endpoints

from ops.errors import CloudUnreadable
from ops.model.untrusted import one_line

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncSupportsTokenInfo, AsyncTokenCredential

_EARLY_SECONDS = 300.0
_PATIENCE_SECONDS = 30.0
_LOGIN_HOST = {
    AzureClouds.AZURE_PUBLIC_CLOUD: "login.microsoftonline.com",
    AzureClouds.AZURE_US_GOVERNMENT: "login.microsoftonline.us",
    AzureClouds.AZURE_CHINA_CLOUD: "login.chinacloudapi.cn",
}
_CLOUD_NAMES = {
    AzureClouds.AZURE_PUBLIC_CLOUD: "Azure's public cloud",
    AzureClouds.AZURE_US_GOVERNMENT: "Azure Government",
    AzureClouds.AZURE_CHINA_CLOUD: "Azure operated by 21Vianet",
}
_TIP = "az login, or set AZURE_CLIENT_ID to the client id of a managed identity"
_Token = TypeVar("_Token", AccessToken, AccessTokenInfo)


class ConstantCredential:
    """The credential for a server on this machine: a token that means nothing elsewhere. azure-identity is not asked."""

    async def get_token(
        self,
        *scopes: str,
        claims: str | None = None,
        tenant_id: str | None = None,
        enable_cae: bool = False,
        **kwargs: Any,
    ) -> AccessToken:
        return AccessToken("sandbox", int(time.time()) + 86_400)

    async def close(self) -> None:
        """Nothing is held."""

    async def __aenter__(self) -> ConstantCredential:
        return self

    async def __aexit__(self, *exc_details: object) -> None:
        """Nothing is held."""


class CachedCredential:
    """One cache for all clients: one token per scopes, claims and tenant, fetched by one request at a time.

    A token is replaced five minutes before it ends. Raises CloudUnreadable when no token can be had.
    """

    def __init__(self, credential: AsyncTokenCredential) -> None:
        self._credential = credential
        self._lock = asyncio.Lock()
        self._tokens: dict[tuple[object, ...], tuple[AccessTokenInfo, float]] = {}

    async def get_token(
        self,
        *scopes: str,
        claims: str | None = None,
        tenant_id: str | None = None,
        enable_cae: bool = False,
        **kwargs: Any,
    ) -> AccessToken:
        token = await self._token(scopes, claims, tenant_id, enable_cae)
        return AccessToken(token.token, token.expires_on)

    async def get_token_info(self, *scopes: str, options: TokenRequestOptions | None = None) -> AccessTokenInfo:
        asked = options or {}
        return await self._token(scopes, asked.get("claims"), asked.get("tenant_id"), asked.get("enable_cae") is True)

    async def _token(
        self, scopes: tuple[str, ...], claims: str | None, tenant: str | None, cae: bool
    ) -> AccessTokenInfo:
        key = (scopes, claims, tenant, cae)
        async with self._lock:
            known = self._tokens.get(key)
            if known is not None and _is_good(*known):
                return known[0]
            token = await self._fetch(scopes, claims, tenant, cae)
            self._tokens[key] = token, time.time()
            if claims is not None:  # the token before it was just refused
                self._tokens[scopes, None, tenant, cae] = self._tokens[key]
            return token

    async def _fetch(
        self, scopes: tuple[str, ...], claims: str | None, tenant: str | None, cae: bool
    ) -> AccessTokenInfo:
        options: TokenRequestOptions = {"enable_cae": cae}
        if claims is not None:
            options["claims"] = claims
        if tenant is not None:
            options["tenant_id"] = tenant
        ask = getattr(self._credential, "get_token_info", None)
        try:
            if ask is not None:
                info: AccessTokenInfo = await ask(*scopes, options=options)
                return info
            token = await self._credential.get_token(*scopes, **options)
            return AccessTokenInfo(token.token, token.expires_on)
        except (AzureError, ValueError, OSError) as error:
            raise CloudUnreadable(f"no Azure credential works here: {what_failed(error)}", _TIP) from error

    async def close(self) -> None:
        await self._credential.close()

    async def __aenter__(self) -> CachedCredential:
        return self

    async def __aexit__(self, *exc_details: object) -> None:
        await self.close()


def _is_good(token: AccessTokenInfo, fetched_at: float) -> bool:
    """The az CLI hands out tokens that end soon; asking it again at once would only give the same one."""
    now = time.time()
    left = token.expires_on - now
    return left > _EARLY_SECONDS or (left > 0 and now - fetched_at < _PATIENCE_SECONDS)


def what_failed(error: Exception) -> str:
    """What azure-identity says, on one line; of a chain, only the names of those it tried."""
    tried = dict.fromkeys(re.findall(r"^\s*(\w+Credential): ", str(error), re.MULTILINE))
    return f"none of {', '.join(tried)}" if tried else one_line(error, 200)


def default_credential(endpoint: str = "") -> AsyncSupportsTokenInfo:
    """What azure-identity finds here: environment, workload identity, managed identity, az CLI.

    Nothing that asks a person, and nothing left behind by an editor or another tool, unless AZURE_TOKEN_CREDENTIALS
    names it. The login host follows the cloud of ``endpoint``; AZURE_AUTHORITY_HOST goes before. Raises CloudUnreadable.
    """
    from azure.identity.aio import DefaultAzureCredential

    settings: dict[str, Any] = authority(endpoint)
    if not os.environ.get("AZURE_TOKEN_CREDENTIALS", "").strip():
        settings |= {
            "exclude_shared_token_cache_credential": True,
            "exclude_visual_studio_code_credential": True,
            "exclude_powershell_credential": True,
            "exclude_developer_cli_credential": True,
        }
    try:
        return DefaultAzureCredential(**settings)
    except ValueError as error:
        raise CloudUnreadable(one_line(error, 200), "correct AZURE_TOKEN_CREDENTIALS, or leave it unset") from error


def authority(endpoint: str) -> dict[str, str]:
    """The login host of the endpoint's cloud, as azure-identity's keyword; none where AZURE_AUTHORITY_HOST names one."""
    cloud = _cloud(endpoint)
    return {} if cloud is None or os.environ.get("AZURE_AUTHORITY_HOST") else {"authority": _LOGIN_HOST[cloud]}


def cloud_name(endpoint: str) -> str:
    """What people call the cloud of this endpoint; ``""`` if it is none of the known ones."""
    cloud = _cloud(endpoint)
    return "" if cloud is None else _CLOUD_NAMES[cloud]


def credential_scopes(endpoint: str) -> tuple[str, ...] | None:
    """What a token for this endpoint must be asked for; None if the endpoint is none of the known clouds."""
    cloud = _cloud(endpoint)
    return None if cloud is None else tuple(get_arm_endpoints(cloud)["credential_scopes"])


def _cloud(endpoint: str) -> AzureClouds | None:
    asked = endpoint.rstrip("/").lower()
    for cloud in _LOGIN_HOST:
        if get_arm_endpoints(cloud)["resource_manager"].rstrip("/") == asked:
            return cloud
    return None


def read_claims(token: str) -> Mapping[str, object]:
    """What an access token says about its bearer; nothing is verified, and a token that cannot be read says nothing."""
    try:
        body = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (IndexError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}
