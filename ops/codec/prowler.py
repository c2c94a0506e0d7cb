"""A mutelist for prowler, as YAML. Its shape was read in the source of prowler 5.46.0."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import SingleQuotedScalarString as Quoted


class _Text:
    """What YAML is written to."""

    encoding = None

    def __init__(self) -> None:
        self.parts: list[str] = []

    def write(self, text: str) -> None:
        self.parts.append(text)


def mutelist(check: str, resources: Mapping[str, Sequence[str]], why: str) -> str:
    """The mutelist that mutes a check of prowler's for these resources (names), by subscription id, in every region.

    prowler searches for each entry as a regular expression, after it has put ``.*`` for every ``*``: so a name stands
    between anchors, and all in it that is no letter or digit of ASCII is escaped.
    """
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 10_000
    yaml.allow_unicode = False
    accounts = {
        Quoted(subscription): {
            "Checks": {
                check: {
                    "Regions": [Quoted("*")],
                    "Resources": [Quoted(f"(?i)^{_pattern(name)}$") for name in names],
                    "Description": Quoted(why),
                }
            }
        }
        for subscription, names in resources.items()
    }
    text = _Text()
    yaml.dump({"Mutelist": {"Accounts": accounts}}, text)
    return "".join(text.parts)


def _pattern(name: str) -> str:
    """A regular expression of printable ASCII that matches the name alone."""
    return re.sub(r"[^a-zA-Z0-9_/-]", lambda found: _escaped(found[0]), name)


def _escaped(char: str) -> str:
    return r"\." if char == "." else f"\\U{ord(char):08x}"
