from ops.checks.net_013_no_private_endpoints import no_private_endpoints
from ops.model.fact import ABSENT, Gap
from ops.model.finding import Party, Severity
from tests.build import estate, group, hsm, subnet, unread_hsm, vnet, vnet_id
from tests.checks.judging import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, only, outcomes


def endpoint(name):
    return f"{group()}/providers/Microsoft.Network/privateEndpoints/{name}"


def holding(*names, **changes):
    return subnet("endpoints", delegations=(), private_endpoints=tuple(endpoint(name) for name in names), **changes)


def test_vnet_without_private_endpoints_passes():
    verdict = only(no_private_endpoints, estate(hsm(), vnet(subnets=(subnet(), holding()))))
    assert (verdict.outcome, verdict.evidence) == (PASS, "no private endpoint is in the virtual network")
    assert verdict.subject.hsms == (hsm().key,)


def test_private_endpoint_in_another_subnet_of_the_vnet_is_named():
    verdict = only(no_private_endpoints, estate(hsm(), vnet(subnets=(subnet(), holding("pe-logs")))))
    assert (verdict.outcome, verdict.evidence) == (
        FAIL,
        "1 private endpoint is in the virtual network, out of reach of its HSMs: pe-logs",
    )
    assert "peered virtual network" in verdict.fix
    assert verdict.subject.hsms == (hsm().key,)
    assert (no_private_endpoints.severity, no_private_endpoints.party) == (Severity.LOW, Party.CUSTOMER)
    assert not no_private_endpoints.ticket


def test_many_are_counted_once_each_and_a_few_are_named():
    many = holding("a", "A", "b", "c", "d", "e")
    verdict = only(
        no_private_endpoints, estate(hsm(), vnet(subnets=(many, subnet(private_endpoints=(endpoint("a"),)))))
    )
    assert verdict.evidence.startswith("5 private endpoints are in the virtual network")
    assert verdict.evidence.endswith(", b, c and 2 more")


def test_names_are_shown_on_one_line():
    verdict = only(no_private_endpoints, estate(hsm(), vnet(subnets=(holding("pe\n::error::x"),))))
    assert "\n" not in verdict.evidence


def test_a_named_endpoint_wins_over_a_subnet_that_was_not_read():
    blind = subnet(private_endpoints=None)
    assert only(no_private_endpoints, estate(hsm(), vnet(subnets=(blind, holding("pe-logs"))))).outcome is FAIL
    verdict = only(no_private_endpoints, estate(hsm(), vnet(subnets=(blind, holding()))))
    assert (verdict.outcome, verdict.evidence) == (
        UNKNOWN,
        "the private endpoints were not read of subnet hsmsubnet",
    )


def test_unread_subnets_vnets_and_hsms_are_unknown():
    assert only(no_private_endpoints, estate(hsm(), vnet(subnets=None))).evidence == "its subnets were not read"
    gap = Gap(subject=vnet_id(), what="virtual network", reason="429 TooManyRequests")
    assert only(no_private_endpoints, estate(hsm(), overrides={vnet_id(): gap})).outcome is UNKNOWN
    assert outcomes(no_private_endpoints, estate(unread_hsm()))["hsm1"] is UNKNOWN


def test_deleted_vnet_is_not_applicable_and_endpoints_of_other_vnets_do_not_count():
    assert only(no_private_endpoints, estate(hsm(), overrides={vnet_id(): ABSENT})).outcome is NOT_APPLICABLE
    other = vnet("hub", subnets=(holding("pe-logs", vnet="hub"),))
    assert outcomes(no_private_endpoints, estate(hsm(), other)) == {"vnet-hsm": PASS}
