"""The token goes to one host: a link to anywhere else is refused before the token is attached."""

from __future__ import annotations

from typing import Any

from azure.core.exceptions import AzureError
from azure.core.pipeline import PipelineRequest
from azure.core.pipeline.policies import SansIOHTTPPolicy
from yarl import URL


class ForeignHostRefused(AzureError):
    """A next link or an operation URL that points away from the endpoint. ``host`` is where it points, nothing more."""

    def __init__(self, host: str) -> None:
        super().__init__(f"a link names another host: {host}")
        self.host = host


class OneHostPolicy(SansIOHTTPPolicy[Any, Any]):
    """Lets only requests to the scheme, host and port of ``endpoint`` pass.

    URLs are read with yarl, as the HTTP client does, so that both see the same host.
    """

    def __init__(self, endpoint: str) -> None:
        super().__init__()
        self._origin = _origin(URL(endpoint))

    def on_request(self, request: PipelineRequest[Any]) -> None:
        try:
            url = URL(request.http_request.url)
            same = _origin(url) == self._origin and url.user is None and url.password is None
        except ValueError as error:
            raise ForeignHostRefused("a URL that cannot be read") from error
        if not same:
            raise ForeignHostRefused(url.host or "none")


def _origin(url: URL) -> tuple[str, str | None, int | None]:
    return url.scheme, url.host, url.port
