from __future__ import annotations

from ops.codec.rules import DRAFTING
from ops.support.causes import FASTPATH_CHECK, HSM_CHECKS
from tests.mistakes import mistakes


def test_a_ticket_can_be_asked_for_only_of_checks_that_can_draft_one() -> None:
    assert {*HSM_CHECKS, FASTPATH_CHECK} == set(DRAFTING)
    for check in DRAFTING:
        assert mistakes(f"checks: {{{check}: {{ticket: true}}}}") == []
    (said,) = mistakes("checks:\n  PHSM-HA-001:\n    ticket: true")
    assert said == f"3 checks.PHSM-HA-001.ticket true: wanted false: only {', '.join(DRAFTING)} draft tickets"


def test_a_ticket_can_be_refused_for_any_check() -> None:
    assert (
        mistakes("checks: {PHSM-HA-001: {ticket: false}, PHSM-NET-009: {ticket: false}, PHSM-HA-002: {ticket: }}") == []
    )
