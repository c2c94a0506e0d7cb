"""Text to values, strictly: the configuration, and snapshots of an estate."""

from ops.codec.config import examine, policy_from, policy_from_mapping
from ops.codec.sheet import Mistake, problem
from ops.codec.snapshot import Snapshot, snapshot_from, snapshot_text

__all__ = [
    "Mistake",
    "Snapshot",
    "examine",
    "policy_from",
    "policy_from_mapping",
    "problem",
    "snapshot_from",
    "snapshot_text",
]
