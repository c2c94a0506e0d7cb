"""The generated pages: where each lies and what it must say. ``make pages`` writes them; the tests compare."""

from __future__ import annotations

import ast
from pathlib import Path

from ops.checks import collect
from ops.codec import schema
from ops.reports import catalogue, runbook_index
from tests.process import REPOSITORY

RUNBOOKS = REPOSITORY / "runbooks"


def docstrings() -> list[tuple[str, str]]:
    """The runbooks by name, each with its docstring; nothing is imported."""
    return [
        (path.name, ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "")
        for path in sorted(RUNBOOKS.glob("*.py"))
    ]


def pages() -> dict[Path, str]:
    configuration = (REPOSITORY / "ops/codec/phsm.yaml").read_text("utf-8")  # config/phsm.yaml is the operator's
    return {
        REPOSITORY / "ops/checks/README.md": catalogue.render_markdown(collect()),
        RUNBOOKS / "README.md": runbook_index.render(docstrings()),
        REPOSITORY / "config/schema/phsm.schema.json": schema.render(configuration, collect()),
    }


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
