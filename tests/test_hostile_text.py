"""No text of Azure's, of a configuration or of a snapshot gets out unescaped: every hostile string through every output."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ops.checks import collect
from ops.cli.screen import complaint
from ops.codec import policy_from
from ops.codec.plan import plan_text
from ops.errors import CloudUnreadable, ConfigProblem, TicketProblem, UsageProblem
from ops.model.estate import FASTPATH_FEATURE, HSM_TYPE
from ops.model.untrusted import one_line
from ops.reports import (
    catalogue,
    configuration,
    conflicts,
    inventory,
    plan,
    portal,
    readiness,
    receipts,
    run_csv,
    run_json,
    run_markdown,
    run_text,
    snapshot,
    tickets,
)
from ops.sandbox.child import running
from tests.adapters import arm_json
from tests.build import SUB_1, SUB_2
from tests.github import cells, markdown_problems
from tests.hostile import HOSTILE
from tests.hostile_world import World, world_of
from tests.process import phsm

Output = Callable[[World, str], str]


def _mistakes(text: str) -> str:
    """What is said about a configuration with this text as a key and as a value, each where it must not be."""
    document = {text: text, "support": {"max_new_tickets": text, text: 1}, "checks": {text: {"severity": text}}}
    with pytest.raises(ConfigProblem) as caught:
        policy_from(json.dumps(document).encode("utf-8", "replace").decode(), text, {"PHSM-HA-001": ()})
    return complaint(caught.value)


def _page_of(check_id: str, world: World) -> str:
    (check,) = (check for check in collect() if check.id == check_id)
    return catalogue.render_page(check, None, False, world.policy)


def _uncoloured(text: str) -> str:
    """Without the codes for colours, which are ours; any other code stays."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


LINES: Mapping[str, Output] = {
    "check": lambda world, _: run_text.render(world.run, None, False),
    "inventory": lambda world, _: inventory.render_text(world.run, None, False),
    "plan": lambda world, _: plan.render_text(world.plan, None, False),
    "plan, whole": lambda world, _: plan.render_text(world.first, None, False, whole=True),
    "receipts": lambda world, _: receipts.render_text(world.receipts, world.updates, None, False),
    "tickets list": lambda world, _: tickets.render_list(world.tickets, world.gaps, None, False),
    "snapshot": lambda world, text: snapshot.render_text(world.saved, text, None, False),
    "ticket titles": lambda world, _: "".join(f"{draft.title}\n" for draft in world.drafts),
    "ticket descriptions": lambda world, _: "".join(f"{draft.description}\n" for draft in world.drafts),
    "readiness": lambda world, _: readiness.render_text(world.checklist, None, False),
    "conflicts": lambda world, _: conflicts.render_text(world.run.estate, world.conflicts, None, False),
    "exemptions for Azure Policy": lambda world, _: conflicts.render_policy_exemption(
        world.run.estate, world.conflicts
    ),
    "mutes for prowler": lambda world, _: conflicts.render_prowler(world.run.estate, world.conflicts),
    "configuration": lambda world, text: configuration.render_text(text, world.policy, None, False),
    "a check as configured": lambda world, _: _page_of("PHSM-HSM-003", world),
    "markdown": lambda world, _: run_markdown.render(world.run),
    "readiness as markdown": lambda world, _: readiness.render_markdown(world.checklist),
    "csv": lambda world, _: run_csv.render(world.run).replace("\r\n", "\n"),
    "error: usage": lambda _, text: complaint(UsageProblem(text, tip=text)),
    "error: cloud": lambda _, text: complaint(CloudUnreadable(text, text)),
    "error: ticket": lambda _, text: complaint(TicketProblem(text, text, may_exist=True)),
    "error: configuration": lambda _, text: complaint(ConfigProblem(text, (f"1  {text}   {text}",), text)),
}
"""Whose number of lines does not depend on the text."""
CUT = ("plan, whole", "ticket descriptions", "plan json", "page for the portal")
"""Where a long text leaves less room for the rest: a description has a most that Azure takes."""
FREE: Mapping[str, Output] = {
    "check at 80": lambda world, _: run_text.render(world.run, 80, False),
    "check in colour": lambda world, _: _uncoloured(run_text.render(world.run, 80, True)),
    "inventory at 80": lambda world, _: inventory.render_text(world.run, 80, False),
    "plan at 80": lambda world, _: plan.render_text(world.plan, 80, False),
    "plan, whole, at 80": lambda world, _: plan.render_text(world.first, 80, False, whole=True),
    "receipts at 80": lambda world, _: receipts.render_text(world.receipts, world.updates, 80, False),
    "readiness at 80": lambda world, _: readiness.render_text(world.checklist, 80, False),
    "conflicts at 80": lambda world, _: conflicts.render_text(world.run.estate, world.conflicts, 80, False),
    "page for the portal": lambda world, text: portal.render(world.first.to_open[0], text),
    "tickets list at 80": lambda world, _: tickets.render_list(world.tickets, world.gaps, 80, False),
    "tickets show": lambda world, _: tickets.render_one(world.tickets[0], world.messages, None, False),
    "tickets show at 80": lambda world, _: tickets.render_one(world.tickets[0], world.messages, 80, False),
    "snapshot at 80": lambda world, text: snapshot.render_text(world.saved, text, 80, False),
}
"""Which wrap it, or show a text of several lines as several lines; what begins at the margin is ours all the same."""
JSON: Mapping[str, Output] = {
    "check json": lambda world, _: run_json.render(world.run),
    "inventory json": lambda world, _: inventory.render_json(world.run),
    "plan json": lambda world, _: plan_text(world.plan, "phsm"),
    "receipts json": lambda world, _: receipts.render_json(world.receipts, world.updates, world.plan),
    "tickets json": lambda world, _: tickets.render_json(world.tickets, world.gaps, world.said),
    "readiness json": lambda world, _: readiness.render_json(world.checklist),
    "conflicts json": lambda world, _: conflicts.render_json(world.run.estate, world.conflicts),
    "snapshot json": lambda world, _: snapshot.render_json(world.saved),
}
BENIGN = "benign"
PLAIN = {name: output(world_of(BENIGN), BENIGN) for name, output in (LINES | FREE | JSON).items()}
TEXTS = [pytest.param(text, id=name) for name, text in HOSTILE.items()]


def _harm(output: str) -> Iterator[str]:
    for char in sorted(set(output)):
        if char != "\n" and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
            yield f"the character U+{ord(char):04X}"
    if re.search("[\u0300-\u036f\u0489]{4}", output):
        yield "a flood of marks"
    yield from _commands(output)


def _commands(output: str) -> Iterator[str]:
    """What a workflow's runner would obey: the first it looks for at the start of a line, the second anywhere."""
    for line in output.splitlines():
        if line.lstrip().startswith("::"):
            yield f"a workflow command: {line[:60]}"
        if re.search(r"##\w*\[", line):
            yield f"an old workflow command: {line[:60]}"


def _margin(output: str) -> int:
    """How many lines begin at the margin."""
    return sum(not line.startswith(" ") for line in output.splitlines() if line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A hostile string, and every output with it, by name."""

    text: str
    shown: Mapping[str, str]
    findings: int
    sources: frozenset[str]


@pytest.fixture(scope="module", params=TEXTS)
def case(request: pytest.FixtureRequest) -> Case:
    text, world = request.param, world_of(request.param)
    return Case(
        text=text,
        shown={name: output(world, text) for name, output in (LINES | FREE | JSON).items()},
        findings=len(world.run.findings),
        sources=frozenset(finding.source for finding in world.run.findings),
    )


def test_nothing_harmful_gets_out(case: Case) -> None:
    for name in LINES | FREE:
        assert list(_harm(case.shown[name])) == [], name
    assert list(_harm(_mistakes(case.text))) == []


def test_no_text_makes_a_line_of_its_own(case: Case) -> None:
    for name in LINES:
        lines, plain = case.shown[name].count("\n"), PLAIN[name].count("\n")
        assert lines == plain or (name in CUT and lines < plain), name
    for name in FREE:
        assert _margin(case.shown[name]) == _margin(PLAIN[name]) or name in CUT, name
    assert case.shown["check in colour"] == case.shown["check at 80"]  # nothing is taken for markup or an emoji
    for name in LINES | FREE:
        assert one_line(case.text) not in case.shown[name].splitlines(), name


def test_json_is_ascii_and_says_the_very_text(case: Case) -> None:
    for name in JSON:
        shown = case.shown[name]
        assert shown.isascii(), name
        assert shown.count("\n") == PLAIN[name].count("\n") or name in CUT, name
        assert list(_commands(shown)) == [], name
        whole = case.text.encode("utf-8", "replace").decode() if name in ("snapshot json", "plan json") else case.text
        assert whole in _strings(json.loads(shown)), name


def _strings(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {found for item in value.values() for found in _strings(item)}
    if isinstance(value, list):
        return {found for item in value for found in _strings(item)}
    return {value} if isinstance(value, str) else set()


def test_markdown_keeps_its_tables_and_gets_no_tag_link_or_mention(case: Case) -> None:
    for name in ("markdown", "readiness as markdown"):
        shown, plain = case.shown[name], PLAIN[name]
        assert list(markdown_problems(shown, case.sources)) == [], name
        assert [len(cells(line)) for line in shown.splitlines()] == [len(cells(line)) for line in plain.splitlines()]
    form = case.shown["page for the portal"].partition("\n## Description\n")[0]
    assert list(markdown_problems(form, frozenset())) == []


def test_csv_keeps_its_columns_and_holds_no_formula(case: Case) -> None:
    rows = list(csv.reader(io.StringIO(case.shown["csv"], newline=""), strict=True))
    assert {len(row) for row in rows} == {len(run_csv.COLUMNS)}
    assert len(rows) == 1 + case.findings
    for cell in (cell for row in rows for cell in row):
        for part in (cell, *cell.split(";")):  # another language of the spreadsheet splits at semicolons
            assert part.strip(" \t\r\"'")[:1] not in tuple("=+-@＝＋－＠") or part.lstrip().startswith("'"), cell


def test_a_command_to_paste_is_the_same_command(case: Case) -> None:
    wanted = [shlex.split(line) for line in _to_paste(PLAIN["check"])]
    found = list(_to_paste(case.shown["check"]))
    assert len(found) == len(wanted)
    for line, benign in zip(found, wanted, strict=True):
        if line.endswith("…"):
            continue  # cut, and seen to be
        words = shlex.split(line)
        assert len(words) == len(benign)
        for word, plain in zip(words, benign, strict=True):
            assert word == plain or BENIGN in plain, line


def _to_paste(report: str) -> Iterator[str]:
    """Azure's commands: behind the sign of a next step, or on a line of their own below its words."""
    lines = (line.strip().removeprefix("next: ") for line in report.splitlines())
    return (line for line in lines if line.startswith("az "))


def _hostile_azure() -> dict[str, Any]:
    """ARM's own answers: HSMs that hold the strings in their SKU, state, message, stamp and tags, and so do peerings."""
    texts = list(HOSTILE.values())
    hsms = []
    for n in range(0, len(texts), 4):
        sku, message, stamp, tag = (texts + texts)[n : n + 4]
        state = "Failed" if n % 8 else tag
        facts = {"provisioningState": state, "statusMessage": message, "stampId": stamp}
        hsms.append(
            arm_json.hsm(f"{arm_json.GROUP}/providers/{HSM_TYPE}/hsm{n}", sku, **facts) | {"tags": {tag[:100]: tag}}
        )
    near = arm_json.vnet(peers=(arm_json.HUB,), subnets=("hsmsubnet",)) | {"tags": {"FastPathEnabled": "\x1b[2J"}}
    near["properties"]["virtualNetworkPeerings"] += [{"name": text, "properties": {}} for text in HOSTILE.values()]
    refused = {"method": "GET", "path": "*/hub", "status": 403, "code": "::error::\x1b]0;x\x07##[group]\u202e"}
    return arm_json.estate(*hsms, near, faults=(refused,)) | {
        "subscriptions": [
            {
                "id": SUB_1,
                "displayName": "::add-mask::x\n::stop-commands::y",
                "features": {FASTPATH_FEATURE: "Pending"},
            },
            {"id": SUB_2, "displayName": "##[group]\x1b[2J\u202ex", "features": {FASTPATH_FEATURE: "\x9b31m::x"}},
        ]
    }


def test_a_whole_command_against_a_hostile_azure_prints_nothing_harmful(tmp_path: Path) -> None:
    file = tmp_path / "azure.json"
    file.write_text(json.dumps(_hostile_azure()), "utf-8")
    with running(str(file)) as serving:
        env = {"PHSM_ARM_ENDPOINT": serving.endpoint, "PHSM_CA_BUNDLE": serving.ca_bundle}
        for words, code in (("check", 3), ("tickets open --apply", 4), ("tickets list", 0)):
            ended = phsm(tmp_path, "--verbose", *words.split(), **env)
            assert ended.code == code, ended.err
            assert list(_harm(ended.out.replace("\r\n", "\n"))) == [], words
            assert list(_harm(ended.err)) == [], words
            assert "HSM" in ended.out


def test_half_a_character_in_a_configuration_is_a_mistake_with_its_line() -> None:
    with pytest.raises(ConfigProblem) as caught:
        policy_from('pools:\n  - {name: "a\\ud83d"}\n  - {name: "b", match: {tags: {"\\ude00": "c"}}}\n', "phsm.yaml")
    assert [mistake.split()[:2] for mistake in caught.value.mistakes] == [
        ["2", "pools[0].name"],
        ["3", "pools[1].match.tags."],
    ]
    assert all(mistake.endswith("half of a surrogate pair, which is no character") for mistake in caught.value.mistakes)


def test_both_halves_of_a_character_as_json_writes_them_are_that_character() -> None:
    assert policy_from('pools: [{name: "\\ud83d\\ude00"}]', "phsm.yaml").pools[0].name == "\U0001f600"


def test_every_string_went_through_every_output() -> None:
    outputs = len(LINES) + len(FREE) + len(JSON) + 1
    print(f"{len(HOSTILE)} hostile strings through {outputs} outputs")  # noqa: T201
    assert len(HOSTILE) >= 40
