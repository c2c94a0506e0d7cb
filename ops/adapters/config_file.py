"""The configuration file: which one it is, and what it says."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import ops.codec
from ops.codec import policy_from
from ops.errors import ConfigProblem, UsageProblem
from ops.model.policy import Policy

HERE = Path("config") / "phsm.yaml"
_PAGE = Path(ops.codec.__file__).with_name("phsm.yaml")


def find_config(*named: str | None, use_working_directory: bool) -> Path | None:
    """The first of the ``named`` that names something (--config, then PHSM_CONFIG), else ./config/phsm.yaml if it is there.

    None = there is none, the defaults hold. ``use_working_directory`` is false for a sandbox.
    """
    explicit = next((name for name in named if name), None)
    if explicit is not None:
        return Path(explicit)
    return HERE if use_working_directory and HERE.is_file() else None


def load_policy(path: Path, check_settings: Mapping[str, Collection[str]] | None = None) -> Policy:
    """The policy that the file says; ``check_settings`` as in ``policy_from``.

    Raises ConfigProblem for a file that cannot be read, is not UTF-8 or has mistakes.
    """
    return policy_from(read_config(path), str(path), check_settings)


def read_config(path: Path) -> str:
    """The text of the file. Raises ConfigProblem for one that cannot be read or is not UTF-8."""
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError as error:
        tip = "check the path in --config or PHSM_CONFIG, or leave it out to use the defaults"
        raise ConfigProblem(f"{path} does not exist", tip=tip) from error
    except OSError as error:
        raise ConfigProblem(f"{path} cannot be read: {error.strerror}", tip="name a file that you may read") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigProblem(f"{path} is not UTF-8: line {line}", tip="save it as UTF-8 in your editor") from error


def page() -> str:
    """The commented configuration that the package carries: every key, what it does, its default or an example."""
    return _PAGE.read_text("utf-8")


def create_config(path: Path) -> None:
    """Write the commented configuration to a new file, with its folder. Raises UsageProblem; never overwrites."""
    text = page()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        tip = "name another file with --output"
        if isinstance(error, FileExistsError) and path.exists():  # else it is the folder that exists, as a file
            raise UsageProblem(f"{path} exists already", tip=f"edit it, or {tip}") from error
        raise UsageProblem(f"{path} could not be written: {error.strerror}", tip=tip) from error
