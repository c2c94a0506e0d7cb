"""Which HSMs a pool has beside those that were read: the reason why a rule about all members cannot be answered."""

from __future__ import annotations

from ops.model import arm_id
from ops.model.pool import Pool
from ops.model.untrusted import one_line


def untold_members(pool: Pool) -> str:
    """Why the pool may have members that are not known; ``""`` when all are."""
    if pool.unread:
        gap = pool.unread[0]
        return f"members may be in {one_line(gap.subject)}, which was not read: {one_line(gap.reason)}"
    if pool.unplaced:
        return f"the region of {one_line(arm_id.name(pool.unplaced[0]), 80)} is not told"
    return "members may be outside the scope of this run" if pool.may_reach_further else ""
