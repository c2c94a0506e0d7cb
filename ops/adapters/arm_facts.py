"""One fact, one read of ARM. Each answers with the fact, with Absent, or with a Gap that says why not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from azure.mgmt.resource.features.aio import FeatureClient
from azure.mgmt.resource.resources.aio import ResourceManagementClient
from azure.mgmt.resource.subscriptions.aio import SubscriptionClient

from ops.adapters import failure, wire
from ops.adapters.connection import Connection
from ops.adapters.together import attempt
from ops.model import arm_id
from ops.model.estate import ABSENT, FASTPATH_FEATURE, HSM_TYPE, Absent, Gap, Hsm, Nic, Vnet

_HSM_API = "2021-11-30"
_OF_HSM_TYPE = f"resourceType eq '{HSM_TYPE}'"
_NO_ID = "its id is no id of such a resource"


class ArmFacts:
    """Reads facts through the SDK's clients. Sends nothing but GET."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def subscriptions(self) -> dict[str, str]:
        """The names of all visible subscriptions by id. Raises what the SDK raises."""
        client = self._connection.client(SubscriptionClient)
        return dict([wire.subscription(_json(item)) async for item in client.subscriptions.list()])

    async def subscription_name(self, subscription: str) -> str:
        """The name of a subscription. Raises what the SDK raises."""
        answer = await self._connection.client(SubscriptionClient).subscriptions.get(subscription)
        return wire.subscription(_json(answer))[1]

    async def hsm_list(self, subscription: str) -> tuple[list[wire.ListedHsm], Exception | None]:
        """What ARM lists in a subscription, and the error that cut the list off, if one did."""
        client = self._connection.client(ResourceManagementClient, subscription)
        found: list[wire.ListedHsm] = []

        async def read() -> None:
            async for item in client.resources.list(filter=_OF_HSM_TYPE):
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

    async def fastpath(self, subscription: str) -> str | Absent | Gap:
        """The state of the feature FastPathEnabled, as ARM spells it."""
        client = self._connection.client(FeatureClient, subscription)
        namespace, _, feature = FASTPATH_FEATURE.partition("/")

        async def read() -> str:
            return wire.feature_state(_json(await client.features.get(namespace, feature)))

        result = await attempt(read())
        if isinstance(result, Exception):
            if failure.is_feature_absence(result):
                return ABSENT
            return _gap(f"/subscriptions/{subscription}", f"feature {FASTPATH_FEATURE}", result)
        return result

    async def zones(self, subscription: str) -> Mapping[str, Mapping[str, str]] | Gap:
        """Which physical zone each logical zone is in this subscription."""
        client = self._connection.client(SubscriptionClient)

        async def read() -> Mapping[str, Mapping[str, str]]:
            return wire.zone_mappings([_json(item) async for item in client.subscriptions.list_locations(subscription)])

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
