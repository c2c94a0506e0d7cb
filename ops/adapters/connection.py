"""One connection to ARM: one event loop, one HTTP session, one credential, and one recipe for every SDK client."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
import ssl
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.request import getproxies, proxy_bypass
from weakref import WeakSet

import aiohttp
from azure.core.credentials import AccessTokenInfo
from azure.core.pipeline.policies import (
    ContentDecodePolicy,
    CustomHookPolicy,
    HeadersPolicy,
    ProxyPolicy,
    RequestIdPolicy,
    UserAgentPolicy,
)
from azure.core.pipeline.transport import AioHttpTransport
from azure.mgmt.core.policies import ARMHttpLoggingPolicy, AsyncARMChallengeAuthenticationPolicy
from yarl import URL

import ops
from ops.adapters.credential import CachedCredential
from ops.adapters.one_host_policy import OneHostPolicy
from ops.adapters.pace_policy import IN_FLIGHT, Pace, PacePolicy
from ops.adapters.request_ids import RequestIdNotes
from ops.adapters.retry_policy import RetryPolicy, RetrySettings
from ops.errors import ConfigProblem

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

ResultT = TypeVar("ResultT")
ClientT = TypeVar("ClientT")
_USUAL = RetrySettings()

# What the SDK has to say at warning level, we say better; without a handler Python would print it.
logging.getLogger("azure").addHandler(logging.NullHandler())


class ConnectionLost(aiohttp.ClientError):
    """The connection broke when the request was on its way."""


class Connection:
    """Everything that is sent to Azure goes through here. A context manager; not for use by two threads.

    ``requests`` counts what was sent, every attempt, page and poll. Raises ConfigProblem for an endpoint that is not
    ``https://host[:port]`` or a CA bundle that cannot be read.
    """

    def __init__(
        self,
        *,
        endpoint: str,
        credential_scopes: tuple[str, ...],
        credential: AsyncTokenCredential,
        ca_bundle: str | None = None,
        retry: RetrySettings = _USUAL,
    ) -> None:
        self.endpoint = checked_endpoint(endpoint)
        self.requests = 0
        self._scopes = credential_scopes
        self._credential = CachedCredential(credential)
        self._ca_bundle = ca_bundle
        self._retry = retry
        self._pace = Pace()
        self._clients: dict[tuple[object, ...], Any] = {}
        self._runner = asyncio.Runner()
        self._session: aiohttp.ClientSession | None = None
        self._transport: AioHttpTransport | None = None
        self._sockets: WeakSet[socket.socket] = WeakSet()

    def __enter__(self) -> Self:
        context = _tls_context(self._ca_bundle)
        self._runner.__enter__()
        self.run(self._open(context))
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            self.run(self._close())
        finally:
            self._runner.close()

    async def _open(self, context: ssl.SSLContext) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=context, limit=IN_FLIGHT, socket_factory=self._socket),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,  # azure-core does it
            middlewares=(self._send_once,),
        )
        self._transport = AioHttpTransport(
            session=self._session,
            session_owner=False,
            connection_timeout=self._retry.connect_seconds,
            read_timeout=self._retry.read_seconds,
        )

    async def _close(self) -> None:
        clients, self._clients = self._clients, {}
        for client in clients.values():
            await client.close()
        if self._session is not None:
            await self._session.close()
        await self._credential.close()
        for _ in range(100):  # a connection that was cut says goodbye in its own time, and aiohttp does not wait for it
            if all(one.fileno() < 0 for one in self._sockets):
                break
            await asyncio.sleep(0.01)

    def _socket(self, address: aiohttp.AddrInfoType) -> socket.socket:
        family, kind, protocol, *_ = address
        created = socket.socket(family, kind, protocol)
        self._sockets.add(created)
        return created

    async def _send_once(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """aiohttp by itself sends a PUT again when the connection dies; whether to repeat is for our policy to say."""
        self.requests += 1
        try:
            return await handler(request)
        except aiohttp.ClientConnectorError:
            raise
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
            raise ConnectionLost(str(error) or type(error).__name__) from error

    def run(self, coroutine: Coroutine[Any, Any, ResultT]) -> ResultT:
        """Run to the end and give the result. Ctrl-C cancels the coroutine and raises KeyboardInterrupt."""
        return self._runner.run(coroutine)

    def client(self, make: Callable[..., ClientT], *args: Any, **kwargs: Any) -> ClientT:
        """The SDK's async client of this class, with ``args`` after the credential; the same one for the same arguments.

        The connection closes it.
        """
        key = (make, args, *sorted(kwargs.items()))
        if key not in self._clients:
            self._clients[key] = make(
                self._credential,
                *args,
                base_url=self.endpoint,
                credential_scopes=list(self._scopes),
                transport=self._transport,
                policies=self._policies(),
                **kwargs,
            )
        client: ClientT = self._clients[key]
        return client

    async def token(self) -> AccessTokenInfo:
        """The token that the requests carry. Raises CloudUnreadable when there is none."""
        return await self._credential.get_token_info(*self._scopes)

    def _policies(self) -> list[Any]:
        """The whole pipeline; a policy knows its successor, so each client needs its own.

        Not in it: the SDK's retries, redirects, and the policy that registers resource providers after a GET.
        """
        return [
            RequestIdPolicy(),
            HeadersPolicy(),
            UserAgentPolicy(f"payment-hsm-ops/{ops.__version__}"),
            ProxyPolicy(proxies=proxies(self.endpoint)),
            RetryPolicy(self._retry),
            CustomHookPolicy(),  # before the decoding, so that a hook sees what was decoded
            ContentDecodePolicy(),
            RequestIdNotes(),  # an answer that cannot be decoded has ids too
            OneHostPolicy(self.endpoint),
            PacePolicy(self._pace),
            AsyncARMChallengeAuthenticationPolicy(self._credential, *self._scopes),
            ARMHttpLoggingPolicy(),  # shows neither tokens nor the query of a signed URL
        ]


def is_loopback(endpoint: str) -> bool:
    """Whether the endpoint is on this machine."""
    try:
        host = URL(endpoint).host or ""
    except ValueError:
        return False
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def checked_endpoint(endpoint: str) -> str:
    """The endpoint without a slash at its end. Raises ConfigProblem if it is not ``https://host[:port]``."""
    try:
        url = URL(endpoint)
        good = url.scheme == "https" and bool(url.host) and url.user is None and url.path in ("", "/")
    except ValueError:
        good = False
    if not good or url.query_string or url.fragment:
        raise ConfigProblem(
            f"the ARM endpoint is not https://host: {endpoint}", tip="correct azure.endpoint or PHSM_ARM_ENDPOINT"
        )
    return endpoint.rstrip("/")


def _tls_context(ca_bundle: str | None) -> ssl.SSLContext:
    """Built once: building one for each request costs five times the time of the request."""
    try:
        return ssl.create_default_context(cafile=ca_bundle)
    except OSError as error:  # ssl.SSLError is one
        raise ConfigProblem(f"the CA bundle {ca_bundle} cannot be read: {error}", tip="set PHSM_CA_BUNDLE") from error


def proxies(endpoint: str) -> dict[str, str] | None:
    """The proxy that the environment names for the endpoint. Read here, as aiohttp would read .netrc along with it."""
    host = URL(endpoint).host or ""
    if is_loopback(endpoint) or proxy_bypass(host):
        return None
    proxy = getproxies().get("https")
    return {"https": proxy} if proxy else None
