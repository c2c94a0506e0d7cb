"""Text to values, strictly: the configuration."""

from ops.codec.config import policy_from, policy_from_mapping

__all__ = ["policy_from", "policy_from_mapping"]
