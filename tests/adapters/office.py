"""A support desk at a sandbox, seen from both sides: what the desk says, and what the sandbox really holds."""

from __future__ import annotations

import json
import ssl
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from ops.adapters.azure_desk import AzureDesk
from ops.adapters.connection import Connection
from ops.adapters.credential import ConstantCredential
from ops.adapters.retry_policy import RetrySettings
from ops.errors import TicketProblem
from ops.model.fact import Gap
from ops.model.finding import IssueCategory
from ops.model.policy import Consent, Contact, TicketSeverity
from ops.model.ticket import Cause, Draft, ProblemClassification, Sent, SupportService, Ticket
from ops.sandbox.child import running
from tests.build import SUB_1, hsm

CONTACT = Contact(
    first_name="Ada",
    last_name="Okafor",
    email="hsm-oncall@example.com",
    country="GBR",
    time_zone="GMT Standard Time",
    phone="+44 20 7946 0000",
)
PAYMENT_HSM = "ce34cf91-b52e-afe9-57d6-1baf3ff5a59b"
DRAFT = Draft(
    name="phsm-hsm-hsm1-1f2e3d4c5b6a-1",
    cause=Cause(kind="hsm", subject=hsm().key, hsms=(hsm().key,), subscriptions=(SUB_1,), findings=()),
    title="Payment HSM hsm1 (eastus, stamp1) is Failed",
    description="Impact: one of two",
    severity=TicketSeverity.MODERATE,
    would_be=None,
    cap_reason="",
    category=IssueCategory.PROVISIONING,
    subscription=SUB_1,
    resource_id=hsm().id,
    started_at=datetime(2026, 11, 23, 21, 58, 4, 123456, tzinfo=UTC),
    consent=Consent(),
    service=SupportService(
        id=f"/providers/Microsoft.Support/services/{PAYMENT_HSM}",
        name=PAYMENT_HSM,
        display_name="Azure Payment HSM Service",
    ),
)
QUICK = RetrySettings(attempts=2, first_wait_seconds=0.01)
JSON = {"content-type": "application/json"}


def subscription(number: int) -> str:
    """The sandbox's subscriptions are numbered from 1, so that each case of a test can have its own."""
    return f"00000000-0000-0000-0000-{number:012d}"


def support(number: int, rest: str = "") -> str:
    """The path of Microsoft.Support in a subscription."""
    return f"/subscriptions/{subscription(number)}/providers/Microsoft.Support/{rest}"


def ticket_path(number: int, name: str = DRAFT.name) -> str:
    return support(number, f"supportTickets/{name}")


def stored(name: str, number: int = 1, **properties: Any) -> dict[str, Any]:
    """A ticket as Azure stores it, opened by somebody else where ``name`` is a number."""
    facts = {
        "supportTicketId": name if name.isdigit() else "2411230050000001",
        "title": "Somebody else's",
        "status": "Open",
        "severity": "Minimal",
        "serviceDisplayName": "Billing",
        "createdDate": "2026-11-22T10:00:00Z",
    }
    return {
        "id": ticket_path(number, name),
        "name": name,
        "type": "Microsoft.Support/supportTickets",
        "properties": facts | properties,
    }


@dataclass(kw_only=True)
class Office:
    """A sandbox, a desk at it, and what the desk told a person who waits."""

    desk: AzureDesk
    connection: Connection
    endpoint: str
    ca_bundle: str
    told: list[str] = field(default_factory=list)

    def draft(self, number: int = 1, **changes: Any) -> Draft:
        """The draft in a subscription of the sandbox, with the first problem type that is listed there."""
        here: dict[str, Any] = {
            "subscription": subscription(number),
            "resource_id": hsm(subscription=subscription(number)).id,
            "classification": self._classification,
        }
        return replace(DRAFT, **here | changes)

    def another_desk(self) -> AzureDesk:
        """As another process has it, with nothing remembered."""
        return AzureDesk(self.connection, poll_seconds=0.02, progress=self.told.append)

    def opened(self, number: int = 1, **changes: Any) -> Ticket:
        """A ticket that was just opened in a subscription."""
        sent = self.desk.open(self.draft(number, **changes), CONTACT, None)
        assert sent.ticket is not None
        return sent.ticket

    def refused(self, draft: Draft, contact: Contact = CONTACT, workspace: str | None = None) -> TicketProblem:
        with pytest.raises(TicketProblem) as caught:
            self.desk.open(draft, contact, workspace)
        return caught.value

    def log(self, method: str = "", containing: str = "") -> list[dict[str, Any]]:
        """The requests that arrived, in order, by method and by a part of their path (any case)."""
        entries: list[dict[str, Any]] = self._get("/_sandbox/requests")["requests"]
        return [
            entry
            for entry in entries
            if entry["method"].startswith(method) and containing.lower() in entry["path"].lower()
        ]

    def writes(self, containing: str = "") -> list[tuple[str, str]]:
        """Method and last word of the path of what changes something: all but reading and the two POSTs that only ask."""
        return [
            (entry["method"], entry["path"].rpartition("/")[2])
            for entry in self.log("P", containing)
            if not entry["path"].lower().endswith(("/checknameavailability", "/microsoft.resourcegraph/resources"))
        ]

    def truth(self, number: int = 1) -> dict[str, dict[str, Any]]:
        """The tickets of a subscription by name, as the sandbox really has them."""
        start = support(number)
        tickets: list[dict[str, Any]] = self._get("/_sandbox/tickets")["tickets"]
        return {one["name"]: one for one in tickets if one["id"].startswith(start)}

    def files(self, workspace: str) -> dict[str, dict[str, Any]]:
        """The files of a workspace by name, as the sandbox really has them."""
        files: list[dict[str, Any]] = self._get("/_sandbox/files")["files"]
        return {one["name"]: one for one in files if one["workspace"] == workspace}

    def merge(self, patch: Mapping[str, Any]) -> None:
        """Change what the sandbox holds, behind the desk's back."""
        self._get("/_sandbox/resources", method="PUT", data=json.dumps(patch).encode())

    @cached_property
    def _classification(self) -> ProblemClassification:
        assert DRAFT.service is not None
        found = self.desk.classifications(DRAFT.service)
        assert not isinstance(found, Gap)
        return found[0]

    @cached_property
    def _opener(self) -> urllib.request.OpenerDirector:
        context = ssl.create_default_context(cafile=self.ca_bundle)
        return urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )

    def _get(self, path: str, **more: Any) -> dict[str, Any]:
        with self._opener.open(urllib.request.Request(self.endpoint + path, **more), timeout=10) as answer:
            found: dict[str, Any] = json.load(answer)
        return found


@contextmanager
def office(
    folder: Path,
    *faults: Mapping[str, Any],
    subscriptions: int = 1,
    deadline_seconds: float = 20.0,
    retry: RetrySettings = QUICK,
    **of_the_desk: Any,
) -> Iterator[Office]:
    """A sandbox with these numbered subscriptions and faults, and what else its support desk is."""
    estate = {
        "subscriptions": [
            {"id": subscription(n + 1), "displayName": f"payments-{n + 1}"} for n in range(subscriptions)
        ],
        "resources": [],
        "support": of_the_desk,
        "faults": list(faults),
    }
    file = folder / "estate.yaml"
    file.write_text(json.dumps(estate), "utf-8")
    told: list[str] = []
    with (
        running(str(file)) as serving,
        Connection(
            endpoint=serving.endpoint,
            credential_scopes=("https://sandbox.invalid/.default",),
            credential=ConstantCredential(),
            ca_bundle=serving.ca_bundle,
            retry=retry,
        ) as connection,
    ):
        desk = AzureDesk(
            connection,
            poll_seconds=0.02,
            progress=told.append,
            deadline_seconds=deadline_seconds,
        )
        yield Office(
            desk=desk, connection=connection, endpoint=serving.endpoint, ca_bundle=serving.ca_bundle, told=told
        )


def ticket_of(sent: Sent) -> Ticket:
    assert sent.ticket is not None
    return sent.ticket
