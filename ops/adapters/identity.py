"""How this process logs in: as it was told to, else by what is set up where it runs; one way, and its name is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from azure.core.credentials import AccessToken, AccessTokenInfo, TokenRequestOptions
from azure.core.exceptions import AzureError

from ops.adapters.credential import authority, default_credential, what_failed
from ops.errors import CloudUnreadable, ConfigProblem
from ops.model.policy import Auth

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncSupportsTokenInfo

_CLI_SECONDS = 30
_WHO = ("AZURE_TENANT_ID", "AZURE_CLIENT_ID")
SEE_DOCTOR = "; more: phsm doctor"
_NAMES = {
    Auth.MANAGED_IDENTITY: "managed identity",
    Auth.WORKLOAD_IDENTITY: "workload identity",
    Auth.GITHUB_OIDC: "GitHub OIDC",
    Auth.AZURE_CLI: "az CLI",
    Auth.ENVIRONMENT: "service principal of the environment",
    Auth.DEFAULT: "azure-identity's own chain",
}
_OTHER_WAYS = "az login, or set PHSM_AUTH: managed-identity, workload-identity, github-oidc or environment"
_TIPS = {
    Auth.MANAGED_IDENTITY: "give this machine a managed identity; for a user-assigned one set AZURE_CLIENT_ID",
    Auth.WORKLOAD_IDENTITY: "check AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_FEDERATED_TOKEN_FILE",
    Auth.GITHUB_OIDC: "check permissions: id-token: write, AZURE_TENANT_ID, AZURE_CLIENT_ID and the federated credential",
    Auth.AZURE_CLI: _OTHER_WAYS,
    Auth.ENVIRONMENT: "check AZURE_TENANT_ID, AZURE_CLIENT_ID, and AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH",
    Auth.DEFAULT: _OTHER_WAYS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How to log in, never ``auto``, and why so: ``PHSM_AUTH says so``, ``IDENTITY_ENDPOINT is set``."""

    auth: Auth
    because: str

    @property
    def name(self) -> str:
        return _NAMES[self.auth]


class Identity:
    """A credential that knows which it is. Raises CloudUnreadable, on one line, when it has no token."""

    def __init__(self, way: Way, credential: AsyncSupportsTokenInfo) -> None:
        self.way = way
        self._credential = credential

    async def get_token(
        self,
        *scopes: str,
        claims: str | None = None,
        tenant_id: str | None = None,
        enable_cae: bool = False,
        **kwargs: Any,
    ) -> AccessToken:
        options: TokenRequestOptions = {"enable_cae": enable_cae}
        if claims is not None:
            options["claims"] = claims
        if tenant_id is not None:
            options["tenant_id"] = tenant_id
        token = await self.get_token_info(*scopes, options=options)
        return AccessToken(token.token, token.expires_on)

    async def get_token_info(self, *scopes: str, options: TokenRequestOptions | None = None) -> AccessTokenInfo:
        try:
            return await self._credential.get_token_info(*scopes, options=options)
        except (AzureError, ValueError, OSError) as error:
            raise _unusable(self.way, error) from error

    async def close(self) -> None:
        await self._credential.close()

    async def __aenter__(self) -> Identity:
        return self

    async def __aexit__(self, *exc_details: object) -> None:
        await self.close()


def _unusable(way: Way, error: Exception) -> CloudUnreadable:
    what = f"no Azure credential works here (tried: {way.name}, as {way.because}): {what_failed(error)}"
    return CloudUnreadable(what, f"{_TIPS[way.auth]}{SEE_DOCTOR}")


def find_way(configured: Auth, environment: Mapping[str, str]) -> Way:
    """PHSM_AUTH goes before the configuration; ``auto`` looks at variables alone, so that it is the same every time.

    Raises ConfigProblem for a PHSM_AUTH that is none.
    """
    said = environment.get("PHSM_AUTH", "").strip().lower()
    try:
        asked = Auth(said) if said else configured
    except ValueError:
        raise ConfigProblem(f"PHSM_AUTH is {said}", tip=f"one of {', '.join(Auth)}") from None
    if asked is not Auth.AUTO:
        return Way(auth=asked, because="PHSM_AUTH says so" if said else "azure.auth says so")
    for auth, variables in (
        (Auth.DEFAULT, ("AZURE_TOKEN_CREDENTIALS",)),
        (Auth.MANAGED_IDENTITY, ("IDENTITY_ENDPOINT",)),
        (Auth.MANAGED_IDENTITY, ("MSI_ENDPOINT",)),
        (Auth.WORKLOAD_IDENTITY, ("AZURE_FEDERATED_TOKEN_FILE",)),
        (Auth.GITHUB_OIDC, ("ACTIONS_ID_TOKEN_REQUEST_URL", "AZURE_CLIENT_ID", "AZURE_TENANT_ID")),
        (Auth.ENVIRONMENT, ("AZURE_CLIENT_SECRET",)),
        (Auth.ENVIRONMENT, ("AZURE_CLIENT_CERTIFICATE_PATH",)),
    ):
        if all(environment.get(one, "").strip() for one in variables):
            return Way(auth=auth, because=f"{variables[0]} is set")
    return Way(auth=Auth.AZURE_CLI, because="nothing else is set up here")


def identity(way: Way, endpoint: str, environment: Mapping[str, str]) -> Identity:
    """The credential of this way; the login host follows the cloud of ``endpoint``. Raises CloudUnreadable."""
    try:
        return Identity(way, _credential(way.auth, endpoint, environment))
    except ValueError as error:
        raise _unusable(way, error) from error


def _credential(auth: Auth, endpoint: str, environment: Mapping[str, str]) -> AsyncSupportsTokenInfo:
    from azure.identity import aio

    host = authority(endpoint)
    if auth is Auth.MANAGED_IDENTITY:
        return aio.ManagedIdentityCredential(client_id=environment.get("AZURE_CLIENT_ID") or None)
    if auth is Auth.WORKLOAD_IDENTITY:
        _require(environment, (*_WHO, "AZURE_FEDERATED_TOKEN_FILE"))
        return aio.WorkloadIdentityCredential(**host)
    if auth is Auth.ENVIRONMENT:
        certificate = "AZURE_CLIENT_CERTIFICATE_PATH"
        _require(environment, (*_WHO, certificate if environment.get(certificate) else "AZURE_CLIENT_SECRET"))
        return aio.EnvironmentCredential(**host)
    if auth is Auth.GITHUB_OIDC:
        from ops.adapters.identity_github import NEEDED, github_credential

        _require(environment, (*_WHO, *NEEDED))
        return github_credential(environment, host)
    if auth is Auth.AZURE_CLI:
        return aio.AzureCliCredential(process_timeout=_CLI_SECONDS)
    return default_credential(endpoint)


def _require(environment: Mapping[str, str], names: tuple[str, ...]) -> None:
    """Raises ValueError, naming the variables that are not set; azure-identity would only say that some are not."""
    missing = [name for name in names if not environment.get(name, "").strip()]
    if missing:
        raise ValueError(f"not set: {', '.join(missing)}")
