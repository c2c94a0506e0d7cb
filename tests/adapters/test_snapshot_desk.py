"""The desk beside a snapshot: it knows nothing, says so, and writes nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ops.adapters.snapshot_cloud import SnapshotDesk
from ops.errors import UsageProblem
from ops.model.fact import Gap
from ops.model.policy import TicketSeverity
from ops.model.ticket import Ticket
from ops.ports import Desk
from tests.adapters.office import CONTACT, DRAFT
from tests.build import SUB_1

TICKET = Ticket(
    name=DRAFT.name,
    number="2411230050000001",
    subscription=SUB_1,
    title="",
    description="",
    severity="Moderate",
    status="Open",
    service="",
    service_id="",
    classification="",
    resource_id=None,
    created_at=None,
    modified_at=None,
    engineer="",
    plan="",
)
READING: list[Callable[[Desk], object]] = [
    lambda desk: desk.services(),
    lambda desk: desk.classifications(DRAFT.service),  # type: ignore[arg-type]
    lambda desk: desk.tickets(SUB_1, only_open=False),
    lambda desk: desk.open_elsewhere(),
    lambda desk: desk.find(SUB_1, DRAFT.name),
    lambda desk: desk.communications(TICKET),
]
WRITING: list[Callable[[Desk], object]] = [
    lambda desk: desk.attach(SUB_1, DRAFT.name, "evidence.zip", b"all of it"),
    lambda desk: desk.open(DRAFT, CONTACT, None),
    lambda desk: desk.comment(TICKET, "phsm-gone-0123456789ab", "subject", "body", ""),
    lambda desk: desk.change(TICKET, severity=TicketSeverity.CRITICAL),
    lambda desk: desk.change(TICKET, status="closed"),
]


@pytest.mark.parametrize("read", READING)
def test_every_question_is_answered_by_a_gap(read: Callable[[Desk], object]) -> None:
    answer = read(SnapshotDesk())
    assert isinstance(answer, Gap)
    assert answer.reason == "it is not asked from a snapshot"


@pytest.mark.parametrize("write", WRITING)
def test_nothing_is_written(write: Callable[[Desk], object]) -> None:
    with pytest.raises(UsageProblem) as caught:
        write(SnapshotDesk())
    assert "not asked from a snapshot" in caught.value.what
