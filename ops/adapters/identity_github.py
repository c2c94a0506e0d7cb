"""A job of GitHub Actions logs in without a secret: GitHub signs who the job is, and Entra takes that for a token.

GitHub's assertion lives five minutes, so a fresh one is fetched for every token; one that was fetched at the start
of a long job ends in AADSTS700024. The variables are those of GitHub's page on OpenID Connect.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from azure.core import AsyncPipelineClient
from azure.core.credentials import AccessToken, AccessTokenInfo, TokenRequestOptions
from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.core.pipeline.policies import ProxyPolicy, UserAgentPolicy
from azure.core.rest import AsyncHttpResponse, HttpRequest
from yarl import URL

import ops
from ops.adapters.connection import proxies
from ops.adapters.failure import reason
from ops.adapters.retry_policy import RetryPolicy, RetrySettings

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncSupportsTokenInfo

_AUDIENCE = "api://AzureADTokenExchange"
NEEDED = ("ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN")


def github_credential(environment: Mapping[str, str], authority: Mapping[str, Any]) -> AsyncSupportsTokenInfo:
    """The credential of the job that runs here; all variables of NEEDED and of its identity are set."""
    tenant, client, url, token = (environment[name].strip() for name in ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", *NEEDED))
    return _GithubCredential(tenant, client, url, token, authority)


class _GithubCredential:
    """ClientAssertionCredential with an assertion that is as old as the token it is for.

    The SDK asks for the assertion by a plain function, which would stop the event loop while it waits for GitHub.
    """

    def __init__(self, tenant: str, client: str, url: str, token: str, authority: Mapping[str, Any]) -> None:
        from azure.identity.aio import ClientAssertionCredential

        self._url = str(URL(url).update_query(audience=_AUDIENCE))
        self._token = token
        self._assertion = ""
        self._entra = ClientAssertionCredential(tenant, client, lambda: self._assertion, **authority)
        # no redirects and no logging: the request carries one secret, and the answer is another
        policies = [UserAgentPolicy(f"payment-hsm-ops/{ops.__version__}"), ProxyPolicy(proxies=proxies(url))]
        self._github: AsyncPipelineClient[HttpRequest, AsyncHttpResponse] = AsyncPipelineClient(
            url,
            policies=[*policies, RetryPolicy(RetrySettings(attempts=3, deadline_seconds=30))],
            use_env_settings=False,
        )

    async def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        self._assertion = await self._fresh_assertion()
        return await self._entra.get_token(*scopes, **options)

    async def get_token_info(self, *scopes: str, options: TokenRequestOptions | None = None) -> AccessTokenInfo:
        self._assertion = await self._fresh_assertion()
        return await self._entra.get_token_info(*scopes, options=options)

    async def _fresh_assertion(self) -> str:
        request = HttpRequest("GET", self._url, headers={"Authorization": f"Bearer {self._token}"})
        try:
            response = await self._github.send_request(request)
            await response.read()
        except AzureError as error:
            raise ClientAuthenticationError(f"GitHub was not reached: {reason(error)}") from error
        if response.status_code != 200:
            raise ClientAuthenticationError(f"GitHub gave no assertion: {response.status_code} {response.reason}")
        try:
            answer = response.json()
        except ValueError:  # its message would hold the answer
            answer = None
        assertion = answer.get("value") if isinstance(answer, dict) else None
        if not isinstance(assertion, str) or not assertion:
            raise ClientAuthenticationError("GitHub gave no assertion: its answer holds none")
        return assertion

    async def close(self) -> None:
        await self._github.close()
        await self._entra.close()

    async def __aenter__(self) -> _GithubCredential:
        return self

    async def __aexit__(self, *exc_details: object) -> None:
        await self.close()
