"""YAML 1.2 text to plain values, with the line of each value and the mistakes that only the text shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from ops.codec.shape import Path, inner, keys, nearest
from ops.errors import ConfigProblem
from ops.model.policy import Policy
from ops.model.untrusted import one_line

_PLAIN_TAGS = {
    f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq")
}


@dataclass(slots=True, kw_only=True)
class Sheet:
    """Where each value stands in the text, how it is written there, and what is wrong."""

    lines: dict[Path, int] = field(default_factory=dict)
    written: dict[Path, str] = field(default_factory=dict)
    mistakes: dict[Path, tuple[int, str, str]] = field(default_factory=dict)

    def add(self, path: Path, says: str, line: int = 0, label: str = "") -> None:
        """Note a mistake; what is not in the text has the line of what it would be in. The first of a path stays."""
        known = next((self.lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in self.lines), 1)
        self.mistakes.setdefault(path, (line or known, label or _spelled(path), one_line(says, 500)))

    def problem(self, where: str) -> ConfigProblem:
        """All mistakes, in the order of the text, as columns: line, key, what is allowed."""
        found = sorted(self.mistakes.values(), key=lambda mistake: mistake[0])
        digits = max(len(str(line)) for line, _, _ in found)
        width = max(len(label) for _, label, _ in found)
        count = f"{len(found)} mistake{'' if len(found) == 1 else 's'}"
        lines = tuple(f"{line:>{digits}}  {label:<{width}}   {says}" for line, label, says in found)
        return ConfigProblem(f"{where} has {count}", mistakes=lines)


def _spelled(path: Path) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{one_line(step, 60)}" for step in path)
    return text.removeprefix(".") or "(file)"


def value_of(text: str, sheet: Sheet) -> dict[str, Any]:
    """The text as JSON values; an empty text is an empty mapping. Mistakes are noted on the sheet."""
    yaml = YAML(typ="safe", pure=True)
    try:
        node = yaml.compose(text)
        value = _Reading(yaml=yaml, sheet=sheet).value(node, (), Policy) if node is not None else None
    except RecursionError:
        sheet.add((), "nested too deeply to be a configuration", label="(syntax)")
        value = None
    except YAMLError as error:
        says, line = _syntax(error, text)
        sheet.add((), says, line, "(syntax)")
        value = None
    if value is None or isinstance(value, dict):
        return value or {}
    sheet.add((), f"wanted keys and values: {', '.join(keys(Policy))}")
    return {}


def _syntax(error: YAMLError, text: str) -> tuple[str, int]:
    """What the parser met, and on which line."""
    if isinstance(error, ReaderError):
        line = text.count("\n", 0, error.position) + 1
        return f"character U+{ord(text[error.position]):04X} may not stand in YAML", line
    if not isinstance(error, MarkedYAMLError):
        return str(error), 1
    says = ", ".join(part for part in (error.context, error.problem) if part)
    return says, error.problem_mark.line + 1 if error.problem_mark else 1


@dataclass(slots=True, kw_only=True)
class _Reading:
    """Turns nodes into values. ruamel's nodes are read one by one because they know their lines."""

    yaml: YAML
    sheet: Sheet
    seen: set[int] = field(default_factory=set)

    def value(self, node: Node, path: Path, kind: Any) -> Any:
        """The value of a node that stands where the policy has a ``kind``; None where a mistake was noted."""
        self.sheet.lines.setdefault(path, node.start_mark.line + 1)
        if id(node) in self.seen:  # the composer answers an alias with the very node of its anchor
            self.sheet.add(path, "an alias: write the value out here")
            return None
        if str(node.ctag) not in _PLAIN_TAGS:
            self.sheet.add(path, f"{node.ctag}: tags are not allowed")
            return None
        self.seen.add(id(node))
        if isinstance(node, MappingNode):
            return self._mapping(node, path, kind)
        if isinstance(node, SequenceNode):
            return [self.value(item, (*path, n), inner(kind, n)) for n, item in enumerate(node.value)]
        assert isinstance(node, ScalarNode)
        return self._scalar(node, path)

    def _mapping(self, node: MappingNode, path: Path, kind: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        known = keys(kind)
        first: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode) or not str(key_node.ctag).endswith(
                (":str", ":timestamp", ":merge")
            ):
                shown = key_node.value if isinstance(key_node, ScalarNode) else "?"
                self.sheet.add((*path, shown), "a key is text: put it in quotes", line)
                continue
            key = key_node.value
            here = (*path, key)
            if key in first:
                # Noted under a path of its own, so that it hides no mistake of the first.
                self.sheet.add((*here, "", line), f"stands twice, first on line {first[key]}", line, _spelled(here))
                continue
            first[key] = self.sheet.lines[here] = line
            if known and key not in known:
                self.sheet.add(here, f"no such key; {nearest(key, known)}")
                continue
            value = self.value(value_node, here, inner(kind, key))
            if value is not None or not known:  # a key without a value is the default; a tag without one is a mistake
                found[key] = value
        return found

    def _scalar(self, node: ScalarNode, path: Path) -> Any:
        self.sheet.written[path] = node.value
        if str(node.ctag).endswith((":str", ":timestamp")):  # a date is the text that it is written as
            return node.value
        try:
            return self.yaml.constructor.construct_object(node)
        except ValueError:  # thousands of digits
            self.sheet.add(path, "not a number that can be read")
            return None
