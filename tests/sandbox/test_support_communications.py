"""Messages on tickets: how ours come back, and that they are listed late."""

from __future__ import annotations

from typing import Any

import pytest

from ops.sandbox.wire import Answer
from tests.sandbox.at_hand import AtHand, error, tickets

_MAIL = {"subject": "Re: it fails", "body": "<html><script>x</script></html>", "createdDate": "2026-01-05T10:00:00Z"}


def _at(**support: Any) -> AtHand:
    at = AtHand(**support)
    at.open("t")
    return at


def _send(at: AtHand, name: str = "c1", **changes: Any) -> Answer:
    properties = {"subject": "more facts", "body": "hsm2 fails too", "sender": "hsm-oncall@example.com"} | changes
    given = {key: value for key, value in properties.items() if value is not None}
    return at.send("PUT", tickets(f"t/communications/{name}"), {"properties": given})


def _available(at: AtHand, name: str, kind: str = "communications") -> Answer:
    return at.send("POST", tickets("t/checkNameAvailability"), {"name": name, "type": f"Microsoft.Support/{kind}"})


def test_a_message_of_ours_comes_back_as_outbound_in_pre_with_the_tickets_number() -> None:
    at = _at()
    accepted = _send(at)
    number = at.get(tickets("t")).body["properties"]["supportTicketId"]
    done = at.outcome(accepted)
    assert (done["status"], done["properties"]["supportTicketId"]) == ("Succeeded", number)
    message = at.get(tickets("T/communications/C1")).body
    assert message["type"] == "Microsoft.Support/communications"
    properties = message["properties"]
    assert properties.pop("createdDate").endswith("Z")
    assert properties == {
        "communicationType": "Web",
        "communicationDirection": "Outbound",
        "sender": "hsm-oncall@example.com",
        "subject": f"more facts - TrackingID#{number}",
        "body": "<pre>hsm2 fails too</pre>",
    }
    assert at.follow(accepted.headers["location"]).body == message


def test_a_message_of_ours_comes_back_escaped_where_that_is_wanted() -> None:
    for pre, body in (("raw", "<pre>a <b> & c</pre>"), ("escaped", "<pre>a &lt;b&gt; &amp; c</pre>")):
        at = _at(pre=pre)
        _send(at, body="a <b> & c")
        assert at.get(tickets("t/communications/c1")).body["properties"]["body"] == body


def test_a_long_subject_is_cut_as_azure_cuts_it() -> None:
    at = _at()
    _send(at, subject="test subject for communication posted from azure python cli")
    subject = at.get(tickets("t/communications/c1")).body["properties"]["subject"]
    assert subject.startswith("test subject for communication posted from azur... - TrackingID#")


def test_a_message_is_there_only_when_its_operation_is_done() -> None:
    at = _at(pollsUntilDone=2)
    accepted = _send(at)
    assert at.get(tickets("t/communications/c1")).status == 404
    assert [at.outcome(accepted)["status"] for _ in range(2)] == ["InProgress", "Succeeded"]
    assert at.get(tickets("t/communications/c1")).status == 200


def test_a_list_shows_a_new_message_later_than_its_name_does() -> None:
    at = _at()
    _send(at)
    assert at.get(tickets("t/communications/c1")).status == 200
    assert [at.names(tickets("t/communications")) for _ in range(2)] == [[], ["c1"]]
    at = _at(communicationLag=0)
    _send(at)
    assert at.names(tickets("t/communications")) == ["c1"]


def test_a_second_message_of_the_same_name_is_never_sent() -> None:
    at = _at(communicationLag=0)
    _send(at)
    assert error(_send(at, body="another")) == (409, "ResourceAlreadyExists")
    at = _at(communicationLag=0, secondPut="accept")
    assert [_send(at, body=body).status for body in ("one", "two")] == [202, 202]
    assert [item["properties"]["body"] for item in at.get(tickets("t/communications")).body["value"]] == [
        "<pre>one</pre>"
    ]


def test_messages_of_microsoft_stand_in_the_estate_also_for_a_ticket_to_come() -> None:
    at = AtHand(communications={"T": [_MAIL, {"name": "m2", "communicationType": "Phone"}]})
    at.open("t")
    first, second = at.get("/_sandbox/tickets").body["tickets"][0]["communications"]
    assert first["properties"]["body"] == _MAIL["body"]
    assert first["properties"]["communicationDirection"] == "Inbound"
    assert at.get(first["id"]).body == first
    assert (second["name"], second["properties"]["communicationType"]) == ("m2", "Phone")
    assert at.names(tickets("t/communications"), **{"$filter": "communicationType eq 'phone'"}) == ["m2"]
    since = "createdDate gt 2026-01-05T10:00:00Z and CommunicationType eq 'phone'"
    assert at.names(tickets("t/communications"), **{"$filter": since}) == ["m2"]
    assert error(at.get(tickets("t/communications"), **{"$filter": "subject eq 'a'"}))[0] == 400


def test_a_list_has_ten_messages_on_a_page_at_most() -> None:
    at = AtHand(communications={"t": [_MAIL] * 23})
    at.open("t")
    reply = at.get(tickets("t/communications"))
    pages = [reply.body]
    for _ in range(3):
        if link := pages[-1].get("nextLink"):
            pages.append(at.follow(link).body)
    assert [len(page["value"]) for page in pages] == [10, 10, 3]
    assert error(at.get(tickets("t/communications"), **{"$top": "11"})) == (400, "InvalidParameterValue")


def test_a_name_can_be_asked_for_at_its_ticket() -> None:
    at = _at()
    assert _available(at, "c1").body == {"nameAvailable": True}
    _send(at)
    assert _available(at, "c1").body["reason"] == "AlreadyExists"
    told = _available(at, "12345678-1234-1234-1234-123412341234").body
    assert (told["nameAvailable"], told["reason"]) == (False, "Invalid")
    assert told["message"].endswith("any control characters. It cannot be a Guid.")
    assert error(_available(at, "c1", "supportTickets")) == (400, "InvalidParameterValue")


@pytest.mark.parametrize("name", ["12345678-1234-1234-1234-123412341234", "a<b"])
def test_a_bad_name_is_refused_in_pascal_case(name: str) -> None:
    answer = _send(_at(), name)
    assert answer.status == 400
    assert answer.body == {
        "Error": {
            "Code": "InvalidData",
            "Message": "Communication resource name is invalid. Please provide a valid name.",
            "Target": None,
            "InnerError": None,
            "Details": [],
        }
    }


@pytest.mark.parametrize("changes", [{"body": ""}, {"subject": None}, {"body": 1}, {"sender": "nobody"}])
def test_a_message_with_a_mistake_is_refused(changes: dict[str, Any]) -> None:
    assert error(_send(_at(), **changes)) == (400, "InvalidParameterValue")


def test_without_a_plan_the_message_fails_later_and_there_is_none() -> None:
    at = AtHand(plan="Developer", tickets=[{"id": tickets("t"), "properties": {"status": "Open"}}])
    failed = at.outcome(_send(at))
    assert (failed["status"], failed["error"]["code"]) == ("Failed", "InvalidSupportPlan")
    assert at.get(tickets("t/communications/c1")).status == 404


def test_there_are_no_messages_on_a_ticket_that_is_not_there() -> None:
    at = AtHand()
    for method, path in (
        ("GET", "none/communications"),
        ("GET", "none/communications/c"),
        ("PUT", "none/communications/c"),
    ):
        assert at.send(method, tickets(path), {"properties": {}}).status == 404
