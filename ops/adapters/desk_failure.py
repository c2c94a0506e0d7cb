"""What the support desk's SDK raises, as a fact that is not known."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable
from typing import TypeVar

from azure.core.exceptions import AzureError, DeserializationError

from ops.adapters import failure
from ops.adapters.one_host_policy import ForeignHostRefused
from ops.errors import CloudUnreadable
from ops.model.fact import ABSENT, Absent, Gap

ResultT = TypeVar("ResultT")

# What the SDK's models raise at an answer of another shape than theirs is among them.
_BAD_SHAPE = (DeserializationError, TypeError, AttributeError, KeyError)
FAILURES = (AzureError, ValueError, OSError, zlib.error, *_BAD_SHAPE)


def why(error: Exception) -> str:
    """Why there is no answer, in a few words."""
    if isinstance(error, CloudUnreadable):
        return error.what
    if isinstance(error, _BAD_SHAPE):
        return "the answer is not what the Support API answers"
    return failure.reason(error)


def why_unknown(error: Exception) -> str:
    """As ``why``, after something was sent."""
    if isinstance(error, ForeignHostRefused):
        return f"Azure's answer points to another host, {error.host}; it was not asked"
    return why(error)


async def known(reading: Awaitable[ResultT], subject: str, what: str) -> ResultT | Gap:
    """What was read, or why it was not. Raises CloudUnreadable where nothing at all can be read."""
    try:
        return await reading
    except FAILURES as error:
        return Gap(subject=subject, what=what, reason=why(error))


async def existing(reading: Awaitable[ResultT], subject: str, what: str) -> ResultT | Absent | Gap:
    """As ``known``; Absent where Azure says that there is none."""
    try:
        return await reading
    except FAILURES as error:
        return ABSENT if failure.is_absence(error) else Gap(subject=subject, what=what, reason=why(error))
