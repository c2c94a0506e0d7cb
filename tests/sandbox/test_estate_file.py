"""Estate files: all mistakes at once, each with its place, and bodies untouched."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops.errors import ConfigProblem
from ops.sandbox.child import running
from ops.sandbox.estate_file import estates, load, parse

_SUB = "11111111-1111-4111-8111-111111111111"
_HSM = f"/subscriptions/{_SUB}/resourceGroups/rg/providers/Microsoft.HardwareSecurityModules/dedicatedHSMs/hsm1"


def _mistakes(text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigProblem) as problem:
        parse(text, "estate.yaml")
    return problem.value.mistakes


def test_the_least_that_is_needed_is_subscriptions_and_resources() -> None:
    assert _mistakes("description: nothing\n") == ("1  subscriptions  is missing", "1  resources  is missing")
    assert parse("{subscriptions: [], resources: []}", "estate.yaml").support.plan == "Unified"


def test_all_mistakes_are_told_at_once_with_line_and_key_path() -> None:
    text = f"""
subscriptions:
  - {{id: {_SUB}, displayName: payments, colour: blue}}
  - id: not-a-guid
    displayName: two
resources:
  - {{id: {_HSM}, location: eastus}}
  - id: /subscriptions/nonsense
faults:
  - path: "*"
limits:
  reads: {{bucket: 0, perSecond: 25}}
"""
    assert _mistakes(text) == (
        "3  subscriptions[0].colour  no such key here",
        "4  subscriptions[1].id  String should match pattern '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$'",
        "10  faults[0]  does nothing: give status, reset, hang, body, truncate or latency_ms",
        "12  limits.reads.bucket  Input should be greater than or equal to 1",
    )


def test_ids_that_fit_nothing_are_mistakes() -> None:
    other = _HSM.replace(_SUB, "99999999-9999-4999-8999-999999999999")
    text = f"""
subscriptions:
  - {{id: {_SUB}, displayName: payments}}
  - {{id: {_SUB.upper()}, displayName: again}}
resources:
  - {{id: {_HSM}}}
  - {{id: {_HSM.upper()}}}
  - {{id: {other}}}
  - {{id: /nonsense}}
  - {{name: hsm1}}
  - {{id: {_HSM}2, name: another}}
  - id: {_HSM}3
    tags:
      fastpathenabled: True
"""
    assert _mistakes(text) == (
        f"4  subscriptions[1].id  {_SUB.upper()} is there twice",
        f"7  resources[1].id  {_HSM.upper()} is there twice",
        "8  resources[2].id  subscription 99999999-9999-4999-8999-999999999999 is not among the file's subscriptions",
        "9  resources[3].id  '/nonsense' is no ARM id",
        "10  resources[4].id  is missing",
        "11  resources[5].name  'another' is not the name in the id",
        "14  resources[6].tags.fastpathenabled  a tag is text: write 'True' in quotes",
    )


def test_a_mistake_of_grammar_has_its_line() -> None:
    (mistake,) = _mistakes("subscriptions:\n  - {id: 1\nresources: []\n")
    assert mistake.startswith("3  ")
    (twice,) = _mistakes("subscriptions: []\nresources: []\nresources: []\n")
    assert twice.startswith("3  found duplicate key")


@pytest.mark.parametrize("text", ["", "just text", "- a list"])
def test_what_is_no_mapping_is_no_estate(text: str) -> None:
    assert _mistakes(text) == ("1  a mapping with subscriptions and resources is expected",)


def test_code_in_a_file_is_never_run() -> None:
    (mistake,) = _mistakes("subscriptions: !!python/object/apply:os.getcwd []\nresources: []\n")
    assert mistake.startswith("1  could not determine a constructor for the tag")


def test_bodies_are_kept_as_they_stand_and_words_and_dates_stay_text() -> None:
    text = f"""
subscriptions: [{{id: {_SUB}, displayName: payments}}]
resources:
  - {{id: {_HSM}, new: {{on: no, at: 2026-11-01T04:12:37.640Z, day: 2026-11-01}}}}
"""
    assert parse(text, "estate.yaml").resources[0] == {
        "id": _HSM,
        "new": {"on": "no", "at": "2026-11-01T04:12:37.640Z", "day": "2026-11-01"},
    }


def test_a_bad_file_stops_the_child_with_all_its_mistakes(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("subscriptions: []\nresources: 7\nnonsense: 1\n")
    with pytest.raises(ConfigProblem) as problem, running(str(path)):
        pass
    assert problem.value.what == f"{path} has 2 mistakes"
    assert problem.value.mistakes == (
        "2  resources  Input should be a valid list",
        "3  nonsense  no such key here",
    )


def test_an_unknown_name_is_told_with_the_names_that_there_are() -> None:
    with pytest.raises(ConfigProblem) as problem, running("degarded"):
        pass
    assert problem.value.what == "degarded: no such sandbox estate, and no such file"
    assert problem.value.tip == "there are: degraded, forbidden, healthy, single-stamp, fleet:SUBSCRIPTIONSxHSMS"


def test_every_shipped_estate_says_what_it_is_for_and_loads() -> None:
    for name, description in estates().items():
        assert description
        if not name.startswith("fleet:"):
            assert load(name).description == description


@pytest.mark.parametrize("name", ["fleet:", "fleet:3", "fleet:axb", "fleet:0x4", "fleet:1000x1000"])
def test_a_fleet_that_cannot_be_is_refused(name: str) -> None:
    with pytest.raises(ConfigProblem):
        load(name)


def test_a_fleet_has_as_many_hsms_as_its_name_says() -> None:
    resources = load("fleet:3x5").resources
    hsms = [body for body in resources if body["type"].endswith("/dedicatedHSMs")]
    assert len(hsms) == 15
    assert len({body["id"] for body in resources}) == len(resources)
    assert len([body for body in resources if body["type"].endswith("/networkInterfaces")]) == 45
