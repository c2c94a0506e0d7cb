"""The role definitions in config/roles give what phsm needs, and the reader's nothing more than reading."""

import json

import pytest

from ops.adapters.doctor_azure import NEEDED_FOR_TICKETS, NEEDED_TO_READ
from ops.model.diagnosis import Grant
from tests.process import REPOSITORY


def grant(name):
    role = json.loads((REPOSITORY / "config/roles" / f"{name}.json").read_text("utf-8"))
    assert set(role) == {"Name", "IsCustom", "Description", "Actions", "NotActions", "AssignableScopes"}
    return Grant(actions=tuple(role["Actions"]), not_actions=tuple(role["NotActions"]))


@pytest.mark.parametrize("action", NEEDED_TO_READ)
def test_the_readers_role_allows_all_that_is_read(action):
    assert grant("phsm-reader").allows(action)


def test_the_readers_role_allows_nothing_but_reading():
    assert all(action.endswith("/read") for action in grant("phsm-reader").actions)


@pytest.mark.parametrize("action", NEEDED_FOR_TICKETS)
def test_the_tickets_role_allows_tickets(action):
    assert grant("phsm-tickets").allows(action)
