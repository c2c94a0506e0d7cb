"""The whole text is the test; then what GitHub would make of text that Azure can hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ops.checks import collect
from ops.cli.check import FORMATS
from ops.model.estate import FASTPATH_FEATURE, Estate
from ops.model.fact import Gap
from ops.model.mute import Mute
from ops.model.policy import HsmFacts, Policy
from ops.model.untrusted import one_line
from ops.reports import run_markdown
from ops.run import evaluate
from tests.build import (
    SUB_2,
    estate,
    hsm,
    peering,
    refused_subscription,
    subnet,
    subnet_id,
    subscription,
    vnet,
    vnet_id,
)
from tests.clusters import cluster
from tests.github import cells, markdown_problems

CHECKS = ("PHSM-HA-001", "PHSM-HA-002", "PHSM-HSM-001", "PHSM-NET-003", "PHSM-NET-005", "PHSM-NET-006", "PHSM-SUB-003")
PAGES = "https://learn.microsoft.com/azure/payment-hsm"
NSG = "/subscriptions/x/resourceGroups/r/providers/Microsoft.Network/networkSecurityGroups/nsg-default"
PAIR = (hsm("payshield-1"), hsm("payshield-2", stamp="stamp2"))


def markdown(state: Estate, *mutes: Mute) -> str:
    policy = Policy(mutes=mutes)
    return run_markdown.render(evaluate(state, policy, [check for check in collect() if check.id in CHECKS]))


def test_a_mess() -> None:
    hub, spoke = vnet_id("hub"), vnet_id("spoke", SUB_2)
    mess = estate(
        hsm("payshield-1"),
        hsm(
            "payshield-2", stamp="stamp2", provisioning_state="Failed", status_message="Creation\n\x1b[2Jfailed | @ops"
        ),
        hsm("payshield-3", location="westus", subscription=SUB_2, subnet=subnet_id()),
        vnet(subnets=(subnet(network_security_group=NSG),), peerings=(peering(hub), peering(spoke, "to-spoke"))),
        vnet("spoke", subscription=SUB_2, tags={"fastpathenabled": "`yes`"}),
        subscription(SUB_2, "dr_*eu*", features={FASTPATH_FEATURE: "Pending"}),
        overrides={hub: Gap(subject=hub, what="virtual network", reason="403 AuthorizationFailed")},
    )
    mess = replace(mess, notes=("Resource Graph could not be used (429 <b>); ARM lists were read instead",))
    assert (
        markdown(mess)
        == f"""\
# Payment HSM check

**6 fail**, 1 unknown, 5 pass, 1 not applicable. 23 Nov 2026 22:14 UTC, 2 subscriptions, 3 HSMs, sandbox: test

Note: `Resource Graph could not be used (429 <b>); ARM lists were read instead`

## Pools (2)

| pool | role | HSMs | survives losing a stamp |
| --- | --- | --- | --- |
| `dr_*eu*/westus` | production | stamp1 payshield-3 | no |
| payments-prod/eastus | production | stamp1 payshield-1, stamp2 payshield-2 Failed | no |

## Microsoft has to act (3)

| severity | check | subject | evidence | next |
| --- | --- | --- | --- | --- |
| high | [PHSM-HA-002]({PAGES}/deployment-scenarios) | payments-prod/eastus | no working HSM in stamp2: \
payshield-2: provisioningState Failed |  |
| high | [PHSM-HSM-001]({PAGES}/support-guide) | payshield-2 | `provisioningState Failed, status message \
"Creation [2Jfailed \\| @ops"` | a ticket is drafted: `phsm tickets plan` |
| high | [PHSM-SUB-003]({PAGES}/register-payment-hsm-resource-providers) | `dr_*eu*` | feature \
Microsoft.Network/FastPathEnabled is Pending: Microsoft has to approve it | a ticket is drafted: `phsm tickets plan` |

## You have to act (3)

| severity | check | subject | evidence | next |
| --- | --- | --- | --- | --- |
| high | [PHSM-HA-001]({PAGES}/deployment-scenarios) | `dr_*eu*/westus` | the only HSM is in stamp1 | create an HSM \
in the other stamp or zone of this region (az dedicated-hsm create) |
| high | [PHSM-NET-003]({PAGES}/solution-design) | vnet-hsm/hsmsubnet | network security group nsg-default is attached; \
payment HSM subnets support none | `az network vnet subnet update --ids {subnet_id()} --remove networkSecurityGroup` |
| high | [PHSM-NET-006]({PAGES}/fastpathenabled) | spoke | ``tag fastpathenabled is "`yes`" instead of True`` | `az tag \
update --resource-id {spoke} --operation Merge --tags fastpathenabled=True` |

## Not known (1)

| what | subject | why | next |
| --- | --- | --- | --- |
| PHSM-NET-006 | hub | virtual network could not be read: 403 AuthorizationFailed | give this identity the Reader role \
on payments-prod: `phsm doctor` |

## Support for production (2)

| pool | Severity A | because |
| --- | --- | --- |
| `dr_*eu*/westus` | not available | PHSM-HA-001: the only HSM is in stamp1 |
| payments-prod/eastus | available | PHSM-HA-001: HSMs in stamp1 and stamp2 |
"""
    )


def test_a_green_estate() -> None:
    assert (
        markdown(estate(*PAIR))
        == """\
# Payment HSM check

**0 fail**, 7 pass, 1 not applicable. 23 Nov 2026 22:14 UTC, 1 subscription, 2 HSMs, sandbox: test

## Pools (1)

| pool | role | HSMs | survives losing a stamp |
| --- | --- | --- | --- |
| payments-prod/eastus | production | stamp1 payshield-1, stamp2 payshield-2 | yes |

## Support for production (1)

| pool | Severity A | because |
| --- | --- | --- |
| payments-prod/eastus | available | PHSM-HA-001: HSMs in stamp1 and stamp2 |
"""
    )


def test_muted_and_lapsed_failures_and_mutes_for_nothing() -> None:
    def mute(check: str, reason: str, expires: date) -> Mute:
        return Mute(check=check, subject="*", reason=reason, owner="net|team", expires=expires)

    shown = markdown(
        estate(hsm("payshield-1", provisioning_state="Failed"), vnet(subnets=(subnet(network_security_group=NSG),))),
        mute("PHSM-HA-001", "one is <b>enough</b>", date(2027, 1, 1)),
        mute("PHSM-NET-003", "moves", date(2026, 10, 31)),
        mute("PHSM-SUB-003", "goes", date(2026, 10, 31)),
    )
    assert "**3 fail**, 2 pass, 1 not applicable, 1 muted. 23 Nov 2026" in shown
    lapsed = "`muted until 2026-10-31 by net\\|team: moves; the mute has expired`"
    assert f"is attached; payment HSM subnets support none; {lapsed} | `az network" in shown
    assert (
        "## Muted (1)\n\n| severity | check | subject | evidence | mute |\n| --- | --- | --- | --- | --- |\n"
        f"| high | [PHSM-HA-001]({PAGES}/deployment-scenarios) | payments-prod/eastus | the only HSM is in stamp1 | "
        "`muted until 2027-01-01 by net\\|team: one is <b>enough</b>` |\n"
    ) in shown
    assert shown.endswith(
        "## Mutes that match no failure (1)\n\n| check | subject | mute | next |\n| --- | --- | --- | --- |\n"
        "| PHSM-SUB-003 | `*` | `by net\\|team, expired on 2026-10-31` | "
        "delete them from the configuration, under mutes: |\n"
    )
    assert list(markdown_problems(shown, {check.source for check in collect()})) == []


def test_an_empty_estate_says_that_nothing_is_known() -> None:
    shown = markdown(estate())
    assert "no payment HSM was found in this scope: nothing is known to hold. 23 Nov 2026" in shown
    assert "|" not in shown


def test_check_offers_it_as_markdown() -> None:
    run = evaluate(estate(*PAIR), Policy(), collect())
    assert FORMATS["markdown"](run, 80, True, False) == run_markdown.render(run)


def test_a_refused_subscription_is_one_row() -> None:
    shown = markdown(estate(*PAIR, refused_subscription()))
    row = "| PHSM-HA-001 and 6 other checks | payments-dr | subscription could not be read: 403 AuthorizationFailed |"
    assert shown.count(f"{row} give this identity the Reader role on payments-dr: `phsm doctor` |\n") == 1
    assert "**0 fail**, 7 unknown" in shown


def test_notes_are_a_table_and_the_words_before_a_command_stay_words() -> None:
    policy = Policy(hsms={"payshield-1": HsmFacts(firmware="2.1a", attested=date(2026, 10, 1))})
    chosen = [check for check in collect() if check.id in ("PHSM-HSM-006", "PHSM-V2-002")]
    asleep = cluster(activation_state="NotActivated")
    state = replace(estate(*PAIR), clusters={asleep.key: asleep})
    shown = run_markdown.render(evaluate(state, policy, chosen))
    assert (
        "| medium | [PHSM-V2-002](https://learn.microsoft.com/azure/payment-hsm-v2/overview) | cluster1 | activationState "
        "NotActivated | activate it over its management endpoint, then look again: `az resource show --ids "
        f"{asleep.id} --api-version 2025-12-01-preview --query properties.activationState` |\n"
    ) in shown
    notes = shown.partition("\n## Notes (1)\n\n")[2]
    assert notes.startswith(
        f"| check | subject | note |\n| --- | --- | --- |\n| [PHSM-HSM-006]({PAGES}/support-guide) | payshield-1 | "
        "firmware 2.1a, attested 2026-10-01; older than 2.2b, Azure's base firmware since December 2025; shared memory "
    )


def test_an_estate_too_large_for_github_is_cut_and_says_how_much_is_left_out() -> None:
    wide = "\U00020000" * 3000  # four bytes each, the longest that a character can be
    networks = [f"{n:03}{wide}" for n in range(120)]
    state = estate(
        *(
            hsm(name, subnet=subnet_id(vnet=name), provisioning_state="Failed", status_message=wide)
            for name in networks
        ),
        *(vnet(name, subnets=(subnet(vnet=name, network_security_group=NSG),)) for name in networks),
    )
    shown = markdown(state)
    assert 300_000 < len(shown.encode()) <= 1024 * 1024
    assert "## You have to act (121)\n" in shown
    kept = shown.count("[PHSM-NET-003]") + shown.count("[PHSM-HA-001]")
    assert f"\nand {121 - kept} more rows, left out for length: `phsm check --format json` has all\n" in shown


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("payshield-we-2_HSMHost2Nic not found", "payshield-we-2_HSMHost2Nic not found"),
        ("403 AuthorizationFailed: no role", "403 AuthorizationFailed: no role"),
        ('status "creation failed."; (see 1/2)', 'status "creation failed."; (see 1/2)'),
        ("支付 – é", "支付 – é"),
        ("", ""),
        ("a|b", r"`a\|b`"),
        (r"a\|b", r"`a\ \|b`"),
        ("a`b", "``a`b``"),
        ("`", "`` ` ``"),
        ("``` x", "```` ``` x ````"),
        ("_x_", "`_x_`"),
        ("@octocat", "`@octocat`"),
        ("fixes #1", "`fixes #1`"),
        ("GH-1", "`GH-1`"),
        ("www.example.com", "`www.example.com`"),
        ("https://example.com", "`https://example.com`"),
        ("<!-- x", "`<!-- x`"),
        (":tada:", "`:tada:`"),
        ("a\n::error::b", "a : :error::b".join("``")),
    ],
)
def test_text_that_means_something_to_github_stands_as_code(said: str, written: str) -> None:
    assert run_markdown.text(said) == written


def _shown(cell: str) -> tuple[str, list[str]]:
    """What a reader sees of a cell, and its problems."""
    page = f"| a | b |\n| --- | --- |\n| {cell} | last |\n"
    assert len(cells(page.splitlines()[2])) == 2
    inline = [token for token in MarkdownIt("commonmark", {"html": True}).enable("table").parse(page) if token.children]
    assert [token.content for token in inline[:2]] == ["a", "b"]
    assert inline[-1].content == "last"
    first = inline[2].children if len(inline) == 4 else []
    return "".join(token.content for token in first or []), list(markdown_problems(page, ()))


TEXT = st.one_of(st.text(st.characters()), st.text("|\\`<>&*_[]()#@:!$~ \n-=ax1./", max_size=20))


@settings(deadline=None)  # a busy machine is no failure
@given(TEXT)
def test_whatever_comes_is_shown_as_it_is_and_starts_nothing(said: str) -> None:
    for written in (run_markdown.text(said), run_markdown.code(said)):
        shown, problems = _shown(written)
        assert problems == []
        assert shown.replace("\\ |", "\\|") == one_line(said).replace("\\ |", "\\|")


def test_a_long_text_of_many_letters_is_judged_at_once() -> None:
    assert run_markdown.text("é" * 290 + "@x").startswith("`é")


def test_the_pools_table_claims_nothing_that_an_hsm_without_a_told_region_decides() -> None:
    whole = (hsm("b", location="westus"), hsm("c", location="westus", stamp="stamp2"))
    found = markdown(estate(hsm("lost", location=""), hsm("a"), *whole))
    assert "| payments-prod/eastus | production | stamp1 a | not known |" in found
    assert "| payments-prod/region not told | production | stamp1 lost | not known |" in found
    assert "| payments-prod/westus | production | stamp1 b, stamp2 c | yes |" in found
