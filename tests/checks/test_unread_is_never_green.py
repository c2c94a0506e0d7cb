"""Facts are taken away from a correct estate, at random: what rests on them is unknown, neither passed nor failed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from ops.checks import collect
from ops.model import arm_id
from ops.model.attachment import nic_slots
from ops.model.estate import ABSENT, DEDICATED_HSM_FEATURE, FASTPATH_FEATURE, Estate, Gap
from ops.model.finding import Outcome
from ops.model.policy import Policy
from ops.run import evaluate, exit_code
from tests.build import NOW, SUB_1, SUB_2, estate, hsm, peering, subnet, subnet_id, subscription, vnet, vnet_id

HUB = vnet_id("hub", SUB_2)
PAIR = ("a", "b")
POOL = "payments-prod/eastus"
PEERED = ("PHSM-NET-006", "PHSM-NET-007", "PHSM-SUB-003")
ATTACHMENT = ("PHSM-NET-001", "PHSM-NET-003", "PHSM-NET-004", "PHSM-NET-005", *PEERED)


def key_of(name):
    return hsm(name).key


def vnet_name(name):
    return f"vnet-{name}"


def hsm_of(name, **changes):
    return hsm(name, subnet=subnet_id(vnet=vnet_name(name)), stamp="stamp1" if name == "a" else "stamp2", **changes)


def correct(**changes):
    """A pair, each in its own VNet, both peered with one hub in a second subscription: everything passes."""
    return estate(
        *(hsm_of(name, **changes) for name in PAIR),
        *(vnet(vnet_name(name), peerings=(peering(HUB),)) for name in PAIR),
        vnet("hub", subscription=SUB_2, subnets=(subnet("vms", vnet="hub", subscription=SUB_2, delegations=()),)),
        subscription(SUB_2, "payments-hub"),
    )


@dataclass(frozen=True)
class Loss:
    """A fact that is taken away, and the subjects (keys) by check that rest on it."""

    name: str
    take: Callable[[Estate], Estate]
    rests: dict[str, str]


def gap(what):
    return Gap(subject="/some/id", what=what, reason="429 TooManyRequests")


def in_mapping(field, key, change):
    """Replace one fact of a mapping by ``change(fact)``; None drops it."""

    def take(state):
        facts = dict(getattr(state, field))
        changed = change(facts[key]) if key in facts else None
        if changed is None:
            facts.pop(key, None)
        elif not isinstance(facts[key], Gap):  # what another loss has taken already stays taken
            facts[key] = changed
        return replace(state, **{field: facts})

    return take


def unless_gap(**changes):
    return lambda fact: fact if isinstance(fact, Gap) else replace(fact, **changes)


def without_feature(name):
    def take(known):
        return replace(known, features={feature: state for feature, state in known.features.items() if feature != name})

    return take


def losses():
    hub_key = arm_id.key(HUB)
    for name in PAIR:
        owner, vnet_key = hsm_of(name), arm_id.key(vnet_id(vnet_name(name)))
        subnet_key = arm_id.key(subnet_id(vnet=vnet_name(name)))
        on_hsm = dict.fromkeys(("PHSM-HA-003", "PHSM-HSM-001", "PHSM-HSM-002", "PHSM-NET-009", *ATTACHMENT), owner.key)
        pool = {"PHSM-HA-001": POOL, "PHSM-HA-002": POOL}
        bare = dict.fromkeys(("provisioning_state", "stamp", "zones", "host", "management", "last_modified_at"))
        hsm_loss = {
            "answer": (bare | {"gap": gap("payment HSM")}, on_hsm | pool),
            "stamp": ({"stamp": None, "zones": None}, pool | {"PHSM-HA-003": owner.key}),
            "sku": ({"sku": ""}, {"PHSM-HSM-002": owner.key}),
            "state": (
                {"provisioning_state": None},
                {"PHSM-HSM-001": owner.key, "PHSM-NET-009": owner.key, "PHSM-HA-002": POOL},
            ),
            "host profile": ({"host": None}, dict.fromkeys(("PHSM-NET-009", *ATTACHMENT), owner.key)),
            "management profile": ({"management": None}, dict.fromkeys(("PHSM-NET-009", *ATTACHMENT), owner.key)),
        }
        for what, (changes, rests) in hsm_loss.items():
            yield Loss(f"{name} {what}", in_mapping("hsms", owner.key, unless_gap(**changes)), rests)
        for slot in nic_slots(owner):
            nic_key, told = arm_id.key(slot.nic_id), {"PHSM-NET-009": owner.key, "PHSM-HA-002": POOL}
            rests = told | dict.fromkeys(ATTACHMENT, owner.key)
            yield Loss(f"{name} {slot.role} gap", in_mapping("nics", nic_key, lambda _: gap("nic")), rests)
            yield Loss(f"{name} {slot.role} gone", in_mapping("nics", nic_key, lambda _: None), rests)
            yield Loss(
                f"{name} {slot.role} state", in_mapping("nics", nic_key, unless_gap(provisioning_state=None)), told
            )
        peered = dict.fromkeys(PEERED, vnet_key)
        attached = dict.fromkeys(("PHSM-NET-003", "PHSM-NET-004"), vnet_key)
        vnet_rests = attached | peered | {"PHSM-NET-005": vnet_key}
        vnet_rests |= {"PHSM-NET-001": subnet_key}
        yield Loss(f"{name} vnet gap", in_mapping("vnets", vnet_key, lambda _: gap("vnet")), vnet_rests)
        yield Loss(f"{name} vnet gone", in_mapping("vnets", vnet_key, lambda _: None), vnet_rests)
        yield Loss(
            f"{name} subnets",
            in_mapping("vnets", vnet_key, unless_gap(subnets=None)),
            attached | {"PHSM-NET-001": subnet_key},
        )
        yield Loss(f"{name} peerings", in_mapping("vnets", vnet_key, unless_gap(peerings=None)), peered)
        unnamed = unless_gap(peerings=(peering(HUB), peering(None)))
        yield Loss(f"{name} remote", in_mapping("vnets", vnet_key, unnamed), peered)
        nowhere = in_mapping("vnets", vnet_key, unless_gap(location=""))
        # the hub itself stays green where the peerings of this VNet are lost too: then the other VNet decides
        yield Loss(f"{name} region", nowhere, {"PHSM-NET-007": vnet_key})
    on_hub = dict.fromkeys(("PHSM-NET-006", "PHSM-NET-007"), hub_key)
    yield Loss("hub gap", in_mapping("vnets", hub_key, lambda _: gap("vnet")), on_hub)
    yield Loss("hub gone", in_mapping("vnets", hub_key, lambda _: None), on_hub)
    yield Loss("hub region", in_mapping("vnets", hub_key, unless_gap(location="")), {"PHSM-NET-007": hub_key})
    for sub, needed in (
        (SUB_1, {"PHSM-SUB-002": DEDICATED_HSM_FEATURE, "PHSM-SUB-003": FASTPATH_FEATURE}),
        (SUB_2, {"PHSM-SUB-003": FASTPATH_FEATURE}),
    ):
        rests = dict.fromkeys(needed, f"/subscriptions/{sub}")
        yield Loss(f"{sub} features", in_mapping("subscriptions", sub, unless_gap(features={})), rests)
        for check, feature in needed.items():
            take = in_mapping("subscriptions", sub, without_feature(feature))
            yield Loss(f"{sub} {feature}", take, {check: f"/subscriptions/{sub}"})
        refused = replace(gap("subscription"), subject=f"/subscriptions/{sub}", whole_subscription=True)
        everything = {check.id: f"/subscriptions/{sub}" for check in collect()}
        yield Loss(f"{sub} refused", in_mapping("subscriptions", sub, unless_gap(gap=refused, features={})), everything)


LOSSES = {loss.name: loss for loss in losses()}


def judged(state):
    return evaluate(state, Policy(), collect())


def test_the_estate_is_green_before_anything_is_taken():
    run = judged(correct())
    assert exit_code(run) == 0
    assert {finding.check for finding in run.findings if finding.outcome is Outcome.PASS} == {c.id for c in collect()}
    assert {finding.outcome for finding in run.findings} == {Outcome.PASS}


@settings(deadline=None, max_examples=200)
@given(st.sets(st.sampled_from(sorted(LOSSES)), min_size=1, max_size=6))
def test_what_rests_on_an_unread_fact_is_unknown(names):
    state = correct()
    for name in sorted(names):
        state = LOSSES[name].take(state)
    run = judged(state)
    assert not run.failures
    unknown = {finding.check for finding in run.findings if finding.outcome is Outcome.UNKNOWN}
    passed = {(finding.check, finding.subject.key) for finding in run.findings if finding.outcome is Outcome.PASS}
    for name in names:
        for check, subject in LOSSES[name].rests.items():
            assert (check, subject) not in passed, f"{name}: {check} is green"
            assert check in unknown, f"{name}: {check} says nothing"
    assert exit_code(run) == 4


@settings(deadline=None)
@given(st.sampled_from(PAIR), st.sampled_from(["created_at", "last_modified_at"]))
def test_unread_dates_are_unknown_where_they_decide(name, field):
    state = correct()
    owner = state.hsms[key_of(name)]
    if field == "created_at":
        second = arm_id.key(nic_slots(owner)[1].nic_id)
        undated = replace(owner, created_at=None, host=replace(owner.host, nics=owner.host.nics[:1]))
        state = replace(state, nics={**state.nics, second: ABSENT}, hsms={**state.hsms, owner.key: undated})
        expected = {("PHSM-NET-009", owner.key), ("PHSM-HA-002", POOL)}
    else:
        stuck = replace(owner, provisioning_state="Connecting", last_modified_at=None)
        state = replace(state, hsms={**state.hsms, owner.key: stuck}, observed_at=NOW + timedelta(days=1))
        expected = {("PHSM-HSM-001", owner.key)}
    unknown = {(f.check, f.subject.key) for f in judged(state).findings if f.outcome is Outcome.UNKNOWN}
    assert unknown == expected
