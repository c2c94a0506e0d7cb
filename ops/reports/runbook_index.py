"""The runbooks as the generated page ``runbooks/README.md``."""

from __future__ import annotations

from collections.abc import Iterable

LABELS = ("When", "Needs", "Changes", "Then")


def render(runbooks: Iterable[tuple[str, str]]) -> str:
    """One section per runbook, from its file name and its docstring, in the order given.

    Raises ValueError for a docstring without its summary line or without the LABELS in their order.
    """
    read = [(name, *_parts(name, docstring)) for name, docstring in runbooks]
    lines = [
        "# Runbooks",
        "",
        "Generated from the runbooks by `make pages`; a test fails when this page is stale. Each is one `phsm` command with",
        "the right options, and takes more: `python runbooks/morning_check.py --fail-on medium`; `--help` lists them. The",
        "`python` is the one that has phsm: `.venv/bin/python`, or any that it was installed into.",
        "",
        "| runbook | does | changes |",
        "|---|---|---|",
    ]
    for name, summary, sections in read:
        changes = sections["Changes"].partition(". ")[0].rstrip(".")
        lines.append(f"| [{name}](#{name.replace('.', '')}) | {summary.rstrip('.')} | {changes} |")
    for name, summary, sections in read:
        lines += ["", f"## {name}", "", f"[`{name}`]({name}): {summary}", ""]
        lines += [f"- **{label}:** {sections[label]}" for label in LABELS]
    return "\n".join(lines) + "\n"


def _parts(name: str, docstring: str) -> tuple[str, dict[str, str]]:
    """The summary line, and what stands behind each label, as one line each."""
    summary, _, rest = docstring.strip().partition("\n")
    sections: dict[str, str] = {}
    label = ""
    for line in rest.splitlines():
        head, colon, text = line.partition(":")
        if colon and head in LABELS:
            label = head
            sections[label] = text.strip()
        elif line.strip() and label:
            sections[label] += f" {line.strip()}"
    if not summary or tuple(sections) != LABELS:
        raise ValueError(f"{name}: wanted a summary line, then {', '.join(LABELS)}")
    return summary, sections
