"""Chooses the adapters: which cloud, which credential, which configuration. The only chooser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ops.checks import collect
from ops.errors import CloudUnreadable, ConfigProblem, UsageProblem
from ops.model.diagnosis import Diagnosis, Sign
from ops.model.estate import Source
from ops.model.policy import Policy
from ops.ports import Cloud, Desk, Progress

if TYPE_CHECKING:
    from ops.adapters.azure_desk import AzureDesk
    from ops.adapters.connection import Connection
    from ops.adapters.identity import Identity


@dataclass(kw_only=True)
class Settings:
    """What the command line says. ``subscriptions`` (ids or names) and ``management_groups`` empty = all that is visible."""

    config: str | None = None
    sandbox: str | None = None
    snapshot: str | None = None
    subscriptions: list[str] = field(default_factory=list)
    management_groups: list[str] = field(default_factory=list)
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

    Raises ConfigProblem, CloudUnreadable, and UsageProblem for a snapshot that cannot be replayed and for words that
    contradict each other.
    """
    if settings.snapshot:
        yield _replayed(settings, settings.snapshot)
        return
    from ops.adapters.azure_cloud import AzureCloud
    from ops.adapters.clock import now

    _refuse_two_scopes(settings)
    with _placed(settings, progress) as place:
        path = _config_path(settings, place)
        policy = _load(path) if path else Policy()
        if place.is_local:
            policy = _with_example_contact(policy)
        source = _source(policy, place)
        _, connection = _connection(policy, place)
        with connection:
            yield Session(
                policy=policy,
                source=source,
                cloud=AzureCloud(
                    connection,
                    source=source,
                    progress=progress,
                    now=now,
                    management_groups=tuple(settings.management_groups),
                ),
                desk=_desk(policy, connection, progress),
                subscriptions=tuple(settings.subscriptions),
            )


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where Azure is; ``endpoint`` empty = where the configuration says. ``name`` and ``config`` are those of a sandbox."""

    endpoint: str
    ca_bundle: str | None
    name: str = ""
    config: str | None = None

    @property
    def is_local(self) -> bool:
        from ops.adapters.connection import is_loopback

        return bool(self.endpoint) and is_loopback(self.endpoint)


@contextmanager
def _placed(settings: Settings, progress: Progress) -> Iterator[_Place]:
    progress("starting")
    if not settings.sandbox:
        endpoint, ca_bundle = os.environ.get("PHSM_ARM_ENDPOINT", ""), os.environ.get("PHSM_CA_BUNDLE") or None
        yield _Place(endpoint=endpoint, ca_bundle=ca_bundle)
        return
    from ops.sandbox.child import running  # only a command that asks for a sandbox pays for one

    with running(settings.sandbox) as serving:
        yield _Place(endpoint=serving.endpoint, ca_bundle=serving.ca_bundle, name=serving.name, config=serving.config)


def _refuse_two_scopes(settings: Settings) -> None:
    if settings.subscriptions and settings.management_groups:
        raise UsageProblem(
            "--subscription and --management-group contradict each other: one names subscriptions, the other finds them",
            tip="leave out one of them",
        )


def _config_path(settings: Settings, place: _Place) -> Path | None:
    """By precedence: --config, PHSM_CONFIG, the sandbox estate's own, ./config/phsm.yaml (never for a sandbox), defaults."""
    from ops.adapters.config_file import find_config

    named = (settings.config, os.environ.get("PHSM_CONFIG"), place.config)
    return find_config(*named, use_working_directory=not place.is_local)


def _load(path: Path) -> Policy:
    from ops.adapters.config_file import load_policy

    return load_policy(path, {check.id: check.parameters for check in collect()})


def _replayed(settings: Settings, file: str) -> Session:
    """A snapshot in the place of Azure, judged by --config or PHSM_CONFIG, else by the policy it was saved with."""
    from ops.adapters.config_file import find_config
    from ops.adapters.snapshot_cloud import SnapshotCloud, SnapshotDesk
    from ops.adapters.snapshot_file import load_snapshot

    for said, option in (
        (settings.sandbox, "--sandbox"),
        (settings.subscriptions, "--subscription"),
        (settings.management_groups, "--management-group"),
    ):
        if said:
            raise UsageProblem(
                f"--snapshot and {option} contradict each other: a snapshot is replayed whole, and nothing is read",
                tip=f"leave out one of them; phsm {option} ... snapshot save FILE makes another snapshot",
            )
    snapshot = load_snapshot(Path(file))
    path = find_config(settings.config, os.environ.get("PHSM_CONFIG"), use_working_directory=False)
    cloud = SnapshotCloud(snapshot, Path(file).name)
    policy = _load(path) if path else snapshot.policy
    return Session(policy=policy, source=cloud.source, cloud=cloud, desk=SnapshotDesk(), subscriptions=())


def _with_example_contact(policy: Policy) -> Policy:
    """A sandbox whose configuration names no contact gets the built-in example, and its short polling."""
    if policy.support.contact is not None:
        return policy
    from ops.codec import policy_from_mapping
    from ops.sandbox.example_config import EXAMPLE_CONFIG

    example = policy_from_mapping(EXAMPLE_CONFIG).support
    return replace(policy, support=replace(policy.support, contact=example.contact, poll_seconds=example.poll_seconds))


def _source(policy: Policy, place: _Place) -> Source:
    """Raises ConfigProblem for an endpoint that is none."""
    from ops.adapters.connection import checked_endpoint, is_loopback

    endpoint = checked_endpoint(place.endpoint or policy.azure.endpoint)
    host = urlsplit(endpoint).netloc
    if is_loopback(endpoint):
        return Source(kind="sandbox", name=place.name or host)
    return Source(kind="azure", name=host)


def _connection(policy: Policy, place: _Place, *, hasty: bool = False) -> tuple[Identity | None, Connection]:
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


def _desk(policy: Policy, connection: Connection, progress: Progress) -> AzureDesk:
    from ops.adapters.azure_desk import AzureDesk

    return AzureDesk(
        connection,
        poll_seconds=policy.support.poll_seconds,
        consent=policy.support.consent,
        progress=progress,
    )


def diagnose(settings: Settings, progress: Progress) -> Diagnosis:
    """Look at all that phsm depends on, and go on as far as it goes. Reads only.

    Raises ConfigProblem for a sandbox that does not start, and UsageProblem for words that cannot be.
    """
    from ops.adapters.clock import now
    from ops.adapters.doctor_config import config_signs
    from ops.adapters.doctor_machine import machine_signs, proxy_sign

    if settings.snapshot:
        raise UsageProblem("doctor looks at Azure, and a snapshot is none", tip="leave out --snapshot")
    _refuse_two_scopes(settings)
    with _placed(settings, progress) as place:
        path = _config_path(settings, place)
        named = {"--config": settings.config, "PHSM_CONFIG": os.environ.get("PHSM_CONFIG"), "the sandbox": place.config}
        policy, broken = Policy(), None
        try:
            policy = _load(path) if path else policy
        except ConfigProblem as error:
            broken = error
        if place.is_local:
            policy = _with_example_contact(policy)
        endpoint = place.endpoint or policy.azure.endpoint
        try:
            source = _source(policy, place)
        except ConfigProblem as error:
            broken, source = broken or error, Source(kind="azure", name=endpoint)
        said_by = next((word for word, value in named.items() if value), "")
        signs = [*machine_signs(), *config_signs(path, said_by, policy, broken, source)]
        if broken is None:
            signs += [proxy_sign(endpoint, os.environ), *_azure_signs(settings, policy, place, progress)]
        return Diagnosis(observed_at=now(), source=source, signs=tuple(signs))


def _azure_signs(settings: Settings, policy: Policy, place: _Place, progress: Progress) -> list[Sign]:
    from ops.adapters.doctor_azure import azure_signs
    from ops.adapters.doctor_config import unusable_sign

    try:
        who, connection = _connection(policy, place, hasty=True)
        with connection:
            desk = _desk(policy, connection, progress)
            subscriptions, groups = tuple(settings.subscriptions), tuple(settings.management_groups)
            return [*azure_signs(connection, who, desk, subscriptions, groups, progress)]
    except (ConfigProblem, CloudUnreadable) as error:
        return [unusable_sign(error)]
