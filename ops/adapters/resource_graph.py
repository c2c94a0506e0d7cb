"""Resource Graph: where the HSMs and clusters are, in a few calls for any number of subscriptions.

It lags behind ARM and leaves out what the caller may not see, so it only ever tells where to look.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from azure.mgmt.resourcegraph.aio import ResourceGraphClient
from azure.mgmt.resourcegraph.models import QueryRequest, QueryRequestOptions

from ops.adapters.together import together
from ops.model.cluster import CLUSTER_TYPE
from ops.model.estate import HSM_TYPE

HSMS_AND_CLUSTERS = (
    f"Resources | where type in~ ('{HSM_TYPE.lower()}', '{CLUSTER_TYPE.lower()}') "
    "| project id, name, type, location, subscriptionId, resourceGroup, sku, tags | order by id asc"
)
SUBSCRIPTIONS = (
    "ResourceContainers | where type =~ 'microsoft.resources/subscriptions' "
    "| project id, name, type, subscriptionId | order by id asc"
)
_BATCH = 300  # more ids in one query are advised against
_PAGE = 1000
_MOST_PAGES = 1000


class GraphIncomplete(Exception):
    """Resource Graph answered, and not with everything."""


async def rows(client: ResourceGraphClient, query: str, subscriptions: Sequence[str]) -> list[Mapping[str, Any]]:
    """All rows of a query in these subscriptions; none given = in all that are visible.

    Raises GraphIncomplete, or what the SDK raises.
    """
    starts = range(0, len(subscriptions), _BATCH)
    batches: list[list[str] | None] = [list(subscriptions[start : start + _BATCH]) for start in starts]
    found = await together([_batch(client, query, batch) for batch in batches or [None]])
    return [row for batch in found for row in batch]


async def _batch(client: ResourceGraphClient, query: str, subscriptions: list[str] | None) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    token: str | None = None
    for _ in range(_MOST_PAGES):
        options = QueryRequestOptions(skip_token=token, top=_PAGE, result_format="objectArray")
        answer: Any = await client.resources(QueryRequest(query=query, subscriptions=subscriptions, options=options))
        if not isinstance(answer.data, list) or not all(isinstance(row, Mapping) for row in answer.data):
            raise GraphIncomplete("its answer is no list of rows")
        found += answer.data
        if str(answer.result_truncated).lower() == "true":
            raise GraphIncomplete("it cut its answer off")
        if not answer.skip_token:
            if len(found) != answer.total_records:
                raise GraphIncomplete(f"it announced {answer.total_records} rows and sent {len(found)}")
            return found
        if answer.skip_token == token:
            break
        token = answer.skip_token
    raise GraphIncomplete("its pages do not end")
