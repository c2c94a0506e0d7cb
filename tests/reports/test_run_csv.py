from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.checks import collect
from ops.cli.check import FORMATS
from ops.model.estate import Estate
from ops.model.mute import Mute
from ops.model.policy import HsmFacts, Policy
from ops.reports import run_csv
from ops.run import evaluate
from tests.build import estate, hsm, refused_subscription, subnet, vnet

CHECKS = ("PHSM-HA-001", "PHSM-HSM-001", "PHSM-NET-003")
HSM = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-hsm/providers"
SUBNET = f"{HSM}/Microsoft.Network/virtualNetworks/vnet-hsm/subnets/hsmsubnet"
HSM += "/Microsoft.HardwareSecurityModules/dedicatedHSMs"
NSG = "/subscriptions/x/resourceGroups/r/providers/Microsoft.Network/networkSecurityGroups/nsg-default"
PAGES = "https://learn.microsoft.com/azure/payment-hsm"


def text(state: Estate, policy: Policy = Policy()) -> str:  # noqa: B008
    return run_csv.render(evaluate(state, policy, [check for check in collect() if check.id in CHECKS]))


def rows(document: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(document, newline=""), strict=True))


def test_a_mess() -> None:
    mess = estate(
        hsm("payshield-1", status_message=None),
        hsm("payshield-2", provisioning_state="Failed", status_message='Creation\n"failed"'),
        vnet(subnets=(subnet(network_security_group=NSG),)),
    )
    assert text(mess) == (
        "check,title,subject_name,subject_id,outcome,severity,party,evidence,fix,source,"
        "mute,mute_owner,mute_since,mute_expires,mute_reason,ticket,note\r\n"
        "PHSM-HA-001,Each production pool has HSMs in two placements,payments-prod/eastus,,fail,high,customer,"
        "all 2 HSMs are in stamp1,create an HSM in the other stamp or zone of this region (az dedicated-hsm create),"
        f"{PAGES}/deployment-scenarios,,,,,,,\r\n"
        f"PHSM-HSM-001,The HSM is provisioned,payshield-1,{HSM}/payshield-1,pass,high,microsoft,"
        f"provisioningState Succeeded,,{PAGES}/support-guide,,,,,,,\r\n"
        f"PHSM-HSM-001,The HSM is provisioned,payshield-2,{HSM}/payshield-2,fail,high,microsoft,"
        f'"provisioningState Failed, status message ""Creation ""failed""""",,{PAGES}/support-guide,,,,,,yes,\r\n'
        "PHSM-NET-003,No network security group is on a subnet that is delegated to dedicatedHSMs or holds an HSM NIC,"
        f"vnet-hsm/hsmsubnet,{SUBNET},fail,high,customer,"
        "network security group nsg-default is attached; payment HSM subnets support none,"
        f"az network vnet subnet update --ids {SUBNET} --remove networkSecurityGroup,{PAGES}/solution-design,,,,,,,\r\n"
    )


def test_a_mute_has_its_columns_whether_it_holds_or_has_expired() -> None:
    mutes = (
        Mute(
            check="PHSM-HA-001",
            subject="*",
            reason="=one is enough",
            owner="ops",
            expires=date(2027, 1, 1),
            since=date(2026, 1, 1),
        ),
        Mute(check="PHSM-HSM-001", subject="a", reason="planned work", owner="@ops", expires=date(2026, 1, 1)),
    )
    state = estate(hsm("a", provisioning_state="Failed"))
    cells = {row[0]: row[4:6] + row[10:15] for row in rows(text(state, Policy(mutes=mutes)))[1:]}
    assert cells == {
        "PHSM-HA-001": ["fail", "high", "holds", "ops", "2026-01-01", "2027-01-01", "'=one is enough"],
        "PHSM-HSM-001": ["fail", "high", "expired", "'@ops", "", "2026-01-01", "planned work"],
        "PHSM-NET-003": ["pass", "high", "", "", "", "", ""],
    }


def test_a_pass_that_people_are_told_of_is_a_note() -> None:
    policy = Policy(hsms={"a": HsmFacts(firmware="2.1a"), "b": HsmFacts(firmware="2.2b")})
    document = run_csv.render(evaluate(estate(hsm("a"), hsm("b")), policy, collect()))
    assert [row[2:5:2] + row[15:] for row in rows(document) if row[0] == "PHSM-HSM-006"] == [
        ["a", "pass", "", "yes"],
        ["b", "pass", "", ""],
    ]


def test_all_four_outcomes_have_rows_and_every_finding_one() -> None:
    state = estate(hsm("a"), hsm("b", stamp="stamp2", provisioning_state="Connecting"), refused_subscription())
    document = rows(text(state))
    run = evaluate(state, Policy(), [check for check in collect() if check.id in CHECKS])
    assert len(document) == 1 + len(run.findings)
    assert {"pass", "unknown"} <= {row[4] for row in document}


def test_an_estate_without_anything_to_find_has_its_head_and_what_is_not_applicable() -> None:
    assert [row[0] for row in rows(text(estate()))] == ["check", *CHECKS]


def test_check_offers_it_as_csv() -> None:
    run = evaluate(estate(hsm("a")), Policy(), collect())
    assert FORMATS["csv"](run, None, False, False) == run_csv.render(run)


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\t=1", "'=1"),
        ("\r=1", "'=1"),
        ('"=1', "'\"=1"),
        ("＝1", "'＝1"),
        ("x;=1", "x;'=1"),
        ("x; =1", "x;' =1"),
        ("payshield-1", "payshield-1"),
        ("a=b", "a=b"),
        ("x; y", "x; y"),
    ],
)
def test_a_cell_that_a_spreadsheet_would_run_is_made_text(name: str, cell: str) -> None:
    document = rows(text(estate(hsm(name), hsm("b", stamp="stamp2"))))
    assert cell in [row[2] for row in document if row[0] == "PHSM-HSM-001"]


@settings(deadline=None)  # a busy machine is no failure
@given(st.text(st.characters()))
def test_whatever_comes_the_columns_stay(name: str) -> None:
    document = text(estate(hsm("a", sku=name, status_message=name, provisioning_state="Failed")))
    assert {len(row) for row in rows(document)} == {len(run_csv.COLUMNS)}
    assert document.count("\n") == document.count("\r\n") == len(rows(document))
    assert document.encode("utf-8")
