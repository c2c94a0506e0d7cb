"""The adapters for one command: the cloud, the desk, the ledger."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from ops.errors import UsageProblem
from ops.model.estate import Source
from ops.model.ledger import Actor
from ops.model.policy import Policy
from ops.ports import Cloud, Desk, Ledger, Progress, Shelf
from ops.wiring.azure import connect, desk_on, source_of
from ops.wiring.place import config_path, load, placed, refuse_two_scopes, with_example_contact
from ops.wiring.settings import Settings

if TYPE_CHECKING:
    from ops.adapters.connection import Connection


@dataclass(frozen=True, kw_only=True)
class Session:
    """What a use case needs, for one command. ``ledger`` opens the audit trail: only what plans or writes pays for it."""

    policy: Policy
    source: Source
    cloud: Cloud
    desk: Desk
    subscriptions: tuple[str, ...]
    ledger: Callable[[], Ledger]
    shelf: Shelf


@contextmanager
def session(settings: Settings, progress: Progress) -> Iterator[Session]:
    """The adapters for this command; a sandbox that was asked for lives as long as the command.

    Raises ConfigProblem, CloudUnreadable, and UsageProblem for a snapshot that cannot be replayed and for words that
    contradict each other.
    """
    if settings.snapshot:
        yield replayed(settings, settings.snapshot)
        return
    from ops.adapters.azure_cloud import AzureCloud
    from ops.adapters.clock import now
    from ops.adapters.file_shelf import FileShelf
    from ops.adapters.ledger_file import ledger_folder

    refuse_two_scopes(settings)
    with placed(settings, progress) as place:
        path = config_path(settings, place)
        policy = load(path) if path else Policy()
        if place.is_local:
            policy = with_example_contact(policy)
        source = source_of(policy, place)
        _, connection = connect(policy, place)
        folder = ledger_folder(policy, os.environ)
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
                desk=desk_on(policy, connection, progress),
                subscriptions=tuple(settings.subscriptions),
                ledger=cache(lambda: _ledger(connection, source, folder)),
                shelf=FileShelf(folder / "unsent"),
            )


def _ledger(connection: Connection, source: Source, folder: Path) -> Ledger:
    """The ledger, under the name of whoever the token belongs to. Raises CloudUnreadable when there is no token."""
    from ops.adapters.clock import now
    from ops.adapters.credential import read_claims
    from ops.adapters.ledger_file import LedgerFile

    claims = read_claims(connection.run(connection.token()).token)
    actor = Actor(
        object_id=str(claims.get("oid") or ""), application_id=str(claims.get("appid") or claims.get("azp") or "")
    )
    return LedgerFile(folder, run=uuid4().hex, actor=actor, source=source, now=now)


def replayed(settings: Settings, file: str) -> Session:
    """A snapshot in the place of Azure, judged by --config or PHSM_CONFIG, else by the policy it was saved with."""
    from ops.adapters.config_file import find_config
    from ops.adapters.snapshot_cloud import SnapshotCloud, SnapshotDesk, SnapshotLedger, SnapshotShelf
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
    policy = load(path) if path else snapshot.policy
    return Session(
        policy=policy,
        source=cloud.source,
        cloud=cloud,
        desk=SnapshotDesk(),
        subscriptions=(),
        ledger=SnapshotLedger,
        shelf=SnapshotShelf(),
    )
