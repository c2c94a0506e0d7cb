from ops.model.fact import Gap
from ops.model.hsm_facts import facts_by_hsm
from ops.model.policy import HsmFacts, Policy
from tests.build import SUB_2, estate, hsm

ONE, TWO = HsmFacts(firmware="2.2b"), HsmFacts(firmware="1.9a")


def facts(entries, *hsms):
    return facts_by_hsm(estate(*hsms), Policy(hsms=entries))


def test_an_entry_is_found_by_name_and_by_id_in_any_case():
    loud = hsm("PayShield-1")
    assert facts({" payshield-1 ": ONE}, loud) == {loud.key: ONE}
    assert facts({f" {loud.id.upper()}/ ": ONE}, loud) == {loud.key: ONE}


def test_the_id_wins_over_the_name():
    one = hsm("a")
    assert facts({one.id: ONE, "a": TWO}, one) == facts({"a": TWO, one.id: ONE}, one) == {one.key: ONE}


def test_a_name_of_several_hsms_means_none_of_them():
    here, there = hsm("a"), hsm("A", subscription=SUB_2)
    found = facts({"a": ONE}, here, there, hsm("b"))
    assert set(found) == {here.key, there.key}
    assert all(isinstance(fact, Gap) for fact in found.values())
    assert found[there.key].reason == "2 HSMs are called A: state the id of each instead"


def test_a_name_means_the_one_hsm_that_has_no_entry_by_id():
    here, there = hsm("a"), hsm("a", subscription=SUB_2)
    assert facts({"a": ONE, there.id: TWO}, here, there) == {here.key: ONE, there.key: TWO}


def test_an_entry_that_matches_no_hsm_is_left_out():
    assert facts({"gone": ONE, hsm("gone").id: TWO}, hsm("a")) == {}
    assert facts({}, hsm("a")) == {}
