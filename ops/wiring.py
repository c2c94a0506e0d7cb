"""Chooses the adapters: which cloud, which credential, which configuration. The only chooser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ops.checks import collect
from ops.errors import ConfigProblem
from ops.model.estate import Source
from ops.model.policy import Policy
from ops.ports import Cloud, Desk, Progress

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential


@dataclass(kw_only=True)
class Settings:
    """What the command line and the environment say. ``subscriptions`` empty = all that are visible."""

    config: str | None = None
    sandbox: str | None = None
    subscriptions: list[str] = field(default_factory=list)
    quiet: bool = False
    verbose: bool = False
    no_color: bool = False


@dataclass(frozen=True, kw_only=True)
class Session:
    """What a use case needs, for one command."""

    policy: Policy
    source: Source
    cloud: Cloud
    desk: Desk
    subscriptions: tuple[str, ...]


@contextmanager
def session(settings: Settings, progress: Progress) -> Iterator[Session]:
    """The adapters for this command; a sandbox that was asked for lives as long as the command.

    Raises ConfigProblem and CloudUnreadable.
    """
    with ExitStack() as stack:
        progress("starting")
        endpoint = os.environ.get("PHSM_ARM_ENDPOINT", "")
        ca_bundle = os.environ.get("PHSM_CA_BUNDLE") or None
        name, sandbox_config = "", None
        if settings.sandbox:
            from ops.sandbox.child import running  # only a command that asks for a sandbox pays for one

            serving = stack.enter_context(running(settings.sandbox))
            endpoint, ca_bundle, name = serving.endpoint, serving.ca_bundle, serving.name
            sandbox_config = serving.config
        policy = _policy(settings, endpoint, sandbox_config)
        yield stack.enter_context(
            _connected(settings, policy, endpoint or policy.azure.endpoint, ca_bundle, name, progress)
        )


def _policy(settings: Settings, endpoint: str, sandbox_config: str | None) -> Policy:
    """By precedence: --config, PHSM_CONFIG, the sandbox estate's own, ./config/phsm.yaml (never for a sandbox), defaults."""
    from ops.adapters.config_file import find_config, load_policy
    from ops.adapters.connection import is_loopback

    local = bool(endpoint) and is_loopback(endpoint)
    named = (settings.config, os.environ.get("PHSM_CONFIG"), sandbox_config)
    path = find_config(*named, use_working_directory=not local)
    policy = load_policy(path, {check.id: check.parameters for check in collect()}) if path else Policy()
    return _with_example_contact(policy) if local else policy


def _with_example_contact(policy: Policy) -> Policy:
    """A sandbox whose configuration names no contact gets the built-in example, and its short polling."""
    if policy.support.contact is not None:
        return policy
    from ops.codec import policy_from_mapping
    from ops.sandbox.example_config import EXAMPLE_CONFIG

    example = policy_from_mapping(EXAMPLE_CONFIG).support
    return replace(policy, support=replace(policy.support, contact=example.contact, poll_seconds=example.poll_seconds))


@contextmanager
def _connected(
    settings: Settings, policy: Policy, endpoint: str, ca_bundle: str | None, name: str, progress: Progress
) -> Iterator[Session]:
    from ops.adapters.azure_cloud import AzureCloud
    from ops.adapters.azure_desk import AzureDesk
    from ops.adapters.clock import now
    from ops.adapters.connection import Connection, is_loopback
    from ops.adapters.credential import ConstantCredential, credential_scopes, default_credential

    host = urlsplit(endpoint).netloc
    if is_loopback(endpoint):
        source = Source(kind="sandbox", name=name or host)
        scopes: tuple[str, ...] = ("https://sandbox.invalid/.default",)
        credential: AsyncTokenCredential = ConstantCredential()
    else:
        source = Source(kind="azure", name=host)
        scopes = credential_scopes(endpoint) or (
            (policy.azure.credential_scope,) if policy.azure.credential_scope else ()
        )
        if not scopes:
            raise ConfigProblem(
                f"{host} is none of the known clouds, so the scope of its tokens is not known",
                tip="set azure.credential_scope in the configuration",
            )
        credential = default_credential(endpoint)
    with Connection(
        endpoint=endpoint, credential_scopes=scopes, credential=credential, ca_bundle=ca_bundle
    ) as connection:
        yield Session(
            policy=policy,
            source=source,
            cloud=AzureCloud(connection, source=source, progress=progress, now=now),
            desk=AzureDesk(
                connection,
                poll_seconds=policy.support.poll_seconds,
                consent=policy.support.consent,
                progress=progress,
            ),
            subscriptions=tuple(settings.subscriptions),
        )
