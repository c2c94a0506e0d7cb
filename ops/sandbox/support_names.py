"""The names that Microsoft.Support allows, and the words in which it refuses others."""

from __future__ import annotations

import re
from uuid import UUID

_LONGEST_NAME = 255
_LONGEST_STEM = 110
_FORBIDDEN = re.compile(r"[<>%&:\\?/\x00-\x1f\x7f]")
_BLOCKED = (
    "bat cmd exe ps1 js vbs com lnk reg bin cpl inf ins isu job jse msi msp paf pif rgs scr sct svg vbe vb ws wsf wsh "
    "htm html"
)


def ticket_name_problem(name: str) -> str | None:
    """Why this is no name for a ticket or a file workspace, in the words of the service."""
    fits = 0 < len(name) <= _LONGEST_NAME and not name.isdigit() and not name.startswith("tmp-")
    if fits and not _FORBIDDEN.search(name):
        return None
    return (
        f"{_invalid(name)} It cannot be all digits and cannot start with 'tmp-'. "
        f"The max length is {_LONGEST_NAME} characters."
    )


def communication_name_problem(name: str) -> str | None:
    """Why this is no name for a communication, in the words of the service."""
    if name and not _is_guid(name) and not _FORBIDDEN.search(name):
        return None
    return f"{_invalid(name)} It cannot be a Guid."


def file_name_problem(name: str) -> str | None:
    """Why no file can have this name."""
    stem, dot, extension = name.rpartition(".")
    if len(stem if dot else name) > _LONGEST_STEM:
        return f"the name of a file has at most {_LONGEST_STEM} characters before its extension"
    if dot and extension.lower() in _BLOCKED.split():
        return f"files with the extension .{extension} are not allowed"
    return None


def _invalid(name: str) -> str:
    # The empty pair of quotes is the service's own: its backslash got lost.
    return f"Name {name} is invalid. The name cannot include: '<', '>', '%', '&', ':', '', '?', '/' or any control characters."


def _is_guid(name: str) -> bool:
    try:
        UUID(name)
    except ValueError:
        return False
    return True
