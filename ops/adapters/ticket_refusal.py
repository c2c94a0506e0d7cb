"""Why a ticket was not opened, and what to do next."""

from __future__ import annotations

import json

from azure.core.exceptions import HttpResponseError

from ops.adapters.failure import code, reason
from ops.errors import TicketProblem
from ops.model.policy import Contact, TicketSeverity
from ops.model.ticket import Draft
from ops.model.untrusted import one_line


def refused_unsent(draft: Draft, contact: Contact) -> TicketProblem | None:
    """What is wrong with a ticket before it is sent, if anything is."""
    if draft.service is None or draft.classification is None:
        missing = "service" if draft.service is None else "problem classification"
        return _not_opened(draft, f"it has no {missing}", "plan it again when the support desk can be read")
    if contact.phone.strip():
        return None
    if contact.method == "phone":
        return _not_opened(draft, "the contact is to be called and has no phone", "set support.contact.phone")
    if draft.severity is TicketSeverity.CRITICAL:
        return _not_opened(draft, "severity A needs a contact with a phone", "set support.contact.phone")
    return None


def name_not_free(draft: Draft, why: str, message: str) -> TicketProblem:
    """Azure says that a ticket cannot have this name."""
    said = one_line(message or why or "no reason given")
    if why.lower() == "invalid":
        return _not_opened(draft, f"Azure refuses its name: {said}", "please report it, with the name")
    return _not_opened(draft, f"its name is taken: {said}", "its cause has a ticket already: phsm tickets list")


def refusal(draft: Draft, error: HttpResponseError) -> TicketProblem:
    """Azure's no: at once by its status, or later by the code of the operation, whose status is 200 then."""
    status = error.status_code or 0
    short = reason(error) if status >= 300 else one_line(code(error), 80) or "the operation failed"
    message = _message(error)
    return _not_opened(draft, f"{short}: {message}" if message else short, _tip(draft, status, code(error)))


def _message(error: HttpResponseError) -> str:
    """What Azure says, in any spelling of the keys, or ``""``; a page of a proxy says nothing."""
    try:
        body = json.loads(error.response.text()) if error.response is not None else {}
        folded = {key.lower(): value for key, value in body.items()}
        inner = {key.lower(): value for key, value in folded.get("error", folded).items()}
    except (ValueError, LookupError, AttributeError):
        return ""
    return one_line(inner.get("message") or "")


def unclear(draft: Draft, why: str) -> TicketProblem:
    """Sent, and no word of what came of it."""
    return TicketProblem(
        f"whether the ticket {draft.name} was created is not known: {why}",
        "run it again: a ticket that exists is found by its name, and none is opened twice",
        may_exist=True,
    )


def _not_opened(draft: Draft, why: str, tip: str) -> TicketProblem:
    return TicketProblem(f"the ticket {draft.name} was not opened: {why}", tip)


def _tip(draft: Draft, status: int, code: str) -> str:
    match code.lower():
        case "invalidsupportplan":
            return (
                "the Support API needs a ProDirect, Premier or Unified plan; with another, open it in the Azure portal"
            )
        case "quotaexceeded":
            return "close tickets that are done, then run it again"
        case "missingsubscriptionregistration":
            return f"az provider register --namespace Microsoft.Support --subscription {draft.subscription}"
    match status:
        case 401:
            return "az login, then run it again"
        case 403:
            return f"give the role Support Request Contributor on subscription {draft.subscription}"
        case 404:
            return f"check that subscription {draft.subscription} exists and can be seen: phsm doctor"
        case 429:
            return "wait some minutes, then run it again"
        case 400:
            return "correct support.contact where Azure names it; a severity may not be in your plan: see phsm tickets plan"
    return "run it again; if it stays, open the ticket in the Azure portal with the text of phsm tickets plan"
