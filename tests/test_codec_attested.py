"""What the configuration says of what Azure does not know: expected HSMs, attestations, mutes."""

from __future__ import annotations

from datetime import date

import pytest

from ops.codec import policy_from
from ops.model.mute import Mute
from ops.model.policy import Attestation, HsmFacts, SecuredHub
from tests.build import SUB_2, hsm, subnet_id, vnet_id
from tests.mistakes import mistake, mistakes

MUTE = "check: PHSM-NET-007, subject: '*', reason: reviewed, owner: net-team"
ITEM = "by: ada, on: 2026-09-01"
A_DATE = "wanted a date, 2027-03-31"
AN_HSM = "wanted the name or the id of an HSM, /subscriptions/.../dedicatedHSMs/NAME"
A_SUBNET = "wanted the id of a subnet, /subscriptions/.../virtualNetworks/NAME/subnets/NAME"


def test_what_azure_does_not_know_becomes_a_policy() -> None:
    """Dates stand with or without quotes."""
    policy = policy_from(
        f"""\
expected: [payshield-we-1, {hsm("payshield-we-2").id.upper()}/]
peers:
  client_subnets: [{subnet_id("clients")}]
  secured_hubs: {{{vnet_id("HV_hub")}: {{prefixes: [10.3.1.0/24, "fd00:3::/64"], by: net-team, on: "2026-10-01"}}}}
support: {{plan: None, plan_valid_minutes: 5, comment_every_hours: 1, close_when_gone: true, evidence: redacted}}
checks:
  PHSM-HSM-003: {{regions: [Sweden Central]}}
  PHSM-RDY-010: {{valid_days: 90}}
mutes:
- {{check: "phsm-net-0[01]?", subject: "*/us-hub*", reason: reviewed, owner: net-team, expires: 2027-03-31, since: 2026-10-01}}
hsms:
  payshield-we-1: {{serial: S0246378732H, firmware: 2.1a (1.15.0), attested: 2026-10-01, by: key-custody, host_port: 65535}}
  {hsm("payshield-we-2").id}: {{firmware: " "}}
readiness:
  thales_portal: {{by: ada, on: 2026-09-01, valid_until: 2026-09-01, customer_id: C-1234, note: "by\\nphone"}}
  tmd: {{by: ada, on: 2026-09-01, needed: false}}
ledger: {{folder: /var/lib/phsm}}
""",
        "phsm.yaml",
    )
    assert policy.expected == ("payshield-we-1", f"{hsm('payshield-we-2').id.upper()}/")
    assert policy.peers.client_subnets == (subnet_id("clients"),)
    hub = SecuredHub(prefixes=("10.3.1.0/24", "fd00:3::/64"), by="net-team", on=date(2026, 10, 1))
    assert policy.peers.secured_hubs == {vnet_id("HV_hub"): hub}
    support = policy.support
    assert (support.plan, support.plan_valid_minutes, support.comment_every_hours) == ("None", 5, 1)
    assert (support.close_when_gone, support.evidence) == (True, "redacted")
    assert policy.checks["PHSM-HSM-003"].regions == ("Sweden Central",)
    assert policy.checks["PHSM-RDY-010"].valid_days == 90
    assert policy.mutes == (
        Mute(
            check="phsm-net-0[01]?",
            subject="*/us-hub*",
            reason="reviewed",
            owner="net-team",
            expires=date(2027, 3, 31),
            since=date(2026, 10, 1),
        ),
    )
    assert policy.hsms["payshield-we-1"] == HsmFacts(
        serial="S0246378732H",
        firmware="2.1a (1.15.0)",
        attested=date(2026, 10, 1),
        by="key-custody",
        host_port=65535,
    )
    assert policy.readiness is not None
    assert policy.readiness.thales_portal == Attestation(
        by="ada", on=date(2026, 9, 1), valid_until=date(2026, 9, 1), customer_id="C-1234", note="by\nphone"
    )
    assert policy.readiness.tmd is not None
    assert not policy.readiness.tmd.needed
    assert policy.readiness.smart_cards is None
    assert policy.ledger.folder == "/var/lib/phsm"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("expected: payshield", 'expected "payshield": wanted a list, [payshield]'),
        ("expected: ['']", f'expected[0] "": {AN_HSM}'),
        ("expected: ['hsm ']", f'expected[0] "hsm ": {AN_HSM}'),
        ("expected: [eu/hsm]", f'expected[0] "eu/hsm": {AN_HSM}'),
        ("expected: ['payshield-we*']", f'expected[0] "payshield-we*": {AN_HSM}'),
        ("expected: ['payshield-we-?']", f'expected[0] "payshield-we-?": {AN_HSM}'),
        (f"expected: ['{hsm('payshield-[ab]').id}']", f'expected[0] "{hsm("payshield-[ab]").id}": {AN_HSM}'),
        (f"expected: [{vnet_id()}]",
         f'expected[0] "{vnet_id()}": {AN_HSM}'),
        (f"peers: {{client_subnets: [{vnet_id()}]}}",
         f'peers.client_subnets[0] "{vnet_id()}": {A_SUBNET}'),
        (f"peers: {{secured_hubs: {{hub: {{prefixes: [10.3.1.0/24], {ITEM}}}}}}}",
         'peers.secured_hubs.hub "hub": wanted the id of a virtual network, /subscriptions/.../virtualNetworks/NAME'),
        (f"peers: {{secured_hubs: {{{vnet_id()}: {{{ITEM}}}}}}}",
         f"peers.secured_hubs.{vnet_id()[:59]}….prefixes missing: it has no default"),
        ("support: {plan: Gold}",
         'support.plan "Gold": wanted one of None, Basic, Developer, Standard, ProDirect, Premier, Unified'),
        ("support: {plan_valid_minutes: 0}", "support.plan_valid_minutes 0: wanted 1 to 525600 minutes"),
        (f"support: {{plan_valid_minutes: {10 ** 12}}}", f"support.plan_valid_minutes {10 ** 12}: wanted 1 to 525600 minutes"),
        ("support: {comment_every_hours: 0}", "support.comment_every_hours 0: wanted 1 to 8760 hours"),
        ("support: {close_when_gone: 1}", "support.close_when_gone 1: wanted true or false"),
        ("support: {evidence: all}", 'support.evidence "all": wanted one of full, redacted, none'),
        ("checks: {PHSM-RDY-010: {valid_days: 0}}", "checks.PHSM-RDY-010.valid_days 0: wanted 1 day or more"),
        ("checks: {PHSM-HSM-003: {regions: [' ']}}",
         'checks.PHSM-HSM-003.regions[0] " ": wanted some text, on one line'),
        (f"mutes: [{{{MUTE}}}]", "mutes[0].expires missing: every mute ends"),
        (f"mutes: [{{{MUTE}, expires: }}]", "mutes[0].expires missing: every mute ends"),
        (f"mutes: [{{{MUTE}, expires: never}}]", f'mutes[0].expires "never": {A_DATE}'),
        (f"mutes: [{{{MUTE}, expires: 2027-02-30}}]", f'mutes[0].expires "2027-02-30": {A_DATE}'),
        (f"mutes: [{{{MUTE}, expires: 2027-3-31}}]", f'mutes[0].expires "2027-3-31": {A_DATE}'),
        (f"mutes: [{{{MUTE}, expires: 2027-03-31 10:00:00}}]", f'mutes[0].expires "2027-03-31 10:00:00": {A_DATE}'),
        (f"mutes: [{{{MUTE}, expires: '1774915200'}}]", f'mutes[0].expires "1774915200": {A_DATE}'),
        (f"mutes: [{{{MUTE}, expires: 20270331}}]", f"mutes[0].expires 20270331: {A_DATE}"),
        (f"mutes: [{{{MUTE}, expires: 2027-03-31, since: [2026-10-01]}}]", f"mutes[0].since {A_DATE}"),
        (f"mutes: [{{{MUTE.replace('PHSM-NET-007', 'PHSM NET')}, expires: 2027-03-31}}]",
         "mutes[0].check \"PHSM NET\": wanted a check's id or a pattern, PHSM-NET-007 or PHSM-NET-*"),
        (f"mutes: [{{{MUTE.replace('reviewed', '')}, expires: 2027-03-31}}]",
         "mutes[0].reason missing: wanted some text, on one line"),
        (f"mutes: [{{{MUTE.replace('net-team', '[net]')}, expires: 2027-03-31}}]", "mutes[0].owner wanted text"),
        ("hsms: {'payshield-*': {}}", f'hsms.payshield-* "payshield-*": {AN_HSM}'),
        ("hsms: {a/b: {}}", f'hsms.a/b "a/b": {AN_HSM}'),
        ("hsms: {hsm1: {host_port: 0}}", "hsms.hsm1.host_port 0: wanted 1 to 65535"),
        ("hsms: {hsm1: {host_port: 65536}}", "hsms.hsm1.host_port 65536: wanted 1 to 65535"),
        ("hsms: {hsm1: {serial: 0246}}", 'hsms.hsm1.serial 0246: wanted text, put it in quotes: "0246"'),
        ('hsms: {hsm1: {serial: "a\\nb"}}', 'hsms.hsm1.serial "a\\nb": wanted text on one line'),
        ("hsms: {hsm1: {firmware: latest, attested: 2026-10-01, by: ada}}",
         'hsms.hsm1.firmware "latest": wanted a firmware version, 2.2b'),
        ("hsms: {hsm1: {firmware: 2.2b beta, attested: 2026-10-01, by: ada}}",
         'hsms.hsm1.firmware "2.2b beta": wanted a firmware version, 2.2b'),
        ("readiness: {training: true}",
         "readiness.training true: wanted keys and values: by, on, valid_until, needed, customer_id, device_licence, note"),
        ("readiness: {training: {by: ada}}", f"readiness.training.on missing: {A_DATE}"),
        ("readiness: {training: {by: '', on: 2026-09-01}}", 'readiness.training.by "": wanted some text, on one line'),
        ("readiness: {smartcards: {}}", "readiness.smartcards no such key; did you mean smart_cards?"),
        ("ledger: {folder: ''}", 'ledger.folder "": wanted some text, on one line'),
    ],
)  # fmt: skip
def test_a_mistake_in_what_azure_does_not_know_says_what_is_allowed(text: str, said: str) -> None:
    assert mistake(text) == f"1 {said}"


DAYS = {
    "peers.secured_hubs.*.on": f"peers: {{secured_hubs: {{{vnet_id()}: {{prefixes: [], by: ada, on: DAY}}}}}}",
    "mutes.*.expires": f"mutes: [{{{MUTE}, expires: DAY}}]",
    "mutes.*.since": f"mutes: [{{{MUTE}, expires: 2027-03-31, since: DAY}}]",
    "hsms.*.attested": "hsms: {hsm1: {attested: DAY}}",
    "readiness.*.on": "readiness: {training: {by: ada, on: DAY}}",
    "readiness.*.valid_until": f"readiness: {{training: {{{ITEM}, valid_until: DAY}}}}",
}
TEXTS = {
    "peers.secured_hubs.*.by": f"peers: {{secured_hubs: {{{vnet_id()}: {{prefixes: [], on: 2026-09-01, by: TEXT}}}}}}",
    "mutes.*.subject": "mutes: [{check: '*', subject: TEXT, reason: a, owner: a, expires: 2027-03-31}]",
    "mutes.*.owner": f"mutes: [{{{MUTE.replace('net-team', 'TEXT')}, expires: 2027-03-31}}]",
    "hsms.*.by": "hsms: {hsm1: {by: TEXT}}",
    "readiness.*.by": "readiness: {training: {on: 2026-09-01, by: TEXT}}",
    "readiness.*.customer_id": f"readiness: {{thales_portal: {{{ITEM}, customer_id: TEXT}}}}",
    "readiness.*.device_licence": f"readiness: {{custom_firmware: {{{ITEM}, device_licence: TEXT}}}}",
}


@pytest.mark.parametrize("key", DAYS)
def test_a_day_is_no_count_of_seconds(key: str) -> None:
    """Which would be read as one: 1774915200 is a midnight."""
    assert mistake(DAYS[key].replace("DAY", "'1774915200'")).endswith(f'"1774915200": {A_DATE}')
    assert mistakes(DAYS[key].replace("DAY", "2026-10-01")) == []


@pytest.mark.parametrize("key", TEXTS)
def test_a_text_stands_on_one_line(key: str) -> None:
    assert "on one line" in mistake(TEXTS[key].replace("TEXT", '"a\\nb"'))
    assert mistakes(TEXTS[key].replace("TEXT", "Zoë")) == []


@pytest.mark.parametrize(
    ("prefix", "said"),
    [
        ("10.3.1.4/24", "wanted 10.3.1.0/24"),
        ("10.3.1.0", "wanted a prefix, 10.3.1.0/24"),
        ("10.3.1.0/33", "wanted a prefix, 10.3.1.0/24"),
        ("10.3.1.0/255.255.255.0", "wanted a prefix, 10.3.1.0/24"),
        ("10.3.0/16", "wanted a prefix, 10.3.1.0/24"),
        ("fd00::1/64", "wanted fd00::/64"),
        ("Storage", "wanted a prefix, 10.3.1.0/24"),
    ],
)
def test_a_prefix_has_a_length_and_no_address_in_it(prefix: str, said: str) -> None:
    text = f"peers: {{secured_hubs: {{{vnet_id()}: {{prefixes: ['{prefix}'], {ITEM}}}}}}}"
    assert mistake(text).endswith(f'.prefixes[0] "{prefix}": {said}')


@pytest.mark.parametrize(
    "version", ["2.2b", "v1.10A", "1.4a 1.8.3", "2.1a (1.15.0)", "2200-1011", "9999-0999", "", " "]
)
def test_every_spelling_of_a_firmware_version_is_allowed(version: str) -> None:
    assert mistakes(f"hsms: {{hsm1: {{firmware: '{version}', attested: 2026-10-01, by: ada}}}}") == []


@pytest.mark.parametrize("version", ["2.2", "b", "2.2b (1.15", "2.2b\\t1.2.3", "2200-1x11", "2,2b"])
def test_what_is_no_firmware_version_is_a_mistake(version: str) -> None:
    text = f'hsms: {{hsm1: {{firmware: "{version}", attested: 2026-10-01, by: ada}}}}'
    assert mistake(text) == f'1 hsms.hsm1.firmware "{version}": wanted a firmware version, 2.2b'


def test_a_mute_is_held_against_the_checks_that_exist() -> None:
    known: dict[str, tuple[str, ...]] = {"PHSM-NET-003": (), "PHSM-NET-007": ()}
    text = "mutes:\n" + "".join(
        f"- {{{MUTE.replace('PHSM-NET-007', pattern)}, expires: 2027-03-31}}\n"
        for pattern in ("PHSM-NET-07", "phsm-net-007", "'PHSM-NTE-*'", "'*-00[37]'", "PHSM-NET-00?", "'[PHSM'")
    )
    assert mistakes(text, **known) == [
        '2 mutes[0].check "PHSM-NET-07": no such check; did you mean PHSM-NET-007?',
        '4 mutes[2].check "PHSM-NTE-*": no such check; phsm checks list shows them',
        '7 mutes[5].check "[PHSM": no such check; phsm checks list shows them',
    ]
    assert mistakes(text) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"expected:\n- hsm1\n- {hsm().id}\n- HSM1\n- {hsm().id.upper()}/",
         ['4 expected[2] "HSM1": also expected[0]: leave it in one of them',
          f'5 expected[3] "{hsm().id.upper()}/": also expected[1]: leave it in one of them']),
        (f"peers:\n  no_hsm_access: [{vnet_id('HV_HUB')}]\n  secured_hubs: {{{vnet_id('hv_hub')}: {{prefixes: [], {ITEM}}}}}",
         ["2 peers.no_hsm_access[0] also in peers.secured_hubs: leave it in one of them"]),
        ("mutes:\n- check: '*'\n  subject: a\n  reason: a\n  owner: a\n  expires: 2026-09-30\n  since: 2026-10-01",
         ["7 mutes[0].since 2026-10-01: after it expires, 2026-09-30"]),
        ("hsms:\n  hsm1: {}\n  HSM1: {}", ["3 hsms.HSM1 also hsms.hsm1: leave it in one of them"]),
        ("hsms:\n  hsm1:\n    firmware: 2.2b\n    by: ' '",
         ["2 hsms.hsm1.attested missing: the date on which it had this firmware, 2026-10-01",
          "4 hsms.hsm1.by missing: who says which firmware it has"]),
        ("readiness:\n  training:\n    by: ada\n    on: 2026-09-01\n    valid_until: 2026-08-31\n    needed: false",
         ["5 readiness.training.valid_until 2026-08-31: before it was attested, 2026-09-01",
          "6 readiness.training.needed false: only tmd and custom_firmware can be unneeded"]),
        (f"readiness:\n  thales_portal: {{{ITEM}, device_licence: L}}\n  tmd: {{{ITEM}, customer_id: C, device_licence: L}}",
         ["2 readiness.thales_portal.device_licence belongs to readiness.custom_firmware alone",
          "3 readiness.tmd.customer_id belongs to readiness.thales_portal alone",
          "3 readiness.tmd.device_licence belongs to readiness.custom_firmware alone"]),
    ],
)  # fmt: skip
def test_attestations_that_contradict_themselves_are_a_mistake(text: str, said: list[str]) -> None:
    assert mistakes(text) == said


@pytest.mark.parametrize(
    "text",
    [
        f"expected: [hsm1, {hsm().id}, {hsm(subscription=SUB_2).id}]",
        f"hsms: {{hsm1: {{firmware: ''}}, {hsm().id}: {{by: ada}}}}",
        "mutes: [{check: '*', subject: a, reason: a, owner: a, expires: 2026-10-01, since: 2026-10-01}]",
        "readiness: {custom_firmware: {by: a, on: 2026-09-01, needed: false, customer_id: '', device_licence: }}",
    ],
)
def test_attestations_that_agree_are_no_mistake(text: str) -> None:
    assert mistakes(text) == []
