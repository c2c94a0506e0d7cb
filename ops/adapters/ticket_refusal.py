"""Why a write to the support desk was refused, or what came of it is not known, and what to do next."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from azure.core.exceptions import HttpResponseError

from ops.adapters.desk_acts import Act, opening
from ops.adapters.desk_persons import without_persons
from ops.adapters.failure import code, reason
from ops.errors import TicketProblem
from ops.model.policy import Contact, TicketSeverity
from ops.model.support_plan import TICKET_ROLE
from ops.model.ticket import Draft
from ops.model.untrusted import one_line

_TOO_LOW = "high tier-support plans"  # the words that stay the same in all that Azure says of plans
_OBJECT_ID = re.compile(r"object id '([0-9a-f-]{36})'", re.IGNORECASE)
_QUERY = re.compile(r"(https?://[^\s?'\"<>]+)\?[^\s'\"<>]*")


def refused_unsent(draft: Draft, contact: Contact) -> TicketProblem | None:
    """What is wrong with a ticket before it is sent, if anything is."""
    act = opening(draft, contact)
    if draft.service is None or draft.classification is None:
        missing = "service" if draft.service is None else "problem classification"
        return not_done(act, f"it has no {missing}", "plan it again when the support desk can be read")
    if contact.phone.strip():
        return None
    if contact.method == "phone":
        return not_done(act, "the contact is to be called and has no phone", "set support.contact.phone")
    if draft.severity is TicketSeverity.CRITICAL:
        return not_done(act, "severity A needs a contact with a phone", "set support.contact.phone")
    return None


def name_refused(act: Act, message: str) -> TicketProblem:
    """Azure says that nothing can have this name."""
    said = without_persons(_on_one_line(message), act.contact) or "no reason given"
    return not_done(act, f"Azure refuses its name: {said}", "please report it, with the name")


def refusal(act: Act, error: HttpResponseError) -> TicketProblem:
    """Azure's no: at once by its status, or later by the code of the operation, whose status is 200 then."""
    status = error.status_code or 0
    short = reason(error) if status >= 300 else one_line(code(error), 80) or "the operation failed"
    message = _message(error)
    said = without_persons(message, act.contact)
    return TicketProblem(
        f"{act.not_done}: {short}: {said}" if said else f"{act.not_done}: {short}",
        _tip(act, error, message),
        denied=code(error).lower() == "updateoperationdenied",
    )


def not_done(act: Act, why: str, tip: str) -> TicketProblem:
    """Nothing was written, for certain."""
    return TicketProblem(f"{act.not_done}: {why}", tip)


def not_known(act: Act, why: str) -> TicketProblem:
    """Sent, and no word of what came of it."""
    return TicketProblem(f"{act.not_known}: {why}", act.again, may_exist=True)


def not_found(act: Act, why: str) -> TicketProblem:
    """Nothing was sent, or it was refused: there is one of its name already, and it cannot be seen."""
    tip = f"wait some minutes, then run it again; if it stays, {act.by_hand}"
    return TicketProblem(f"{act.not_known}: {why}, and none is found under it", tip, may_exist=True)


def _message(error: HttpResponseError) -> str:
    """What Azure says, in any spelling of the keys, or ``""``; a page of a proxy says nothing."""
    try:
        body = json.loads(error.response.text()) if error.response is not None else {}
        folded = {key.lower(): value for key, value in body.items()}
        inner = {key.lower(): value for key, value in folded.get("error", folded).items()}
    except (ValueError, LookupError, AttributeError):
        return ""
    return _on_one_line(inner.get("message"))


def _on_one_line(message: object) -> str:
    """Azure's words. A URL loses its query, which may be the signature that opens it."""
    return one_line(_QUERY.sub(r"\1", str(message or "")[:4000]))


def _tip(act: Act, error: HttpResponseError, message: str) -> str:
    status = error.status_code or 0
    if _TOO_LOW in message.lower():
        return _no_plan(act)
    match code(error).lower():
        case "invalidsupportplan":
            return _no_plan(act)
        case "quotaexceeded":
            return "close tickets that are done, then run it again"
        case "missingsubscriptionregistration":
            return f"az provider register --namespace Microsoft.Support --subscription {act.subscription}"
        case "jsondeserializationerror":
            return "please report it: phsm sent what the Support API cannot read, and sending it again does not help"
        case "updateoperationdenied":
            return f"its engineer can still change it: {act.by_hand}"
    match status:
        case 401:
            return "az login, then run it again"
        case 403:
            whom = found[1] if (found := _OBJECT_ID.search(message)) else "OBJECT-ID"
            scope = f"/subscriptions/{act.subscription}"
            return f"az role assignment create --role '{TICKET_ROLE}' --assignee {whom} --scope {scope}"
        case 404 if code(error).lower() == "resourcenotfound":
            return "it may have been deleted, or not be listed yet: phsm tickets list"
        case 404:
            return f"check that subscription {act.subscription} exists and can be seen: phsm doctor"
        case 429:
            return f"{_patience(error)}, then run it again"
        case 400:
            return act.refused
    return f"run it again; if it stays, {act.by_hand}"


def _no_plan(act: Act) -> str:
    return f"the Support API needs a ProDirect, Premier or Unified plan; with another, {act.by_hand}"


def _patience(error: HttpResponseError) -> str:
    headers: Mapping[str, str] = getattr(error.response, "headers", {})
    seconds = str(headers.get("Retry-After") or "")
    if seconds.isascii() and seconds.isdigit() and int(seconds[:9]) > 0:
        return f"wait {int(seconds[:9])} s, as Azure asks"
    return "wait some minutes"
