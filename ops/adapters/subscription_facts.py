"""Facts about a whole subscription, one read each: the fact, Absent, or a Gap that says why not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from azure.core.exceptions import HttpResponseError
from azure.mgmt.resource.features.aio import FeatureClient
from azure.mgmt.resource.locks.aio import ManagementLockClient
from azure.mgmt.resource.resources.aio import ResourceManagementClient
from azure.mgmt.resource.subscriptions.aio import SubscriptionClient
from azure.mgmt.support.aio import MicrosoftSupport

from ops.adapters import failure, wire
from ops.adapters.arm_facts import ArmFacts
from ops.adapters.connection import Connection
from ops.adapters.list_shape import require_list
from ops.adapters.reading import as_json, known
from ops.adapters.wire_activity import deletions
from ops.adapters.wire_value import WireProblem, as_object, list_of, moment
from ops.model.estate import HSM_PROVIDER, Deletion
from ops.model.fact import ABSENT, Absent, Gap
from ops.model.surroundings import Lock
from ops.model.ticket import SupportService
from ops.support.classification import find_service

_NO_SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"  # the services are the tenant's; the SDK wants one
_OPEN_TICKETS = "Microsoft.Support/supportTickets/write"
_TICKETS = 100  # on a page, the most there can be
_ACTIVITY_API = "2015-04-01"
_OF_EVENTS = (
    "caller,correlationId,eventTimestamp,operationName,resourceId,status"  # and not who the caller is otherwise
)
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


class SubscriptionFacts:
    """Reads facts through the SDK's clients. Sends nothing but GET."""

    def __init__(self, connection: Connection, facts: ArmFacts) -> None:
        self._connection = connection
        self._facts = facts

    async def feature(self, subscription: str, feature: str) -> str | Absent | Gap:
        """The state of a feature (``Namespace/Name``), as ARM spells it."""
        client = self._connection.client(FeatureClient, subscription)
        namespace, _, name = feature.partition("/")

        async def read() -> str | Absent:
            try:
                answer = await client.features.get(namespace, name)
            except HttpResponseError as error:
                if failure.is_feature_absence(error):
                    return ABSENT
                raise
            return wire.feature_state(as_json(answer))

        return await known(read(), f"/subscriptions/{subscription}", f"feature {feature}")

    async def zones(self, subscription: str) -> Mapping[str, Mapping[str, str]] | Gap:
        """Which physical zone each logical zone is."""

        async def read() -> Mapping[str, Mapping[str, str]]:
            client = self._connection.client(SubscriptionClient)
            listed = client.subscriptions.list_locations(subscription, raw_response_hook=require_list)
            return wire.zone_mappings([as_json(item) async for item in listed])

        return await known(read(), f"/subscriptions/{subscription}", "availability zone mappings")

    async def provider(self, subscription: str, namespace: str) -> str | Gap:
        """Whether a resource provider is registered, as ARM spells it."""

        async def read() -> str:
            client = self._connection.client(ResourceManagementClient, subscription)
            return wire.registration(as_json(await client.providers.get(namespace)))

        return await known(read(), f"/subscriptions/{subscription}", f"resource provider {namespace}")

    async def locks(self, subscription: str) -> tuple[Lock, ...] | Gap:
        """The locks of the subscription, of its groups and of its resources."""

        async def read() -> tuple[Lock, ...]:
            client = self._connection.client(ManagementLockClient, subscription)
            listed = client.management_locks.list_at_subscription_level(raw_response_hook=require_list)
            return tuple([_lock(item.id, item.level) async for item in listed])

        return await known(read(), f"/subscriptions/{subscription}", "locks")

    async def may_open_tickets(self, subscription: str) -> bool | Gap:
        """Whether the roles of this identity allow it."""
        granted = await self._facts.permissions(subscription)
        return granted if isinstance(granted, Gap) else any(grant.allows(_OPEN_TICKETS) for grant in granted)

    async def support_plan(self, subscription: str) -> str | Absent | Gap:
        """The plan that the latest ticket names; Absent where no ticket names one. The list is in no order that is promised."""

        async def read() -> str | Absent:
            client = self._connection.client(MicrosoftSupport, subscription)
            listed = client.support_tickets.list(top=_TICKETS, raw_response_hook=require_list)
            told: list[tuple[datetime, str]] = []
            async for ticket in listed:
                plan: str | None = ticket.support_plan_type or ticket.support_plan_display_name
                if plan:
                    told.append((moment(ticket.created_date) or _LONG_AGO, plan))
            return max(told)[1] if told else ABSENT

        return await known(read(), f"/subscriptions/{subscription}", "support tickets")

    async def deletions(self, subscription: str, since: datetime, until: datetime) -> tuple[Deletion, ...] | Gap:
        """The deletes of HSMs that the activity log holds; it keeps 90 days."""
        path = f"/subscriptions/{subscription}/providers/Microsoft.Insights/eventtypes/management/values"
        wanted = (
            f"eventTimestamp ge '{_instant(since)}' and eventTimestamp le '{_instant(until)}' "
            f"and resourceProvider eq '{HSM_PROVIDER}'"
        )

        async def read() -> tuple[Deletion, ...]:
            pages = self._facts.pages(path, _ACTIVITY_API, filter=wanted, select=_OF_EVENTS)
            return deletions([event async for page in pages for event in list_of(as_object(page), "value")])

        return await known(read(), f"/subscriptions/{subscription}", "activity log")

    async def has_support_service(self) -> bool | Gap:
        """Whether the support desk knows payment HSMs."""

        async def read() -> bool:
            client = self._connection.client(MicrosoftSupport, _NO_SUBSCRIPTION)
            listed = client.services.list(raw_response_hook=require_list)
            services = [
                SupportService(id=item.id or "", name=item.name or "", display_name=item.display_name or "")
                async for item in listed
            ]
            return find_service(services) is not None

        return await known(read(), "Microsoft.Support", "support services")


def _lock(lock_id: str | None, level: str | None) -> Lock:
    if not lock_id or not level:
        raise WireProblem("a lock names no id or no level")
    return Lock(id=lock_id, level=level)


def _instant(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
