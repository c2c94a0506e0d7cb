from __future__ import annotations

import copy
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor

from ops.checks import collect
from ops.codec import examine
from ops.codec.schema import descriptions, render, uncommented
from ops.codec.shape import inner, keys
from ops.model.policy import Policy
from tests.build import SUB_1, hsm, subnet_id, vnet_id
from tests.process import BIN, REPOSITORY

PAGE = REPOSITORY / "ops" / "codec" / "phsm.yaml"
SCHEMA = REPOSITORY / "config" / "schema" / "phsm.schema.json"
SETTINGS = {check.id: check.parameters for check in collect()}
CONTACT = "first_name: Ada, last_name: Okafor, email: ada@example.com, country: GBR, time_zone: GMT Standard Time"
ITEM = "by: ada, on: 2026-09-01"
MUTE = "check: PHSM-NET-007, subject: '*', reason: reviewed, owner: net-team"
VALIDATOR = Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))


class TextDates(SafeConstructor):
    """A date is the text that it is written as, to editors and to the codec."""


TextDates.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: node.value)


def plain(text: str) -> Any:
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = TextDates
    return yaml.load(text)


def test_the_schema_is_not_stale() -> None:
    assert SCHEMA.read_text("utf-8") == render(PAGE.read_text("utf-8"), collect()), "stale: run make pages"


def test_another_validator_takes_the_schema_the_shipped_configuration_and_its_examples(tmp_path: Path) -> None:
    """check-jsonschema reads patterns as editors do, by the rules of ECMAScript."""
    examples = tmp_path / "examples.yaml"
    text = uncommented(PAGE.read_text("utf-8")).replace("{app: cards}", "{app: cards, since: 2026-01-02}")
    examples.write_text(text, "utf-8")
    for words in (["--check-metaschema", SCHEMA], ["--schemafile", SCHEMA, PAGE, examples]):
        done = subprocess.run(
            [BIN / "check-jsonschema", *words], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_key_is_described_by_the_comment_above_it() -> None:
    told = descriptions(PAGE.read_text("utf-8"))
    assert told["support", "max_new_tickets"] == "How many tickets one run opens at most."
    assert told["pools", "*", "match", "tags"] == "All these tags, with these values. Default: none."
    assert (
        told["readiness", "smart_cards", "on"]
        == told["readiness", "thales_portal", "on"]
        == "On which date. Must be given."
    )
    assert [path for path in every_key(Policy, ()) if not told.get(path)] == []


def every_key(kind: Any, path: tuple[str, ...]) -> list[tuple[str, ...]]:
    found = [] if not path or path[-1] == "*" else [path]
    steps = keys(kind) or (("*",) if inner(kind, "any") is not None else ())
    return found + [below for step in steps for below in every_key(inner(kind, step), (*path, step))]


def test_descriptions_and_defaults_stand_in_the_schema() -> None:
    support = json.loads(SCHEMA.read_text("utf-8"))["properties"]["support"]
    assert support["description"] == "How support tickets are opened. None is opened without --apply."
    assert support["properties"]["without_ha_at_most"] == {
        "description": "The severity of tickets without high availability, at most: minimal, moderate or critical.",
        "type": ["string", "null"],
        "enum": ["minimal", "moderate", "critical", None],
        "default": "moderate",
    }


def test_a_check_is_offered_with_its_own_settings_alone() -> None:
    checks = json.loads(SCHEMA.read_text("utf-8"))["properties"]["checks"]["properties"]
    assert list(checks) == [check.id for check in collect()]
    assert checks["PHSM-HA-001"]["description"] == "Each production pool has HSMs in two placements"
    assert list(checks["PHSM-HA-001"]["properties"]) == ["severity", "ticket"]
    assert list(checks["PHSM-HSM-001"]["properties"]) == ["severity", "ticket", "in_progress_minutes"]


@pytest.mark.parametrize(
    "text",
    [
        "supprt: {}",
        "azure: {endpoint: 'http://management.azure.com'}",
        "azure: {endpoint: 'https://management.azure.com/subscriptions'}",
        "pools: cards",
        "pools: [cards]",
        "pools: [{role: dr}]",
        "pools: [{name: cards/eu}]",
        "pools: [{name: 'cards '}]",
        "pools: [{name: cards, role: prod}]",
        "pools: [{name: cards, match: {tags: {app: }}}]",
        "pools: [{name: cards, match: {tags: {app: 1.10}}}]",
        "pools: [{name: cards, match: {subscriptions: [prod]}}]",
        "pools: [{name: cards, match: {subscriptons: []}}]",
        "peers: {outside: [hub]}",
        "peers: {via: {us-hub: snat}}",
        f"peers: {{via: {{{vnet_id('hub')}: nat}}}}",
        "support: {without_ha_at_most: high}",
        "support: {max_new_tickets: -1}",
        "support: {max_new_tickets: 1.5}",
        "support: {poll_seconds: 0}",
        "support: {fastpath_subscription: payments}",
        "support: {classifications: {tampering: ['*']}}",
        "support: {consent: {soft_reboot: yes}}",
        f"support: {{contact: {{{CONTACT.replace('GBR', 'DE')}}}}}",
        f"support: {{contact: {{{CONTACT.replace('GMT Standard Time', 'Europe/London')}}}}}",
        f"support: {{contact: {{{CONTACT.replace('ada@example.com', 'ada')}}}}}",
        f"support: {{contact: {{{CONTACT.replace('first_name: Ada, ', '')}}}}}",
        f"support: {{contact: {{{CONTACT}, phone: 442079460000}}}}",
        f"support: {{contact: {{{CONTACT}, phone: unlisted}}}}",
        f"support: {{contact: {{{CONTACT}, method: phone}}}}",
        f"support: {{contact: {{{CONTACT}, method: phone, phone: ' '}}}}",
        f"support: {{contact: {{{CONTACT}, language: english}}}}",
        f"support: {{without_ha_at_most: critical, contact: {{{CONTACT}}}}}",
        "checks: {PHSM-HA-01: {}}",
        "checks: {PHSM-HA-001: }",
        "checks: {PHSM-HA-001: {severity: huge}}",
        "checks: {PHSM-HA-001: {in_progress_minutes: 5}}",
        "checks: {PHSM-HSM-001: {in_progress_minutes: 0}}",
        "checks: {PHSM-HA-001: {valid_days: 5}}",
        "checks: {PHSM-RDY-010: {valid_days: 0}}",
        "checks: {PHSM-HSM-003: {regions: ['']}}",
        "expected: [eu/hsm]",
        "expected: ['payshield-we*']",
        "expected: [hsm1, hsm1]",
        f"expected: [{vnet_id()}]",
        f"peers: {{client_subnets: [{vnet_id()}]}}",
        f"peers: {{secured_hubs: {{hub: {{prefixes: [10.0.0.0/8], {ITEM}}}}}}}",
        f"peers: {{secured_hubs: {{{vnet_id()}: {{prefixes: [10.0.0.0], {ITEM}}}}}}}",
        f"peers: {{secured_hubs: {{{vnet_id()}: {{{ITEM}}}}}}}",
        "support: {plan: Gold}",
        "support: {plan_valid_minutes: 0}",
        "support: {plan_valid_minutes: 600000}",
        "support: {comment_every_hours: 0.5}",
        "support: {close_when_gone: yes}",
        "support: {evidence: all}",
        f"mutes: [{{{MUTE}}}]",
        f"mutes: [{{{MUTE}, expires: never}}]",
        f"mutes: [{{{MUTE}, expires: 2027-3-31}}]",
        f"mutes: [{{{MUTE}, expires: 2027-03-31, since: 20261001}}]",
        f"mutes: [{{{MUTE.replace('PHSM-NET-007', 'a b')}, expires: 2027-03-31}}]",
        f"mutes: [{{{MUTE.replace('reviewed', '')}, expires: 2027-03-31}}]",
        "hsms: {hsm1: }",
        "hsms: {a/b: {}}",
        "hsms: {hsm1: {host_port: 65536}}",
        "hsms: {hsm1: {firmware: latest, attested: 2026-10-01, by: ada}}",
        "hsms: {hsm1: {firmware: 2.2b, attested: 2026-10-01}}",
        "hsms: {hsm1: {firmware: 2.2b, attested: 2026-10-01, by: ' '}}",
        "hsms: {hsm1: {firmware: 2.2b, attested: , by: ada}}",
        "readiness: {training: {by: ada}}",
        "readiness: {training: {by: ' ', on: 2026-09-01}}",
        f"readiness: {{training: {{{ITEM}, needed: false}}}}",
        f"readiness: {{training: {{{ITEM}, customer_id: C}}}}",
        f"readiness: {{thales_portal: {{{ITEM}, device_licence: L}}}}",
        "ledger: {folder: ''}",
    ],
)
def test_a_mistake_is_refused_by_the_schema_too(text: str) -> None:
    assert not isinstance(examine(text, SETTINGS), Policy)
    assert not VALIDATOR.is_valid(plain(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{azure: , pools: , expected: , peers: , support: , checks: , mutes: , hsms: , readiness: , ledger: }",
        "azure: {endpoint: 'HTTPS://management.azure.com/', credential_scope: }",
        f"pools: [{{name: c, role: , match: {{tags: {{a: '', b: no}}, subscriptions: [{SUB_1}]}}}}]",
        "pools: [{name: Zahlungen für EU, match: , regions: [East US]}]",
        f"peers: {{outside: [{vnet_id('hub').upper()}], via: {{{vnet_id('spoke')}/: proxy}}}}",
        f"support: {{contact: {{{CONTACT}, phone: , method: , language: }}, max_new_tickets: 0, poll_seconds: 1e-2}}",
        f"support: {{contact: {{{CONTACT}, phone: '020', method: phone}}, without_ha_at_most: critical}}",
        "support: {without_ha_at_most: critical, contact: , consent: {diagnostics: true, soft_reboot: }}",
        "checks: {PHSM-HSM-001: {in_progress_minutes: 5, severity: , ticket: false}, PHSM-HA-001: {}}",
        "checks: {PHSM-HSM-003: {regions: [Sweden Central]}, PHSM-RDY-010: {valid_days: 1}}",
        f"expected: [hsm1, Zahlungen, {hsm().id.upper()}/]",
        f"peers: {{client_subnets: [{subnet_id().upper()}/]}}",
        f"peers: {{secured_hubs: {{{vnet_id()}: {{prefixes: ['::/0', 10.0.0.0/8], {ITEM}}}}}}}",
        "support: {plan: None, plan_valid_minutes: 525600, comment_every_hours: 1, close_when_gone: , evidence: none}",
        f"mutes: [{{{MUTE}, expires: 2027-03-31, since: }}]",
        "mutes: [{check: 'phsm-[!H]*-00?', subject: a, reason: a, owner: a, expires: '2027-03-31'}]",
        "hsms: {hsm1: {firmware: 2.1a (1.15.0), attested: 2026-10-01, by: ada}, hsm2: {firmware: , serial: '', host_port: 1}}",
        f"hsms: {{{hsm().id}: {{firmware: 2200-1011, attested: 2026-10-01, by: ada}}, hsm3: {{firmware: ' ', by: }}}}",
        f"readiness: {{training: {{{ITEM}, needed: true, customer_id: '', device_licence: , note: }}}}",
        f"readiness: {{tmd: {{{ITEM}, needed: false}}}}",
        f"readiness: {{custom_firmware: {{{ITEM}, device_licence: L, valid_until: 2026-09-01}}, monitoring: }}",
        "readiness: {}",
        "ledger: {folder: /var/lib/phsm}",
    ],
)
def test_what_is_allowed_is_not_refused_by_the_schema(text: str) -> None:
    assert isinstance(examine(text, SETTINGS), Policy)
    assert [error.message for error in VALIDATOR.iter_errors(plain(text))] == []


EXAMPLE = plain(uncommented(PAGE.read_text("utf-8")))
VALUES = (
    None,
    True,
    0,
    0.5,
    "",
    "é",
    "a\tb",
    "\u2028",
    [],
    {},
    "phone",
    "critical",
    SUB_1.upper(),
    vnet_id("hub"),
    "2026-09-01",
    False,
)


def places(value: Any) -> list[tuple[Any, ...]]:
    """The path of everything that stands in a value."""
    steps = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    return [path for step in steps for path in ((step,), *((step, *below) for below in places(value[step])))]


@pytest.mark.parametrize("section", sorted(EXAMPLE))
def test_nothing_that_the_configuration_allows_is_refused_by_the_schema(section: str) -> None:
    """The examples, each value in turn left out and replaced by many others."""
    refused = 0
    for *above, step in places({section: EXAMPLE[section]}):
        for replacement in (*VALUES, "left out"):
            value = {section: copy.deepcopy(EXAMPLE[section])}
            inside: Any = value
            for each in above:
                inside = inside[each]
            inside[step] = replacement
            if replacement == "left out":
                del inside[step]
            if not VALIDATOR.is_valid(value):
                refused += 1
                assert not isinstance(examine(json.dumps(value), SETTINGS), Policy), value
    assert refused > len(places(EXAMPLE[section]))
