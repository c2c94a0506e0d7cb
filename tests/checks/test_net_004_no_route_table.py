from ops.checks.net_004_no_route_table import no_route_table
from ops.model.fact import ABSENT, Gap
from tests.build import estate, group, hsm, subnet, subnet_id, unread_hsm, vnet, vnet_id
from tests.checks.judging import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, only, outcomes

ROUTES = f"{group()}/providers/Microsoft.Network/routeTables/rt-to-firewall"


def test_subnet_without_a_table_passes():
    verdict = only(no_route_table, estate(hsm()))
    assert (verdict.outcome, verdict.evidence) == (PASS, "no route table is attached")
    assert verdict.subject.hsms == (hsm().key,)


def test_attached_table_fails_by_name_with_a_command():
    verdict = only(no_route_table, estate(hsm(), vnet(subnets=(subnet(route_table=ROUTES),))))
    assert (verdict.outcome, verdict.evidence) == (
        FAIL,
        "route table rt-to-firewall is attached; payment HSM subnets support none",
    )
    assert verdict.fix == (
        "once every firewall on the way to it replaces the source address (SNAT): "
        f"az network vnet subnet update --ids {subnet_id()} --remove routeTable"
    )


def test_only_subnets_of_hsms_count():
    vnets = vnet(
        subnets=(
            subnet(),
            subnet("spare", route_table=ROUTES),  # delegated, the next HSM goes here
            subnet("vms", delegations=(), route_table=ROUTES),
        )
    )
    assert outcomes(no_route_table, estate(hsm(), vnets)) == {
        "vnet-hsm/hsmsubnet": PASS,
        "vnet-hsm/spare": FAIL,
    }


def test_subnet_that_holds_a_nic_counts_without_a_delegation_and_in_any_case():
    bare = vnet(subnets=(subnet(id=subnet_id().upper(), delegations=(), route_table=ROUTES),))
    verdict = only(no_route_table, estate(hsm(), bare))
    assert (verdict.outcome, verdict.subject.hsms) == (FAIL, (hsm().key,))


def test_failure_on_a_spare_subnet_concerns_the_hsms_of_its_vnet():
    spare = vnet(subnets=(subnet(), subnet("spare", route_table=ROUTES)))
    verdicts = list(no_route_table.examine(estate(hsm(), spare), None))
    assert [verdict.subject.hsms for verdict in verdicts] == [(hsm().key,), (hsm().key,)]


def test_unread_vnet_subnets_and_hsm_are_unknown():
    gap = Gap(subject=vnet_id(), what="virtual network", reason="403 AuthorizationFailed")
    verdict = only(no_route_table, estate(hsm(), overrides={vnet_id(): gap}))
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        "virtual network could not be read: 403 AuthorizationFailed",
    )
    assert only(no_route_table, estate(hsm(), vnet(subnets=None))).outcome is UNKNOWN
    assert outcomes(no_route_table, estate(unread_hsm()))["hsm1"] is UNKNOWN


def test_vnet_that_does_not_exist_is_another_checks_failure():
    verdict = only(no_route_table, estate(hsm(), overrides={vnet_id(): ABSENT}))
    assert (verdict.outcome, "PHSM-NET-001" in verdict.evidence) == (NOT_APPLICABLE, True)


def test_security_group_is_another_checks_failure():
    groups = vnet(subnets=(subnet(network_security_group=f"{vnet_id()}-nsg"),))
    assert only(no_route_table, estate(hsm(), groups)).outcome is PASS


def test_table_without_an_id_still_counts():
    verdict = only(no_route_table, estate(hsm(), vnet(subnets=(subnet(route_table="(without an id)"),))))
    assert (verdict.outcome, "(without an id)" in verdict.evidence) == (FAIL, True)


def test_page_says_where_route_tables_belong():
    assert no_route_table.page.index("set up SNAT there first") < no_route_table.page.index("--remove routeTable")
    assert "on the subnets of the clients" in no_route_table.page
