"""The use cases against a cloud and a desk that remember what was asked of them."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace

import pytest

from ops.errors import ConfigProblem, TicketProblem
from ops.model.estate import ABSENT, Estate, Gap, Source
from ops.model.policy import Contact, Policy, SupportPolicy
from ops.model.ticket import Draft, ProblemClassification, SupportService, Ticket
from ops.reports.plan import render_receipts, render_text
from ops.service import apply, list_tickets, plan_tickets
from tests.build import NOW, SUB_1, estate, hsm, nics, unread_hsm

GUID = "ce34cf91-b52e-afe9-57d6-1baf3ff5a59b"
SERVICE = SupportService(
    id=f"/providers/Microsoft.Support/services/{GUID}", name=GUID, display_name="Azure Payment HSM Service"
)
TOPIC = ProblemClassification(
    id=f"{SERVICE.id}/problemClassifications/1", display_name="Provisioning / HSM creation failed"
)
CONTACT = Contact(
    first_name="Ada", last_name="Okafor", email="hsm@bank.example", country="GBR", time_zone="GMT Standard Time"
)
POLICY = Policy(support=SupportPolicy(contact=CONTACT))
FAILED = hsm("payshield-2", stamp="stamp2", provisioning_state="Failed", status_message="Resource creation failed.")
MESS = estate(hsm("payshield-1"), FAILED)


@dataclass
class RememberingCloud:
    """A cloud that shows one estate, and another when it is asked to confirm."""

    first: Estate
    later: Estate | None = None
    confirmed: list[tuple[str, ...]] = field(default_factory=list)

    def scope(self, subscriptions: tuple[str, ...]) -> tuple[str, ...]:
        return subscriptions or self.first.scope

    def observe(self, subscriptions: tuple[str, ...], *, outside: Collection[str]) -> Estate:
        return self.first

    def confirm(self, estate: Estate, *, hsms: Collection[str], subscriptions: Collection[str]) -> Estate:
        self.confirmed.append(tuple(hsms))
        return self.later or self.first


@dataclass
class RememberingDesk:
    """A desk that keeps the tickets opened at it, refuses with ``refuses``, and lists nothing while ``silent``."""

    opened: list[Ticket] = field(default_factory=list)
    refuses: TicketProblem | None = None
    silent: bool = False

    def services(self) -> tuple[SupportService, ...] | Gap:
        return (SERVICE,)

    def classifications(self, service: SupportService) -> tuple[ProblemClassification, ...] | Gap:
        return (TOPIC,)

    def tickets(self, subscription: str, *, only_open: bool) -> tuple[Ticket, ...] | Gap:
        if self.silent:
            return Gap(
                subject=f"/subscriptions/{subscription}", what="support tickets", reason="403 AuthorizationFailed"
            )
        return tuple(ticket for ticket in self.opened if ticket.subscription == subscription)

    def open(self, draft: Draft, contact: Contact) -> Ticket:
        if self.refuses is not None:
            raise self.refuses
        ticket = Ticket(
            name=draft.name,
            number=f"241124005000{len(self.opened):04}",
            subscription=draft.subscription,
            title=draft.title,
            description=draft.description,
            severity="Moderate",
            status="Open",
            service=SERVICE.display_name,
            service_id=SERVICE.id,
            classification=TOPIC.display_name,
            resource_id=draft.resource_id,
            created_at=NOW,
            modified_at=NOW,
            engineer="",
            plan="Unified",
        )
        self.opened.append(ticket)
        return ticket


def run_once(cloud, desk, policy=POLICY):
    run, plan = plan_tickets(cloud, desk, policy, (), anyway=False)
    return plan, apply(plan, run, cloud, desk, policy)


def test_a_cause_gets_one_ticket_however_often_it_runs():
    cloud, desk = RememberingCloud(MESS), RememberingDesk()
    _, (receipt,) = run_once(cloud, desk)
    assert receipt.ticket is not None
    plan, receipts = run_once(cloud, desk)
    assert (plan.to_open, receipts, len(plan.existing), len(desk.opened)) == ((), (), 1, 1)


def test_the_cause_is_read_again_just_before_its_ticket():
    cloud = RememberingCloud(MESS)
    run_once(cloud, RememberingDesk())
    assert cloud.confirmed == [(FAILED.key,)]


def test_a_cause_that_is_gone_by_then_opens_nothing():
    repaired = estate(hsm("payshield-1"), hsm("payshield-2", stamp="stamp2"))
    desk = RememberingDesk()
    plan, (receipt,) = run_once(RememberingCloud(MESS, repaired), desk)
    assert (receipt.gone, receipt.problem, desk.opened) == (True, "", [])
    assert "not needed  its cause is gone" in render_receipts((receipt,), None, False)
    assert len(plan.to_open) == 1


def test_a_cause_that_cannot_be_read_again_opens_nothing_and_is_a_problem():
    unread = estate(hsm("payshield-1"), unread_hsm("payshield-2"))
    desk = RememberingDesk()
    _, (receipt,) = run_once(RememberingCloud(MESS, unread), desk)
    assert desk.opened == []
    assert "403 AuthorizationFailed" in receipt.problem


def test_a_pool_of_which_one_hsm_works_again_opens_no_ticket_that_says_all_are_broken():
    both = estate(hsm("payshield-1", provisioning_state="Failed"), FAILED)
    desk = RememberingDesk()
    _, (receipt,) = run_once(RememberingCloud(both, MESS), desk)
    assert desk.opened == []
    assert "has changed since it was planned" in receipt.problem


def test_a_refused_ticket_is_told_and_the_others_are_still_tried():
    lost_nic = next(nic for nic in nics(hsm("b", stamp="stamp2")) if nic.endswith("hsmhost2nic"))
    other = hsm("b", location="westus", stamp="stamp2")
    state = estate(hsm("payshield-1"), FAILED, hsm("a", location="westus"), other, overrides={lost_nic: ABSENT})
    desk = RememberingDesk(refuses=TicketProblem("no suitable support plan", "buy one"))
    _, receipts = run_once(RememberingCloud(state), desk)
    assert [receipt.problem for receipt in receipts] == ["no suitable support plan"] * 2
    shown = render_receipts(receipts, None, False)
    assert "0 tickets opened, 2 not opened\n" in shown
    assert shown.count("next: buy one\n") == 2


def test_a_ticket_that_may_exist_is_called_unclear():
    desk = RememberingDesk(refuses=TicketProblem("no answer", "run it again", may_exist=True))
    _, (receipt,) = run_once(RememberingCloud(MESS), desk)
    assert receipt.may_exist
    assert "\n  unclear     Payment HSM payshield-2" in render_receipts((receipt,), None, False)


def test_tickets_that_could_not_be_listed_hold_the_draft_back():
    plan, receipts = run_once(RememberingCloud(MESS), RememberingDesk(silent=True))
    assert (plan.to_open, receipts) == ((), ())
    assert "403 AuthorizationFailed" in plan.held_back[0].reason


def test_the_plan_reads_as_it_is_decided():
    plan, _ = run_once(RememberingCloud(MESS), RememberingDesk())
    assert (
        render_text(plan, 80, False)
        == """\
Support tickets   23 Nov 2026 22:14 UTC   sandbox: test

1 ticket to open

1  severity B  Payment HSM payshield-2 (eastus, stamp2) is Failed; production
   pool degraded
   Technical > Azure Payment HSM Service > Provisioning / HSM creation failed
   causes: PHSM-HSM-001   subscription: 00000000-0000-0000-0000-000000000001
"""
    )


@pytest.mark.parametrize("email", ["ada@example.com", "ada@hsm.Contoso.com", "ada@example.org"])
def test_an_example_contact_is_refused_against_real_azure_before_anything_is_sent(email):
    state = replace(MESS, source=Source(kind="azure", name="management.azure.com"))
    desk = RememberingDesk()
    policy = Policy(support=SupportPolicy(contact=replace(CONTACT, email=email)))
    with pytest.raises(ConfigProblem, match="reach nobody"):
        run_once(RememberingCloud(state), desk, policy)
    assert desk.opened == []


def test_without_a_contact_nothing_is_sent():
    desk = RememberingDesk()
    with pytest.raises(ConfigProblem, match=r"support\.contact is missing"):
        run_once(RememberingCloud(MESS), desk, Policy())
    assert desk.opened == []


def test_listed_tickets_are_those_of_the_service_and_gaps_are_kept():
    desk = RememberingDesk()
    run_once(RememberingCloud(MESS), desk)
    desk.opened.append(replace(desk.opened[0], name="other", service="Key Vault", service_id=""))
    assert [ticket.service for ticket in list_tickets(desk, (SUB_1,), only_open=True)[0]] == [SERVICE.display_name]
    desk.silent = True
    assert [gap.reason for gap in list_tickets(desk, (SUB_1,), only_open=True)[1]] == ["403 AuthorizationFailed"]
