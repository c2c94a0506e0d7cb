"""Files for a person at the portal: kept while nobody knows whether there is a ticket, removed once there is one."""

from dataclasses import replace

import pytest

from ops.adapters.file_shelf import FileShelf
from ops.errors import LedgerProblem
from ops.model.fact import Gap
from ops.model.policy import Policy
from ops.model.ticket import Plan, Receipt
from ops.service import keep_for_portal
from tests.service.remembering import REFUSED, Office, RememberingShelf


def kept(office: Office, *gaps: Gap) -> tuple[Plan, tuple[Receipt, ...]]:
    _, plan = office.plan()
    fresh = replace(plan, gaps=gaps or plan.gaps)
    return plan, tuple(keep_for_portal(plan, office.ledger, office.shelf, fresh=fresh))


def silent() -> Office:
    office = Office()
    office.desk.silent = True
    return office


def test_a_draft_that_waits_only_for_the_desk_is_kept_with_its_evidence_told_and_recorded():
    office = silent()
    plan, (receipt,) = kept(office)
    (held,) = plan.held_back
    assert (receipt.draft, receipt.problem, receipt.is_done) == (held.draft, held.reason, False)
    assert receipt.may_exist  # nobody could look
    assert receipt.draft.evidence is not None
    assert office.shelf.kept == {held.draft.name: held.reason}
    assert office.deeds == [("hold", "refused")]
    assert office.ledger.written[-1].details == {"why": held.reason}


@pytest.mark.parametrize(
    ("reason", "tip"),
    [
        (
            "403 AuthorizationFailed",
            "az role assignment create --role 'Support Request Contributor' --assignee OBJECT-ID --scope /subscriptions/of-it",
        ),
        ("401 ExpiredAuthenticationToken", "az login, then run it again"),
        ("503 ServiceUnavailable", "run it again"),
    ],
)
def test_the_next_step_is_that_of_the_gap(reason, tip):
    services = Gap(subject="Microsoft.Support", what="support services", reason=reason)
    tickets = Gap(subject="/subscriptions/of-it", what="support tickets", reason=reason)
    _, (receipt,) = kept(silent(), services, tickets)
    assert receipt.tip == tip


def test_where_only_the_services_are_refused_the_role_is_for_the_subscription_of_the_ticket():
    services = Gap(subject="Microsoft.Support", what="support services", reason="403 AuthorizationFailed")
    _, (receipt,) = kept(silent(), services)
    assert receipt.tip.endswith(f"--scope /subscriptions/{receipt.draft.subscription}")


def test_of_several_refused_subscriptions_the_role_is_for_the_one_of_the_ticket():
    office = silent()
    _, plan = office.plan()
    own = f"/subscriptions/{plan.held_back[0].draft.subscription}"
    refused = [
        Gap(subject=at, what="support tickets", reason="403 AuthorizationFailed") for at in ("/subscriptions/0", own)
    ]
    _, (receipt,) = kept(office, *refused)
    assert receipt.tip.endswith(f"--scope {own}")


def test_a_draft_that_waits_for_us_too_is_not_kept():
    office = silent()
    _, plan = office.plan()
    waiting = replace(plan, held_back=tuple(replace(held, is_unread=False) for held in plan.held_back))
    assert list(keep_for_portal(waiting, office.ledger, office.shelf, fresh=plan)) == []


def test_a_saved_plan_keeps_nothing_for_a_desk_that_can_be_read_by_now():
    office = silent()
    _, plan = office.plan()
    office.desk.silent = False
    _, fresh = office.plan()
    assert list(keep_for_portal(plan, office.ledger, office.shelf, fresh=fresh)) == []


def test_an_approved_draft_is_kept_where_the_desk_cannot_be_read_any_more():
    office = Office()
    _, approved = office.plan()
    office.desk.silent = True
    (receipt,) = office.open(approved)
    assert receipt.kept == f"unsent/{receipt.draft.name}/ticket.md"
    assert receipt.tip.startswith("az role assignment create")
    assert office.deeds == [("hold", "refused")]


def test_what_was_kept_is_removed_when_its_ticket_is_opened():
    office = Office()
    office.desk.refuses["open"] = REFUSED
    (first,) = office.open()
    assert list(office.shelf.kept) == [first.draft.name]
    office.desk.refuses.clear()
    (second,) = office.open()
    assert office.shelf.kept == {}
    assert second.outdated == f"removed, for there is a ticket: {first.kept}"
    assert second.is_done


@pytest.mark.parametrize("is_attached", [True, False])
def test_the_archive_goes_with_the_page_only_where_the_ticket_has_it(tmp_path, is_attached):
    office = Office()
    office.shelf = FileShelf(tmp_path)
    office.desk.refuses["open"] = REFUSED
    (first,) = office.open()
    del office.desk.refuses["open"]
    if not is_attached:
        office.desk.refuses["attach"] = REFUSED
    (second,) = office.open()
    assert second.outdated == f"removed, for there is a ticket: {first.kept}"
    assert [path.suffix for path in tmp_path.glob("*/*")] == ([] if is_attached else [".zip"])


def test_what_cannot_be_removed_is_told_and_the_ticket_is_opened_all_the_same():
    class Stuck(RememberingShelf):
        def forget(self, name, evidence=None):
            raise LedgerProblem("ticket.md could not be removed", "remove it")

    office = Office()
    office.shelf = Stuck()
    (receipt,) = office.open()
    assert receipt.ticket == office.desk.held[0]
    assert receipt.outdated == "do not open it by hand: ticket.md could not be removed"


def test_nothing_is_kept_where_there_is_nothing_to_open():
    office = Office(policy=Policy())
    office.cloud.first = replace(office.cloud.first, hsms={})
    _, receipts = kept(office)
    assert receipts == ()
