"""YAML 1.2, read safely: only plain values, and dates stay text, as they are in JSON."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from ops.errors import ConfigProblem

Place = tuple[str | int, ...]


class _PlainValues(SafeConstructor):
    """Without dates: ARM sends them as text."""


_PlainValues.add_constructor("tag:yaml.org,2002:timestamp", SafeConstructor.construct_yaml_str)


def read(text: str, origin: str) -> Any:
    """The value in this text; raises ``ConfigProblem`` with the line of a mistake of grammar."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _PlainValues
    try:
        return yaml.load(text)
    except MarkedYAMLError as problem:
        line = problem.problem_mark.line + 1 if problem.problem_mark else 1
        told = " ".join(str(problem.problem or problem.context).split())
        raise ConfigProblem(f"{origin} is no YAML", (f"{line}  {told}",)) from None
    except YAMLError as problem:
        raise ConfigProblem(f"{origin} is no YAML", (f"1  {' '.join(str(problem).split())}",)) from None


def write(value: Any) -> str:
    """The value as YAML text."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    stream = StringIO()
    yaml.dump(value, stream)
    return stream.getvalue()


def head(path: Path, key: str) -> str:
    """The text of one of the first lines, ``key: text``; ``""`` if there is none. A whole estate takes long to read."""
    for line in path.read_text(encoding="utf-8").splitlines()[:10]:
        if line.startswith(f"{key}: "):
            return str(read(line, path.name)[key])
    return ""


def places(text: str, wanted: Sequence[Place]) -> list[int]:
    """The lines (from 1) of these key paths; of the nearest key above, where a path leads nowhere."""
    root = YAML(pure=True).compose(text)
    return [_line(root, place) for place in wanted]


def _line(node: Node, place: Place) -> int:
    line = int(node.start_mark.line)
    for step in place:
        found: Node | None = None
        if isinstance(node, MappingNode):
            for key, value in node.value:
                if key.value == str(step):
                    line, found = int(key.start_mark.line), value
        elif isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
            found = node.value[step]
            line = int(found.start_mark.line)
        if found is None:
            break
        node = found
    return line + 1
