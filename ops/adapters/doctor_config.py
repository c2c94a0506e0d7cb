"""Signs of the configuration: which file it is, whether it holds, whom Microsoft would call."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ops.errors import ConfigProblem, PhsmError
from ops.model.diagnosis import Sign, not_known, problem, well
from ops.model.estate import Source
from ops.model.policy import Policy
from ops.service import require_contact

_AREA = "configuration"


def config_signs(
    path: Path | None, said_by: str, policy: Policy, broken: ConfigProblem | None, source: Source
) -> Iterator[Sign]:
    """``said_by``: what named the file, ``""`` = it was found where it usually is. ``broken``: why nothing more is read."""
    if broken is not None:
        mistakes = f": {'; '.join(' '.join(one.split()) for one in broken.mistakes)}" if broken.mistakes else ""
        yield problem(_AREA, "file", f"{broken.what}{mistakes}", broken.tip or "correct it", exit_code=broken.exit_code)
        yield not_known(_AREA, "contact", "the configuration was not read", "correct it first")
        return
    if path is None:
        yield well(_AREA, "file", "none, the defaults hold")
    else:
        yield well(_AREA, "file", f"{path} is valid, named by {said_by}" if said_by else f"{path} is valid")
    yield _contact_sign(policy, source)


def _contact_sign(policy: Policy, source: Source) -> Sign:
    try:
        contact = require_contact(policy, source)
    except ConfigProblem as error:
        return problem(_AREA, "contact", error.what, f"{error.tip}; only tickets need it")
    return well(_AREA, "contact", f"by {contact.method}, at {contact.email.rpartition('@')[2]}")


def unusable_sign(error: PhsmError) -> Sign:
    """Why no connection can even be tried."""
    return problem(
        "azure", "credential", error.what, error.tip.removesuffix("; more: phsm doctor"), exit_code=error.exit_code
    )
