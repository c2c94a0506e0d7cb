"""What is asked before it is decided, and that nothing is written then."""

from dataclasses import replace

import pytest

from ops.model.estate import FASTPATH_FEATURE
from ops.model.fact import Gap
from ops.model.ledger import Action, Result
from ops.service import note_causes
from ops.service.planning import may_be_open
from tests.build import SUB_1, SUB_2, estate, hsm, peering, subnet_id, subscription, vnet, vnet_id
from tests.service.remembering import FAILED, MESS, UNCLEAR, WELL, Office, RememberingLedger, later, ticket_of


def test_a_cause_wants_one_ticket_and_nothing_is_written():
    office = Office()
    run, plan = office.plan()
    assert [draft.cause.subject for draft in plan.to_open] == [draft.cause.hsms[0] for draft in plan.to_open]
    assert (len(plan.to_open), plan.made_at, plan.source) == (1, run.estate.observed_at, MESS.source)
    assert office.diary == []


def test_tickets_that_could_not_be_listed_hold_the_draft_back():
    office = Office()
    office.desk.silent = True
    _, plan = office.plan()
    assert plan.to_open == ()
    assert "403 AuthorizationFailed" in plan.held_back[0].reason
    assert plan.gaps


@pytest.mark.parametrize("last", [Result.INTENDED, Result.UNCLEAR, Result.DONE, Result.FOUND])
def test_a_ticket_that_only_the_ledger_knows_is_looked_for_and_found(last):
    office = Office()
    office.open()
    name = office.desk.held[0].name
    office.desk.hidden.add(name)
    office.ledger.written[-1] = replace(office.ledger.written[-1], result=last)
    _, plan = office.plan()
    assert (plan.to_open, [one.ticket.name for one in plan.existing]) == ((), [name])


def test_one_that_cannot_be_looked_for_holds_the_draft_back():
    office = Office()
    office.open()
    name = office.desk.held[0].name
    office.desk.hidden.add(name)
    office.desk.unfindable.add(name)
    _, plan = office.plan()
    assert plan.to_open == ()
    assert "503 ServiceUnavailable" in plan.held_back[0].reason


def test_a_ticket_that_was_refused_is_not_looked_for():
    office = Office()
    _, plan = office.plan()
    office.ledger.write(Action.OPEN, plan.to_open[0].ticket_id, Result.INTENDED)
    office.ledger.write(Action.OPEN, plan.to_open[0].ticket_id, Result.REFUSED)
    office.plan()
    assert not [line for line in office.diary if line.startswith("find")]


def test_a_ticket_is_forgotten_only_when_it_was_closed_or_the_very_attempt_was_refused():
    ledger, target = RememberingLedger(), "/subscriptions/s/providers/Microsoft.Support/supportTickets/t"

    def known(*deeds):
        ledger.written = []
        for run, action, result in deeds:
            ledger.write(action, target, result)
            ledger.written[-1] = replace(ledger.written[-1], run=run)
        return bool(may_be_open(ledger.entries(), ledger.source))

    sent, unclear = ("1", Action.OPEN, Result.INTENDED), ("1", Action.OPEN, Result.UNCLEAR)
    again, refused = ("2", Action.OPEN, Result.INTENDED), ("2", Action.OPEN, Result.REFUSED)
    assert known(sent, unclear)
    assert not known(again, refused)
    assert known(sent, unclear, again, refused)
    assert known(sent, unclear, refused)  # as it was written before there was a word for what is not sent
    assert known(sent, unclear, ("1", Action.OPEN, Result.REFUSED))
    assert known(sent, unclear, ("2", Action.OPEN, Result.NOT_NEEDED))
    assert known(sent, unclear, ("2", Action.HOLD, Result.REFUSED), ("3", Action.HOLD, Result.NOT_NEEDED))
    for result, stays in ((Result.INTENDED, True), (Result.REFUSED, True), (Result.UNCLEAR, True)):
        assert known(sent, unclear, ("2", Action.CLOSE, result)) is stays
    for result in (Result.DONE, Result.FOUND):
        assert not known(sent, unclear, again, refused, ("3", Action.CLOSE, result))
    assert known(sent, ("2", Action.CLOSE, Result.DONE), ("3", Action.OPEN, Result.INTENDED))


def test_a_ticket_that_may_be_there_is_not_forgotten_because_its_cause_could_not_be_read_again():
    """Its HSM's neighbour fails too by then, and a ticket for the pool would be the second for the same."""
    office = Office()
    office.desk.refuses["open"] = UNCLEAR
    office.open()
    office.cloud.later = estate(WELL, replace(FAILED, gap=Gap(subject=FAILED.id, what="payment HSM", reason="503")))
    office.open()
    assert office.deeds[-1] == ("hold", "refused")
    _, plan = office.plan()
    office.desk.held.append(ticket_of(plan.to_open[0]))
    office.desk.hidden.add(plan.to_open[0].name)
    office.cloud.first = estate(replace(WELL, provisioning_state="Failed"), FAILED)
    _, plan = office.plan()
    assert [draft.cause.hsms for draft in plan.to_open] == [(WELL.key,)]
    assert [existing.cause.hsms for existing in plan.existing] == [(FAILED.key,)]


def test_a_ticket_is_told_that_its_hsm_is_gone_when_its_subscription_holds_no_other():
    office = Office(estate(FAILED))
    office.open()
    office.cloud.first = later(estate(), hours=48)
    assert [update.kind for update in office.plan()[1].updates] == ["gone"]
    office.ledger.written.clear()  # another runner, which only the second source tells of it
    assert [update.kind for update in office.plan()[1].updates] == ["gone"]
    office.desk.has_graph = False
    assert office.plan()[1].updates == ()


def test_a_request_for_fastpath_is_found_where_only_client_vnets_are_and_no_second_source_tells():
    """It was opened with the subscription of a peered VNet, which has been approved since."""
    hub = vnet("hub", subscription=SUB_2, subnets=(), peerings=(peering(vnet_id()),))
    there = (WELL, vnet(peerings=(peering(hub.id),)), hub)
    office = Office(estate(*there, subscription(SUB_2, "hub", features={FASTPATH_FEATURE: "Pending"})))
    office.open()
    office.ledger.written.clear()
    office.desk.has_graph = False
    office.cloud.first = later(estate(*there, subscription(SUB_2, "hub")), hours=48)
    (update,) = office.plan()[1].updates
    assert (update.kind, update.ticket.subscription) == ("gone", SUB_2)


def test_a_run_for_one_subscription_finds_the_ticket_that_lies_in_another():
    spoke = subscription(SUB_2, "payments-spoke", features={FASTPATH_FEATURE: "Pending"})
    far = hsm("far", subscription=SUB_2, subnet=subnet_id(vnet="vnet-far", subscription=SUB_2))
    there = (far, vnet("vnet-far", subscription=SUB_2), spoke)
    waiting = subscription(features={FASTPATH_FEATURE: "Pending"})
    office = Office(estate(WELL, waiting, *there))
    office.open()
    only = estate(*there)
    apart = {one: only.subscriptions[one] for one in (SUB_2,)}
    office.cloud.first = replace(only, subscriptions=apart, scope=(SUB_2,), narrowed=True)
    assert [ticket.subscription for ticket in office.desk.held] == [SUB_1]
    for graph in (True, False):
        office.desk.has_graph = graph
        _, plan = office.plan(anyway=True)
        assert (plan.to_open, [one.ticket for one in plan.existing]) == ((), office.desk.held)
    office.ledger.written.clear()
    _, plan = office.plan()
    assert (plan.to_open, plan.existing) == ((), ())
    assert "outside the scope of this run" in plan.held_back[0].reason


def test_what_was_done_in_another_cloud_is_none_of_this_one():
    office = Office()
    _, plan = office.plan()
    office.ledger.source = replace(office.ledger.source, name="another")
    office.ledger.write(Action.OPEN, plan.to_open[0].ticket_id, Result.DONE)
    office.plan()
    assert not [line for line in office.diary if line.startswith("find")]


def test_that_a_cause_was_seen_is_noted_with_the_time_of_the_reading():
    office = Office(later(MESS, hours=1))
    _, plan = office.plan()
    note_causes(plan, office.ledger)
    (entry,) = office.ledger.written
    assert (entry.action, entry.result, entry.target) == (Action.PLAN, Result.DONE, plan.to_open[0].ticket_id)
    assert entry.details["seen_at"] == later(MESS, hours=1).observed_at.isoformat()
