from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ops.model.estate import Estate
from ops.model.fact import Gap
from ops.model.finding import Outcome, Subject
from ops.model.mute import Mute
from ops.model.policy import Policy, PoolRule
from ops.model.run import Run
from ops.support.gone import Gone, gone
from tests.build import NOW, SUB_1, SUB_2, estate, hsm, refused_subscription, subscription, unread_hsm
from tests.support.build import finding, lost_nic, pending, planned, run_of
from tests.support.lives import A, B, broken, opened, well

(DRAFT,) = planned(broken()).to_open
MINE = opened(DRAFT)
BOTH = opened(planned(run_of(estate(A, B), lost_nic(A), lost_nic(B))).to_open[0])
HUB = subscription(SUB_2, "payments-hub")
APPROVAL = opened(planned(run_of(estate(A, B, HUB), pending(SUB_1), pending(SUB_2))).to_open[0])


def ended(run: Run, mine: Any = MINE, *more: str) -> Gone | None:
    return gone(mine, (mine.description, *more), run)


def passing(known: Estate, *names: str) -> Run:
    wanted = [one for one in known.hsms.values() if one.name in names]
    return run_of(known, *(finding("PHSM-NET-009", one, outcome=Outcome.PASS) for one in wanted))


def approved(*subscriptions: str, **changes: Any) -> Run:
    return run_of(estate(A, B, HUB), *(pending(one, outcome=Outcome.PASS, **changes) for one in subscriptions))


def test_what_passes_again_is_gone() -> None:
    found = ended(well())
    assert found is not None
    assert (found.reason, found.lines) == ("a passes again", ("- a: all is well (PHSM-NET-009)",))


def test_what_was_not_looked_at_is_not_gone() -> None:
    assert ended(run_of(estate(A, B))) is None
    assert ended(well("PHSM-HSM-001", "PHSM-NET-010")) is None
    idle = finding("PHSM-NET-009", A, outcome=Outcome.NOT_APPLICABLE)
    assert ended(run_of(estate(A, B), idle)) is None


def test_a_probe_that_nobody_made_again_does_not_end_what_a_probe_found() -> None:
    silent = opened(planned(run_of(estate(A, B), finding("PHSM-HSM-007", A))).to_open[0])
    assert ended(well(), silent) is None
    assert ended(well("PHSM-HSM-001", "PHSM-HSM-007"), silent) is not None


def test_what_was_told_later_has_to_pass_too() -> None:
    assert ended(well(), MINE, "<pre>- a: does not answer (PHSM-HSM-007)</pre>") is None


@pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.FAIL])
def test_another_trouble_of_the_same_hsm_keeps_it(outcome: Outcome) -> None:
    other = finding("PHSM-NET-010", A, outcome=outcome)
    assert ended(replace(well(), findings=(*well().findings, other))) is None


def test_a_failure_that_is_borne_is_not_gone() -> None:
    mute = Mute(check="PHSM-NET-009", subject="*", reason="known", owner="ada", expires=NOW.date())
    muted = replace(lost_nic(A), muted=mute, ticket=False)
    assert ended(run_of(estate(A, B), muted, finding("PHSM-HSM-001", A, outcome=Outcome.PASS))) is None


def test_trouble_of_another_hsm_does_not_keep_it() -> None:
    assert ended(replace(well(), findings=(*well().findings[:1], well().findings[2], lost_nic(B)))) is not None


@pytest.mark.parametrize("state", ["Updating", "Deleting", "Failed", None])
def test_an_hsm_that_is_not_provisioned_keeps_it(state: str | None) -> None:
    assert ended(passing(estate(replace(A, provisioning_state=state), B), "a")) is None


def test_an_hsm_that_was_not_read_keeps_it() -> None:
    assert ended(passing(estate(unread_hsm("a"), B), "a")) is None


def test_an_hsm_that_is_not_in_azure_any_more_is_gone() -> None:
    found = ended(run_of(estate(B)))
    assert found is not None
    assert (found.reason, found.lines) == ("a is not listed any more", ("- a is not in Azure any more",))


def test_an_hsm_where_nobody_looked_is_not_gone() -> None:
    far = hsm("far", subscription=SUB_2)
    mine = opened(planned(run_of(estate(A, far, HUB), lost_nic(far))).to_open[0])
    assert ended(run_of(estate(A)), mine) is None
    assert ended(run_of(estate(A, refused_subscription())), mine) is None
    assert ended(run_of(estate(A, HUB)), mine) is not None
    partly = subscription(SUB_2, gap=Gap(subject=SUB_2, what="payment HSMs", reason="429"))
    assert ended(run_of(estate(A, partly)), mine) is None
    elsewhere = replace(estate(A, HUB), scope=(SUB_1,), narrowed=True)
    assert ended(run_of(elsewhere), mine) is None


def test_a_ticket_that_stands_on_another_resource_than_its_name_says_is_left_alone() -> None:
    assert ended(well(), replace(MINE, resource_id=B.id)) is None
    assert ended(well(), replace(MINE, resource_id=hsm("gone").id, description="")) is None
    assert ended(well(), replace(MINE, resource_id=None)) is None
    assert ended(well(), replace(MINE, resource_id=A.id.upper())) is not None


def test_a_ticket_that_does_not_tell_any_more_what_was_wrong_is_left_alone() -> None:
    assert ended(well(), replace(MINE, description="rewritten")) is None


def test_a_pool_is_gone_when_all_its_hsms_are() -> None:
    found = ended(well(), BOTH)
    assert found is not None
    assert found.reason == "a, b pass again"
    assert ended(passing(estate(A, B), "a"), BOTH) is None
    assert ended(run_of(estate(A, B), lost_nic(A), finding("PHSM-NET-009", B, outcome=Outcome.PASS)), BOTH) is None
    third = hsm("c")
    still = run_of(estate(A, B, third), *well().findings, lost_nic(third))
    assert ended(still, BOTH) is None


def test_a_pool_of_which_one_hsm_passes_and_one_does_not_exist_is_gone() -> None:
    found = ended(passing(estate(A), "a"), BOTH)
    assert found is not None
    assert found.reason == "b is not listed any more; a passes again"
    assert found.lines == ("- b is not in Azure any more", "- a: the evidence (PHSM-NET-009)")


def test_a_pool_that_is_called_otherwise_now_is_known_by_the_hsms_in_its_ticket() -> None:
    policy = Policy(pools=(PoolRule(name="cards"),))
    assert ended(run_of(estate(A, B), *well().findings, policy=policy), BOTH) is not None
    assert ended(well(), replace(BOTH, description=f"{BOTH.description}\n- and 7 more, cut for length")) is None
    assert ended(well(), replace(BOTH, description="rewritten")) is None


def test_an_approval_of_all_is_the_end_of_the_request() -> None:
    found = ended(approved(SUB_1, SUB_2), APPROVAL)
    assert found is not None
    assert found.reason == "no subscription in it waits for the approval any more"
    assert found.lines == (f"- {SUB_1}: FastPathEnabled is Pending", f"- {SUB_2}: FastPathEnabled is Pending")


def test_a_subscription_that_needs_no_approval_any_more_waits_for_none() -> None:
    found = ended(approved(SUB_1), APPROVAL)
    assert found is not None
    assert found.lines[1] == f"- {SUB_2}: no VNet in it needs the feature any more"


def test_a_subscription_that_may_still_wait_keeps_the_request() -> None:
    known = estate(A, B, HUB)
    one = pending(SUB_1, outcome=Outcome.PASS)
    for other in (pending(SUB_2), pending(SUB_2, outcome=Outcome.UNKNOWN), pending(SUB_2, ticket=False)):
        assert ended(run_of(known, one, other), APPROVAL) is None
    assert ended(run_of(replace(known, narrowed=True), one), APPROVAL) is None
    assert ended(run_of(estate(A, B), one), APPROVAL) is None
    peer = Subject(name="spoke", id="/subscriptions/00000000-0000-0000-0000-000000000003")
    untold = finding("PHSM-SUB-003", subject=peer, outcome=Outcome.UNKNOWN)
    assert ended(run_of(known, one, untold), APPROVAL) is None
    assert ended(approved(SUB_1, SUB_2), replace(APPROVAL, description="rewritten")) is None
