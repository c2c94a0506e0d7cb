"""What there is: subscriptions, HSMs and clusters, as ARM lists and tells them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import quote, urlencode

from azure.core.rest import HttpRequest
from azure.mgmt.resource.resources.aio import ResourceManagementClient
from azure.mgmt.resource.subscriptions.aio import SubscriptionClient

from ops.adapters import failure, wire, wire_cluster
from ops.adapters.connection import Connection
from ops.adapters.list_shape import require_list
from ops.adapters.reading import as_json, known
from ops.adapters.together import attempt
from ops.adapters.wire_value import WireProblem
from ops.model import arm_id
from ops.model.cluster import CLUSTER_TYPE, Cluster
from ops.model.diagnosis import Grant
from ops.model.estate import HSM_TYPE, Hsm
from ops.model.fact import ABSENT, Absent, Gap

Listed = wire.ListedHsm | wire_cluster.ListedCluster

_HSM_API = "2021-11-30"
_CLUSTER_API = "2025-12-01-preview"
_GROUP_API = "2020-05-01"
_PERMISSIONS_API = "2022-04-01"
_MOST_PAGES = 1000
_HSMS = f"resourceType eq '{HSM_TYPE}'"
_HSMS_AND_CLUSTERS = f"{_HSMS} or resourceType eq '{CLUSTER_TYPE}'"


class ArmFacts:
    """Reads facts through the SDK's clients. Sends nothing but GET."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def subscriptions(self) -> dict[str, wire.ListedSubscription]:
        """All visible subscriptions by id, also those of other tenants (Lighthouse). Raises what the SDK raises."""
        client = self._connection.client(SubscriptionClient)
        listed = [
            wire.subscription(as_json(item)) async for item in client.subscriptions.list(raw_response_hook=require_list)
        ]
        return {one.id: one for one in listed}

    async def subscription(self, subscription: str) -> wire.ListedSubscription:
        """A subscription. Raises what the SDK raises."""
        client = self._connection.client(SubscriptionClient)
        return wire.subscription(as_json(await client.subscriptions.get(subscription)))

    async def below(self, group: str) -> dict[str, wire.ListedSubscription]:
        """The subscriptions below a management group, however deep, by id. Raises what the SDK raises.

        ARM names those too that this identity cannot read. Resource Graph, asked for a group, leaves them out.
        """
        path = f"/providers/Microsoft.Management/managementGroups/{quote(group, safe='')}/descendants"
        found = [one async for page in self.pages(path, _GROUP_API) for one in wire.descendants(page)]
        return {one.id: one for one in found}

    async def permissions(self, subscription: str) -> tuple[Grant, ...] | Gap:
        """What the roles of this identity allow on a whole subscription, wherever they were given."""
        path = f"/subscriptions/{subscription}/providers/Microsoft.Authorization/permissions"

        async def read() -> tuple[Grant, ...]:
            return tuple([grant async for page in self.pages(path, _PERMISSIONS_API) for grant in wire.grants(page)])

        return await known(read(), f"/subscriptions/{subscription}", "permissions")

    async def pages(self, path: str, version: str, **query: str) -> AsyncIterator[object]:
        """The pages of a list that none of the SDK's clients here knows; ``query`` without the ``$`` of its names.

        Raises what the SDK raises, and WireProblem.
        """
        client = self._connection.client(SubscriptionClient)
        asked = {"api-version": version, **{f"${name}": value for name, value in query.items()}}
        link = f"{path}?{urlencode(asked, quote_via=quote, safe='$')}"
        for _ in range(_MOST_PAGES):
            response = await client.send_request(HttpRequest("GET", link), raw_response_hook=require_list)
            response.raise_for_status()
            page = response.json()
            yield page
            link = wire.next_link(page) or ""
            if not link:
                return
        raise WireProblem("the pages of a list do not end")

    async def listing(self, subscription: str) -> tuple[list[Listed], Exception | None]:
        """The HSMs and clusters that ARM lists in a subscription, and the error that cut the list off, if one did."""
        found: list[Listed] = []
        error = await attempt(self._list(subscription, _HSMS_AND_CLUSTERS, found))
        if error is not None and failure.is_not_onboarded(error):  # for one of the two types, and it does not say which
            error = await attempt(self._list(subscription, _HSMS, found))
        return found, None if error is None or failure.is_not_onboarded(error) else error

    async def _list(self, subscription: str, filter: str, found: list[Listed]) -> None:
        client = self._connection.client(ResourceManagementClient, subscription)
        async for item in client.resources.list(filter=filter, raw_response_hook=require_list):
            found.append(listed_resource(as_json(item)))

    async def hsm(self, listed: wire.ListedHsm) -> Hsm | Absent:
        """The HSM; Absent when it is gone; with a gap when it could not be read."""

        async def read() -> Hsm:
            answer, request_id = await self._resource(listed.id, _HSM_API)
            return replace(wire.hsm(answer, listed), request_id=request_id)

        result = await attempt(read())
        if isinstance(result, Exception):
            return ABSENT if failure.is_absence(result) else listed.unread(failure.reason(result))
        return result

    async def cluster(self, listed: wire_cluster.ListedCluster) -> Cluster | Absent:
        """The cluster; Absent when it is gone; with a gap when it could not be read."""

        async def read() -> Cluster:
            answer, _ = await self._resource(listed.id, _CLUSTER_API)
            return wire_cluster.cluster(answer, listed)

        result = await attempt(read())
        if isinstance(result, Exception):
            return ABSENT if failure.is_absence(result) else listed.unread(failure.reason(result))
        return result

    async def _resource(self, resource_id: str, version: str) -> tuple[object, str | None]:
        """The whole answer, and Azure's id of the request."""
        told: list[str | None] = []
        client = self._connection.client(ResourceManagementClient, arm_id.subscription(resource_id))
        answer = await client.resources.get_by_id(
            resource_id,
            api_version=version,
            raw_response_hook=lambda response: told.append(response.http_response.headers.get("x-ms-request-id")),
        )
        return as_json(answer), told[-1] if told else None


def listed_resource(item: object) -> Listed:
    """An element of ARM's generic list, or a row of Resource Graph. Raises WireProblem for what is neither."""
    return wire_cluster.listed_cluster(item) or wire.listed_hsm(item)
