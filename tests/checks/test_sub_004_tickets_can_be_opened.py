from dataclasses import replace

import pytest

from ops.checks.sub_004_tickets_can_be_opened import tickets_can_be_opened
from ops.model.fact import ABSENT, Gap
from ops.model.policy import Policy, SupportPolicy
from tests.build import SUB_1, SUB_2, estate, hsm, refused_subscription, subscription
from tests.checks.judging import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, judge, only, outcomes

GAP = Gap(subject=f"/subscriptions/{SUB_1}", what="support tickets", reason="403 AuthorizationFailed")


def with_facts(service=True, **changes):
    return replace(estate(hsm(), subscription(**changes)), has_support_service=service)


def attested(plan):
    return Policy(support=SupportPolicy(plan=plan))


def test_plan_service_and_role_pass_by_name():
    verdict = only(tickets_can_be_opened, estate(hsm()))
    assert verdict.outcome is PASS
    assert verdict.evidence == (
        "support plan Unified (latest ticket); the list of support services holds Azure Payment HSM; "
        "the role allows tickets"
    )
    assert (verdict.subject.id, verdict.subject.hsms) == (f"/subscriptions/{SUB_1}", (hsm().key,))


def test_missing_role_fails_with_the_assignment():
    verdict = only(tickets_can_be_opened, with_facts(may_open_tickets=False))
    assert (verdict.outcome, verdict.evidence) == (
        FAIL,
        "no role here allows tickets; Support Request Contributor does",
    )
    assert verdict.fix == (
        "az role assignment create --role 'Support Request Contributor' --assignee OBJECT-ID "
        f"--scope /subscriptions/{SUB_1}"
    )


def test_missing_service_fails_and_says_how_to_look():
    verdict = only(tickets_can_be_opened, with_facts(service=False))
    assert (verdict.outcome, verdict.fix.startswith("az support services list")) == (FAIL, True)
    assert verdict.evidence == "the list of support services does not hold Azure Payment HSM"


@pytest.mark.parametrize("plan", ["Developer", "Azure Support Plan - Basic", "CSP", "Free", "Standard"])
def test_plan_that_is_too_low_fails(plan):
    verdict = only(tickets_can_be_opened, with_facts(support_plan=plan))
    assert (verdict.outcome, verdict.evidence) == (
        FAIL,
        f"support plan {plan} (latest ticket) takes no tickets through the API",
    )
    assert "portal" in verdict.fix


def test_all_that_is_wrong_is_named_and_the_plan_is_mended_first():
    verdict = only(tickets_can_be_opened, with_facts(False, support_plan="Free", may_open_tickets=False))
    assert all(word in verdict.evidence for word in ("support plan Free", "list of support services", "no role"))
    assert verdict.fix.startswith("open tickets in the portal")


@pytest.mark.parametrize("told", ["Developer", ABSENT, GAP, None])
def test_attested_plan_wins_over_the_latest_ticket(told):
    verdict = only(tickets_can_be_opened, with_facts(support_plan=told), attested("ProDirect"))
    assert (verdict.outcome, "support plan ProDirect (support.plan)" in verdict.evidence) == (PASS, True)


def test_attested_plan_that_is_too_low_fails():
    assert only(tickets_can_be_opened, estate(hsm()), attested("None")).outcome is FAIL


def test_plan_that_nothing_tells_is_not_applicable_and_says_how_to_attest():
    verdict = only(tickets_can_be_opened, with_facts(support_plan=ABSENT))
    assert (verdict.outcome, verdict.evidence) == (
        NOT_APPLICABLE,
        "role and service are there; no API tells the plan: attest it (support.plan)",
    )


def test_plan_of_another_name_is_unknown_not_a_failure():
    verdict = only(tickets_can_be_opened, with_facts(support_plan="Azure Internal"))
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        "support plan Azure Internal (latest ticket) is none that we know: attest yours (support.plan)",
    )


@pytest.mark.parametrize("plan", ["Unified", ABSENT])
@pytest.mark.parametrize("unread", [GAP, None])
def test_unread_role_or_service_is_unknown_never_pass(plan, unread):
    assert only(tickets_can_be_opened, with_facts(may_open_tickets=unread, support_plan=plan)).outcome is UNKNOWN
    assert only(tickets_can_be_opened, with_facts(service=unread, support_plan=plan)).outcome is UNKNOWN


@pytest.mark.parametrize("unread", [GAP, None])
def test_unread_plan_is_unknown_never_not_applicable(unread):
    assert only(tickets_can_be_opened, with_facts(support_plan=unread)).outcome is UNKNOWN


def test_unread_facts_do_not_hide_what_is_wrong():
    assert only(tickets_can_be_opened, with_facts(None, support_plan=GAP, may_open_tickets=False)).outcome is FAIL
    assert only(tickets_can_be_opened, with_facts(False, support_plan=ABSENT, may_open_tickets=GAP)).outcome is FAIL


def test_gap_gives_its_reason():
    verdict = only(tickets_can_be_opened, with_facts(support_plan=GAP))
    assert verdict.evidence == "support tickets could not be read: 403 AuthorizationFailed"


def test_every_subscription_with_an_hsm_is_judged_and_a_refused_one_is_left_to_the_run():
    dr = subscription(SUB_2, "payments-dr", may_open_tickets=False)
    assert outcomes(tickets_can_be_opened, estate(hsm("a"), dr)) == {"payments-prod": PASS}
    both = estate(hsm("a"), hsm("b", subscription=SUB_2), dr)
    assert outcomes(tickets_can_be_opened, both) == {"payments-prod": PASS, "payments-dr": FAIL}
    assert judge(tickets_can_be_opened, estate(hsm(subscription=SUB_2), refused_subscription())) == {}


def test_subscription_that_nobody_knows_is_unknown():
    assert outcomes(tickets_can_be_opened, estate(hsm(subscription=SUB_2))) == {SUB_2: UNKNOWN}
