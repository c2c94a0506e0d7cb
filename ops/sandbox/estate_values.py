"""The values of an estate file: its subscriptions, resources and faults. Strict about the file's own keys."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic.alias_generators import to_camel

GUID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, coerce_numbers_to_str=True)


class Subscription(_Part):
    """A subscription; ``zones``: physical zone by logical zone by region.

    ``tenant_id``: of the tenant that it is delegated from (Lighthouse). ``actions``: what the
    caller's roles allow; none = ARM refuses it and does not list it.
    """

    id: Annotated[str, StringConstraints(pattern=GUID)]
    display_name: str
    management_group: str | None = None
    tenant_id: Annotated[str, StringConstraints(pattern=GUID)] | None = None
    state: Literal["Enabled", "Warned", "PastDue", "Disabled", "Deleted"] = "Enabled"
    actions: list[str] = ["*/read", "Microsoft.Support/*"]
    features: dict[str, str] = {}
    providers: dict[str, str] = {}
    zones: dict[str, dict[str, str]] = {}


_Count = Annotated[int, Field(ge=0)]


class Support(_Part):
    """The support desk. ``plan`` null = none was bought; ``severities``: what it covers, None = as Azure's plans do.

    ``communications``: properties of the messages on a ticket, by its name; ``name`` among them names the message.
    ``second_put``: what a PUT of a taken name does. ``visible``: whether a ticket is there once it is accepted, or done.
    ``pre``: whether what stands in the ``<pre>`` around a message of ours is ``escaped``; what Azure does is not known.
    ``never_ends``: operations stay as they are. ``poll_url_expires_after``: looks at the address of an operation.

    Each ``..._lag`` is how often a view is read before it shows what has changed: the list of tickets, the list of
    communications, one ticket that was closed, and Resource Graph.
    """

    plan: str | None = "Unified"
    severities: list[Literal["minimal", "moderate", "critical", "highestcriticalimpact"]] | None = None
    max_open_tickets: _Count | None = None
    engineer_assigned: bool = False
    tickets: list[dict[str, Any]] = []
    communications: dict[str, list[dict[str, Any]]] = {}
    polls_until_done: _Count = 2
    never_ends: bool = False
    poll_url_expires_after: _Count | None = None
    second_put: Literal["refuse", "accept"] = "refuse"
    visible: Literal["accepted", "done"] = "accepted"
    pre: Literal["raw", "escaped"] = "raw"
    ticket_lag: _Count = 0
    closing_lag: _Count = 0
    communication_lag: _Count = 1
    graph_lag: _Count = 0


_Milliseconds = Annotated[float, Field(alias="latency_ms", ge=0)]


class Fault(_Part):
    """What goes wrong, and for which requests. ``path`` is a glob on the path; ``times`` None = always.

    ``nth``: it begins with that request, from 1, of those with this method and path; ``times`` None = with it alone.
    ``hang``: seconds without an answer, after which the connection is cut. ``truncate``: bytes of the body that arrive.
    ``reset``: the connection is cut ``before`` or ``after`` the request took effect. ``takes_effect``: so does what gets
    another answer, or none for long.
    """

    method: str = "*"
    path: str
    nth: Annotated[int, Field(ge=1)] | None = None
    times: Annotated[int, Field(ge=1)] | None = None
    status: Annotated[int, Field(ge=200, le=599)] | None = None
    code: str | None = None
    headers: dict[str, str] = {}
    body: str | None = None
    reset: Literal["before", "after"] | None = None
    hang: Annotated[float, Field(gt=0)] | None = None
    truncate: Annotated[int, Field(ge=0)] | None = None
    takes_effect: bool = False
    latency_ms: _Milliseconds = 0

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if not (self.status or self.reset or self.hang or self.latency_ms) and self.truncate is None and not self.body:
            raise ValueError("does nothing: give status, reset, hang, body, truncate or latency_ms")
        return self


class ReadLimit(_Part):
    """ARM's token bucket, one for each subscription."""

    bucket: Annotated[int, Field(ge=1)]
    per_second: Annotated[float, Field(gt=0)]


class GraphLimit(_Part):
    """Resource Graph's quota: ``bucket`` queries in each window of ``seconds``."""

    bucket: Annotated[int, Field(ge=1)]
    seconds: Annotated[float, Field(gt=0)]


class Limits(_Part):
    """Throttling as Azure does it; None = none."""

    reads: ReadLimit | None = None
    graph: GraphLimit | None = None


class EstateFile(_Part):
    """A whole estate. ``management_groups``: the parent of each group that lies in another.

    ``activity_log``: events as ARM writes them; one without ``eventTimestamp`` is of the day before the sandbox started.
    """

    description: str = ""
    subscriptions: list[Subscription]
    management_groups: dict[str, str] = {}
    resources: list[dict[str, Any]]
    activity_log: list[dict[str, Any]] = []
    support: Support = Support()
    config: dict[str, Any] = {}
    faults: list[Fault] = []
    latency_ms: _Milliseconds = 0
    page_size: Annotated[int, Field(ge=1)] | None = None
    limits: Limits = Limits()
