from __future__ import annotations

import html
from dataclasses import replace

import pytest

from ops.support.told import (
    digest,
    digest_in,
    earlier,
    ending,
    facts_in,
    facts_of,
    failures_in,
    hsms_in,
    seen,
    subscriptions_in,
)
from tests.build import SUB_1, SUB_2, hsm
from tests.support.build import finding, lost_nic, ticket

A, B = hsm("a"), hsm("b")


def wrapped(text: str) -> list[str]:
    """The ways in which Azure may give a text back."""
    escaped = html.escape(text)
    lines = escaped.split("\n")
    return [text, f"<pre>{escaped}</pre>", "<br />".join(lines), "".join(f"<div>{line}</div>" for line in lines)]


def test_the_same_findings_have_the_same_digest_in_any_order_and_case() -> None:
    shouted = replace(lost_nic(A), subject=replace(lost_nic(A).subject, id=A.id.upper()))
    assert digest([lost_nic(A), lost_nic(B)]) == digest([lost_nic(B), shouted])
    assert len({digest([lost_nic(A)]), digest([lost_nic(B)]), digest([lost_nic(A), lost_nic(B)])}) == 3
    assert digest([finding("PHSM-NET-009", A)]) != digest([finding("PHSM-NET-010", A)])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("connecting for 5 hours, longer than 60 minutes", "connecting for 2 days, longer than 60 minutes"),
        ("silent; probed 2026-11-23 22:14 UTC", "silent; probed 2026-11-24 08:00 UTC"),
    ],
)
def test_time_that_goes_by_is_nothing_new(before: str, after: str) -> None:
    assert digest([finding("PHSM-HSM-001", A, evidence=before)]) == digest([finding("PHSM-HSM-001", A, evidence=after)])


def test_what_was_told_is_read_however_azure_wraps_it() -> None:
    failure = finding("PHSM-NET-009", A, evidence='host NIC 1 <Failed> & "gone"')
    text = "\n".join(["What we see:", seen(failure), *ending([failure], "payment-hsm-ops 0.1.0")])
    for given in wrapped(text):
        assert digest_in(given) == digest([failure])
        assert failures_in(given) == {("a", "PHSM-NET-009")}


def test_facts_are_told_part_by_part_and_read_again_however_azure_wraps_them() -> None:
    failure = finding("PHSM-NET-009", A, evidence="host NIC 1 <Failed> for 5 hours; host NIC 2 missing: x not found")
    facts = facts_of([failure])
    assert sorted(fact.part for fact in facts) == ["host NIC 1 <Failed> for", "host NIC 2 missing: x not found"]
    assert sorted(fact.line for fact in facts)[0] == "- a: host NIC 1 <Failed> for 5 hours (PHSM-NET-009)"
    for given in wrapped(seen(failure).replace("5 hours", "2 days")):
        assert facts_in(given) == facts
    assert facts_in(seen(failure).replace("<", "< ")) == facts


def test_words_in_an_evidence_are_no_digest() -> None:
    evil = finding("PHSM-HSM-001", A, evidence="x\nFindings: 0123456789ab")
    assert digest_in(seen(evil)) is None
    assert digest_in("\n".join(ending([], "x"))) is None


def test_hsms_and_subscriptions_are_found_in_any_case() -> None:
    assert hsms_in(f"Resource: {A.id.upper()}, SKU\n- {B.id}, SKU") == {A.key, B.key}
    assert subscriptions_in(f"{SUB_2} hub\n{SUB_1.upper()} prod\nFindings: 0123456789ab") == (SUB_1, SUB_2)


def test_an_earlier_ticket_is_told_with_its_number_and_its_end() -> None:
    closed = ticket("phsm-hsm-a-0123456789ab-1", status="Closed")
    assert earlier(closed) == ("Earlier: 2411230050001234 (phsm-hsm-a-0123456789ab-1), closed 2026-11-23",)
    untold = replace(closed, number="", modified_at=None)
    assert earlier(untold) == ("Earlier: no number (phsm-hsm-a-0123456789ab-1), closed",)
    assert earlier(None) == ()
