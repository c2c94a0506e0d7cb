"""The errors an operator can meet: what happened, where, the next step, and the exit code.

Each prints as one line and a tip; a traceback is only for our own bugs.
"""

from __future__ import annotations


class PhsmError(Exception):
    """An expected error. ``what`` says what happened and where; ``tip`` says what to do next."""

    exit_code = 1

    def __init__(self, what: str, tip: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.tip = tip


class UsageProblem(PhsmError):
    """The command line asks for something that does not exist or cannot be."""

    exit_code = 2


class ConfigProblem(PhsmError):
    """The configuration has mistakes. ``mistakes`` lists all of them, each as one line."""

    exit_code = 2

    def __init__(self, what: str, mistakes: tuple[str, ...] = (), tip: str = "") -> None:
        super().__init__(what, tip)
        self.mistakes = mistakes


class CloudUnreadable(PhsmError):
    """Azure could not be read at all: no credential, no network, no access."""

    exit_code = 5


class TicketProblem(PhsmError):
    """A ticket could not be opened or changed.

    ``may_exist`` is true when Azure may have taken it all the same; ``denied`` when Azure lets nobody change the ticket by
    its API any more. ``request_ids`` are Azure's ids of what was sent.
    """

    exit_code = 6

    def __init__(
        self,
        what: str,
        tip: str = "",
        *,
        may_exist: bool = False,
        denied: bool = False,
        request_ids: tuple[str, ...] = (),
    ) -> None:
        super().__init__(what, tip)
        self.may_exist = may_exist
        self.denied = denied
        self.request_ids = request_ids


class LedgerProblem(PhsmError):
    """The audit trail cannot be read or written, and without it nothing is written to Azure."""

    exit_code = 6
