"""A plan as a document: exactly what was decided comes back, or nothing does."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from ops.codec.plan import plan_from, plan_text, too_old
from ops.codec.sealed import digest
from ops.errors import UsageProblem
from ops.model.fact import Gap
from ops.model.policy import Policy, SupportPolicy
from ops.model.ticket import HeldBack, Plan
from tests.build import NOW
from tests.service.remembering import MESS, Office, ticket_of

TOOL = "payment-hsm-ops 0.0.0"


def whole() -> Plan:
    """A plan in which everything that a plan can hold is there."""
    office = Office()
    _, first = office.plan()
    office.desk.held.append(ticket_of(first.to_open[0], severity="Minimal"))
    _, second = office.plan()
    assert second.existing
    assert second.updates
    return replace(
        second,
        to_open=first.to_open,
        held_back=(HeldBack(draft=first.to_open[0], reason="because ##[error] of \ud800\u202e", for_portal=True),),
        gaps=(Gap(subject="/subscriptions/1", what="support tickets", reason="403 AuthorizationFailed"),),
        warnings=("the plan may not do",),
    )


PLAN = whole()
TEXT = plan_text(PLAN, TOOL)


def test_what_was_decided_comes_back_equal():
    plain = replace(PLAN, held_back=(replace(PLAN.held_back[0], reason="because"),))
    assert plan_from(plan_text(plain, TOOL), "plan.json") == plain


def test_the_same_plan_gives_the_same_text():
    assert plan_text(whole(), TOOL) == TEXT


def test_the_text_is_plain_and_half_a_sign_becomes_a_question_mark():
    assert TEXT.isascii()
    assert "##" not in TEXT
    assert plan_from(TEXT, "plan.json").held_back[0].reason == "because ##[error] of ?\u202e"


def test_it_begins_with_what_it_is():
    document = json.loads(TEXT)
    assert list(document)[:3] == ["schema", "tool", "digest"]
    assert (document["schema"], document["tool"]) == ("phsm.plan/1", TOOL)
    assert document["source"] == {"kind": "sandbox", "name": MESS.source.name, "original": None}


def test_other_spaces_are_the_same_plan():
    assert plan_from(json.dumps(json.loads(TEXT)), "plan.json") == plan_from(TEXT, "plan.json")


def leaves(value, path=()):
    """The path of every value in a document that has none inside it."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        yield from leaves(one, (*path, key))
    if not inside or not value:
        yield path


def test_every_value_in_it_is_sealed():
    document = json.loads(TEXT)
    paths = [path for path in leaves(document) if path != ("schema",)]
    assert len(paths) > 100
    for *way, last in paths:
        holder = document
        for step in way:
            holder = holder[step]
        before, holder[last] = holder[last], "changed"
        with pytest.raises(UsageProblem, match="is damaged: its content does not match its digest"):
            plan_from(json.dumps(document), "plan.json")
        holder[last] = before


def resealed(change):
    """The document with a change that somebody sealed anew."""
    document = json.loads(TEXT)
    change(document)
    del document["digest"]
    return json.dumps(document | {"digest": digest(document)})


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda plan: plan.pop("to_open"), "plan.json does not hold what phsm.plan/1 says, at to_open"),
        (lambda plan: plan.update(contact="ada"), "at contact: is not known here"),
        (lambda plan: plan["to_open"][0].update(severity="extreme"), r"at to_open\.0\.severity"),
        (lambda plan: plan["source"].update(kind="wish"), r"at source\.kind"),
        (lambda plan: plan.update(made_at=12), "at made_at"),
        (lambda plan: plan.update(schema="phsm.plan/2"), "was made by a newer phsm"),
        (lambda plan: plan.update(schema="phsm.plan/0"), "there was never a schema phsm.plan/0"),
        (lambda plan: plan.update(schema="phsm.estate/1"), "is no plan: its schema is phsm.estate/1"),
    ],
)
def test_a_document_of_another_shape_is_refused_with_the_place(change, why):
    with pytest.raises(UsageProblem, match=why) as caught:
        plan_from(resealed(change), "plan.json")
    assert caught.value.tip


@pytest.mark.parametrize("text", ["", " \n", "{", "[]", "null", '"plan"', "9" * 5000, "[" * 20_000, '{"schema": 1}'])
def test_what_is_no_document_is_refused(text):
    with pytest.raises(UsageProblem, match=r"plan\.json is (empty|damaged|no plan)"):
        plan_from(text, "plan.json")


def test_one_minute_is_a_minute():
    policy = Policy(support=SupportPolicy(plan_valid_minutes=1))
    assert too_old(replace(PLAN, made_at=NOW), NOW + timedelta(seconds=61), policy) == (
        "it was made 1 minute ago and holds for 1"
    )


@pytest.mark.parametrize(
    ("age", "why"),
    [
        (timedelta(0), ""),
        (timedelta(minutes=90), ""),
        (timedelta(minutes=90, seconds=1), "it was made 90 minutes ago and holds for 90"),
        (timedelta(days=2), "it was made 2880 minutes ago and holds for 90"),
        (timedelta(seconds=-1), "it was made at 2026-11-23 22:14 UTC, which is not yet"),
    ],
)
def test_a_plan_holds_as_long_as_it_is_configured(age, why):
    policy = Policy(support=SupportPolicy(plan_valid_minutes=90))
    assert too_old(replace(PLAN, made_at=NOW), NOW + age, policy) == why
