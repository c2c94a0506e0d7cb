"""Readings side by side, with no error lost."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

from ops.errors import PhsmError

ResultT = TypeVar("ResultT")
FirstT = TypeVar("FirstT")
SecondT = TypeVar("SecondT")


async def together(readings: Iterable[Coroutine[Any, Any, ResultT]]) -> list[ResultT]:
    """The results in the order of the readings. The first error ends the others; an expected one is raised as it is."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(reading) for reading in readings]
    except ExceptionGroup as failures:
        leaf = _leaf(failures.subgroup(PhsmError) or failures)
        raise leaf from failures
    return [task.result() for task in tasks]


async def pair(first: Coroutine[Any, Any, FirstT], second: Coroutine[Any, Any, SecondT]) -> tuple[FirstT, SecondT]:
    """Two readings of different things, as ``together``."""
    results: list[Any] = await together([first, second])
    return results[0], results[1]


def _leaf(error: Exception) -> Exception:
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error


async def attempt(reading: Coroutine[Any, Any, ResultT]) -> ResultT | Exception:
    """The result, or the error as a value: what one reading meets must not end the others.

    Any error, because the SDK meets an odd answer with all sorts of them. Only an error of ours ends the whole reading.
    """
    try:
        return await reading
    except PhsmError:
        raise
    except Exception as error:
        return error
