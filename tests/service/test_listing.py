"""Tickets for people."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ops.errors import CloudUnreadable, UsageProblem
from ops.model.fact import Gap
from ops.service import find_ticket, list_tickets
from tests.build import NOW, SUB_1, SUB_2
from tests.service.remembering import Office, RememberingDesk
from tests.support.build import SERVICE


@pytest.fixture
def desk():
    """A desk with a ticket of ours, an older one that is closed, and one about something else."""
    office = Office()
    office.open()
    (ours,) = office.desk.held
    old = replace(ours, name="2411200050000001", number="2411200050000001", status="Closed")
    office.desk.held.append(replace(old, created_at=NOW - timedelta(days=4)))
    office.desk.held.append(replace(ours, name="other", service="Key Vault", service_id=""))
    return office.desk


def test_listed_are_those_of_the_service_the_newest_first(desk):
    found, gaps = list_tickets(desk, (SUB_1,), only_open=False)
    assert [(ticket.status, ticket.service) for ticket in found] == [
        ("Open", SERVICE.display_name),
        ("Closed", SERVICE.display_name),
    ]
    assert gaps == ()
    assert [ticket.status for ticket in list_tickets(desk, (SUB_1,), only_open=True)[0]] == ["Open"]


def test_what_could_not_be_listed_is_told(desk):
    desk.silent = True
    found, gaps = list_tickets(desk, (SUB_1,), only_open=True)
    assert (found, [gap.reason for gap in gaps]) == ((), ["403 AuthorizationFailed"])


def test_a_ticket_is_found_by_its_number_its_name_in_any_case_and_its_id(desk):
    ours = desk.held[0]
    for wanted in (ours.number, ours.name, ours.name.upper(), ours.id, ours.id.lower()):
        assert find_ticket(desk, (SUB_1,), wanted) == ours
    assert find_ticket(desk, (SUB_1,), "2411200050000001").status == "Closed"


def test_a_ticket_that_is_not_there_is_a_mistake_and_one_that_may_be_is_unread(desk):
    with pytest.raises(UsageProblem, match="there is no Payment HSM ticket other in this scope"):
        find_ticket(desk, (SUB_1,), "other")
    desk.silent = True
    with pytest.raises(CloudUnreadable, match="403 AuthorizationFailed"):
        find_ticket(desk, (SUB_1,), "2411200050000001")


@pytest.fixture
def twins(desk):
    """Tickets of one name in two subscriptions, of which no number tells them apart yet."""
    twins = [replace(desk.held[0], name="backup", number="", subscription=one) for one in (SUB_1, SUB_2)]
    desk.held[:] = twins
    return twins


def test_an_id_means_the_ticket_in_its_subscription_and_no_other_of_that_name(desk, twins):
    for twin in twins:
        assert find_ticket(desk, (SUB_1, SUB_2), twin.id.upper()) == twin
    with pytest.raises(UsageProblem, match="there is no Payment HSM ticket /subscriptions/"):
        find_ticket(desk, (SUB_1,), twins[1].id)
    with pytest.raises(UsageProblem, match="there is no Payment HSM ticket other/backup"):
        find_ticket(desk, (SUB_1, SUB_2), "other/backup")


class HalfSilent(RememberingDesk):
    """One that lists no tickets of the first subscription."""

    def tickets(self, subscription, *, only_open):
        refused = Gap(
            subject=f"/subscriptions/{subscription}", what="support tickets", reason="403 AuthorizationFailed"
        )
        return refused if subscription == SUB_1 else super().tickets(subscription, only_open=only_open)


def test_an_id_is_not_looked_for_where_it_cannot_be(twins):
    desk = HalfSilent(held=twins)
    assert find_ticket(desk, (SUB_1, SUB_2), twins[1].id) == twins[1]
    with pytest.raises(CloudUnreadable, match="403 AuthorizationFailed"):
        find_ticket(desk, (SUB_1, SUB_2), twins[0].id)


def test_a_name_that_two_tickets_have_is_a_mistake_that_tells_both_ids(desk, twins):
    with pytest.raises(UsageProblem, match=r"^2 Payment HSM tickets are called Backup: ") as caught:
        find_ticket(desk, (SUB_1, SUB_2), "Backup")
    assert all(twin.id in caught.value.what for twin in twins)
    assert "whole id" in caught.value.tip


@pytest.mark.parametrize("wanted", ["", " "])
def test_nothing_is_no_name_of_a_ticket_that_has_no_number_yet(desk, twins, wanted):
    with pytest.raises(UsageProblem, match="no ticket is named"):
        find_ticket(desk, (SUB_1, SUB_2), wanted)
