"""payShield 10K firmware: versions in order, and what is known to go wrong with them.

Sources: https://learn.microsoft.com/azure/payment-hsm/known-issues and .../support-guide (oldest supported version) and
.../whats-new (base firmware).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_BUILD = r"([0-9]{1,4})\.([0-9]{1,4})(?:\.([0-9]{1,4}))?"
_VERSION = re.compile(
    rf"v?\s*([0-9]{{1,3}})\s*\.\s*([0-9]{{1,3}})\s*([a-z])(?:\s+{_BUILD}|\s*\(\s*{_BUILD}\s*\))?",
    re.ASCII | re.IGNORECASE,
)
_REVISION = re.compile(r"([0-9]{4})-([0-9])([0-9]{3})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Firmware:
    """A version: ``2.1a (1.15.0)`` is release 2.1a of build 1.15.0; ``build`` None = not told.

    ``<`` goes by release, then by build where both tell it. Two of one release of which one tells no build are neither
    older nor newer, so there is no ``<=``.
    """

    major: int
    minor: int
    letter: str
    build: tuple[int, int, int] | None = None

    @property
    def release(self) -> tuple[int, int, str]:
        return self.major, self.minor, self.letter

    def __lt__(self, other: Firmware) -> bool:
        if self.release != other.release or self.build is None or other.build is None:
            return self.release < other.release
        return self.build < other.build

    def __str__(self) -> str:
        build = f" ({'.'.join(map(str, self.build))})" if self.build else ""
        return f"{self.major}.{self.minor}{self.letter}{build}"


OLDEST_SUPPORTED = Firmware(major=1, minor=4, letter="a", build=(1, 8, 3))
BASE = Firmware(major=2, minor=2, letter="b")
_CERTIFICATES_GO = Firmware(major=2, minor=1, letter="a", build=(1, 15, 0))
_FAN_FIXED = Firmware(major=1, minor=6, letter="a")
_FAN_NOT_NAMED = (1, 7)  # Microsoft names 1.6a and 1.8a as fixed, and nothing between
_BY_REVISION = {("2100", "000"): _CERTIFICATES_GO, ("2200", "011"): BASE}


@lru_cache(maxsize=256)  # thousands of HSMs run a handful of versions
def parse(text: str) -> Firmware | None:
    """The version in ``1.4a``, ``v2.2B``, ``1.4a 1.8.3``, ``2.1a (1.15.0)`` or a known revision; None where there is none."""
    text = text.strip()
    if found := _REVISION.fullmatch(text):
        # the second group's first digit tells only whether the security settings are PCI HSM compliant
        return _BY_REVISION.get((found[1], found[3]))
    version = _VERSION.fullmatch(text)
    if version is None:
        return None
    major, minor, letter, *builds = version.groups()
    one, two, three = builds[:3] if builds[0] else builds[3:]
    build = (int(one), int(two), int(three or 0)) if one else None
    return Firmware(major=int(major), minor=int(minor), letter=letter.lower(), build=build)


def is_revision(text: str) -> bool:
    """Whether it is a revision number, as host commands and ``VR`` tell it (``2200-1011``): few of them are published."""
    return _REVISION.fullmatch(text.strip()) is not None


@lru_cache(maxsize=256)
def advice(version: Firmware) -> tuple[str, ...]:
    """One line for each known issue that concerns this version, the gravest first."""
    lines = []
    if version < OLDEST_SUPPORTED:
        lines.append(f"older than {OLDEST_SUPPORTED}, the oldest that is supported")
    if version < BASE:
        lines.append(f"older than {BASE}, Azure's base firmware since December 2025")
    if version < _CERTIFICATES_GO:
        lines.append(
            f"certificates stay on the HSM after RELEASE, no security risk, mended in {_CERTIFICATES_GO}: delete them "
            "first on the virtual console, SV shows them and SD deletes them"
        )
    if version < _FAN_FIXED or (version.major, version.minor) == _FAN_NOT_NAMED:
        lines.append(
            f"a fan that runs too fast by the error log is benign, mended in {_FAN_FIXED} and 1.8a: only a hard reboot "
            "through Microsoft clears the entry, as planned work"
        )
    lines.append(
        "shared memory errors in the error log after a reboot, or with SNMP or the JK command, are benign: "
        "questions go to Thales"
    )
    return tuple(lines)
