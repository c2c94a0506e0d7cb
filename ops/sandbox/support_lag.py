"""Views that learn of a change only after they were read a number of times."""

from __future__ import annotations

from collections.abc import Mapping

from ops.sandbox.wire import Body


class Lag:
    """How one view lags behind. ``reads``: how often it is read without showing what has changed; 0 = never."""

    def __init__(self, reads: int) -> None:
        self._reads = reads
        self._former: dict[str, tuple[int, Body | None]] = {}

    def changed(self, key: str, former: Body | None) -> None:
        """Something changed just now; ``former`` is what the view goes on to show, None = it was not there."""
        _, shown = self._former.get(key, (0, former))
        if self._reads:
            self._former[key] = (self._reads, shown)

    def seen(self, items: Mapping[str, Body], *, goes_on: bool = False) -> list[Body]:
        """The items as one reading of the view shows them. ``goes_on``: a further page of the reading before."""
        shown = []
        for key, body in items.items():
            left, former = self._former.get(key, (0, body))
            if not goes_on and key in self._former:
                if left:
                    self._former[key] = (left - 1, former)
                else:
                    del self._former[key]
                    former = body
            if former is not None:
                shown.append(former)
        return shown
