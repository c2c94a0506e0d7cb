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


class Support(_Part):
    """The support desk. ``plan`` null = none was bought; ``second_put``: what a PUT of a taken ticket name does."""

    plan: str | None = "Unified"
    tickets: list[dict[str, Any]] = []
    polls_until_done: Annotated[int, Field(ge=0)] = 2
    second_put: Literal["refuse", "accept"] = "refuse"


_Milliseconds = Annotated[float, Field(alias="latency_ms", ge=0)]


class Fault(_Part):
    """What goes wrong, and for which requests. ``path`` is a glob on the path; ``times`` None = always.

    ``hang``: seconds without an answer, after which the connection is cut. ``truncate``: bytes of the body that arrive.
    ``reset``: the connection is cut ``before`` or ``after`` the request took effect.
    """

    method: str = "*"
    path: str
    times: Annotated[int, Field(ge=1)] | None = None
    status: Annotated[int, Field(ge=200, le=599)] | None = None
    code: str | None = None
    headers: dict[str, str] = {}
    body: str | None = None
    reset: Literal["before", "after"] | None = None
    hang: Annotated[float, Field(gt=0)] | None = None
    truncate: Annotated[int, Field(ge=0)] | None = None
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
    """A whole estate. ``management_groups``: the parent of each group that lies in another."""

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
