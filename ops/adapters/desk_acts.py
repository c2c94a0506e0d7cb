"""What is written to the support desk, in the words that its problems need."""

from __future__ import annotations

from dataclasses import dataclass

from ops.model.policy import Contact, TicketSeverity
from ops.model.ticket import Draft, Ticket
from ops.model.untrusted import one_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One write. ``not_done`` and ``not_known`` say what did not happen, and what may have; ``doing`` is for progress.

    Three next steps: ``again`` says why running it again is safe, ``by_hand`` what a person does in the Azure portal, and
    ``refused`` what to correct where Azure finds a mistake in what was sent. ``contact``: who is named in it; of that
    person nothing is told again, whatever Azure answers.
    """

    subscription: str
    doing: str
    subject: str
    not_done: str
    not_known: str
    again: str
    by_hand: str
    refused: str
    contact: Contact | None = None


def opening(draft: Draft, contact: Contact) -> Act:
    return Act(
        subscription=draft.subscription,
        doing=f"opening the ticket {draft.name}",
        subject=f"the ticket {draft.name}",
        not_done=f"the ticket {draft.name} was not opened",
        not_known=f"whether the ticket {draft.name} was created is not known",
        again="run it again: a ticket that exists is found by its name, and none is opened twice",
        by_hand="open the ticket in the Azure portal, with its ticket.md where one is kept",
        refused="correct support.contact where Azure names it; a severity may not be in your plan: see phsm tickets plan",
        contact=contact,
    )


def commenting(ticket: Ticket, name: str) -> Act:
    return Act(
        subscription=ticket.subscription,
        doing=f"writing the communication {name} to ticket {_called(ticket)}",
        subject=f"the communication {name}",
        not_done=f"the communication {name} was not sent to ticket {_called(ticket)}",
        not_known=f"whether the communication {name} was sent to ticket {_called(ticket)} is not known",
        again="run it again: a communication that is there is found by its name, and none is sent twice",
        by_hand="write to the ticket in the Azure portal",
        refused="correct support.contact.email where Azure names the sender; else please report it",
    )


def changing(ticket: Ticket, severity: TicketSeverity | None, status: str | None) -> Act:
    wanted = " and ".join(
        [*([f"severity {severity.letter}"] if severity else []), *([f"status {status}"] if status else [])]
    )
    return Act(
        subscription=ticket.subscription,
        doing=f"changing ticket {_called(ticket)} to {wanted}",
        subject=f"ticket {_called(ticket)}",
        not_done=f"ticket {_called(ticket)} was not changed to {wanted}",
        not_known=f"whether ticket {_called(ticket)} was changed to {wanted} is not known",
        again="run it again: a change that was made already is seen, and not asked for twice",
        by_hand="ask for it by a message on the ticket in the Azure portal",
        refused="the severity may not be in your support plan: ask for it by a message on the ticket",
    )


def attaching(subscription: str, workspace: str, name: str) -> Act:
    return Act(
        subscription=subscription,
        doing=f"uploading {name} to the file workspace {workspace}",
        subject=f"the file {name}",
        not_done=f"the file {name} was not uploaded to the file workspace {workspace}",
        not_known=f"whether the file {name} was uploaded to the file workspace {workspace} is not known",
        again="run it again: the same file is written over, and there are never two of it",
        by_hand="upload the file to the ticket in the Azure portal",
        refused="please report it, with the name and the size of the file",
    )


def _called(ticket: Ticket) -> str:
    return one_line(ticket.number or ticket.name, 80)
