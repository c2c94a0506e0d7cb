from __future__ import annotations

import re

import pytest

from ops.codec import policy_from, policy_from_mapping
from ops.errors import ConfigProblem
from ops.model.finding import IssueCategory, Severity
from ops.model.policy import Match, Policy, PoolRule, Role, TicketSeverity
from tests.build import SUB_1, SUB_2, vnet_id
from tests.mistakes import mistake, mistakes

ALL_KEYS = "azure, pools, expected, peers, support, checks, mutes, hsms, readiness, ledger"
CONTACT = """\
support:
  contact:
    first_name: Ada
    last_name: Okafor
    email: hsm-oncall@example.com
    country: GBR
    time_zone: GMT Standard Time
"""


def test_an_empty_configuration_is_the_default() -> None:
    for text in ("", "\n# nothing\n", "---\n", "{}", "support:\n"):
        assert policy_from(text, "phsm.yaml") == Policy()


def test_a_whole_configuration_becomes_a_policy() -> None:
    policy = policy_from(
        f"""\
azure: {{endpoint: "https://management.usgovcloudapi.net/"}}
pools:
  - {{name: cards-eu, match: {{tags: {{app: cards}}}}, regions: [westeurope, northeurope]}}
  - {{name: cards-dr, role: dr, match: {{subscriptions: [{SUB_1}]}}}}
peers: {{outside: [{vnet_id("hub")}]}}
{CONTACT}    phone: "+44 20 7946 0000"
    method: phone
  without_ha_at_most: minimal
  poll_seconds: 1
  classifications: {{tamper: ["*tamper*", "*"]}}
  consent: {{soft_reboot: true}}
checks:
  PHSM-HA-001: {{severity: low, ticket: false}}
""",
        "phsm.yaml",
    )
    assert policy.pools == (
        PoolRule(name="cards-eu", match=Match(tags={"app": "cards"}), regions=("westeurope", "northeurope")),
        PoolRule(name="cards-dr", role=Role.DR, match=Match(subscriptions=(SUB_1,))),
    )
    assert policy.peers.outside == (vnet_id("hub"),)
    assert policy.support.contact is not None
    assert policy.support.contact.phone == "+44 20 7946 0000"
    assert policy.support.without_ha_at_most is TicketSeverity.MINIMAL
    assert policy.support.poll_seconds == 1.0
    assert policy.support.classifications == {IssueCategory.TAMPER: ("*tamper*", "*")}
    assert policy.support.consent.soft_reboot
    assert not policy.support.consent.diagnostics
    assert policy.checks["PHSM-HA-001"].severity is Severity.LOW
    assert policy.checks["PHSM-HA-001"].ticket is False


def test_all_mistakes_are_told_at_once_as_columns_in_the_order_of_the_text() -> None:
    text = (
        CONTACT.replace("GBR", "Germany")
        + "  max_new_tickets: -1\nchecks:\n  PHSM-HA-001: {ticket: maybe}\nsupprt: {}\n"
    )
    with pytest.raises(ConfigProblem) as caught:
        policy_from(text, "config/phsm.yaml")
    assert caught.value.what == "config/phsm.yaml has 4 mistakes"
    assert caught.value.mistakes == (
        ' 6  support.contact.country     "Germany": wanted an ISO 3166-1 alpha-3 code, DEU',
        " 8  support.max_new_tickets     -1: wanted 0 or more",
        '10  checks.PHSM-HA-001.ticket   "maybe": wanted true or false',
        "11  supprt                      no such key; did you mean support?",
    )


def test_yaml_1_2_keeps_words_that_look_like_switches_as_text() -> None:
    policy = policy_from("pools: [{name: on, match: {tags: {enabled: no, y: yes, since: 2026-11-23, at: 1:30}}}]", "x")
    assert policy.pools[0].name == "on"
    assert policy.pools[0].match.tags == {"enabled": "no", "y": "yes", "since": "2026-11-23", "at": "1:30"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("country: DE", 'support.contact.country "DE": wanted an ISO 3166-1 alpha-3 code, DEU'),
        ("country: gbr", 'support.contact.country "gbr": wanted an ISO 3166-1 alpha-3 code, GBR'),
        ("country: Atlantis", 'support.contact.country "Atlantis": wanted an ISO 3166-1 alpha-3 code, such as GBR'),
        (
            "time_zone: Europe/Berlin",
            'support.contact.time_zone "Europe/Berlin": wanted a Windows time zone name, W. Europe Standard Time',
        ),
        (
            "time_zone: gmt standard time",
            'support.contact.time_zone "gmt standard time": wanted a Windows time zone name, GMT Standard Time',
        ),
        ("email: ada@example", 'support.contact.email "ada@example": wanted an e-mail address, hsm-oncall@example.com'),
        ('first_name: " "', 'support.contact.first_name " ": wanted some text, on one line'),
        ("phone: +442079460000", 'support.contact.phone +442079460000: wanted text, put it in quotes: "+442079460000"'),
        ("phone: 020", 'support.contact.phone 020: wanted text, put it in quotes: "020"'),
        ("phone: [1]", "support.contact.phone wanted text"),
        ("method: phone", "support.contact.phone missing: method is phone"),
        ("method: fax", 'support.contact.method "fax": wanted one of email, phone'),
        (
            "language: english",
            (
                'support.contact.language "english": wanted one of '
                "en-us, zh-hans, es-es, fr-fr, ja-jp, ko-kr, ru-ru, pt-br, it-it, zh-tw, de-de"
            ),
        ),
        ("fone: x", "support.contact.fone no such key; did you mean phone?"),
    ],
)
def test_a_contact_that_microsoft_would_refuse_is_a_mistake(line: str, said: str) -> None:
    key = line.partition(":")[0]
    kept = [known for known in CONTACT.splitlines() if known.strip().partition(":")[0] != key]
    number = len(kept) + 1
    found = mistake("\n".join([*kept, f"    {line}", ""]))
    assert re.sub(r"^\d+ ", "", found) == said
    assert int(found.split()[0]) in (number, 2)  # what is missing has the line of the contact


def test_what_a_contact_lacks_is_named_with_the_line_of_the_contact() -> None:
    found = mistakes("\nsupport:\n  contact: {first_name: Ada, last_name: Okafor, email: a@example.com, country: }\n")
    assert found == [
        "3 support.contact.country missing: wanted an ISO 3166-1 alpha-3 code, such as GBR",
        "3 support.contact.time_zone missing: wanted a Windows time zone name, such as GMT Standard Time",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pools: x", '1 pools "x": wanted a list, [x]'),
        ("pools: [x]", '1 pools[0] "x": wanted keys and values: name, role, match, regions'),
        ("pools: [{role: dr}]", "1 pools[0].name missing: wanted a name without /"),
        ("pools: [{name: cards/eu}]", '1 pools[0].name "cards/eu": wanted a name without /'),
        ("pools: [{name: ''}]", '1 pools[0].name "": wanted a name without /'),
        ("pools: [{name: a, regions: [x]}, {name: b, regions: [y]}, {name: A}]",
         '1 pools[2].name "A": pools[0] has this name already'),
        ("pools: [{name: a, role: prod}]", '1 pools[0].role "prod": wanted one of production, dr, non-production'),
        ("pools: [{name: a, match: {tags: {app: }}}]", "1 pools[0].match.tags.app wanted text"),
        ("pools: [{name: a, match: {tags: {app: 1.10}}}]",
         '1 pools[0].match.tags.app 1.10: wanted text, put it in quotes: "1.10"'),
        (
            "pools: [{name: a, match: {subscriptions: [prod]}}]",
            '1 pools[0].match.subscriptions[0] "prod": wanted a subscription id, 00000000-0000-0000-0000-000000000000',
        ),
        (
            "peers: {no_hsm_access: [monitoring]}",
            '1 peers.no_hsm_access[0] "monitoring": wanted the id of a virtual network, /subscriptions/.../virtualNetworks/NAME',
        ),
        ("azure: {endpoint: 'http://management.azure.com'}", None),
        ("azure: {endpoint: 'https://management.azure.com/subscriptions'}", None),
        ("support: {max_new_tickets: 1.5}", "1 support.max_new_tickets 1.5: wanted a whole number"),
        ("support: {max_new_tickets: '5'}", '1 support.max_new_tickets "5": wanted a whole number'),
        ("support: {poll_seconds: 0}", "1 support.poll_seconds 0: wanted more than 0 seconds"),
        ("support: {poll_seconds: .inf}", "1 support.poll_seconds .inf: wanted more than 0 seconds"),
        ("support: {poll_seconds: .nan}", "1 support.poll_seconds .nan: wanted more than 0 seconds"),
        ("support: {consent: {soft_reboot: yes}}", '1 support.consent.soft_reboot "yes": wanted true or false'),
        ("support: {consent: {soft_reboot: 1}}", "1 support.consent.soft_reboot 1: wanted true or false"),
        ("support: {without_ha_at_most: high}", '1 support.without_ha_at_most "high": wanted one of minimal, moderate, critical'),
        ("support: {classifications: {tampering: [a]}}", "1 support.classifications.tampering no such key; did you mean tamper?"),
        ("support: {classifications: {tamper: a}}", '1 support.classifications.tamper "a": wanted a list, [a]'),
        ("support: []", None),
        ("checks: {PHSM-HSM-001: {in_progress_minutes: 0}}",
         "1 checks.PHSM-HSM-001.in_progress_minutes 0: wanted 1 to 525600 minutes"),
        ("checks: {PHSM-HSM-001: }",
         "1 checks.PHSM-HSM-001 wanted keys and values: severity, ticket, in_progress_minutes, regions, valid_days"),
        ("checks: {PHSM-HA-001: {severity: huge}}", '1 checks.PHSM-HA-001.severity "huge": wanted one of low, medium, high'),
        (f"support: {{max_new_tickets: {'9' * 5000}}}", "1 support.max_new_tickets not a number that can be read"),
    ],
)  # fmt: skip
def test_a_value_that_is_not_allowed_is_a_mistake_that_says_what_is(text: str, said: str | None) -> None:
    found = mistake(text)
    assert said is None or found == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("support:\n  poll_seconds: 1\n  poll_seconds: 2", "3 support.poll_seconds stands twice, first on line 2"),
        ("- a", f"1 (file) wanted keys and values: {ALL_KEYS}"),
        ("just words", f"1 (file) wanted keys and values: {ALL_KEYS}"),
        ("{}\n---\n{}\n", "2 (syntax) expected a single document in the stream, but found another document"),
        ("support:\n  a: b: c", "2 (syntax) mapping values are not allowed here"),
        ("support: {}\npools: \x07", "2 (syntax) character U+0007 may not stand in YAML"),
        ("peers:\n  outside: !!python/name:os.system x", None),
        ("pools: !pool []", "1 pools !pool: tags are not allowed"),
        ("pools: [&a {name: cards}, *a]", "1 pools[1] an alias: write the value out here"),
        ("support:\n  <<: {poll_seconds: 1}", None),
        ("1: x", "1 1 a key is text: put it in quotes"),
        ("? [a]\n: x", "1 ? a key is text: put it in quotes"),
        ("[" * 1000, "1 (syntax) nested too deeply to be a configuration"),
    ],
)
def test_text_that_is_no_plain_yaml_is_a_mistake_with_its_line(text: str, said: str | None) -> None:
    found = mistake(text)
    assert said is None or found == said


def test_a_value_that_contains_itself_is_a_mistake_and_not_a_hang() -> None:
    assert mistake("pools: &a [*a]") == "1 pools[0] an alias: write the value out here"


def test_a_mistake_stays_on_one_line_whatever_the_text_holds() -> None:
    text = '"\\e[31m\\nred": {}\nsupport: {without_ha_at_most: "a\\nb\\u202e"}\n'
    with pytest.raises(ConfigProblem) as caught:
        policy_from(text, "phsm.yaml")
    assert len(caught.value.mistakes) == 2
    assert not any(char in line for line in caught.value.mistakes for char in "\n\x1b\u202e")


def test_checks_and_their_settings_are_held_against_the_checks_that_exist() -> None:
    text = """\
checks:
  PHSM-HA-01: {}
  PHSM-HA-001: {ticket: false, in_progress_minutes: 5}
  PHSM-HSM-001: {in_progress_minutes: 5}
"""
    known: dict[str, tuple[str, ...]] = {"PHSM-HA-001": (), "PHSM-HSM-001": ("in_progress_minutes",)}
    assert mistakes(text, **known) == [
        "2 checks.PHSM-HA-01 no such check; did you mean PHSM-HA-001?",
        "3 checks.PHSM-HA-001.in_progress_minutes PHSM-HA-001 has no such setting",
    ]
    assert mistakes(text) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"pools:\n- {{name: a, match: {{subscriptions: [{SUB_1}]}}}}\n- {{name: b, match: {{subscriptions: [{SUB_1}]}}}}",
         [f'3 pools[1].match.subscriptions[0] "{SUB_1}": never matches: pools[0] has its HSMs already']),
        (f"pools:\n- {{name: a, match: {{subscriptions: [{SUB_1}]}}}}\n- {{name: b,match: {{subscriptions: [{SUB_2},{SUB_1}]}}}}",
         [f'3 pools[1].match.subscriptions[1] "{SUB_1}": never matches: pools[0] has its HSMs already']),
        ("pools:\n- {name: all}\n- {name: b, match: {tags: {app: x}}}",
         ["3 pools[1] never matches: pools[0] has its HSMs already"]),
        ("pools:\n- {name: a, regions: [East US, westus]}\n- {name: b, regions: [eastus]}",
         ["3 pools[1] never matches: pools[0] has its HSMs already"]),
        ("pools:\n- {name: a, match: {tags: {App: x}}}\n- {name: b, match: {tags: {app: x, tier: y}}}",
         ["3 pools[1] never matches: pools[0] has its HSMs already"]),
        ("pools:\n- {name: a, role: prod}\n- {name: b}\n- {name: A, regions: [eastus]}",
         ['2 pools[0].role "prod": wanted one of production, dr, non-production',
          '4 pools[2].name "A": pools[0] has this name already']),
        (f"peers:\n  outside: [{vnet_id('hub')}]\n  no_hsm_access:\n  - {vnet_id('ops')}\n  - {vnet_id('HUB')}/",
         ["5 peers.no_hsm_access[1] also in peers.outside[0]: leave it in one of them"]),
        (f"peers:\n  no_hsm_access: [{vnet_id('hub')}]\n  via: {{{vnet_id('hub')}: snat}}",
         ["2 peers.no_hsm_access[0] also in peers.via: leave it in one of them"]),
        (f"{CONTACT}  without_ha_at_most: critical",
         ["2 support.contact.phone missing: without_ha_at_most is critical, severity A, and that needs a phone"]),
        (f"{CONTACT}    phone: ' '\n    method: phone", ["8 support.contact.phone missing: method is phone"]),
    ],
)  # fmt: skip
def test_values_that_contradict_each_other_are_a_mistake(text: str, said: list[str]) -> None:
    assert mistakes(text) == said


@pytest.mark.parametrize(
    "text",
    [
        "pools: [{name: a, match: {tags: {app: x}}}, {name: b}]",
        "pools: [{name: a, match: {tags: {app: x}}}, {name: b, match: {tags: {app: X}}}]",
        "pools: [{name: a, match: {tags: {app: x}}, regions: [eastus]}, {name: b, match: {tags: {app: x}}}]",
        f"pools: [{{name: a, match: {{subscriptions: [{SUB_1}]}}}}, {{name: b, regions: [eastus]}}]",
        f"pools: [{{name: a, match: {{subscriptions: [{SUB_1}]}}}}, {{name: b, match: {{subscriptions: [{SUB_2}]}}}}]",
        f"peers: {{outside: [{vnet_id('hub')}], no_hsm_access: [{vnet_id('hub', SUB_2)}], via: {{{vnet_id('hub')}: proxy}}}}",
        "support: {without_ha_at_most: critical}",
    ],
)
def test_values_that_agree_are_no_mistake(text: str) -> None:
    assert mistakes(text) == []


def test_a_key_that_must_be_an_id_is_one() -> None:
    assert mistakes("peers:\n  via:\n    us-hub: nat") == [
        '3 peers.via.us-hub "nat": wanted one of snat, proxy',
        '3 peers.via.us-hub "us-hub": wanted the id of a virtual network, /subscriptions/.../virtualNetworks/NAME',
    ]


def test_a_value_of_the_wrong_type_is_one_mistake_whatever_it_holds() -> None:
    assert mistakes("peers: {outside: {hub: , spoke: x}}") == ["1 peers.outside wanted a list, [...]"]
    assert mistakes("support: {classifications: {tamper: {a: }}}") == [
        "1 support.classifications.tamper wanted a list, [...]"
    ]


def test_a_check_in_the_wrong_case_or_unlike_any_is_told_so() -> None:
    known: dict[str, tuple[str, ...]] = {"PHSM-HA-001": (), "PHSM-NET-003": ()}
    assert mistakes("checks: {phsm-net-003: {}}", **known) == [
        "1 checks.phsm-net-003 no such check; did you mean PHSM-NET-003?"
    ]
    assert mistakes("checks: {firewall: {}}", **known) == [
        "1 checks.firewall no such check; phsm checks list shows them"
    ]


def test_plain_values_are_held_to_the_same_rules() -> None:
    contact = {"first_name": "Zoë", "last_name": "😀", "email": "a@example.com", "country": "DEU", "time_zone": "UTC"}
    policy = policy_from_mapping({"support": {"contact": contact, "poll_seconds": 0.2}})
    assert policy.support.contact is not None
    assert (policy.support.contact.first_name, policy.support.contact.last_name) == ("Zoë", "😀")
    with pytest.raises(ConfigProblem, match="the built-in configuration has 1 mistake"):
        policy_from_mapping({"support": {"poll_seconds": -1}})
