import json
from dataclasses import replace
from datetime import timedelta

from ops.model.fact import Gap
from ops.model.ticket import Communication
from ops.reports.tickets import render_json, render_list, render_one
from tests.build import NOW
from tests.support.build import planned, ticket
from tests.support.lives import LONG_AGO, broken, from_microsoft, opened, said, told, well

MINE = ticket("phsm-hsm-a-0123456789ab-1", description="Impact: none.\nRequest: look.", resource_id="/hsm/a")
GAP = Gap(subject=MINE.id, what="communications", reason="403 AuthorizationFailed")


def shown(*messages: Communication) -> str:
    return render_one(MINE, messages, None, False)


def test_a_ticket_is_shown_with_its_text_and_what_was_written_on_it() -> None:
    (draft,) = planned(broken()).to_open
    ours = said(told(well(), opened(draft)).updates[0], NOW)
    mail = from_microsoft("<html><body><p>Hello,</p><p>we look at it.</p></body></html>", LONG_AGO)
    assert shown(ours, mail).startswith(
        "2411230050001234  severity B  Open   23 Nov 2026 22:14 UTC\n"
        "  HSM is broken\n"
        "  Azure Payment HSM Service > Hardware / Device not responding\n"
        "  name phsm-hsm-a-0123456789ab-1   subscription 00000000-0000-0000-0000-000000000001\n"
        "  resource /hsm/a\n"
        "  engineer not assigned yet\n"
        "  support plan Unified\n"
        "\n"
        "  Impact: none.\n"
        "  Request: look.\n"
        "\n"
        "2 messages\n"
        "\n"
        "  20 Nov 2026 22:14 UTC  from Microsoft (support@example.com)\n"
        "  Your ticket\n"
        "    Hello,\n"
        "\n"
        "    we look at it.\n"
        "\n"
        "  23 Nov 2026 22:14 UTC  from us, by phsm (hsm-oncall@example.com)\n"
        "  Gone: Payment HSM a "
    )
    assert "\n    What this ticket is about is gone, seen 2026-11-23 22:14 UTC:\n" in shown(ours, mail)
    assert "<pre>" not in shown(ours, mail)


def test_what_we_wrote_is_text_even_where_it_looks_like_html() -> None:
    words = "status <b> and <template> more"
    assert f"\n  {words}\n" in render_one(replace(MINE, description=words), (), None, False)
    assert f"\n    {words}\n" in shown(replace(from_microsoft(words), name="PHSM-said-0123456789ab"))
    assert "\n    status and\n" in shown(from_microsoft(words))


def test_what_a_person_of_ours_wrote_is_from_us() -> None:
    by_hand = replace(from_microsoft("x"), name="c1", direction="Outbound", sender="")
    assert "23 Nov 2026 22:14 UTC  from us\n" in shown(by_hand)
    assert "from something new (support" in shown(replace(from_microsoft("x"), direction="something new"))


def test_messages_that_could_not_be_read_are_no_messages_that_are_not_there() -> None:
    assert render_one(MINE, GAP, None, False).endswith(
        "\nmessages could not be read\n  communications: 403 AuthorizationFailed\n"
    )
    assert shown().endswith("\n0 messages\n")


def test_of_many_messages_the_latest_are_shown_and_those_without_a_time_are_among_them() -> None:
    many = [from_microsoft(f"number {n}", LONG_AGO + timedelta(minutes=n)) for n in range(30)]
    text = shown(replace(from_microsoft("when"), created_at=None), *many)
    assert "\n31 messages\n  11 earlier: phsm tickets show --format json\n" in text
    assert "    number 10\n" not in text
    assert "    number 11\n" in text
    assert text.endswith("\n  time not told  from Microsoft (support@example.com)\n  Your ticket\n    when\n")


def test_of_a_long_message_the_beginning_is_shown() -> None:
    text = shown(from_microsoft("\n".join(f"line {n}" for n in range(100))))
    assert text.endswith("    line 59\n    and 40 more lines: phsm tickets show --format json\n")


def test_a_terminal_wraps_a_message() -> None:
    lines = render_one(MINE, (from_microsoft("word " * 100),), 80, False).splitlines()
    assert all(len(line) <= 80 for line in lines[8:])
    assert all(line.startswith("    word") for line in lines[-6:])


def test_the_document_has_messages_only_where_they_were_asked_for() -> None:
    message = from_microsoft("<p>Hello</p>")
    (plain,) = json.loads(render_json((MINE,), ()))["tickets"]
    assert "messages" not in plain
    (whole,) = json.loads(render_json((MINE,), (), communications={MINE.name: (message,)}))["tickets"]
    assert whole["messages"] == [
        {
            "name": message.name,
            "subject": "Your ticket",
            "direction": "Inbound",
            "sender": "support@example.com",
            "created_at": "2026-11-23T22:14:05Z",
            "body": "<p>Hello</p>",
        }
    ]


def test_the_document_tells_messages_that_could_not_be_read() -> None:
    document = json.loads(render_json((MINE,), (), communications={MINE.name: GAP}))
    assert document["tickets"][0]["messages"] is None
    assert document["gaps"] == [{"subject": MINE.id, "what": "communications", "reason": "403 AuthorizationFailed"}]


def test_a_list_has_what_could_not_be_read_at_its_end() -> None:
    text = render_list((MINE,), (GAP,), None, False)
    assert text.startswith("1 ticket\n\n2411230050001234  severity B  Open   23 Nov 2026 22:14 UTC\n")
    assert text.endswith(f"\nCould not be read (1)\n  communications {MINE.id}: 403 AuthorizationFailed\n")
