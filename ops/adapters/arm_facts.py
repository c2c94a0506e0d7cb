"""One fact, one read of ARM. Each answers with the fact, with Absent, or with a Gap that says why not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import quote

from azure.core.rest import HttpRequest
from azure.mgmt.resource.features.aio import FeatureClient
from azure.mgmt.resource.resources.aio import ResourceManagementClient
from azure.mgmt.resource.subscriptions.aio import SubscriptionClient

from ops.adapters import failure, wire
from ops.adapters.connection import Connection
from ops.adapters.list_shape import require_list
from ops.adapters.together import attempt
from ops.model import arm_id
from ops.model.diagnosis import Grant
from ops.model.estate import ABSENT, HSM_TYPE, Absent, Gap, Hsm, Nic, Vnet

_HSM_API = "2021-11-30"
_GROUP_API = "2020-05-01"
_PERMISSIONS_API = "2022-04-01"
_MOST_PAGES = 1000
_OF_HSM_TYPE = f"resourceType eq '{HSM_TYPE}'"
_NO_ID = "its id is no id of such a resource"


class ArmFacts:
    """Reads facts through the SDK's clients. Sends nothing but GET."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def subscriptions(self) -> dict[str, wire.ListedSubscription]:
        """All visible subscriptions by id, also those of other tenants (Lighthouse). Raises what the SDK raises."""
        client = self._connection.client(SubscriptionClient)
        listed = [
            wire.subscription(_json(item)) async for item in client.subscriptions.list(raw_response_hook=require_list)
        ]
        return {one.id: one for one in listed}

    async def subscription(self, subscription: str) -> wire.ListedSubscription:
        """A subscription. Raises what the SDK raises."""
        return wire.subscription(
            _json(await self._connection.client(SubscriptionClient).subscriptions.get(subscription))
        )

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

        result = await attempt(read())
        if isinstance(result, Exception):
            return _gap(f"/subscriptions/{subscription}", "permissions", result)
        return result

    async def pages(self, path: str, version: str) -> AsyncIterator[object]:
        """The pages of a list that none of the SDK's clients here knows. Raises what the SDK raises, and WireProblem."""
        client = self._connection.client(SubscriptionClient)
        link = f"{path}?api-version={version}"
        for _ in range(_MOST_PAGES):
            response = await client.send_request(HttpRequest("GET", link), raw_response_hook=require_list)
            response.raise_for_status()
            page = response.json()
            yield page
            link = wire.next_link(page) or ""
            if not link:
                return
        raise wire.WireProblem("the pages of a list do not end")

    async def hsm_list(self, subscription: str) -> tuple[list[wire.ListedHsm], Exception | None]:
        """What ARM lists in a subscription, and the error that cut the list off, if one did."""
        client = self._connection.client(ResourceManagementClient, subscription)
        found: list[wire.ListedHsm] = []

        async def read() -> None:
            async for item in client.resources.list(filter=_OF_HSM_TYPE, raw_response_hook=require_list):
                found.append(wire.listed_hsm(_json(item)))

        error = await attempt(read())
        return found, None if error is None or failure.is_not_onboarded(error) else error

    async def hsm(self, listed: wire.ListedHsm) -> Hsm | Absent:
        """The HSM; Absent when it is gone; with a gap when it could not be read."""
        client = self._connection.client(ResourceManagementClient, arm_id.subscription(listed.id))

        async def read() -> Hsm:
            answer = await client.resources.get_by_id(listed.id, api_version=_HSM_API)
            return wire.hsm(_json(answer), listed)

        result = await attempt(read())
        if isinstance(result, Exception):
            return ABSENT if failure.is_absence(result) else listed.unread(failure.reason(result))
        return result

    async def nic(self, nic_id: str) -> Nic | Absent | Gap:
        async def read() -> Nic:
            subscription, group, name = _parts(nic_id, "networkInterfaces")
            answer = await self._network(subscription).network_interfaces.get(group, name)
            return wire.nic(_json(answer), nic_id)

        result = await attempt(read())
        return _absent_or_gap(result, nic_id, "network interface") if isinstance(result, Exception) else result

    async def vnet(self, vnet_id: str) -> Vnet | Absent | Gap:
        async def read() -> Vnet:
            subscription, group, name = _parts(vnet_id, "virtualNetworks")
            answer = await self._network(subscription).virtual_networks.get(group, name)
            return wire.vnet(_json(answer), vnet_id)

        result = await attempt(read())
        return _absent_or_gap(result, vnet_id, "virtual network") if isinstance(result, Exception) else result

    async def feature(self, subscription: str, feature: str) -> str | Absent | Gap:
        """The state of a feature (``Namespace/Name``) in a subscription, as ARM spells it."""
        client = self._connection.client(FeatureClient, subscription)
        namespace, _, name = feature.partition("/")

        async def read() -> str:
            return wire.feature_state(_json(await client.features.get(namespace, name)))

        result = await attempt(read())
        if isinstance(result, Exception):
            if failure.is_feature_absence(result):
                return ABSENT
            return _gap(f"/subscriptions/{subscription}", f"feature {feature}", result)
        return result

    async def zones(self, subscription: str) -> Mapping[str, Mapping[str, str]] | Gap:
        """Which physical zone each logical zone is in this subscription."""
        client = self._connection.client(SubscriptionClient)

        async def read() -> Mapping[str, Mapping[str, str]]:
            return wire.zone_mappings(
                [
                    _json(item)
                    async for item in client.subscriptions.list_locations(subscription, raw_response_hook=require_list)
                ]
            )

        result = await attempt(read())
        if isinstance(result, Exception):
            return _gap(f"/subscriptions/{subscription}", "availability zone mappings", result)
        return result

    def _network(self, subscription: str) -> Any:
        from azure.mgmt.network.aio import NetworkManagementClient  # 0.6 s, imported beside the first wait

        return self._connection.client(NetworkManagementClient, subscription)


def _parts(resource_id: str, kind: str) -> tuple[str, str, str]:
    subscription, group = arm_id.subscription(resource_id), arm_id.resource_group(resource_id)
    name = arm_id.segment(resource_id, kind)
    if not (subscription and group and name) or name != arm_id.name(resource_id):
        raise wire.WireProblem(_NO_ID)
    return subscription, group, name


def _json(answer: Any) -> object:
    """What ARM sent: a model keeps it whole, and a body that is no object comes through as it is."""
    return answer.as_dict() if hasattr(answer, "as_dict") else answer


def _absent_or_gap(error: Exception, subject: str, what: str) -> Absent | Gap:
    return ABSENT if failure.is_absence(error) else _gap(subject, what, error)


def _gap(subject: str, what: str, error: Exception) -> Gap:
    return Gap(subject=subject, what=what, reason=failure.reason(error))
