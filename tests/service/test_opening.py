"""One ticket: whatever fails beside it is told with it, and what was not sent lies ready for the portal."""

import pytest

from ops import service
from ops.errors import LedgerProblem, TicketProblem
from ops.model.ledger import Action, Result
from ops.service.updating import close
from tests.service.remembering import REFUSED, UNCLEAR, Office, RememberingLedger, ticket_of

NO_FILE = TicketProblem("the file was not uploaded: 500", "run it again", request_ids=("r-2",))


class FullAfter(RememberingLedger):
    """A ledger that has no room left once something was intended, until there is room again."""

    after: Action = Action.OPEN

    def write(self, action, target, result, **more):
        super().write(action, target, result, **more)
        self.full = self.full or (action is self.after and result is Result.INTENDED)


class FullShelf:
    """A shelf in which there is no room."""

    def pack(self, evidence):
        return b"packed"

    def keep(self, draft, why):
        raise LedgerProblem("the draft could not be kept", "set ledger.folder")

    def keep_evidence(self, name, evidence):
        raise LedgerProblem("the evidence could not be kept", "set ledger.folder")

    def forget(self, name, evidence=None):
        return ""


def full(after: Action = Action.OPEN) -> Office:
    office = Office()
    office.ledger = FullAfter(office.diary, source=office.ledger.source)
    office.ledger.after = after
    return office


def test_a_ticket_that_was_opened_is_told_with_its_number_when_the_ledger_cannot_tell_it_any_more():
    office = full()
    (receipt,) = office.open()
    assert receipt.ticket == office.desk.held[0]
    assert (receipt.problem, receipt.unrecorded) == ("", "the ledger could not be written")
    assert receipt.tip.startswith("see to the ledger")
    assert not receipt.is_done
    assert office.deeds[-1] == ("open", "intended")
    office.ledger.full = False
    assert (office.open(), len(office.desk.held)) == ((), 1)  # and what is only intended is looked for


@pytest.mark.parametrize("problem", [REFUSED, UNCLEAR], ids=["refused", "unclear"])
def test_why_a_ticket_was_not_opened_is_told_also_when_the_ledger_cannot_tell_it(problem):
    office = full()
    office.desk.refuses["open"] = problem
    (receipt,) = office.open()
    assert (receipt.problem, receipt.tip, receipt.may_exist) == (problem.what, problem.tip, problem.may_exist)
    assert receipt.unrecorded == "the ledger could not be written"


def test_after_that_nothing_more_is_sent():
    office = full(Action.ATTACH)
    with pytest.raises(LedgerProblem):
        office.open()
    assert (office.desk.held, office.diary) == ([], ["attach intended", "desk attach"])


def test_a_ticket_that_was_changed_is_told_when_the_ledger_cannot_tell_it_any_more():
    office = full(Action.CLOSE)
    office.open()
    (ticket,) = office.desk.held
    with pytest.raises(TicketProblem) as caught:
        close(ticket, office.desk, office.ledger)
    assert not office.desk.held[0].is_open
    assert caught.value.what == (
        f"ticket {ticket.number}: it was done, but it is not recorded: the ledger could not be written"
    )
    assert (caught.value.may_exist, caught.value.tip[:17]) == (True, "see to the ledger")


def test_why_a_ticket_was_not_changed_is_told_also_when_the_ledger_cannot_tell_it():
    office = full(Action.CLOSE)
    office.open()
    office.desk.refuses["change"] = TicketProblem("no such plan", "buy one")
    with pytest.raises(TicketProblem) as caught:
        close(office.desk.held[0], office.desk, office.ledger)
    assert caught.value.what == "no such plan; it is not recorded: the ledger could not be written"
    assert (caught.value.may_exist, caught.value.tip) == (False, "buy one")


# evidence that is not attached


def test_evidence_that_could_not_be_attached_is_kept_and_somebody_has_to_upload_it():
    office = Office()
    office.desk.refuses["attach"] = NO_FILE
    (receipt,) = office.open()
    name = receipt.draft.name
    assert receipt.ticket == office.desk.held[0]
    assert (receipt.problem, receipt.unattached) == ("", NO_FILE.what)
    assert office.shelf.kept == {name: f"phsm-evidence-{name}.zip"}
    assert receipt.kept == f"unsent/{name}/phsm-evidence-{name}.zip"
    assert not receipt.is_done


def test_so_it_is_where_nobody_knows_whether_the_ticket_was_opened():
    office = Office()
    office.desk.refuses |= {"attach": NO_FILE, "open": UNCLEAR}
    (receipt,) = office.open()
    assert (receipt.may_exist, receipt.unattached) == (True, NO_FILE.what)
    assert receipt.kept.endswith(".zip")


def test_a_ticket_that_was_there_already_has_the_evidence_of_the_run_that_opened_it():
    office = Office()
    _, plan = office.plan()
    office.desk.held.append(ticket_of(plan.to_open[0]))
    office.desk.hidden.add(plan.to_open[0].name)
    office.desk.refuses["attach"] = NO_FILE
    (receipt,) = office.open()
    assert (receipt.found, receipt.unattached, receipt.is_done, office.shelf.kept) == (True, "", True, {})


@pytest.mark.parametrize("refused", ["attach", "open"])
def test_what_cannot_be_kept_either_hides_nothing(refused):
    office = Office()
    office.shelf = FullShelf()
    office.desk.refuses[refused] = NO_FILE
    (receipt,) = office.open()
    what = "evidence" if refused == "attach" else "draft"
    assert f"{receipt.problem}{receipt.unattached}" == f"{NO_FILE.what}; the {what} could not be kept"
    assert (receipt.kept, bool(receipt.ticket)) == ("", refused == "attach")


def test_a_ticket_that_was_interrupted_on_its_way_is_told_before_the_run_ends():
    office = Office()
    office.desk.refuses["open"] = KeyboardInterrupt()
    run, fresh = office.plan()
    receipts = service.open_tickets(
        fresh, run, office.cloud, office.desk, office.ledger, office.shelf, office.policy, fresh=fresh
    )
    receipt = next(receipts)
    with pytest.raises(KeyboardInterrupt):
        next(receipts)
    assert (receipt.may_exist, receipt.tip[:12]) == (True, "run it again")
    assert office.deeds[-1] == ("open", "intended")


def test_a_ticket_that_is_found_is_told_where_that_cannot_be_recorded():
    office = Office()
    run, approved = office.plan()
    office.open()
    run, fresh = office.plan()
    office.ledger.full = True
    (receipt,) = office.apply(run, fresh, approved)
    assert (receipt.ticket, receipt.found) == (office.desk.held[0], True)
    assert receipt.unrecorded == "the ledger could not be written"
    assert receipt.tip.startswith("see to the ledger")
