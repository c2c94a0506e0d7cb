"""The configuration: text to a Policy, with all mistakes at once and the line of each."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ops.codec.agreements import CheckSettings, broken_agreements
from ops.codec.rules import rule_for
from ops.codec.shape import KEY, Path, inner, keys, nearest
from ops.codec.sheet import Mistake, Sheet, problem, value_of
from ops.model.policy import Policy


def examine(text: str, check_settings: CheckSettings | None = None) -> Policy | tuple[Mistake, ...]:
    """The policy that a configuration says, or all of its mistakes in the order of the text.

    An empty text, and a key without a value, is the default. ``check_settings`` None = any id may stand under ``checks:``.
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
    for path, says in _broken_rules(value, (), sheet):
        sheet.add(path, says)
    for path, says in [*broken_agreements(value, sheet.mistakes, check_settings)]:
        sheet.add(path, says)
    return sheet.in_order if sheet.mistakes or policy is None else policy


def policy_from(text: str, where: str, check_settings: CheckSettings | None = None) -> Policy:
    """The policy that a configuration says; ``where`` names the text in messages, the rest is as in ``examine``.

    Raises ConfigProblem, each of its mistakes one line: line number, key, and what is allowed there.
    """
    found = examine(text, check_settings)
    if isinstance(found, Policy):
        return found
    raise problem(where, found)


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
        return f"missing: {rule.missing or rule.says('')}" if rule else "missing: it has no default"
    written = sheet.written.get(path, "")
    if problem == "string_type" and written:
        return f'{written}: wanted text, put it in quotes: "{written}"'
    wanted = {
        "string_type": "text",
        "bool_type": "true or false",
        "int_type": "a whole number",
        "float_type": "a number",
        "tuple_type": f"a list, [{written or '...'}]",
        **dict.fromkeys(("date_type", "date_parsing"), "a date, 2027-03-31"),
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


def _broken_rules(value: Any, path: Path, sheet: Sheet) -> Iterator[tuple[Path, str]]:
    """What values and keys break; a value of the wrong type is a mistake already, whatever it holds."""
    if path in sheet.mistakes:
        return
    if isinstance(value, dict | list):
        key_rule = rule_for((*path, KEY)) if isinstance(value, dict) else None
        for step, below in value.items() if isinstance(value, dict) else enumerate(value):
            if key_rule and (says := key_rule.says(step)):
                yield (*path, step, KEY), f"{json.dumps(step, ensure_ascii=False)}: {says}"
            yield from _broken_rules(below, (*path, step), sheet)
    elif (rule := rule_for(path)) and (says := rule.says(value)):
        shown = json.dumps(value, ensure_ascii=False) if isinstance(value, str) else sheet.written[path]
        yield path, f"{shown}: {says}"
