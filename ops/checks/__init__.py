"""The checks: one pure check per file, named ``<area>_<nnn>_<what_holds>.py``, collected here in the order of their ids."""

from __future__ import annotations

import importlib
import pkgutil
import re

from ops.checks.declaration import Check

_FILE = re.compile(r"[a-z]\w*_\d{3}_\w+")


def collect() -> tuple[Check, ...]:
    """Every check, by id. Adding one is adding its file."""
    found: dict[str, Check] = {}
    for module in pkgutil.iter_modules(__path__):
        if _FILE.fullmatch(module.name):
            for value in vars(importlib.import_module(f"{__name__}.{module.name}")).values():
                if isinstance(value, Check):
                    found[value.id] = value
    return tuple(found[check_id] for check_id in sorted(found))
