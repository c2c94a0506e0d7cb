from __future__ import annotations

from dataclasses import replace

from ops.checks import collect
from ops.model.estate import HSM_TYPE
from ops.model.fact import ABSENT, Gap
from ops.support.conflicts import RULES, SOURCE, subnets_to_exempt
from tests.build import estate, hsm, refused_subscription, subnet, subnet_id, unread_hsm, vnet, vnet_id

PAIR = (hsm("a"), hsm("b", stamp="stamp2"))


def ids(*things, **more):
    return [subject.id for subject in subnets_to_exempt(estate(*things, **more)).subnets]


def test_every_rule_speaks_about_a_check_of_ours_and_has_a_way_out_unless_it_agrees():
    sources = {check.id: check.source for check in collect()}
    for rule in RULES:
        assert sources[rule.check] == SOURCE
        assert bool(rule.format or rule.instead) is not rule.agrees, rule.id


def test_subnets_with_an_hsm_and_delegated_ones_beside_them_are_exempted_and_no_others():
    empty, plain = subnet("next"), subnet("clients", delegations=())
    held = subnet(delegations=())  # an HSM is in it, though its delegation is gone
    assert ids(*PAIR, vnet(subnets=(held, empty, plain))) == [subnet_id(), subnet_id("next")]


def test_a_subnet_that_has_a_group_is_exempted_all_the_same():
    assert ids(*PAIR, vnet(subnets=(subnet(network_security_group="/nsg", delegations=(HSM_TYPE.lower(),)),))) == [
        subnet_id()
    ]


def test_host_and_management_in_two_vnets_are_both_exempted_once_each():
    far = subnet_id("mgmt", "vnet-mgmt")
    split = replace(hsm("a"), management=replace(hsm("a").management, subnet_id=far))
    found = ids(split, hsm("b"), vnet(), vnet("vnet-mgmt", subnets=(subnet("mgmt", vnet="vnet-mgmt"),)))
    assert sorted(found) == [subnet_id(), far]


def test_what_could_not_be_read_is_told_and_hides_no_other_subnet():
    gap = Gap(subject=vnet_id("far"), what="virtual network", reason="403 AuthorizationFailed")
    state = estate(
        *PAIR,
        hsm("c", subnet=subnet_id(vnet="far")),
        unread_hsm("d"),
        refused_subscription(),
        overrides={vnet_id("far"): gap},
    )
    found = subnets_to_exempt(state)
    assert [subject.id for subject in found.subnets] == [subnet_id()]
    assert sorted(verdict.subject.name for verdict in found.unread) == ["d", "far", "payments-dr"]
    assert all("403 AuthorizationFailed" in verdict.evidence for verdict in found.unread)


def test_a_vnet_that_does_not_exist_has_nothing_to_exempt_and_is_no_gap():
    found = subnets_to_exempt(estate(*PAIR, overrides={vnet_id(): ABSENT}))
    assert (found.subnets, found.unread) == ((), ())
