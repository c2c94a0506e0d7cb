"""Why something could not be read, in a few words, and which failures are facts in themselves."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping

from aiohttp import ClientConnectorError
from azure.core.exceptions import (
    HttpResponseError,
    IncompleteReadError,
    ServiceRequestError,
    ServiceRequestTimeoutError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
)

from ops.adapters.one_host_policy import ForeignHostRefused
from ops.adapters.wire_value import WireProblem
from ops.model.untrusted import one_line

_LIMIT = 120
_NOT_FOUND = frozenset({"resourcenotfound", "resourcegroupnotfound"})


def reason(error: BaseException) -> str:
    """One short line: ``403 AuthorizationFailed``, ``502 not JSON``, ``no answer within 30 s``."""
    return one_line(_reason(error), _LIMIT)


def _reason(error: BaseException) -> str:
    if isinstance(error, ForeignHostRefused):
        return f"next page names another host: {error.host}"
    if isinstance(error, (ServiceRequestTimeoutError, ServiceResponseTimeoutError, WireProblem)):
        return str(error)
    if isinstance(error, IncompleteReadError):
        return "the connection was lost within the answer"
    if isinstance(error, HttpResponseError):
        return _http_reason(error)
    if isinstance(error, (ServiceRequestError, ServiceResponseError)):
        if is_unreachable(error):
            return f"no connection: {error}"
        return "the connection was lost" if error.inner_exception is not None else str(error)
    if isinstance(error, (json.JSONDecodeError, UnicodeError, zlib.error)):
        return "the answer is not JSON"
    return f"{type(error).__name__}: {error}"


def _http_reason(error: HttpResponseError) -> str:
    status = error.status_code or ""
    text = _text(error)
    if text.strip() and not _is_json(text):
        return f"{status} not JSON"
    return f"{status} {code(error) or error.reason or type(error).__name__}"


def code(error: BaseException) -> str:
    """ARM's error code, or ``""``. Some resource providers answer in PascalCase, which azure-core cannot read."""
    if not isinstance(error, HttpResponseError):
        return ""
    try:
        body = json.loads(_text(error))
    except ValueError:
        return ""
    inner = _folded(body).get("error", body)
    found = _folded(inner).get("code")
    return found if isinstance(found, str) else ""


def _text(error: HttpResponseError) -> str:
    try:
        return error.response.text() if error.response is not None else ""
    except (ValueError, LookupError, zlib.error):  # an encoding that is not what it says
        return "\ufffd"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _folded(body: object) -> Mapping[str, object]:
    return {str(key).lower(): value for key, value in body.items()} if isinstance(body, Mapping) else {}


def is_absence(error: BaseException) -> bool:
    """Whether ARM says that a resource does not exist. A fact for an id that an HSM or a peering names."""
    return _status(error) == 404 and code(error).lower() in _NOT_FOUND


def is_feature_absence(error: BaseException) -> bool:
    """Whether ARM knows no registration of a feature; the codes differ between clouds."""
    return _status(error) == 404 and code(error).lower() not in ("", "subscriptionnotfound")


def is_not_onboarded(error: BaseException) -> bool:
    """Whether the type is hidden from a subscription, as it is until its owner was let in: there can be no HSMs."""
    return _status(error) == 404 and code(error).lower() == "invalidresourcetype"


def is_unreachable(error: BaseException) -> bool:
    """Whether no connection could be made at all."""
    if isinstance(error, ServiceRequestTimeoutError):
        return True
    return isinstance(error, ServiceRequestError) and isinstance(error.inner_exception, ClientConnectorError)


def _status(error: BaseException) -> int | None:
    return error.status_code if isinstance(error, HttpResponseError) else None
