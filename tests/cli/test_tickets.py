import json
import re

from tests.process import phsm

NUMBER = re.compile(r"\b\d{16}\b")


def test_the_plan_shows_drafts_with_their_topic_and_what_is_held_back(tmp_path):
    ended = phsm(tmp_path, "--sandbox", "degraded", "tickets", "plan")
    assert ended.code == 0
    assert "Technical > Azure Payment HSM Service > " in ended.out
    assert "held back\n" in ended.out
    assert re.search(r"until PHSM-NET-001.* \(ours\) .*, or --anyway\n", ended.out)


def test_two_runs_open_each_ticket_once(tmp_path, degraded):
    first = phsm(tmp_path, "tickets", "open", "--apply", **degraded)
    assert first.code == 0, first.err
    numbers = set(NUMBER.findall(first.out))
    assert len(numbers) >= 3

    second = phsm(tmp_path, "tickets", "open", "--apply", **degraded)
    assert second.code == 0, second.err
    assert "nothing to open\n" in second.out
    assert " opened" not in second.out

    listed = json.loads(phsm(tmp_path, "tickets", "list", "--format", "json", **degraded).out)["tickets"]
    assert {ticket["number"] for ticket in listed} == numbers
    assert len(listed) == len(numbers)
    assert {ticket["service"] for ticket in listed} == {"Azure Payment HSM Service"}
    assert all(" / " in ticket["classification"] for ticket in listed)

    shown = phsm(tmp_path, "tickets", "show", min(numbers), **degraded)
    assert shown.code == 0
    assert "Impact: " in shown.out or "FastPathEnabled" in shown.out


def test_without_apply_nothing_is_sent(tmp_path, degraded):
    ended = phsm(tmp_path, "tickets", "open", **degraded)
    assert ended.code == 0
    assert "nothing was sent; to open them add --apply" in ended.err
    listed = json.loads(phsm(tmp_path, "tickets", "list", "--format", "json", **degraded).out)
    assert listed["tickets"] == []


def test_a_pool_without_ha_is_capped_and_says_what_it_would_have_been(tmp_path):
    ended = phsm(tmp_path, "--sandbox", "single-stamp", "tickets", "plan", "--format", "json")
    drafts = json.loads(ended.out)["to_open"]
    assert drafts
    assert {draft["severity"] for draft in drafts} <= {"minimal", "moderate"}
    (capped,) = [draft for draft in drafts if draft["would_be"] == "critical"]
    assert "Severity A" in capped["cap_reason"]
    assert "would be A" in capped["description"]


def test_a_refused_subscription_may_hide_a_cause_and_is_exit_4(tmp_path):
    ended = phsm(tmp_path, "--sandbox", "forbidden", "tickets", "plan")
    assert ended.code == 4
    assert "nothing to open\n" in ended.out
    assert "a cause may be hidden" in ended.err


def test_without_a_contact_nothing_is_sent_to_azure(tmp_path):
    """Against real Azure an example contact is refused; the sandbox has one built in."""
    ended = phsm(tmp_path, "--sandbox", "degraded", "tickets", "show", "2411230050001234")
    assert ended.code == 2
    assert "there is no Payment HSM ticket 2411230050001234" in ended.err
