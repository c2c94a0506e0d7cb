"""One write to the support desk, with the three ends that it can have: done, refused for certain, or not known.

Nothing is sent twice. What is not known is settled by looking for what was written, which reading may do as often as it
likes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar, cast

from azure.core.exceptions import HttpResponseError
from azure.core.polling import AsyncLROPoller
from azure.core.polling.base_polling import OperationFailed
from azure.mgmt.support.aio import MicrosoftSupport
from azure.mgmt.support.models import CheckNameAvailabilityOutput

from ops.adapters.desk_acts import Act
from ops.adapters.desk_failure import FAILURES, why, why_unknown
from ops.adapters.failure import code
from ops.adapters.ticket_refusal import name_refused, not_done, refusal
from ops.errors import CloudUnreadable
from ops.model.fact import Absent, Gap
from ops.ports import Progress

_LOOKS = 4
_NEVER_A_CONFLICT = frozenset({"missingsubscriptionregistration", "quotaexceeded", "updateoperationdenied"})
ResultT = TypeVar("ResultT")


class EndUnknown(Exception):
    """Sent, and it is not known what came of it; the text says why."""


class AlreadyThere(Exception):
    """Azure refused it because there is one of this name; the text is Azure's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """Where the desk is written to: the client of one subscription, and how long to wait. Times in seconds.

    ``poll_seconds``: between two looks at what names no time itself. ``deadline_seconds``: for one write, to its end.
    """

    client: MicrosoftSupport
    poll_seconds: float
    deadline_seconds: float
    progress: Progress

    @asynccontextmanager
    async def deadline(self) -> AsyncIterator[None]:
        """Raises EndUnknown when the time is up."""
        try:
            async with asyncio.timeout(self.deadline_seconds):
                yield
        except TimeoutError as error:
            raise EndUnknown(f"no end after {self.deadline_seconds:g} s") from error

    async def sent(self, act: Act, writing: Awaitable[ResultT]) -> ResultT:
        """The answer to a request that writes.

        Raises TicketProblem where Azure refused it, AlreadyThere where it is there, and EndUnknown for all other ends.
        """
        try:
            return await writing
        except HttpResponseError as error:
            status = error.status_code or 0
            if status == 409 and code(error).lower() not in _NEVER_A_CONFLICT:
                raise AlreadyThere(why(error)) from error
            # 408 and 5xx may come after the write, and an unreadable 2xx comes after it
            if 300 <= status < 500 and status != 408:
                raise refusal(act, error) from error
            raise EndUnknown(why_unknown(error)) from error
        except (*FAILURES, CloudUnreadable) as error:
            raise EndUnknown(why_unknown(error)) from error

    async def created(self, act: Act, begin: Awaitable[AsyncLROPoller[ResultT]]) -> ResultT:
        """What an operation has created, at its end; raises as ``sent``."""
        async with self.deadline():
            poller = await self.sent(act, begin)
            self.progress(f"waiting until Azure has done it: {act.doing}")
            try:
                return await poller.result()
            except HttpResponseError as error:
                if isinstance(error.__cause__, OperationFailed):
                    raise refusal(act, error) from error
                # the operation could not be read, which says nothing of what it does
                raise EndUnknown(why_unknown(error)) from error
            except (*FAILURES, CloudUnreadable) as error:
                raise EndUnknown(why_unknown(error)) from error

    async def name_is_free(self, act: Act, asking: Awaitable[CheckNameAvailabilityOutput]) -> bool:
        """Raises TicketProblem where Azure does not say, or refuses the name. Nothing was written then."""
        try:
            answer = await asking
        except HttpResponseError as error:
            raise refusal(act, error) from error
        except CloudUnreadable as error:
            raise not_done(act, error.what, error.tip) from error
        except FAILURES as error:
            raise not_done(act, why(error), "run it again; nothing was sent") from error
        is_free = cast("bool | None", answer.name_available)
        if is_free is None:
            raise not_done(act, "Azure does not say whether its name is free", "run it again; nothing was sent")
        if not is_free and (answer.reason or "").lower() == "invalid":
            raise name_refused(act, answer.message or "")
        return is_free

    async def look(self, looking: Callable[[], Awaitable[ResultT | Absent | Gap]]) -> ResultT | Absent | Gap:
        """One look in the course of a write: even where nothing can be read any more, that is no reason to forget the write."""
        try:
            return await looking()
        except CloudUnreadable as error:
            return Gap(subject="Microsoft.Support", what="what was written", reason=error.what)

    async def looked_for(
        self,
        act: Act,
        reason: str,
        look: Callable[[], Awaitable[ResultT | Absent | Gap]],
        is_whole: Callable[[ResultT], bool] = lambda found: True,
    ) -> ResultT | str:
        """What was written, if it is there; else why it is not known. Writing takes half a minute, so one look is not enough.

        What is not ``is_whole`` yet is looked at again, and taken as it is in the end.
        """
        found: ResultT | None = None
        for time in range(_LOOKS):
            if time:
                await asyncio.sleep(self.poll_seconds)
            self.progress(f"looking for {act.subject}: {reason}")
            answer = await self.look(look)
            if isinstance(answer, Gap):
                reason = f"{reason}; looking for it: {answer.reason}" if time == 0 else reason
            elif not isinstance(answer, Absent):
                found = answer
                if is_whole(found):
                    break
        return reason if found is None else found
