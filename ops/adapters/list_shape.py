"""A page of a list must hold a list: the SDK takes an answer without one for an empty page, and what is unread for absent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from azure.core.pipeline import PipelineResponse
from azure.core.pipeline.policies import ContentDecodePolicy

from ops.adapters.wire_value import WireProblem


def require_list(response: PipelineResponse[Any, Any]) -> None:
    """A ``raw_response_hook`` for the SDK's lists, called for every page. Raises WireProblem for a page without a list."""
    if response.http_response.status_code >= 300:
        return
    body = response.context.get(ContentDecodePolicy.CONTEXT_NAME)
    if not isinstance(body, Mapping) or not isinstance(body.get("value"), list):
        raise WireProblem("the answer holds no list")
