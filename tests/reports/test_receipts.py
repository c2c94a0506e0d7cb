import json
from dataclasses import replace
from typing import Any

import pytest

from ops.model.fact import Gap
from ops.model.policy import TicketSeverity
from ops.model.ticket import Receipt, Ticket, Update, UpdateReceipt
from ops.reports.receipts import render_json, render_text
from tests.hostile import HOSTILE
from tests.support.build import planned, ticket
from tests.support.lives import broken, opened, told, well

PLAN = planned(broken())
(DRAFT,) = PLAN.to_open
DRAFT = replace(DRAFT, title="a is broken")
MINE = opened(DRAFT)
GONE = replace(told(well(), opened(DRAFT)).updates[0])
TIP = "buy ProDirect"


def update(kind: Any, **changes: Any) -> Update:
    severity = TicketSeverity.MODERATE if kind == "raise" else None
    return replace(GONE, kind=kind, reason="why it is told", severity=severity, **changes)


def receipt(**facts: Any) -> Receipt:
    return Receipt(draft=DRAFT, **facts)


def shown(*receipts: Receipt, updates: tuple[UpdateReceipt, ...] = ()) -> str:
    return render_text(receipts, updates, None, False)


OPENED = receipt(ticket=MINE)
FOUND = receipt(ticket=MINE, found=True)
REFUSED = receipt(problem="no suitable support plan", tip=TIP, kept="ledger/drafts/x/ticket.md")
UNCLEAR = receipt(problem="no answer", tip="run it again", may_exist=True)


def test_every_ticket_says_what_came_of_it() -> None:
    assert shown(OPENED, FOUND, receipt(gone=True), UNCLEAR, REFUSED) == (
        "\n"
        "1 ticket opened, 1 open already, 1 not opened, 1 unclear\n"
        "  opened      2411230050001234  severity C  a is broken\n"
        "  found       2411230050001234  severity C  a is broken\n"
        "              it was there already, from another run\n"
        "  not needed  a is broken\n"
        "              its cause is gone\n"
        "  unclear     a is broken\n"
        "              no answer\n"
        "              next: run it again\n"
        "  not opened  a is broken\n"
        "              no suitable support plan\n"
        "              next: buy ProDirect\n"
        "              kept, ready for the portal: ledger/drafts/x/ticket.md\n"
    )


def test_evidence_that_is_not_on_the_ticket_is_said() -> None:
    text = shown(replace(OPENED, unattached="413 too large"))
    assert text.endswith("a is broken\n              its evidence is not attached: 413 too large\n")


def test_evidence_that_is_kept_has_the_way_through_the_portal() -> None:
    text = shown(replace(OPENED, unattached="413 too large", kept="ledger/unsent/x/x.zip"))
    assert text.endswith(
        "              its evidence is not attached: 413 too large\n"
        "              kept, ready for the portal: ledger/unsent/x/x.zip\n"
        "              next: upload it in the Azure portal: Help + support, All support requests, the ticket, Upload file\n"
    )


def test_a_ticket_that_the_ledger_does_not_tell_is_opened_all_the_same_and_it_is_said() -> None:
    one = replace(OPENED, unrecorded="the ledger could not be written: /x: No space left on device", tip="make room")
    assert shown(one) == (
        "\n"
        "1 ticket opened\n"
        "  opened      2411230050001234  severity C  a is broken\n"
        "              it is not recorded: the ledger could not be written: /x: No space left on device\n"
        "              next: make room\n"
    )
    (facts,) = json.loads(render_json((one,), (), PLAN))["receipts"]
    assert (facts["outcome"], facts["unrecorded"]) == ("opened", one.unrecorded)


def test_a_ticket_that_azure_has_not_numbered_yet_is_opened_all_the_same() -> None:
    assert "  opened      no number yet  severity C" in shown(receipt(ticket=replace(MINE, number="")))
    assert "  opened      no number yet  severity C" in shown(receipt())


def test_a_ticket_with_a_problem_is_never_called_opened() -> None:
    closed = receipt(ticket=MINE, found=True, problem="its name belongs to a ticket that is closed")
    assert shown(closed).startswith("\n0 tickets opened, 1 not opened\n")


def test_every_update_says_what_came_of_it() -> None:
    updates = (
        UpdateReceipt(update=update("evidence")),
        UpdateReceipt(update=update("raise")),
        UpdateReceipt(update=update("raise"), asked=True),
        UpdateReceipt(update=update("gone")),
        UpdateReceipt(update=update("close")),
        UpdateReceipt(update=update("evidence"), found=True),
        UpdateReceipt(update=update("gone"), skipped="it no longer holds"),
        UpdateReceipt(update=update("close"), problem="409", tip="try later"),
        UpdateReceipt(update=update("evidence"), problem="no answer", may_exist=True),
    )
    said = "2411230050001234"
    title = GONE.ticket.title
    why = "              why it is told\n"
    assert shown(updates=updates) == (
        "\n"
        "5 updates sent, 1 told already, 1 not sent, 1 unclear\n"
        f"  told        {said}  what is new  {title}\n{why}"
        f"  told        {said}  now severity B  {title}\n{why}"
        f"  asked       {said}  a message asks for severity B  {title}\n{why}"
        f"  told        {said}  its cause is gone  {title}\n{why}"
        f"  told        {said}  closed  {title}\n{why}"
        f"  found       {said}  what is new  {title}\n{why}"
        "              it was there already, from another run\n"
        f"  not needed  {said}  gone  {title}\n              it no longer holds\n"
        f"  not sent    {said}  close  {title}\n{why}              409\n              next: try later\n"
        f"  unclear     {said}  evidence  {title}\n{why}              no answer\n"
    )


def test_tickets_and_updates_are_counted_apart() -> None:
    sent = UpdateReceipt(update=update("gone"))
    refused = UpdateReceipt(update=update("gone"), problem="403")
    assert shown(OPENED, updates=(sent,)).startswith("\n1 ticket opened, 1 update sent\n")
    assert shown(updates=(sent,)).startswith("\n1 update sent\n")
    assert shown(REFUSED, updates=(refused,)).startswith(
        "\n0 tickets opened, 0 updates sent, 1 not opened, 1 not sent\n"
    )
    assert shown() == "\n0 tickets opened\n"


def test_what_the_run_did_not_come_to_is_named_and_no_success() -> None:
    untried = receipt(untried=True)
    update_untried = UpdateReceipt(update=update("gone"), untried=True)
    assert shown(OPENED, untried, updates=(update_untried,)) == (
        "\n"
        "1 ticket opened, 0 updates sent, 2 not tried\n"
        "  opened      2411230050001234  severity C  a is broken\n"
        "  not tried   a is broken\n"
        "              the run ended before it: run it again\n"
        "  not tried   2411230050001234  gone  a is broken\n"
        "              why it is told\n"
        "              the run ended before it: run it again\n"
    )
    document = json.loads(render_json((untried,), (update_untried,), PLAN))
    assert [one["outcome"] for one in (*document["receipts"], *document["updates"])] == ["not tried", "not tried"]
    assert not untried.is_done


def test_a_page_for_the_portal_that_nobody_needs_any_more_is_told() -> None:
    assert shown(replace(OPENED, outdated="removed, for there is a ticket: unsent/x/ticket.md")).endswith(
        "  opened      2411230050001234  severity C  a is broken\n"
        "              removed, for there is a ticket: unsent/x/ticket.md\n"
    )


def test_the_document_has_the_same_words_and_all_the_facts() -> None:
    asked = UpdateReceipt(update=update("raise"), asked=True)
    gap = Gap(subject="/subscriptions/s", what="communications", reason="500")
    document = json.loads(
        render_json((replace(OPENED, unattached="413"), REFUSED), (asked,), replace(PLAN, gaps=(gap,)))
    )
    assert document["schema"] == "phsm.receipts/1"
    assert document["made_at"] == "2026-11-23T22:14:05Z"
    assert document["gaps"] == [{"subject": "/subscriptions/s", "what": "communications", "reason": "500"}]
    first, second = document["receipts"]
    assert first == {
        "name": DRAFT.name,
        "title": "a is broken",
        "outcome": "opened",
        "ticket": "2411230050001234",
        "found": False,
        "gone": False,
        "problem": None,
        "may_exist": False,
        "tip": None,
        "unattached": "413",
        "unrecorded": None,
        "kept": None,
        "outdated": None,
    }
    assert (second["outcome"], second["ticket"], second["kept"]) == ("not opened", None, "ledger/drafts/x/ticket.md")
    assert document["updates"] == [
        {
            "ticket": "2411230050001234",
            "name": GONE.name,
            "kind": "raise",
            "reason": "why it is told",
            "outcome": "asked",
            "severity": "moderate",
            "asked": True,
            "found": False,
            "skipped": None,
            "problem": None,
            "may_exist": False,
            "tip": None,
        }
    ]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_text_makes_a_line_of_its_own(text: str) -> None:
    def of(word: str) -> str:
        bad: Ticket = ticket(word, number=word, title=word)
        one = Receipt(draft=replace(DRAFT, title=word), ticket=bad, unattached=word, unrecorded=word)
        other = UpdateReceipt(update=update("raise", ticket=bad), problem=word, tip=word)
        return shown(one, replace(one, ticket=None, problem=word, tip=word, kept=word), updates=(other,))

    assert of(text).count("\n") == of("x").count("\n")
    assert all(line.isprintable() for line in of(text).splitlines())
