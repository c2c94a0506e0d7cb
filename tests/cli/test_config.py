from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ops.codec import policy_from
from ops.model.policy import Policy
from tests.process import REPOSITORY, environment, phsm

SHIPPED = (REPOSITORY / "ops" / "codec" / "phsm.yaml").read_text("utf-8")
SCHEMA = (REPOSITORY / "config" / "schema" / "phsm.schema.json").read_text("utf-8")

FIVE_MISTAKES = """\
pools:
  - {name: cards, role: prod}
support:
  contact:
    first_name: Ada
    last_name: Okafor
    email: ada@example.com
    country: Germany
    time_zone: GMT Standard Time
  max_new_tickets: -1
checks:
  PHSM-HA-01: {ticket: false}
mutez: []
"""

ESTATE = """\
subscriptions: [{id: 00000000-0000-0000-0000-000000000001, displayName: empty}]
resources: []
config: {pools: [{name: of-the-estate, role: dr}]}
"""


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    return file


def test_init_writes_the_commented_configuration_and_the_schema_that_it_names(tmp_path: Path) -> None:
    ended = phsm(tmp_path, "config", "init")
    assert (ended.code, ended.out) == (0, "")
    assert "next: edit it, then phsm config validate config/phsm.yaml" in ended.err
    assert (tmp_path / "config/phsm.yaml").read_text("utf-8") == SHIPPED
    assert SHIPPED.startswith("# yaml-language-server: $schema=schema/phsm.schema.json\n")
    assert (tmp_path / "config/schema/phsm.schema.json").read_text("utf-8") == SCHEMA
    validated = phsm(tmp_path, "config", "validate")
    assert (validated.code, validated.err) == (0, "")
    assert validated.out == (
        "config/phsm.yaml is valid\n\n"
        "pools      default: each subscription and region is one production pool\n"
        "contact    none: no ticket can be opened\n"
        "also set   nothing\n"
    )


def test_init_never_overwrites(tmp_path: Path) -> None:
    file = written(tmp_path, "mine.yaml", "support: {max_new_tickets: 1}\n")
    ended = phsm(tmp_path, "config", "init", "--output", "mine.yaml")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == "phsm: mine.yaml exists already\n  try: edit it, or name another file with --output\n"
    assert file.read_text() == "support: {max_new_tickets: 1}\n"
    assert list(tmp_path.iterdir()) == [file]


def test_init_into_a_place_that_cannot_be_is_exit_2(tmp_path: Path) -> None:
    written(tmp_path, "file", "")
    ended = phsm(tmp_path, "config", "init", "--output", "file/phsm.yaml")
    assert ended.code == 2
    assert ended.err.startswith("phsm: file/phsm.yaml could not be written: ")


def test_the_package_brings_its_configuration_along(tmp_path: Path) -> None:
    """Built as a wheel and run from it, without the repository."""
    build = "import sys; from flit_core.buildapi import build_wheel; print(build_wheel(sys.argv[1]))"
    built = subprocess.run(
        [sys.executable, "-c", build, str(tmp_path)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    unpacked = tmp_path / "unpacked"
    with zipfile.ZipFile(tmp_path / built.stdout.split()[-1]) as wheel:
        wheel.extractall(unpacked)
    here = tmp_path / "here"
    here.mkdir()
    run = "import ops; from ops.cli.main import run; print(ops.__file__, flush=True); run()"
    done = subprocess.run(
        [sys.executable, "-c", run, "config", "init"],
        cwd=here,
        env=environment(tmp_path, PYTHONPATH=str(unpacked)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, str(unpacked / "ops" / "__init__.py")), done.stderr
    assert (here / "config/phsm.yaml").read_text("utf-8") == SHIPPED
    assert (here / "config/schema/phsm.schema.json").read_text("utf-8") == SCHEMA


def test_all_mistakes_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    written(tmp_path, "config/phsm.yaml", FIVE_MISTAKES)
    ended = phsm(tmp_path, "config", "validate")
    assert (ended.code, ended.out) == (2, "")
    lines = [" ".join(line.split()) for line in ended.err.splitlines()]
    assert lines == [
        "phsm: config/phsm.yaml has 5 mistakes",
        '2 pools[0].role "prod": wanted one of production, dr, non-production',
        '8 support.contact.country "Germany": wanted an ISO 3166-1 alpha-3 code, DEU',
        "10 support.max_new_tickets -1: wanted 0 or more",
        "12 checks.PHSM-HA-01 no such check; did you mean PHSM-HA-001?",
        next(line for line in lines if line.startswith("13 mutez no such key; ")),
    ]


def test_a_script_gets_the_mistakes_as_one_document(tmp_path: Path) -> None:
    written(tmp_path, "mine.yaml", FIVE_MISTAKES)
    ended = phsm(tmp_path, "config", "validate", "mine.yaml", "--format", "json")
    assert (ended.code, ended.err) == (2, "")
    document = json.loads(ended.out)
    assert (document["schema"], document["file"], document["valid"]) == ("phsm.config/1", "mine.yaml", False)
    assert [item["line"] for item in document["mistakes"]] == [2, 8, 10, 12, 13]
    assert document["mistakes"][2] == {"line": 10, "key": "support.max_new_tickets", "says": "-1: wanted 0 or more"}


def test_what_a_valid_configuration_sets_is_told(tmp_path: Path) -> None:
    valid = FIVE_MISTAKES.replace("prod}", "dr}").replace("Germany", "DEU").replace("-1", "1")
    valid = valid.replace("HA-01", "HA-001").replace("mutez: []\n", "")
    written(tmp_path, "mine.yaml", valid)
    ended = phsm(tmp_path, "config", "validate", "mine.yaml")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == (
        "mine.yaml is valid\n\n"
        "pools      cards (dr)\n"
        "contact    Ada Okafor, ada@example.com, by email; without a phone, so no ticket of severity A\n"
        "also set   support.max_new_tickets, checks.PHSM-HA-001\n"
    )
    document = json.loads(phsm(tmp_path, "config", "validate", "mine.yaml", "--format", "json").out)
    assert document == {
        "schema": "phsm.config/1",
        "file": "mine.yaml",
        "valid": True,
        "pools": [{"name": "cards", "role": "dr"}],
        "contact": True,
        "set": ["pools", "support.contact", "support.max_new_tickets", "checks.PHSM-HA-001"],
        "mistakes": [],
    }


def test_no_configuration_to_validate_is_exit_2_never_valid(tmp_path: Path) -> None:
    ended = phsm(tmp_path, "config", "validate")
    assert (ended.code, ended.out) == (2, "")
    assert "config/phsm.yaml" in ended.err
    assert "try: phsm config init" in ended.err


@pytest.mark.parametrize("command", [("config", "validate"), ("check",)])
def test_the_flag_wins_over_the_environment_and_that_over_the_file_here(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    """Each file has a mistake, so that what is read names itself, before any connection."""
    for name in ("flag.yaml", "environment.yaml", "config/phsm.yaml"):
        written(tmp_path, name, "mistake: 1\n")
    flag = phsm(tmp_path, *command, "--config", "flag.yaml", PHSM_CONFIG="environment.yaml")
    variable = phsm(tmp_path, *command, PHSM_CONFIG="environment.yaml")
    here = phsm(tmp_path, *command, PHSM_CONFIG="")
    assert [ended.code for ended in (flag, variable, here)] == [2, 2, 2]
    assert "phsm: flag.yaml has 1 mistake\n" in flag.err
    assert "phsm: environment.yaml has 1 mistake\n" in variable.err
    assert "phsm: config/phsm.yaml has 1 mistake\n" in here.err


def test_a_variable_that_names_a_missing_file_is_exit_2_with_a_tip(tmp_path: Path) -> None:
    written(tmp_path, "config/phsm.yaml", SHIPPED)
    for command in (("config", "validate"), ("check",)):
        ended = phsm(tmp_path, *command, PHSM_CONFIG="gone.yaml")
        assert (ended.code, ended.out) == (2, "")
        assert ended.err.startswith("phsm: gone.yaml does not exist\n  try: check the path in --config or PHSM_CONFIG")


def test_a_sandbox_takes_what_is_named_or_its_own_and_never_the_file_here(tmp_path: Path) -> None:
    written(tmp_path, "config/phsm.yaml", "mistake: 1\n")
    written(tmp_path, "named.yaml", "pools: [{name: of-the-file}]\n")
    written(tmp_path, "estate.yaml", ESTATE)
    words = ("--sandbox", "estate.yaml")
    assert phsm(tmp_path, *words, "check").code == 4  # read, and there is no HSM
    named = phsm(tmp_path, *words, "check", PHSM_CONFIG="config/phsm.yaml")
    assert (named.code, named.err.partition("\n")[0]) == (2, "phsm: config/phsm.yaml has 1 mistake")
    assert "of-the-estate (dr)" in phsm(tmp_path, *words, "config", "validate").out
    assert "of-the-file (production)" in phsm(tmp_path, *words, "config", "validate", PHSM_CONFIG="named.yaml").out


def test_the_schema_is_printed_and_written(tmp_path: Path) -> None:
    printed = phsm(tmp_path, "config", "schema")
    assert (printed.code, printed.out, printed.err) == (0, SCHEMA, "")
    assert phsm(tmp_path, "config", "schema", "--output", "schema.json").code == 0
    assert (tmp_path / "schema.json").read_text("utf-8") == SCHEMA


def test_the_configuration_of_this_checkout_is_valid_and_as_the_package_writes_it_until_somebody_edits_it() -> None:
    """Whoever runs this from a copy of the repository edits config/phsm.yaml; only then may it differ."""
    mine = (REPOSITORY / "config" / "phsm.yaml").read_text("utf-8")
    if policy_from(mine, "config/phsm.yaml") == Policy():
        assert mine == SHIPPED, "copy ops/codec/phsm.yaml to config/phsm.yaml"


def test_the_configuration_can_be_read_at_100_columns() -> None:
    """An id of a virtual network cannot be broken; nothing else is longer."""
    assert [line for line in SHIPPED.splitlines() if len(line) > 100 and "/virtualNetworks/" not in line] == []
