"""One run of ``phsm tickets open --apply`` in this process, with short waits, and all that came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from ops import service
from ops.adapters.azure_cloud import AzureCloud
from ops.adapters.azure_desk import AzureDesk
from ops.adapters.clock import now as this_moment
from ops.adapters.connection import Connection
from ops.adapters.credential import ConstantCredential
from ops.adapters.file_shelf import FileShelf
from ops.adapters.ledger_file import LedgerFile
from ops.adapters.retry_policy import RetrySettings
from ops.errors import PhsmError
from ops.model.estate import Source
from ops.model.ledger import Actor
from ops.model.policy import Policy
from ops.model.ticket import Plan, Receipt, UpdateReceipt
from tests.campaign.estate import POLICY
from tests.campaign.place import Place

RETRY = RetrySettings(
    attempts=2, first_wait_seconds=0.005, longest_wait_seconds=1.5, deadline_seconds=10, read_seconds=0.4
)


@dataclass(kw_only=True)
class Outcome:
    """``error``: what ended the run early; an exception that is no ``PhsmError`` is a bug."""

    run: str
    plan: Plan | None = None
    opened: list[Receipt] = field(default_factory=list)
    updated: list[UpdateReceipt] = field(default_factory=list)
    error: BaseException | None = None

    @property
    def is_whole(self) -> bool:
        """Whether all that was asked for was done."""
        problems = [one.problem for one in (*self.opened, *self.updated) if one.problem]
        return self.error is None and self.plan is not None and not self.plan.gaps and not problems


@contextmanager
def connected(place: Place, retry: RetrySettings = RETRY) -> Iterator[Connection]:
    with Connection(
        endpoint=place.endpoint,
        credential_scopes=("https://sandbox.invalid/.default",),
        credential=ConstantCredential(),
        ca_bundle=place.ca_bundle,
        retry=retry,
    ) as connection:
        yield connection


def run(
    place: Place,
    connection: Connection,
    folder: Path,
    *,
    policy: Policy = POLICY,
    now: Callable[[], datetime] = this_moment,
    recorded_at: Callable[[], datetime] | None = None,
) -> Outcome:
    """Plan, open and update, with what the adapters of a new process know: nothing. ``recorded_at``: the ledger's clock."""
    source = Source(kind="sandbox", name=place.name)
    outcome = Outcome(run=uuid4().hex)
    actor = Actor(object_id="", application_id="")
    ledger = LedgerFile(folder, run=outcome.run, actor=actor, source=source, now=recorded_at or now)
    cloud = AzureCloud(connection, source=source, progress=_unheard, now=now)
    desk = AzureDesk(
        connection,
        poll_seconds=policy.support.poll_seconds,
        progress=_unheard,
        deadline_seconds=5.0,
    )
    shelf = FileShelf(folder / "unsent")
    try:
        seen, plan = service.plan_tickets(cloud, desk, ledger, policy, (), anyway=False)
        outcome.plan = plan
        for _ in service.settle(plan, plan, desk, ledger, shelf):
            pass
        if not (plan.to_open or plan.updates or plan.held_back):
            return outcome
        contact = service.require_contact(policy, source)
        for receipt in service.open_tickets(plan, seen, cloud, desk, ledger, shelf, policy, fresh=plan):
            outcome.opened.append(receipt)
        for update in service.update_tickets(plan, seen, cloud, desk, ledger, contact, fresh=plan):
            outcome.updated.append(update)
        outcome.opened.extend(service.keep_for_portal(plan, ledger, shelf, fresh=plan))
    except (Exception, KeyboardInterrupt) as error:
        outcome.error = error
    return outcome


def is_bug(outcome: Outcome) -> bool:
    """Whether the run ended with what an operator should never meet."""
    return outcome.error is not None and not isinstance(outcome.error, PhsmError | KeyboardInterrupt)


def _unheard(line: str) -> None:
    """Nobody waits for the progress."""
