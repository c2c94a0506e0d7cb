"""The whole text is the test: a person reads all of it."""

import re
from datetime import date

import pytest

from ops.checks import collect
from ops.model.fact import Gap
from ops.model.mute import Mute
from ops.model.policy import HsmFacts, Policy, PoolRule
from ops.reports import run_text
from ops.run import evaluate
from tests.build import estate, hsm, peering, refused_subscription, subnet, subnet_id, vnet, vnet_id
from tests.clusters import cluster, estate_of

NSG = "/subscriptions/x/resourceGroups/r/providers/Microsoft.Network/networkSecurityGroups/nsg-default"
HUB_GAP = Gap(subject=vnet_id("hub"), what="virtual network", reason="403 AuthorizationFailed")
MESS = estate(
    hsm("payshield-1"),
    hsm("payshield-2", stamp="stamp2", provisioning_state="Failed", status_message="Creation\n\x1b[2Jfailed."),
    vnet(subnets=(subnet(network_security_group=NSG),), peerings=(peering(vnet_id("hub")),)),
    overrides={vnet_id("hub"): HUB_GAP},
)
CHECKS = (
    *("PHSM-HA-001", "PHSM-HA-002", "PHSM-HSM-001", "PHSM-NET-001", "PHSM-NET-003", "PHSM-NET-006", "PHSM-NET-007"),
    "PHSM-SUB-003",
)
FIX = f"az network vnet subnet update --ids {subnet_id()} --remove networkSecurityGroup"


def text(state, width, colour=False, mutes=()):
    checks = [check for check in collect() if check.id in CHECKS]
    return run_text.render(evaluate(state, Policy(mutes=mutes), checks), width, colour)


def mute(check, subject, reason, expires, since=None):
    return Mute(check=check, subject=subject, reason=reason, owner="net-team", expires=expires, since=since)


def test_a_mess_on_a_terminal_of_80_columns():
    assert (
        text(MESS, 80)
        == f"""\
Payment HSM check   23 Nov 2026 22:14 UTC   1 subscription, 2 HSMs
  sandbox: test

payments-prod   production
  eastus   stamp1 ● payshield-1   stamp2 ✖ payshield-2 Failed
  survives losing a stamp: not in eastus   a region: no   Severity A: available

3 fail   2 unknown   4 pass

Microsoft has to act (2)
  high    PHSM-HA-002  payments-prod/eastus
          no working HSM in stamp2: payshield-2: provisioningState Failed
  high    PHSM-HSM-001  payshield-2
          provisioningState Failed, status message "Creation [2Jfailed."
          → a ticket is drafted: phsm tickets plan

You have to act (1)
  high    PHSM-NET-003  vnet-hsm/hsmsubnet
          network security group nsg-default is attached; payment HSM subnets
          support none
          → {FIX}

Not known (2)
  PHSM-NET-006 and 1 other check  hub
          virtual network could not be read: 403 AuthorizationFailed
          → give this identity the Reader role on payments-prod: phsm doctor

Explain a check: phsm checks explain PHSM-HA-002
"""
    )


def test_a_pipe_gets_no_symbols_no_wrapping_and_no_terminal_codes():
    piped = text(MESS, None)
    assert not set("●✖→\x1b") & set(piped)
    assert "network security group nsg-default is attached; payment HSM subnets support none\n" in piped
    assert "stamp2 payshield-2 Failed" in piped


def test_colour_adds_codes_and_changes_no_word():
    assert "\x1b[" in text(MESS, 80, colour=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", text(MESS, 80, colour=True)) == text(MESS, 80)


def test_a_fix_is_never_broken_into_lines():
    assert f"{FIX}\n" in text(MESS, 40)


@pytest.mark.parametrize("width", [None, 40, 80])
def test_a_command_behind_words_has_a_line_of_its_own(width):
    asleep = cluster(activation_state="NotActivated")
    run = evaluate(estate_of(asleep), Policy(), [check for check in collect() if check.id == "PHSM-V2-002"])
    shown = [line.strip() for line in run_text.render(run, width, False).splitlines()]
    command = shown.index(
        f"az resource show --ids {asleep.id} --api-version 2025-12-01-preview --query properties.activationState"
    )
    words = "next: activate it over its management endpoint, then look again:"
    assert shown[command - 1] == {None: words, 40: "again:", 80: words.replace("next:", "→")}[width]


def test_advice_is_not_cut_in_the_middle():
    policy = Policy(hsms={"a": HsmFacts(firmware="1.3a")})
    run = evaluate(estate(hsm("a")), policy, [check for check in collect() if check.id == "PHSM-HSM-006"])
    shown = run_text.render(run, None, False)
    assert "SV shows them and SD deletes them" in shown
    assert f"          {run.failures[0].evidence}\n" in shown


def test_verbose_names_every_check_that_is_not_answered():
    refused = estate(hsm("a"), hsm("b", stamp="stamp2"), refused_subscription())
    run = evaluate(refused, Policy(), [check for check in collect() if check.id in CHECKS])
    assert f"          {', '.join(CHECKS)}\n" in run_text.render(run, None, False, verbose=True)
    assert "PHSM-HA-002" not in run_text.render(run, None, False)


def test_a_fleet_shows_some_notes_and_counts_the_rest():
    policy = Policy(hsms={f"h{n:02}": HsmFacts(firmware="2.1a", attested=date(2026, 9, n)) for n in range(1, 26)})
    state = estate(*(hsm(name) for name in policy.hsms))
    run = evaluate(state, policy, [check for check in collect() if check.id == "PHSM-HSM-006"])
    shown = run_text.render(run, None, False)
    assert "Notes (25)\n  PHSM-HSM-006  h01\n" in shown
    assert "  PHSM-HSM-006  h20\n" in shown
    assert "  and 5 more notes: phsm check --format json\n" in shown
    assert "h21" not in shown.partition("Notes")[2]


def test_a_refused_subscription_is_told_once_for_all_checks():
    shown = text(estate(hsm("a"), hsm("b", stamp="stamp2"), refused_subscription()), None)
    assert f"Not known ({len(CHECKS)})\n" in shown
    assert f"PHSM-HA-001 and {len(CHECKS) - 1} other checks  payments-dr\n" in shown
    assert shown.count("403 AuthorizationFailed") == 1


def test_an_empty_estate_says_that_nothing_is_known():
    assert "no payment HSM was found in this scope: nothing is known to hold\n" in text(estate(), None)


def test_a_fleet_shows_the_pools_with_a_problem_first_and_counts_the_rest():
    fine = [
        hsm(f"f{n:02}{stamp}", location=f"region{n:02}", stamp=f"stamp{stamp}") for n in range(25) for stamp in (1, 2)
    ]
    rules = tuple(PoolRule(name=f"pool{n:02}", regions=(f"region{n:02}",)) for n in range(25))
    state = estate(*fine, hsm("lonely", location="zz"))
    shown = run_text.render(evaluate(state, Policy(pools=rules), collect()), None, False)
    assert shown.index("zz   stamp1 lonely") < shown.index("pool00   production")
    assert "and 6 more pools, 0 of them with a problem: phsm inventory\n" in shown


def test_muted_and_lapsed_failures_and_mutes_for_nothing_on_a_terminal_of_80_columns():
    mutes = (
        mute("PHSM-NET-003", "vnet-hsm/*", "the group is empty, and goes with the move", date(2026, 10, 31)),
        mute("PHSM-HSM-001", "payshield-2", "planned work", date(2026, 12, 1), since=date(2026, 11, 1)),
        mute("PHSM-HA-001", "*", "one HSM only", date(2027, 1, 1)),
        mute("PHSM-NET-001", "*/old*", "goes", date(2026, 1, 1)),
        mute("PHSM-NET-006", "*", "may hide behind what is not known", date(2026, 1, 1)),
    )
    shown = text(MESS, 80, mutes=mutes)
    assert (
        shown.partition("Severity A: available\n\n")[2]
        == f"""\
2 fail   2 unknown   4 pass   1 muted

Microsoft has to act (1)
  high    PHSM-HA-002  payments-prod/eastus
          no working HSM in stamp2: payshield-2: provisioningState Failed

You have to act (1)
  high    PHSM-NET-003  vnet-hsm/hsmsubnet
          network security group nsg-default is attached; payment HSM subnets
          support none
          muted until 2026-10-31 by net-team: the group is empty, and goes with
          the move; the mute has expired
          → {FIX}

Muted (1)
  high    PHSM-HSM-001  payshield-2
          provisioningState Failed, status message "Creation [2Jfailed."
          muted since 2026-11-01 until 2026-12-01 by net-team: planned work

Not known (2)
  PHSM-NET-006 and 1 other check  hub
          virtual network could not be read: 403 AuthorizationFailed
          → give this identity the Reader role on payments-prod: phsm doctor

Notes (1)
  PHSM-HSM-001  payshield-2
          muted by net-team, which ends on 2026-12-01, in 8 days

Mutes that match no failure (2)
  PHSM-HA-001  *  by net-team, until 2027-01-01
  PHSM-NET-001  */old*  by net-team, expired on 2026-01-01
          → delete them from the configuration, under mutes:

Explain a check: phsm checks explain PHSM-HA-002
"""
    )


def test_a_mute_is_the_operators_text_and_still_made_harmless():
    said = "\x1b[2J::error::x\u202e" + "y" * 900
    mutes = tuple(
        Mute(check=check, subject=f"*{part}", reason=said, owner=said, expires=expires)
        for check, part, expires in (
            ("PHSM-NET-003", "", date(2026, 1, 1)),
            ("PHSM-HSM-001", "", date(2027, 1, 1)),
            ("PHSM-HA-001", said, date(2027, 1, 1)),
        )
    )
    shown = text(MESS, None, mutes=mutes)
    assert not {"\x1b", "\u202e"} & set(shown)
    assert not any(line.lstrip().startswith("::") for line in shown.splitlines())
    assert "; the mute has expired\n" in shown


def test_the_glance_claims_nothing_that_an_hsm_without_a_told_region_decides():
    lost = hsm("lost", location="")
    beside = text(estate(lost, hsm("b", stamp="stamp2")), 80)
    assert (
        """
payments-prod   production
  eastus            stamp2 ● b
  region not told   stamp1 ● lost
  survives losing a stamp: not known   a region: not known
  Severity A: not known
"""
        in beside
    )
    only_lost = text(estate(lost, hsm("lost-2", location="", stamp="stamp2")), 80)
    assert "survives losing a stamp: not known   a region: not known" in only_lost
    apart = text(estate(lost, hsm("b"), hsm("c", stamp="stamp2"), hsm("d", location="westus")), 80)
    assert "survives losing a stamp: not known   a region: yes" in apart
