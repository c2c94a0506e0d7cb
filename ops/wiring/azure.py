"""The connection to Azure, and who logs in."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ops.errors import ConfigProblem
from ops.model.estate import Source
from ops.model.policy import Policy
from ops.ports import Progress
from ops.wiring.place import Place

if TYPE_CHECKING:
    from ops.adapters.azure_desk import AzureDesk
    from ops.adapters.connection import Connection
    from ops.adapters.identity import Identity


def source_of(policy: Policy, place: Place) -> Source:
    """Raises ConfigProblem for an endpoint that is none."""
    from ops.adapters.connection import checked_endpoint, is_loopback

    endpoint = checked_endpoint(place.endpoint or policy.azure.endpoint)
    host = urlsplit(endpoint).netloc
    if is_loopback(endpoint):
        return Source(kind="sandbox", name=place.name or host)
    return Source(kind="azure", name=host)


def connect(policy: Policy, place: Place, *, hasty: bool = False) -> tuple[Identity | None, Connection]:
    """Who logs in (nobody to a sandbox), and the connection, not yet open. Raises ConfigProblem and CloudUnreadable.

    ``hasty``: somebody waits to hear what is wrong, so a request that fails is tried only once more.
    """
    from ops.adapters.connection import Connection, is_loopback
    from ops.adapters.credential import ConstantCredential, credential_scopes
    from ops.adapters.identity import find_way, identity
    from ops.adapters.retry_policy import RetrySettings

    endpoint = place.endpoint or policy.azure.endpoint
    who: Identity | None = None
    if is_loopback(endpoint):
        scopes: tuple[str, ...] = ("https://sandbox.invalid/.default",)
    else:
        scopes = credential_scopes(endpoint) or (
            (policy.azure.credential_scope,) if policy.azure.credential_scope else ()
        )
        if not scopes:
            raise ConfigProblem(
                f"{urlsplit(endpoint).netloc} is none of the known clouds, so the scope of its tokens is not known",
                tip="set azure.credential_scope in the configuration",
            )
        who = identity(find_way(policy.azure.auth, os.environ), endpoint, os.environ)
    connection = Connection(
        endpoint=endpoint,
        credential_scopes=scopes,
        credential=who or ConstantCredential(),
        ca_bundle=place.ca_bundle,
        retry=RetrySettings(attempts=2, read_seconds=15) if hasty else RetrySettings(),
    )
    return who, connection


def desk_on(policy: Policy, connection: Connection, progress: Progress) -> AzureDesk:
    from ops.adapters.azure_desk import AzureDesk

    return AzureDesk(
        connection,
        poll_seconds=policy.support.poll_seconds,
        progress=progress,
    )
