"""``phsm tickets list``, ``show``, ``comment`` and ``close``: tickets by hand, whoever opened them."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from ops import service
from ops.cli.options import FORMAT, Command
from ops.cli.screen import colour, emit, progress, say, width
from ops.cli.tickets import require_desk
from ops.errors import UsageProblem
from ops.model.ticket import Ticket
from ops.model.untrusted import one_line
from ops.wiring import Session, Settings, session

_MOST_BYTES = 1_000_000
"""Of standard input, which may never end."""


@click.command("list", cls=Command)
@click.option("--format", "format_", type=FORMAT, default="text", show_default=True)
@click.option("--all", "all_", is_flag=True, help="Closed ones too.")
@click.pass_obj
def list_(settings: Settings, format_: str, all_: bool) -> int:
    """List the open Payment HSM tickets, whoever opened them."""
    from ops.reports import tickets as report

    with _at_the_desk(settings) as here:
        scope = here.cloud.scope(here.subscriptions)
        found, gaps = service.list_tickets(here.desk, scope, only_open=not all_)
    if format_ == "json":
        text = report.render_json(found, gaps)
    else:
        text = report.render_list(found, gaps, width(None), colour(settings, None))
    emit(text, None)
    return 4 if gaps else 0


@click.command(cls=Command)
@click.argument("ticket", metavar="NUMBER_OR_NAME")
@click.option("--format", "format_", type=FORMAT, default="text", show_default=True)
@click.pass_obj
def show(settings: Settings, ticket: str, format_: str) -> int:
    """Show one ticket and what was written on it, by the number that Microsoft quotes or by its name."""
    from ops.model.fact import Gap
    from ops.reports import tickets as report

    with _at_the_desk(settings) as here:
        found = _find(here, ticket)
        messages = here.desk.communications(found)
    if format_ == "json":
        emit(report.render_json((found,), (), communications={found.name: messages}), None)
    else:
        emit(report.render_one(found, messages, width(None), colour(settings, None)), None)
    return 4 if isinstance(messages, Gap) else 0


@click.command(cls=Command)
@click.argument("ticket", metavar="NUMBER_OR_NAME")
@click.argument("text")
@click.option("--subject", default="Further information", show_default=True)
@click.option("--apply", "apply_", is_flag=True, help="Really send it. Without it nothing is sent.")
@click.pass_obj
def comment(settings: Settings, ticket: str, text: str, subject: str, apply_: bool) -> int:
    """Write TEXT on a ticket, for Microsoft to read; "-" reads it from standard input.

    What nobody can see in it is left out. The same text is never sent twice.
    """
    from ops.support.said import said

    require_desk(settings)
    message = said(subject, _standard_input() if text == "-" else text)
    with _at_the_desk(settings) as here:
        found = _find(here, ticket)
        if message.left_out:
            say(f"phsm: characters that cannot be seen are left out: {message.left_out}")
        if not found.is_open:
            say("phsm: the ticket is closed, so perhaps nobody reads it; what fails again: phsm tickets plan")
        if not apply_:
            lines = (message.subject, "", *(f"  {_plain(line)}".rstrip() for line in message.text.splitlines()))
            emit("".join(f"{line}\n" for line in lines), None)
            say(f"{_told(found)}\nnothing was sent; to send it add --apply")
            return 0
        contact = service.require_contact(here.policy, here.source)
        sent = service.say_on_ticket(found, message.subject, message.text, here.desk, here.ledger(), contact)
    say(f"{'was there already' if sent.found else 'sent'}: {_told(found)}")
    return 0


@click.command(cls=Command)
@click.argument("ticket", metavar="NUMBER_OR_NAME")
@click.option("--anyway", is_flag=True, help="Also one that phsm did not open.")
@click.option("--apply", "apply_", is_flag=True, help="Really close it. Without it nothing is sent.")
@click.pass_obj
def close(settings: Settings, ticket: str, anyway: bool, apply_: bool) -> int:
    """Close a ticket that is done."""
    with _at_the_desk(settings) as here:
        found = _find(here, ticket)
        if not found.is_open:
            say(f"closed already: {_told(found)}")
            return 0
        flags = "--apply" if anyway or _is_ours(found) else "--anyway --apply"
        if not apply_:
            say(f"{_told(found)}\nnothing was sent; to close it add {flags}")
            return 0
        if flags != "--apply":
            raise UsageProblem(
                f"it was not closed: {_told(found)}",
                tip=f"ask who opened it; to close it all the same: phsm tickets close {shlex.quote(ticket)} {flags}",
            )
        service.close(found, here.desk, here.ledger())
    say(f"closed: {_told(found)}")
    return 0


@contextmanager
def _at_the_desk(settings: Settings) -> Iterator[Session]:
    require_desk(settings)
    with progress(settings) as tell, session(settings, tell) as here:
        yield here


def _find(here: Session, ticket: str) -> Ticket:
    return service.find_ticket(here.desk, here.cloud.scope(here.subscriptions), ticket)


def _is_ours(ticket: Ticket) -> bool:
    from ops.support.naming import base_of

    return base_of(ticket.name) is not None


def _told(ticket: Ticket) -> str:
    """Which ticket it is, on one line. A new one has no number yet."""
    whose = "" if _is_ours(ticket) else ", not opened by phsm"
    called = one_line(ticket.number, 60) or one_line(ticket.name)
    return f"{called}: {one_line(ticket.title)} (subscription {one_line(ticket.subscription, 60)}{whose})"


def _plain(line: str) -> str:
    """A line of a message with its columns and all its characters, unless something in it is no plain text."""
    plain = one_line(line, len(line) * 2 + 1)
    return line if line.split() == plain.split() else plain


def _standard_input() -> str:
    """All of it. Raises UsageProblem where it is no text, or cannot be read."""
    stream = getattr(sys.stdin, "buffer", None)  # None where it was closed
    try:
        content: bytes = stream.read(_MOST_BYTES + 1) if stream else b""
        if len(content) > _MOST_BYTES:
            raise UsageProblem(f"standard input is no message: it has more than {_MOST_BYTES} bytes")
        return content.decode("utf-8")
    except OSError as error:
        raise UsageProblem(f"standard input cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageProblem(f"standard input is no text: not UTF-8 from byte {error.start} on") from error
