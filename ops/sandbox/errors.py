"""The error bodies of ARM and of the resource providers behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_CLIENT = "33e40745-0000-0000-0000-000000000000"
_DEFAULT_CODES = {
    400: "BadRequest",
    401: "InvalidAuthenticationToken",
    403: "AuthorizationFailed",
    404: "ResourceNotFound",
    408: "RequestTimeout",
    409: "Conflict",
    429: "SubscriptionRequestsThrottled",
    500: "InternalServerError",
    502: "BadGateway",
    503: "ServerUnavailable",
    504: "GatewayTimeout",
}


class ArmError(Exception):
    """An error answer. ``gateway`` = ARM itself refuses, the resource provider was not asked."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: tuple[Mapping[str, Any], ...] = (),
        headers: Mapping[str, str] | None = None,
        gateway: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.headers = dict(headers or {}) | ({"x-ms-failure-cause": "gateway"} if gateway else {})

    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.details:
            found["details"] = list(self.details)
        return {"error": found}


class SupportError(ArmError):
    """An error of Microsoft.Support itself, whose body is in PascalCase."""

    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "Code": self.code,
            "Message": self.message,
            "Target": None,
            "InnerError": None,
            "Details": [],
        }
        return {"Error": found}


def invalid(what: str = "") -> SupportError:
    """The refusal that Microsoft.Support has for nearly everything; the real one says no more than its first sentence."""
    message = f"The calling client sent a bad request to the service. {what}".strip()
    return SupportError(400, "InvalidParameterValue", message)


def default_code(status: int) -> str:
    """The code of a status for which a fault names none."""
    return _DEFAULT_CODES.get(status, "InternalServerError" if status >= 500 else "BadRequest")


def unauthenticated(
    code: str = "AuthenticationFailed",
    message: str = "The authentication failed because of missing 'Authorization' header.",
) -> ArmError:
    challenge = (
        'Bearer authorization_uri="https://login.microsoftonline.com/", error="invalid_token", '
        f'error_description="{message}"'
    )
    return ArmError(401, code, message, headers={"www-authenticate": challenge}, gateway=True)


def missing_api_version() -> ArmError:
    message = "The api-version query parameter (?api-version=) is required for all requests."
    return ArmError(400, "MissingApiVersionParameter", message, gateway=True)


def refused(action: str, scope: str) -> ArmError:
    message = (
        f"The client '{_CLIENT}' with object id '{_CLIENT}' does not have authorization to perform action '{action}' "
        f"over scope '{scope}' or the scope is invalid. If access was recently granted, please refresh your credentials."
    )
    return ArmError(403, "AuthorizationFailed", message, gateway=True)


def unknown_subscription(subscription: str) -> ArmError:
    return ArmError(404, "SubscriptionNotFound", f"The subscription '{subscription}' could not be found.", gateway=True)


def unknown_group(group: str) -> ArmError:
    return ArmError(404, "ResourceGroupNotFound", f"Resource group '{group}' could not be found.", gateway=True)


def unknown_resource(kind: str, name: str, group: str) -> ArmError:
    message = (
        f"The Resource '{kind}/{name}' under resource group '{group}' was not found. "
        "For more details please go to https://aka.ms/ARMResourceNotFoundFix"
    )
    return ArmError(404, "ResourceNotFound", message, gateway=True)


def unknown_item(name: str) -> ArmError:
    """For what is no resource of a group, such as a ticket."""
    return ArmError(404, "ResourceNotFound", f"The resource '{name}' was not found.")


def unknown_type(namespace: str, api_version: str) -> ArmError:
    message = f"The resource type could not be found in the namespace '{namespace}' for api version '{api_version}'."
    return ArmError(404, "InvalidResourceType", message, gateway=True)


def unregistered(namespace: str) -> ArmError:
    code = "MissingSubscriptionRegistration"
    message = (
        f"The subscription is not registered to use namespace '{namespace}'. "
        "See https://aka.ms/rps-not-found for how to register subscriptions."
    )
    detail = {"code": code, "target": namespace, "message": message}
    return ArmError(409, code, message, details=(detail,), gateway=True)


def throttled(subscription: str, seconds: int, kind: str = "read") -> ArmError:
    """``kind`` is ``read``, ``write`` or ``delete``: ARM counts them apart."""
    message = (
        f"Number of '{kind}' requests for subscription '{subscription}' actor '{_CLIENT}' exceeded. "
        f"Please try again after '{seconds}' seconds after additional tokens are available."
    )
    return ArmError(429, "SubscriptionRequestsThrottled", message, headers={"Retry-After": str(seconds)}, gateway=True)


def throttled_graph(timestamp: str, correlation_id: str) -> ArmError:
    message = (
        f"Please provide below info when asking for support: timestamp = {timestamp}, correlationId = {correlation_id}."
    )
    detail = {
        "code": "RateLimiting",
        "message": "Client application has been throttled and should not attempt to repeat the request until an "
        "amount of time has elapsed. Please see https://aka.ms/resourcegraph-throttling for help.",
    }
    return ArmError(429, "RateLimiting", message, details=(detail,))


def not_allowed(method: str) -> ArmError:
    return ArmError(405, "MethodNotAllowed", f"The http method '{method}' is not supported for this resource.")
