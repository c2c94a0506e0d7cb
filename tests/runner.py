"""A GitHub runner for one job, as far as our workflows need one: its ``run`` steps really run, its actions do not.

What the expressions of a job amount to is given by ``values``; an expression that is not in it is an error. Our own
composite action is entered. Of any other it is kept what its ``path`` held when its turn came: a file, or those of a
folder; and one that downloads puts down what is ``given``.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.process import REPOSITORY, environment

GITHUB = REPOSITORY / ".github"
_EXPRESSION = re.compile(r"\$\{\{ (.+?) \}\}")


def load(path: Path) -> Any:
    return YAML(typ="safe").load(path)


@dataclass(kw_only=True)
class Ended:
    """How a job ended: the exit code of each step that ran, the summary, the outputs, and what its actions were given."""

    codes: dict[str, int] = field(default_factory=dict)
    log: str = ""
    summary: str = ""
    outputs: str = ""
    kept: dict[str, str] = field(default_factory=dict)

    @property
    def code(self) -> int:
        """The exit code that makes the job red, or 0."""
        return next((code for code in self.codes.values() if code), 0)


def steps(job: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The steps of a job, those of our own actions in their place."""
    for step in job["steps"]:
        own = step.get("uses", "").partition("./")[2]
        yield from load(REPOSITORY / own / "action.yml")["runs"]["steps"] if own else [step]


def run(
    workflow: Mapping[str, Any],
    job: str,
    checkout: Path,
    values: Mapping[str, str],
    *,
    given: Mapping[str, str] | None = None,
    **env: str,
) -> Ended:
    """Run a job's shell steps in order, each by ``bash --noprofile --norc -eo pipefail FILE``, as ``shell: bash`` does."""
    told = {name: checkout.parent / name for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT", "GITHUB_ENV")}
    for file in told.values():
        file.write_text("")
    said = {**workflow.get("env", {}), **workflow["jobs"][job].get("env", {})}
    env |= {name: _evaluated(value, values) for name, value in said.items()}
    env |= {name: str(file) for name, file in told.items()}
    ended = Ended()
    for step in steps(workflow["jobs"][job]):
        if ended.code and step.get("if") not in ("${{ !cancelled() }}", "${{ always() }}"):
            continue
        if "run" not in step:
            if step["uses"].startswith("actions/download-artifact@"):
                for name, text in (given or {}).items():
                    (checkout / name).write_text(text)
            path = checkout / step.get("with", {}).get("path", "no path")
            files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
            ended.kept |= {str(file.relative_to(checkout)): file.read_text(errors="replace") for file in files}
            continue
        script = checkout.parent / "step.sh"
        script.write_text(step["run"])
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
            cwd=checkout,
            env=environment(checkout.parent, **env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=100,
            check=False,
        )
        ended.codes[step["id"]] = done.returncode
        ended.log += done.stdout
    ended.summary = told["GITHUB_STEP_SUMMARY"].read_text()
    ended.outputs = told["GITHUB_OUTPUT"].read_text()
    return ended


def _evaluated(value: str, values: Mapping[str, str]) -> str:
    return _EXPRESSION.sub(lambda found: values[found[1]], str(value))
