"""Signs of this machine: Python, the packages, their bytecode, and the way out."""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

from yarl import URL

from ops.adapters.connection import is_loopback, proxies
from ops.model.diagnosis import Sign, problem, well

_AREA = "machine"
_SHOWN = ("payment-hsm-ops", "azure-core", "azure-identity", "azure-mgmt-network", "azure-mgmt-support", "aiohttp")
_PIN = re.compile(r"^(?P<name>[A-Za-z0-9][\w.-]*)==(?P<version>[^\s;\\]+)", re.MULTILINE)
_BIG = "azure-mgmt-network"  # 6 MB of source: 0.6 s to import when it is compiled, 2.5 s when it is not


def machine_signs() -> Iterator[Sign]:
    yield well(_AREA, "Python", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    yield packages_sign(_lock())
    yield _bytecode_sign()


def _lock() -> Path | None:
    """The lock file of the checkout that runs, if it is one."""
    beside = Path(__file__).resolve().parents[2] / "requirements.lock"
    return beside if beside.is_file() else None


def packages_sign(lock: Path | None) -> Sign:
    """Whether what is installed is what the lock file pins. Packages of the lock that are not installed are for others."""
    shown = ", ".join(f"{name} {version(name)}" for name in _SHOWN if _installed(name))
    if lock is None:
        return well(_AREA, "packages", f"{shown}; no requirements.lock beside to compare with")
    try:
        pins = _PIN.findall(lock.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        return problem(_AREA, "packages", f"{lock.name} cannot be read: {error}", "check the file")
    found = {name: _installed(name) for name, _ in pins}
    others = [f"{name} {found[name]} and not {pin}" for name, pin in pins if found[name] not in ("", pin)]
    if others:
        more = f" and {len(others) - 5} more" if len(others) > 5 else ""
        tip = "python -m pip install --require-hashes --requirement requirements.lock"
        return problem(_AREA, "packages", f"not as {lock.name} pins them: {', '.join(others[:5])}{more}", tip)
    number = sum(map(bool, found.values()))
    same = f"1 is as {lock.name} pins it" if number == 1 else f"{number} are as {lock.name} pins them"
    return well(_AREA, "packages", f"{shown}; {same}")


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _bytecode_sign() -> Sign:
    """Looks at the biggest module only; importing it to see would cost what it is about."""
    files = [file for file in distribution(_BIG).files or () if file.suffix == ".py"]
    sources = [Path(str(file.locate())) for file in files]
    biggest = max(sources, key=lambda path: path.stat().st_size if path.is_file() else 0)
    compiled = Path(importlib.util.cache_from_source(str(biggest)))
    if compiled.is_file():
        return well(_AREA, "bytecode", f"{_BIG} is compiled")
    if not sys.dont_write_bytecode and os.access(biggest.parent, os.W_OK):
        return well(_AREA, "bytecode", f"{_BIG} is not compiled yet; its first use does that")
    return problem(
        _AREA,
        "bytecode",
        f"{_BIG} is not compiled and cannot be: every start takes 2 s longer",
        "python -m compileall -q over site-packages when the image is built; unset PYTHONDONTWRITEBYTECODE",
    )


def proxy_sign(endpoint: str, environment: Mapping[str, str]) -> Sign:
    """The proxy to this endpoint, without the password in it."""
    if is_loopback(endpoint):
        return well("azure", "proxy", "none, the endpoint is on this machine")
    proxy = (proxies(endpoint) or {}).get("https")
    if proxy is None:
        named = any(environment.get(name) for name in ("HTTPS_PROXY", "https_proxy"))
        return well("azure", "proxy", "none, NO_PROXY excepts the endpoint" if named else "none")
    try:
        url = URL(proxy)
        shown = str(url.with_user(None)) if url.user else str(url)
    except ValueError:
        return problem("azure", "proxy", "HTTPS_PROXY is no URL", "write it as http://host:port")
    return well("azure", "proxy", f"{shown}, as HTTPS_PROXY or the system says")
