"""The configuration: text to a Policy, with all mistakes at once and the line of each."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ops.codec.rules import rule_for
from ops.codec.shape import Path, inner, keys, nearest
from ops.codec.sheet import Sheet, value_of
from ops.model.policy import Policy


def policy_from(text: str, where: str, check_settings: Mapping[str, Collection[str]] | None = None) -> Policy:
    """The policy that a configuration says; an empty text, and a key without a value, is the default.

    ``where`` names the text in messages. ``check_settings`` holds, by check id, the settings that the check has besides
    severity and ticket; None = any id may stand under ``checks:``.
    Raises ConfigProblem, each of its mistakes one line: line number, key, and what is allowed there.
    """
    sheet = Sheet()
    value = value_of(text, sheet)
    policy: Policy | None = None
    try:
        # Strict JSON, because that is what YAML is clear about: lists become tuples, text never becomes a number.
        policy = _adapter().validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        for details in error.errors(include_url=False):
            path = tuple(step for step in details["loc"] if step != "[key]")
            allowed = re.findall("'([^']+)'", details.get("ctx", {}).get("expected", ""))
            if "[key]" in details["loc"]:
                sheet.add(path, f"no such key; {nearest(str(path[-1]), allowed)}")
            else:
                sheet.add(path, _wanted(details["type"], path, details["input"], allowed, sheet))
    for path, says in (*_broken_rules(value, sheet), *_broken_agreements(value, check_settings)):
        sheet.add(path, says)
    if sheet.mistakes or policy is None:
        raise sheet.problem(where)
    return policy


def policy_from_mapping(value: Mapping[str, Any], where: str = "the built-in configuration") -> Policy:
    """The policy that plain values say, held to the same rules. Raises ConfigProblem."""
    return policy_from(json.dumps(value, ensure_ascii=False), where)


@cache
def _adapter() -> TypeAdapter[Policy]:
    return TypeAdapter(Policy)


def _wanted(problem: str, path: Path, value: Any, allowed: Sequence[str], sheet: Sheet) -> str:
    """What is allowed where pydantic found ``value``."""
    if problem == "missing":
        rule = rule_for(path)
        return f"missing: {rule('')}" if rule else "missing: it has no default"
    written = sheet.written.get(path, "")
    if problem == "string_type" and written:
        return f'{written}: wanted text, put it in quotes: "{written}"'
    wanted = {
        "string_type": "text",
        "bool_type": "true or false",
        "int_type": "a whole number",
        "float_type": "a number",
        "tuple_type": f"a list, [{written or '...'}]",
        "mapping_type": "keys and values",
        "dataclass_type": f"keys and values: {', '.join(keys(_kind(path)))}",
    }.get(problem, f"one of {', '.join(allowed)}")
    shown = json.dumps(value, ensure_ascii=False) if isinstance(value, str) else written
    return f"{shown}: wanted {wanted}" if shown else f"wanted {wanted}"


def _kind(path: Path) -> Any:
    kind: Any = Policy
    for step in path:
        kind = inner(kind, step)
    return kind


def _broken_rules(value: dict[str, Any], sheet: Sheet) -> Iterator[tuple[Path, str]]:
    for path, leaf in _leaves(value, ()):
        rule = rule_for(path)
        says = rule(leaf) if rule and path not in sheet.mistakes else ""
        if says:
            shown = json.dumps(leaf, ensure_ascii=False) if isinstance(leaf, str) else sheet.written[path]
            yield path, f"{shown}: {says}"


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict | list):
        for step, below in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(below, (*path, step))
    else:
        yield path, value


def _broken_agreements(
    value: dict[str, Any], check_settings: Mapping[str, Collection[str]] | None
) -> Iterator[tuple[Path, str]]:
    """Mistakes that two values make together."""
    leaves = dict(_leaves(value, ()))
    if leaves.get(("support", "contact", "method")) == "phone":
        phone = ("support", "contact", "phone")
        if not str(leaves.get(phone, "")).strip():
            yield phone, "missing: method is phone"
    first: dict[str, Path] = {}
    for path, leaf in leaves.items():
        if len(path) == 3 and path[0] == "pools" and path[2] == "name" and isinstance(leaf, str):
            other = first.setdefault(leaf.lower(), path)
            if other != path:
                yield path, f'"{leaf}": pools[{other[1]}] has this name already'
    if check_settings is not None and isinstance(checks := value.get("checks"), dict):
        for check, settings in checks.items():
            if check not in check_settings:
                yield ("checks", check), f"no such check; {nearest(check, check_settings)}"
                continue
            for setting in settings if isinstance(settings, dict) else ():
                if setting not in ("severity", "ticket", *check_settings[check]):
                    yield ("checks", check, setting), f"{check} has no such setting"
