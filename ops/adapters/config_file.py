"""The configuration file: which one it is, and what it says."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from ops.codec import policy_from
from ops.errors import ConfigProblem
from ops.model.policy import Policy

_HERE = Path("config") / "phsm.yaml"


def find_config(*named: str | None, use_working_directory: bool) -> Path | None:
    """The first of the ``named`` that names something (--config, then PHSM_CONFIG), else ./config/phsm.yaml if it is there.

    None = there is none, the defaults hold. ``use_working_directory`` is false for a sandbox.
    """
    explicit = next((name for name in named if name), None)
    if explicit is not None:
        return Path(explicit)
    return _HERE if use_working_directory and _HERE.is_file() else None


def load_policy(path: Path, check_settings: Mapping[str, Collection[str]] | None = None) -> Policy:
    """The policy that the file says; ``check_settings`` as in ``policy_from``.

    Raises ConfigProblem for a file that cannot be read, is not UTF-8 or has mistakes.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError as error:
        tip = "check the path in --config or PHSM_CONFIG, or leave it out to use the defaults"
        raise ConfigProblem(f"{path} does not exist", tip=tip) from error
    except OSError as error:
        raise ConfigProblem(f"{path} cannot be read: {error.strerror}", tip="name a file that you may read") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigProblem(f"{path} is not UTF-8: line {line}", tip="save it as UTF-8 in your editor") from error
    return policy_from(text, str(path), check_settings)
