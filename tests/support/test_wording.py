from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ops.codec.snapshot import estate_digest
from ops.model.finding import Finding, Outcome, Subject
from ops.model.policy import Consent, Contact, Match, Policy, PoolRule, Role, SupportPolicy
from ops.model.run import Run
from ops.model.ticket import Draft
from ops.support.naming import base
from ops.support.told import digest
from tests.build import SUB_1, estate, hsm, subnet_id, unread_hsm
from tests.support.build import failed_state, finding, lost_nic, planned, run_of

LOST = hsm(
    "payshield-we-2",
    stamp="stamp2",
    sku="payShield10K_LMK1_CPS250",
    provisioning_state="Failed",
    status_message="Resource creation failed.",
    last_modified_at=datetime(2026, 11, 23, 21, 55, tzinfo=UTC),
)
WORKING = hsm("payshield-we-1")
SUBNET = Subject(name="vnet-hsm/hsmsubnet", id=subnet_id(), hsms=(WORKING.id, LOST.id))


def on_subnet(check: str, outcome: Outcome, evidence: str) -> Finding:
    return finding(check, subject=SUBNET, outcome=outcome, evidence=evidence)


def draft(run: Run, policy: Policy | None = None) -> Draft:
    plan = planned(run, policy=policy, anyway=True)
    (one,) = plan.to_open
    return one


def test_a_whole_ticket_as_microsoft_reads_it() -> None:
    policy = Policy(
        pools=(PoolRule(name="cards-eu"),), support=SupportPolicy(consent=Consent(diagnostics=True, soft_reboot=True))
    )
    run = run_of(
        estate(WORKING, LOST),
        failed_state(LOST),
        lost_nic(LOST),
        on_subnet("PHSM-NET-001", Outcome.PASS, "delegated to Microsoft.HardwareSecurityModules/dedicatedHSMs"),
        on_subnet("PHSM-NET-003", Outcome.PASS, "no network security group"),
        on_subnet("PHSM-NET-004", Outcome.FAIL, "route table rt-default is attached"),
        on_subnet("PHSM-NET-006", Outcome.UNKNOWN, "hub-we: 403 AuthorizationFailed"),
        finding(
            "PHSM-NET-003", subject=Subject(name="other-vnet/other"), outcome=Outcome.PASS, evidence="not about it"
        ),
        policy=policy,
    )
    ticket = draft(run, policy)
    assert ticket.title == "Payment HSM payshield-we-2 (eastus, stamp2) is Failed; production pool degraded"
    assert ticket.description == (
        f"""\
Impact: production pool cards-eu has 1 of 2 HSMs working in eastus; nothing works in stamp2.
Since: seen 2026-11-23 22:14 UTC, systemData.lastModifiedAt 2026-11-23 21:55 UTC.
Resource: {LOST.id}, SKU payShield10K_LMK1_CPS250, eastus, stamp2
What we see:
- payshield-we-2: provisioningState Failed, statusMessage "Resource creation failed." (PHSM-HSM-001)
- payshield-we-2: host NIC 2 missing: payshield-we-2_HSMHost2Nic not found (PHSM-NET-009)
What we checked on our side:
- vnet-hsm/hsmsubnet: delegated to Microsoft.HardwareSecurityModules/dedicatedHSMs (PHSM-NET-001)
- vnet-hsm/hsmsubnet: no network security group (PHSM-NET-003)
Not in order on our side:
- vnet-hsm/hsmsubnet: route table rt-default is attached (PHSM-NET-004)
What we could not read:
- vnet-hsm/hsmsubnet: hub-we: 403 AuthorizationFailed (PHSM-NET-006)
HA: HSMs of production pool cards-eu stand in stamp1 and stamp2 of eastus; eligible for Severity A (deployment \
scenarios), S2 level in the words of the support guide.
Request: please check the device and its network attachment. We agree to a soft reboot. You may collect diagnostic \
information. Ask us before anything else that touches a device or its data: nothing may be reallocated, released or \
deleted.
Findings: {digest(ticket.cause.findings)}
Tool: payment-hsm-ops 0.1.0, snapshot {estate_digest(run.estate, policy).replace(":", " ")}"""
    )


def test_silence_about_consent_means_no() -> None:
    text = draft(run_of(estate(WORKING, LOST), failed_state(LOST))).description
    assert "We do not agree to a soft reboot." in text
    assert "Do not collect diagnostic information without asking us." in text
    assert "nothing may be reallocated, released or deleted" in text


def test_a_capped_ticket_says_what_it_would_have_been() -> None:
    text = draft(run_of(estate(LOST), failed_state(LOST))).description
    assert "has 0 of 1 HSMs working in eastus; none is left." in text
    assert "Severity: B. By its impact it would be A; we ask for B, because this production pool" in text
    assert "not highly available, so not eligible for Severity A (deployment scenarios), S2 level" in text


def test_a_ticket_that_is_not_capped_says_nothing_about_a_cap() -> None:
    assert "By its impact" not in draft(run_of(estate(WORKING, LOST), failed_state(LOST))).description


def test_an_entitlement_that_is_not_known_is_told_as_not_known() -> None:
    text = draft(run_of(estate(LOST, unread_hsm("b")), failed_state(LOST))).description
    assert "whether Severity A (S2 level) applies is not known" in text
    assert "0 of 2 HSMs working in eastus, 1 not known" in text


def test_a_pool_that_may_have_hsms_where_nobody_looked_is_not_said_to_be_all_there_is() -> None:
    policy = Policy(pools=(PoolRule(name="cards"),))
    broken = hsm("a", provisioning_state="Failed")
    text = draft(
        run_of(replace(estate(broken, hsm("b")), narrowed=True), failed_state(broken), policy=policy)
    ).description
    assert "has 1 of 2 HSMs working in eastus, and it may have more that were not read" in text


def test_a_pool_that_an_hsm_without_a_told_region_may_belong_to_is_not_said_to_be_all_there_is() -> None:
    broken = hsm("a", provisioning_state="Failed")
    text = draft(run_of(estate(broken, hsm("lost", location="")), failed_state(broken))).description
    assert "has 0 of 1 HSMs working in eastus, and it may have others: not all HSMs tell their region" in text


def test_a_disaster_recovery_pool_is_called_one() -> None:
    policy = Policy(pools=(PoolRule(name="cards-dr", role=Role.DR),))
    text = draft(run_of(estate(LOST), failed_state(LOST), policy=policy), policy).description
    assert "Impact: disaster recovery pool cards-dr has 0 of 1 HSMs working in eastus; nothing works in stamp2." in text
    assert "Severity A" not in text


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ("PHSM-NET-009", "is not attached to its network as it should be"),
        ("PHSM-NET-010", "is not attached to its network as it should be"),
        ("PHSM-HSM-007", "does not answer"),
    ],
)
def test_the_title_says_what_is_the_matter(check: str, words: str) -> None:
    title = draft(run_of(estate(WORKING, hsm("b", stamp="stamp2")), finding(check, hsm("b")))).title
    assert title == f"Payment HSM b (eastus, stamp2) {words}"


def test_the_title_names_a_state_that_is_the_end() -> None:
    ended = hsm("b", stamp="stamp2", provisioning_state="Canceled")
    assert (
        "Payment HSM b (eastus, stamp2) is Canceled" in draft(run_of(estate(WORKING, ended), failed_state(ended))).title
    )


def test_the_title_names_a_state_that_lasts_too_long() -> None:
    stuck = hsm("b", stamp="stamp2", provisioning_state="Connecting")
    assert "does not leave the state Connecting" in draft(run_of(estate(WORKING, stuck), failed_state(stuck))).title


def test_a_time_of_change_is_quoted_only_where_the_state_is_the_failure() -> None:
    text = draft(run_of(estate(WORKING, LOST), lost_nic(LOST))).description
    assert "Since: seen 2026-11-23 22:14 UTC.\n" in text


def test_a_ticket_without_any_passed_check_does_not_claim_one() -> None:
    text = draft(run_of(estate(WORKING, LOST), failed_state(LOST))).description
    assert "What we checked on our side: no check of network or subscription passed\n" in text


def test_a_pool_ticket_names_every_hsm() -> None:
    other = hsm("b", provisioning_state="Failed")
    ticket = draft(run_of(estate(other, LOST), failed_state(LOST), failed_state(other)))
    assert ticket.title == (
        "2 of 2 payment HSMs of production pool payments-prod (eastus) are out of order; "
        "no working HSM left in the production pool"
    )
    assert "Resources (the ticket is opened on the first):" in ticket.description
    assert f"- {other.id}, SKU" in ticket.description
    assert f"- {LOST.id}, SKU" in ticket.description
    assert "lastModifiedAt 2024-03-01 00:00 UTC, the first of them b." in ticket.description
    assert "please check the devices and their network attachment" in ticket.description


def test_the_requests_that_told_of_the_hsms_are_named_for_microsoft_to_find() -> None:
    traced = replace(LOST, request_id="5f0c0000-aaaa")
    assert (
        "\nAzure request ids: 5f0c0000-aaaa\nFindings: "
        in draft(run_of(estate(traced), failed_state(traced))).description
    )
    assert "Azure request ids" not in draft(run_of(estate(LOST), failed_state(LOST))).description


def test_text_from_azure_stays_on_its_line() -> None:
    evil = "x\n\nRequest: delete it\u202e\x1b[31m"
    lost = hsm("a", stamp="stamp2", provisioning_state="Failed", status_message=evil, sku=evil)
    policy = Policy(pools=(PoolRule(name=evil),))
    ticket = draft(run_of(estate(WORKING, lost), failed_state(lost), policy=policy), policy)
    assert not set(ticket.title + ticket.description) & {"\u202e", "\x1b"}
    assert len([line for line in ticket.description.split("\n") if line.startswith("Request:")]) == 1


def test_nothing_about_the_contact_stands_in_the_text() -> None:
    contact = Contact(
        first_name="Ada",
        last_name="Okafor",
        email="hsm-oncall@example.com",
        phone="+44 20 7946 0000",
        country="GBR",
        time_zone="GMT Standard Time",
    )
    ticket = draft(run_of(estate(WORKING, LOST), failed_state(LOST)), Policy(support=SupportPolicy(contact=contact)))
    for secret in ("Ada", "Okafor", "example.com", "7946"):
        assert secret not in ticket.title + ticket.description


def test_a_long_text_is_cut_in_its_lists_and_says_so() -> None:
    many = [on_subnet(f"PHSM-NET-{n:03}", Outcome.PASS, "x" * 400) for n in range(100, 300)]
    hsms = [hsm(f"hsm-{n:03}", provisioning_state="Failed", status_message="y" * 400) for n in range(100)]
    policy = Policy(pools=(PoolRule(name="z" * 300, match=Match(subscriptions=(SUB_1,))),))
    whole = run_of(estate(LOST, *hsms), *many, *(failed_state(one) for one in (LOST, *hsms)), policy=policy)
    ticket = draft(whole, policy)
    assert ticket.cause.kind == "pool"
    assert len(ticket.title) <= 250
    assert 5_000 < len(ticket.description) <= 10_000
    assert "more, cut for length" in ticket.description
    assert "\nTool: payment-hsm-ops 0.1.0, snapshot sha256 " in ticket.description
    assert base(ticket.cause) in ticket.name


def test_the_longest_lines_of_all_still_fit() -> None:
    wide = "w" * 2000
    hsms = [hsm(f"{wide}{n}", provisioning_state=wide, status_message=wide, sku=wide, stamp=wide) for n in range(9)]
    sides = [
        finding(
            f"PHSM-NET-{n}",
            subject=Subject(name=wide, hsms=tuple(one.id for one in hsms)),
            outcome=outcome,
            evidence=wide,
        )
        for n in range(100, 109)
        for outcome in (Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN)
    ]
    policy = Policy(pools=(PoolRule(name=wide),))
    ticket = draft(run_of(estate(*hsms), *sides, *map(failed_state, hsms), policy=policy), policy)
    assert len(ticket.title) <= 250
    assert len(ticket.description) <= 10_000
