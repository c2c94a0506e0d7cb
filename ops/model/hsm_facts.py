"""What the configuration says about single HSMs under ``hsms:``, found for the HSMs of an estate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from ops.model import arm_id
from ops.model.estate import Estate
from ops.model.fact import Gap
from ops.model.policy import HsmFacts, Policy


def facts_by_hsm(estate: Estate, policy: Policy) -> Mapping[str, HsmFacts | Gap]:
    """The facts of each HSM that has an entry, by the HSM's key. Entries are names or ids in any case; an id wins.

    A ``Gap`` stands where an entry's name is that of several HSMs without an entry by id: it cannot mean them all.
    """
    by_name = {entry.strip().lower(): facts for entry, facts in policy.hsms.items() if not _is_id(entry)}
    by_id = {arm_id.key(entry.strip()): facts for entry, facts in policy.hsms.items() if _is_id(entry)}
    found: dict[str, HsmFacts | Gap] = {key: facts for key, facts in by_id.items() if key in estate.hsms}
    named = [hsm for hsm in estate.hsms.values() if hsm.name.lower() in by_name and hsm.key not in found]
    count = Counter(hsm.name.lower() for hsm in named)
    for hsm in named:
        name = hsm.name.lower()
        reason = f"{count[name]} HSMs are called {hsm.name}: state the id of each instead"
        entry = Gap(subject=hsm.id, what="entry under hsms:", reason=reason)
        found[hsm.key] = by_name[name] if count[name] == 1 else entry
    return found


def _is_id(entry: str) -> bool:
    return entry.strip().startswith("/")
