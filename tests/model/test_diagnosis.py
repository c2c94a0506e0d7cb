from datetime import UTC, datetime

import pytest

from ops.model.diagnosis import Diagnosis, Grant, Sign, State, not_known, problem, well
from ops.model.estate import Source

GOOD = well("azure", "clock", "0 s from Azure's")
BAD = problem("azure", "clock", "91 s behind Azure's", "set it")
UNREAD = not_known("access", "scope", "403", "ask for it")
BROKEN = problem("configuration", "file", "has 2 mistakes", "correct it", exit_code=2)
AWAY = problem("azure", "endpoint", "no connection", "check it", exit_code=5)


def diagnosis(*signs: Sign) -> Diagnosis:
    return Diagnosis(observed_at=datetime(2026, 11, 23, tzinfo=UTC), source=Source(kind="azure", name="x"), signs=signs)


@pytest.mark.parametrize(
    ("signs", "code"),
    [
        ((GOOD,), 0),
        ((GOOD, UNREAD), 4),
        ((UNREAD, BAD), 3),
        ((BAD, AWAY, UNREAD), 5),
        ((AWAY, BAD, BROKEN, UNREAD), 2),
    ],
)
def test_the_worst_sign_decides_the_exit_code(signs, code):
    assert diagnosis(*signs).exit_code == code


def test_the_summary_counts_every_state():
    assert diagnosis(GOOD, GOOD, BAD).summary == {State.OK: 2, State.PROBLEM: 1, State.NOT_KNOWN: 0}


@pytest.mark.parametrize(
    ("grant", "action", "allowed"),
    [
        (Grant(actions=("*/read",)), "Microsoft.Network/virtualNetworks/read", True),
        (Grant(actions=("*/read",)), "Microsoft.Support/supportTickets/write", False),
        (Grant(actions=("Microsoft.Support/*",)), "microsoft.support/supporttickets/WRITE", True),
        (Grant(actions=("*",), not_actions=("Microsoft.Support/*",)), "Microsoft.Support/supportTickets/write", False),
        (Grant(actions=()), "Microsoft.Network/virtualNetworks/read", False),
        (Grant(actions=("Microsoft.[NS]*/read",)), "Microsoft.Network/virtualNetworks/read", False),
    ],
)
def test_a_role_allows_what_its_actions_name_and_its_not_actions_do_not(grant, action, allowed):
    assert grant.allows(action) is allowed
