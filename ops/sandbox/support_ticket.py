"""One support ticket: what a request for it must hold, and what it looks like once it is open."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from ops.sandbox.errors import SupportError, invalid
from ops.sandbox.support_services import classifications, services
from ops.sandbox.wire import Body

_SPELLING = {"highestcriticalimpact": "HighestCriticalImpact"}
_LANGUAGES = "en-us zh-hans es-es fr-fr ja-jp ko-kr ru-ru pt-br it-it zh-tw de-de"

_Text = Annotated[str, StringConstraints(min_length=1)]
_Lower = BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value)
_Severity = Annotated[Literal["minimal", "moderate", "critical", "highestcriticalimpact"], _Lower]


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow", alias_generator=to_camel)


class _Contact(_Part):
    first_name: _Text
    last_name: _Text
    primary_email_address: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")]
    preferred_contact_method: Annotated[Literal["email", "phone"], _Lower]
    preferred_time_zone: _Text
    preferred_support_language: Annotated[str, _Lower]
    country: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{3}$")]
    phone_number: str | None = None

    @model_validator(mode="after")
    def _language_is_spoken(self) -> Self:
        if self.preferred_support_language not in _LANGUAGES.split():
            raise ValueError(f"preferredSupportLanguage {self.preferred_support_language} is not supported")
        if self.preferred_contact_method == "phone" and not self.phone_number:
            raise ValueError("phoneNumber is required when the preferred contact method is phone")
        return self


class _TechnicalDetails(_Part):
    resource_id: _Text


class _Request(_Part):
    title: _Text
    description: _Text
    severity: _Severity
    service_id: _Text
    problem_classification_id: _Text
    advanced_diagnostic_consent: Annotated[Literal["yes", "no"], _Lower]
    contact_details: _Contact
    technical_ticket_details: _TechnicalDetails | None = None
    require24_x7_response: bool = False

    @model_validator(mode="after")
    def _severity_fits(self) -> Self:
        if self.severity in ("critical", "highestcriticalimpact") and not self.contact_details.phone_number:
            raise ValueError("contactDetails.phoneNumber is required for this severity")
        if self.severity == "minimal" and self.require24_x7_response:
            raise ValueError("require24X7Response has to be false for severity minimal")
        return self


class _Change(_Part):
    severity: _Severity | None = None
    status: Annotated[Literal["open", "closed"] | None, _Lower] = None
    advanced_diagnostic_consent: Annotated[Literal["yes", "no"] | None, _Lower] = None
    contact_details: dict[str, Any] | None = None


def check_request(body: Body, subscription: str) -> dict[str, Any]:
    """The properties of a ticket that is asked for; raises ``SupportError`` 400 as the service does."""
    properties = body.get("properties")
    if not isinstance(properties, dict):
        raise invalid("properties: Field required")
    must_be_full(properties)
    try:
        request = _Request.model_validate(properties)
    except ValidationError as problem:
        raise invalid(told(problem)) from None
    _check_classification(request.service_id, request.problem_classification_id)
    if details := request.technical_ticket_details:
        parts = details.resource_id.lower().split("/")
        if parts[:2] != ["", "subscriptions"] or "providers" not in parts:
            raise invalid(f"technicalTicketDetails.resourceId: {details.resource_id} is no resource id")
        if parts[2] != subscription.lower():
            raise invalid("technicalTicketDetails.resourceId: the resource is in another subscription than the ticket")
    return properties


def _check_classification(service_id: str, classification_id: str) -> None:
    service = service_id.rpartition("/")[2]
    try:
        known = classifications(service)
    except KeyError:
        raise invalid(f"serviceId: there is no service {service_id}") from None
    if classification_id.lower() not in {str(item["id"]).lower() for item in known}:
        raise invalid(f"problemClassificationId: {classification_id} does not belong to the service {service_id}")


def opened(
    id: str, properties: Mapping[str, Any], *, number: str, plan: str, engineer: Mapping[str, str], now: datetime
) -> dict[str, Any]:
    """The ticket as the service returns it: much of its case is not that of the request."""
    stamp = wire_time(now)
    contact = dict(properties["contactDetails"])
    contact["preferredContactMethod"] = contact["preferredContactMethod"].capitalize()
    language, _, country = contact["preferredSupportLanguage"].partition("-")
    contact["preferredSupportLanguage"] = f"{language}-{country.upper() if len(country) == 2 else country.capitalize()}"
    service = properties["serviceId"].rpartition("/")[2]
    known = {str(item["id"]).lower(): item["properties"]["displayName"] for item in classifications(service)}
    found = {
        "description": properties["description"],
        "problemClassificationId": properties["problemClassificationId"],
        "problemClassificationDisplayName": known[properties["problemClassificationId"].lower()],
        "severity": _severity(properties["severity"]),
        "require24X7Response": properties.get("require24X7Response", False),
        "enrollmentId": "",
        "contactDetails": contact,
        "serviceLevelAgreement": {
            "startTime": stamp,
            "expirationTime": wire_time(now + timedelta(hours=8)),
            "slaMinutes": 480,
        },
        "supportEngineer": dict(engineer),
        "supportPlanType": plan,
        "supportPlanDisplayName": f"Azure Support Plan - {plan}",
        "advancedDiagnosticConsent": properties["advancedDiagnosticConsent"].capitalize(),
        "isTemporaryTicket": "No",
        "supportPlanId": base64.b64encode(f"Source:{plan}".encode()).decode(),
        "fileWorkspaceName": number,
        "supportTicketId": number,
        "title": properties["title"],
        "serviceId": properties["serviceId"],
        "serviceDisplayName": next(
            item["properties"]["displayName"] for item in services() if item["name"] == service.lower()
        ),
        "status": "Open",
        "problemStartTime": properties.get("problemStartTime", stamp),
        "createdDate": stamp,
        "modifiedDate": stamp,
    }
    if details := properties.get("technicalTicketDetails"):
        found["technicalTicketDetails"] = dict(details)
    return {"id": id, "name": id.rpartition("/")[2], "type": "Microsoft.Support/supportTickets", "properties": found}


def changed(ticket: Body, change: Body, now: datetime) -> dict[str, Any]:
    """The ticket after a PATCH, whose body is flat; raises ``SupportError`` 400.

    Nothing of a closed ticket can be changed, and neither severity nor status once an engineer works on it.
    """
    if "properties" in change:
        message = "Could not find member 'properties' on object of type 'UpdateSupportTicketDetails'."
        raise SupportError(400, "JsonDeserializationError", message)
    must_be_full(change)
    try:
        wanted = _Change.model_validate(change)
    except ValidationError as problem:
        raise invalid(told(problem)) from None
    properties = dict(ticket["properties"])
    if str(properties.get("status", "")).lower() == "closed":
        raise _denied("The support ticket is closed and cannot be updated.")
    if (properties.get("supportEngineer") or {}).get("emailAddress") and (wanted.severity or wanted.status):
        raise _denied("Severity and status cannot be updated while a support engineer is assigned to the ticket.")
    if wanted.severity:
        properties["severity"] = _severity(wanted.severity)
    if wanted.status:
        properties["status"] = wanted.status.capitalize()
    if wanted.advanced_diagnostic_consent:
        properties["advancedDiagnosticConsent"] = wanted.advanced_diagnostic_consent.capitalize()
    if wanted.contact_details:
        properties["contactDetails"] = {**properties.get("contactDetails", {}), **wanted.contact_details}
    properties["modifiedDate"] = wire_time(now)
    return {**ticket, "properties": properties}


def _denied(message: str) -> SupportError:
    return SupportError(400, "UpdateOperationDenied", message)


def must_be_full(properties: Body) -> None:
    """Raises ``SupportError`` 400 for an empty text or list: the service rejects both."""
    if empty := next(_empty(properties, ""), None):
        raise invalid(f"{empty}: an empty value is not allowed, leave it out")


def wire_time(moment: datetime) -> str:
    """A time as the service writes it, in whole seconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _severity(text: str) -> str:
    return _SPELLING.get(text.lower(), text.capitalize())


def _empty(value: Any, place: str) -> Iterator[str]:
    """Where an empty text or list stands."""
    if value in ("", []):
        yield place
    for key, inner in value.items() if isinstance(value, dict) else ():
        yield from _empty(inner, f"{place}.{key}".lstrip("."))


def told(problem: ValidationError) -> str:
    """The mistakes of a request, each with its place."""
    return "; ".join(
        f"{'.'.join(map(str, error['loc']))}: {error['msg'].removeprefix('Value error, ')}".removeprefix(": ")
        for error in problem.errors()
    )
