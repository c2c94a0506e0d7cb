"""YAML 1.2 text to plain values, with the line of each value and the mistakes that only the text shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from ops.codec.shape import KEY, Path, inner, keys, nearest
from ops.errors import ConfigProblem
from ops.model.policy import Policy
from ops.model.untrusted import one_line

_PLAIN_TAGS = {
    f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq")
}
_HALF = "half of a surrogate pair, which is no character"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """What is wrong on a line of the text; ``key`` is spelled ``pools[0].name``. All on one line."""

    line: int
    key: str
    says: str


@dataclass(slots=True, kw_only=True)
class Sheet:
    """Where each value stands in the text, how it is written there, and what is wrong."""

    lines: dict[Path, int] = field(default_factory=dict)
    written: dict[Path, str] = field(default_factory=dict)
    mistakes: dict[Path, Mistake] = field(default_factory=dict)

    def add(self, path: Path, says: str, line: int = 0, label: str = "") -> None:
        """Note a mistake; what is not in the text has the line of what it would be in. The first of a path stays."""
        known = next((self.lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in self.lines), 1)
        self.mistakes.setdefault(
            path, Mistake(line=line or known, key=label or _spelled(path), says=one_line(says, 500))
        )

    @property
    def in_order(self) -> tuple[Mistake, ...]:
        """The mistakes in the order of the text."""
        return tuple(sorted(self.mistakes.values(), key=lambda mistake: mistake.line))


def problem(where: str, found: Sequence[Mistake]) -> ConfigProblem:
    """Mistakes as columns: line, key, what is allowed."""
    digits = max(len(str(mistake.line)) for mistake in found)
    width = max(len(mistake.key) for mistake in found)
    count = f"{len(found)} mistake{'' if len(found) == 1 else 's'}"
    lines = (f"{mistake.line:>{digits}}  {mistake.key:<{width}}   {mistake.says}" for mistake in found)
    return ConfigProblem(f"{where} has {count}", mistakes=tuple(lines))


def _spelled(path: Path) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{one_line(step, 60)}" for step in path if step != KEY)
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


def _whole(text: str) -> str | None:
    """The text with its surrogate pairs joined, as JSON writes characters beyond U+FFFF; None where one half is missing."""
    try:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        return None


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
            key = _whole(key_node.value)
            if key is None:
                self.sheet.add((*path, key_node.value), _HALF, line)
                continue
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
            text = _whole(node.value)
            if text is None:
                self.sheet.add(path, _HALF)
            return text
        try:
            return self.yaml.constructor.construct_object(node)
        except ValueError:  # thousands of digits
            self.sheet.add(path, "not a number that can be read")
            return None
