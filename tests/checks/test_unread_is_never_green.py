"""Facts are taken away from a correct estate, at random: what rests on them is unknown, neither passed nor failed."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from types import NoneType
from typing import get_args, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.checks import collect
from ops.model.attachment import nic_slots
from ops.model.estate import Deletion, Estate
from ops.model.fact import ABSENT, Gap
from ops.model.finding import Outcome
from ops.run import evaluate, exit_code
from tests.build import NOW, SUB_1
from tests.checks.correct import CLUSTER, PAIR, correct, correct_policy, hsm_of
from tests.checks.losses import POOL, gap, losses

LOSSES = {loss.name: loss for loss in losses()}
NO_LOSS = {
    "Estate.deletions": "tells only who deleted an HSM that is missing for sure: the test below",
    "Source.original": "no fact about Azure",
    "Subscription.zones": "decides only where a pool over several subscriptions stands in zones: tests/model/test_pool.py",
    "Hsm.status_message": "shown, decides nothing",
    "Hsm.request_id": "goes into the ticket, decides nothing",
    "Hsm.created_at": "decides only where a host NIC is missing: the test below",
    "Hsm.last_modified_at": "decides only while the HSM is in between: the test below",
    "NetworkProfile.subnet_id": "then the NIC says which subnet it is in",
    "ProfileNic.nic_id": "then the NIC is found by its name",
    "ProfileNic.private_ip": "a profile may name none, with dynamic addresses",
    "Route.next_hop_ip": "only part of the fix",
    "Cluster.status_message": "shown, decides nothing",
    "Cluster.last_modified_at": "decides only while the cluster is in between: the test below",
    "ClusterNode.message": "shown, decides nothing",
    "EndpointConnection.provisioning_state": "takes an approval back, and is not needed for one",
}


def judged(state, policy=None):
    return evaluate(state, policy or correct_policy(), collect())


def pairs(run, outcome):
    """By check and subject."""
    return {(finding.check, finding.subject.key) for finding in run.findings if finding.outcome is outcome}


def test_everything_passes_before_anything_is_taken():
    run = judged(correct())
    assert exit_code(run) == 0
    assert {check for check, _ in pairs(run, Outcome.PASS)} == {check.id for check in collect()}
    assert not pairs(run, Outcome.FAIL) | pairs(run, Outcome.UNKNOWN)


def test_every_check_has_something_to_lose():
    idle = {check for loss in LOSSES.values() for check in loss.idle}
    attested = {check.id for check in collect() if check.id.startswith("PHSM-RDY-")}
    never_unread = {"PHSM-HSM-003", *attested}  # a region is in every list; what is attested is not read from Azure
    resting = {check for loss in LOSSES.values() if not loss.name.endswith("refused") for check in loss.rests}
    assert {check.id for check in collect()} - never_unread == resting | idle


@pytest.mark.parametrize("name", LOSSES)
def test_each_loss_makes_unknown_what_rests_on_it_and_nothing_else(name):
    before, loss = correct(), LOSSES[name]
    run = judged(loss.take(before))
    assert not run.failures
    assert loss.take(before) != before
    assert {check for check, _ in pairs(run, Outcome.UNKNOWN)} == set(loss.rests)
    assert loss.idle.items() <= pairs(run, Outcome.NOT_APPLICABLE)


@settings(deadline=None, max_examples=200)
@given(st.sets(st.sampled_from(sorted(LOSSES)), min_size=2, max_size=6))
def test_what_rests_on_unread_facts_is_unknown(names):
    state = correct()
    silent = {check for name in names for check in (*LOSSES[name].idle, *LOSSES[name].spared)}
    for name in sorted(names):
        state = LOSSES[name].take(state)
    run = judged(state)
    assert not run.failures
    passed, unknown = pairs(run, Outcome.PASS), {check for check, _ in pairs(run, Outcome.UNKNOWN)}
    for name in names:
        for check, subject in (*LOSSES[name].rests.items(), *LOSSES[name].idle.items()):
            assert (check, subject) not in passed, f"{name}: {check} is green"
        assert set(LOSSES[name].rests) <= unknown | silent, f"{name}: a check says nothing"
    assert exit_code(run) == (4 if unknown else 0)


@pytest.mark.parametrize("name", PAIR)
@pytest.mark.parametrize("field", ["created_at", "last_modified_at"])
def test_unread_dates_are_unknown_where_they_decide(name, field):
    state, owner = correct(), hsm_of(name)
    if field == "created_at":
        undated = replace(owner, created_at=None, host=replace(owner.host, nics=owner.host.nics[:1]))
        state = replace(state, nics={**state.nics, nic_slots(owner)[1].key: ABSENT})
        expected = {("PHSM-NET-009", owner.key), ("PHSM-HA-002", POOL)}
    else:
        undated = replace(owner, provisioning_state="Connecting", last_modified_at=None)
        expected = {("PHSM-HSM-001", owner.key)}
    run = judged(replace(state, hsms={**state.hsms, owner.key: undated}))
    assert pairs(run, Outcome.UNKNOWN) == expected


def test_an_unread_date_of_a_cluster_in_between_is_unknown():
    moving = replace(CLUSTER, provisioning_state="Updating", last_modified_at=None)
    run = judged(replace(correct(), clusters={moving.key: moving}))
    assert pairs(run, Outcome.UNKNOWN) == {("PHSM-V2-001", moving.key)}


@pytest.mark.parametrize("log", [{}, {SUB_1: gap("activity log")}, {SUB_1: ()}])
def test_an_expected_hsm_that_is_missing_fails_whatever_the_activity_log_tells(log):
    policy = replace(correct_policy(), expected=("lost",))
    told = replace(correct(), deletions={SUB_1: (Deletion(hsm_id=hsm_of("lost").id, by="ada", at=NOW),)})
    for state in (told, replace(told, deletions=log)):
        run = judged(state, policy)
        assert pairs(run, Outcome.FAIL) == {("PHSM-HSM-005", "lost")}


def test_a_probe_of_yesterday_is_not_green():
    state, key = correct(), hsm_of("a").key
    old = replace(state.probes[key], at=NOW - timedelta(days=2))
    run = judged(replace(state, probes={**state.probes, key: old}))
    assert pairs(run, Outcome.UNKNOWN) == {("PHSM-HSM-007", key)}


def test_every_fact_that_can_be_unread_is_lost_here_or_has_a_reason_not_to_be():
    unreadable = {f"{kind.__name__}.{name}" for kind, name in _facts(Estate)}
    lost = {loss.fact for loss in LOSSES.values()}
    assert unreadable - lost == set(NO_LOSS)
    assert lost <= {f"{kind.__name__}.{field.name}" for kind in _kinds(Estate) for field in fields(kind)}


def _kinds(kind):
    """The dataclasses that an estate is made of."""
    found, waiting = {Gap}, [kind]
    while waiting:
        one = waiting.pop()
        if is_dataclass(one) and one not in found:
            found.add(one)
            waiting += get_type_hints(one).values()
        waiting += get_args(one)
    return found - {Gap, type(ABSENT)}


def _facts(kind):
    """Their fields that hold None or a gap where something was not read; a mapping may not hold what was not asked for."""
    for one in _kinds(kind):
        for name, hint in get_type_hints(one).items():
            if {NoneType, Gap} & _alternatives(hint):
                yield one, name


def _alternatives(hint):
    """What a field can hold: the members of a union, and those that stand as values in a mapping."""
    args = get_args(hint)
    if hint is Mapping or getattr(hint, "__origin__", None) is Mapping:
        return _alternatives(args[1])
    return set(args) or {hint}
