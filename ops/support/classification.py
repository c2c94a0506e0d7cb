"""Which service and which problem classification of the Support API a ticket goes to.

Both lists are live and are renamed at will; the service's GUID has been the same since 2023 at least, the problem
classifications of this service are published nowhere. So: the GUID first, and names by pattern.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ops.model import arm_id
from ops.model.fact import Gap
from ops.model.finding import IssueCategory
from ops.model.ticket import Cause, ProblemClassification, SupportService, Ticket

SERVICE_GUID = "ce34cf91-b52e-afe9-57d6-1baf3ff5a59b"
_SERVICE_NAME = "azure payment hsm service"
_SERVICE_WORDS = "payment hsm"

_FASTPATH = ("*fastpath*", "*feature*registration*")
_PATTERNS: Mapping[IssueCategory, tuple[str, ...]] = {
    IssueCategory.PROVISIONING: ("provisioning*", "* provisioning*", "*creat*", "*deploy*"),
    IssueCategory.NETWORKING: ("network*", "* network*", "*connectivity*", "*reachable*", "*connect*"),
    IssueCategory.HARDWARE: ("hardware*", "* hardware*", "*device*", "*not responding*", "*unresponsive*"),
    IssueCategory.PORT_CONNECTION: (
        "*host*port*",
        "*management*port*",
        "*port*connect*",
        "*reachable*",
        "*connectivity*",
        "*connect*",
        "*network*",
    ),
    IssueCategory.RESET_OR_DELETE: ("*delet*", "*reset*", "*release*", "*deallocat*", "*remov*"),
    IssueCategory.TAMPER: ("*tamper*", "hardware*", "* hardware*"),
}
_CATCH_ALL = ("other", "other[ /-]*", "*/ other*", "*not listed*", "*something else*", "*my problem*", "*general*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The problem classification of a ticket; ``note`` says how it was chosen, if not by a pattern of its category."""

    classification: ProblemClassification | None
    note: str = ""


def find_service(services: Iterable[SupportService]) -> SupportService | None:
    """The Payment HSM service: by its GUID, else by its name; None where the list does not hold it."""
    known = list(services)
    for matches in (_is_by_guid, _is_by_name, _is_by_words):
        for service in known:
            if matches(service):
                return service
    return None


def why_no_service(services: Sequence[SupportService] | Gap) -> str:
    """Why ``find_service`` found none, in one line."""
    if isinstance(services, Gap):
        return f"the support services could not be read: {services.reason}"
    return f"none of the {len(services)} support services is Azure Payment HSM Service ({SERVICE_GUID})"


def _is_by_guid(service: SupportService) -> bool:
    return SERVICE_GUID in (arm_id.name(service.id).lower(), service.name.lower())


def _is_by_name(service: SupportService) -> bool:
    return service.display_name.casefold().strip() == _SERVICE_NAME


def _is_by_words(service: SupportService) -> bool:
    return _SERVICE_WORDS in service.display_name.casefold()


def is_for_payment_hsms(ticket: Ticket) -> bool:
    """Whether a ticket was opened for the Payment HSM service: by the service's GUID, else by its display name."""
    return arm_id.name(ticket.service_id).lower() == SERVICE_GUID or _SERVICE_WORDS in ticket.service.casefold()


def classify(
    cause: Cause,
    classifications: Sequence[ProblemClassification],
    configured: Mapping[IssueCategory, tuple[str, ...]],
) -> Choice:
    """The problem classification for a cause: by the operator's patterns, else by ours, else the service's catch-all.

    The approval of FastPath has a topic of its own; only where the service has none the patterns of networking count.
    """
    category = category_of(cause)
    own = configured.get(category, ())
    special = _FASTPATH if cause.kind == "fastpath" else ()
    found = _first(classifications, (*special, *own, *_PATTERNS.get(category, ())))
    if found is not None or not classifications:
        return Choice(classification=found)
    fallback = _first(classifications, _CATCH_ALL) or classifications[0]
    return Choice(
        classification=fallback,
        note=f"fallback: no problem classification looks like {category}; name one in support.classifications.{category}",
    )


def category_of(cause: Cause) -> IssueCategory:
    """The topic of a cause: networking for FastPath, else that of the first failure behind it."""
    return IssueCategory.NETWORKING if cause.kind == "fastpath" else cause.findings[0].category


def _first(classifications: Sequence[ProblemClassification], patterns: Iterable[str]) -> ProblemClassification | None:
    for pattern in patterns:
        for classification in classifications:
            if fnmatchcase(classification.display_name.casefold(), pattern.casefold()):
                return classification
    return None
