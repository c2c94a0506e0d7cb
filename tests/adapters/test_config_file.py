from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from ops.adapters.config_file import find_config, load_policy
from ops.checks import collect
from ops.codec.shape import inner, keys
from ops.errors import ConfigProblem
from ops.model.policy import Policy, Role

SHIPPED = Path(__file__).parents[2] / "ops" / "codec" / "phsm.yaml"


def uncommented() -> str:
    """The shipped file with its examples in force."""
    return re.sub(r"(?m)^( *)#(?=\S)", r"\1", SHIPPED.read_text("utf-8"))


def test_the_shipped_configuration_says_the_defaults() -> None:
    assert load_policy(SHIPPED) == Policy()


def test_the_examples_of_the_shipped_configuration_are_valid(tmp_path: Path) -> None:
    file = tmp_path / "phsm.yaml"
    file.write_text(uncommented(), "utf-8")
    policy = load_policy(file, {check.id: check.parameters for check in collect()})
    assert policy.support.contact is not None
    assert policy.support.contact.phone == "+44 20 7946 0000"
    assert policy.pools[0].role is Role.PRODUCTION
    assert len(policy.peers.outside) == len(policy.peers.no_hsm_access) == 1


def test_the_shipped_configuration_shows_every_key() -> None:
    assert absent(YAML(typ="safe", pure=True).load(uncommented()), Policy, "") == []


def absent(value: Any, kind: Any, path: str) -> list[str]:
    """The keys of the policy that the value does not show."""
    if isinstance(value, list):
        return absent(value[0], inner(kind, 0), f"{path}[]")
    if not isinstance(value, dict):
        return []
    found = [f"{path}.{key}" for key in keys(kind) if key not in value]
    if not keys(kind):  # a mapping by check id or by tag: all its values together show the keys
        merged = [item for item in value.values() if isinstance(item, dict)]
        shown = {key: item[key] for item in merged for key in item}
        return absent(shown, inner(kind, "any"), f"{path}.*") if merged else []
    return found + [
        key for name in value for key in absent(alike(value, kind, name), inner(kind, name), f"{path}.{name}")
    ]


def alike(value: dict[str, Any], kind: Any, name: str) -> Any:
    """What stands under a key, and under its neighbours of the same type: the page explains their keys once."""
    same = [value[other] for other in value if inner(kind, other) == inner(kind, name)]
    together = all(isinstance(item, dict) for item in same)
    return {key: item[key] for item in same for key in item} if together else value[name]


def test_the_first_file_that_is_named_is_taken_and_the_working_directory_is_the_last_resort(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_config(None, None, use_working_directory=True) is None
    here = tmp_path / "config" / "phsm.yaml"
    here.parent.mkdir()
    here.write_text("")
    assert find_config("flag.yaml", "environment.yaml", use_working_directory=True) == Path("flag.yaml")
    assert find_config(None, "environment.yaml", use_working_directory=True) == Path("environment.yaml")
    assert find_config(None, "", use_working_directory=True) == Path("config/phsm.yaml")
    assert find_config(None, "", use_working_directory=False) is None


def test_a_file_that_is_not_there_is_a_configuration_problem_with_a_tip(tmp_path: Path) -> None:
    with pytest.raises(ConfigProblem) as caught:
        load_policy(tmp_path / "none.yaml")
    assert caught.value.what == f"{tmp_path / 'none.yaml'} does not exist"
    assert "--config" in caught.value.tip
    assert caught.value.exit_code == 2


def test_a_folder_is_a_configuration_problem(tmp_path: Path) -> None:
    with pytest.raises(ConfigProblem, match="cannot be read: Is a directory"):
        load_policy(tmp_path)


def test_a_file_that_is_not_utf_8_is_a_configuration_problem_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "phsm.yaml"
    file.write_bytes("# one\n# zwei für alle\n".encode("latin-1"))
    with pytest.raises(ConfigProblem, match="is not UTF-8: line 2"):
        load_policy(file)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    file = tmp_path / "phsm.yaml"
    file.write_bytes(b"\xef\xbb\xbfsupport: {max_new_tickets: 3}\r\n")
    assert load_policy(file).support.max_new_tickets == 3


def test_mistakes_name_the_file(tmp_path: Path) -> None:
    file = tmp_path / "phsm.yaml"
    file.write_text("support: {max_new_tickets: many}")
    with pytest.raises(ConfigProblem) as caught:
        load_policy(file)
    assert caught.value.what == f"{file} has 1 mistake"
    assert caught.value.mistakes == ('1  support.max_new_tickets   "many": wanted a whole number',)


def test_every_value_of_the_policy_can_be_configured() -> None:
    """The shape is read from the types: a field that it cannot see would be refused as an unknown key."""
    assert keys(Policy) == tuple(item.name for item in fields(Policy))
    assert all(is_dataclass(inner(inner(Policy, name), 0)) for name in ("pools",))
