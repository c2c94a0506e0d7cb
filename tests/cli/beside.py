"""``phsm`` beside a sandbox in the same process: a command costs no start, and what the sandbox really holds is at hand.

Unless a test names another estate there are two production HSMs in one subscription, a stamp for each, and all is well.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ops.adapters.ledger_file import verify_ledger
from ops.model.ledger import Entry
from ops.sandbox.azure import utc_now
from ops.sandbox.estate_file import load
from ops.sandbox.estate_values import EstateFile
from tests.campaign.place import Place, WatchedAzure, serving
from tests.process import Ended, phsm

SUBSCRIPTION = "f1ee7000-0000-4000-8000-000000000001"
_GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-hsm-01/providers"
HSM_1, HSM_2 = (f"{_GROUP}/Microsoft.HardwareSecurityModules/dedicatedHSMs/payshield-0001-0{n}" for n in (1, 2))
VNET = f"{_GROUP}/Microsoft.Network/virtualNetworks/vnet-hsm-01"
NIC_OF_1, NIC_OF_2 = (f"{_GROUP}/Microsoft.Network/networkInterfaces/payshield-0001-0{n}_HSMHost2Nic" for n in (1, 2))
NUMBER = r"\b\d{16}\b"


@dataclass(slots=True)
class Clock:
    """The clock of the support desk, which can be behind."""

    behind: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return utc_now() - self.behind


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """``home``: where commands run, with their ledger in it."""

    place: Place
    home: Path
    clock: Clock
    config: str = ""
    seen: list[int] = field(default_factory=lambda: [0])

    def phsm(self, *words: str, **env: str) -> Ended:
        azure = {"PHSM_ARM_ENDPOINT": self.place.endpoint, "PHSM_CA_BUNDLE": self.place.ca_bundle}
        if self.config:
            azure["PHSM_CONFIG"] = self.config
        return phsm(self.home, *words, **(azure | env))

    def change(self, id: str, **facts: Any) -> None:
        """What happens in Azure by itself."""
        self.place.azure.change({"id": id, **facts})

    def fail(self, hsm: str) -> None:
        self.change(hsm, properties={"provisioningState": "Failed", "statusMessage": "Resource creation failed."})

    def repair(self, hsm: str) -> None:
        self.change(hsm, properties={"provisioningState": "Succeeded", "statusMessage": "ready to use"})

    def lose(self, nic: str) -> None:
        self.place.azure.remove(nic)

    def let_fastpath_wait(self) -> None:
        self.change(f"/subscriptions/{SUBSCRIPTION}", features={"Microsoft.Network/FastPathEnabled": "Pending"})

    @property
    def ledger(self) -> Path:
        return self.home / "ledger"

    def entries(self) -> tuple[Entry, ...]:
        """What the ledger holds; that it is in order is part of it."""
        found = verify_ledger(self.ledger)
        assert found.flaws == ()
        return found.entries

    def deeds(self) -> list[tuple[str, str]]:
        """Action and result of all entries but those that say only what was seen."""
        return [(one.action.value, one.result.value) for one in self.entries() if one.action.value != "plan"]

    def tickets(self) -> dict[str, dict[str, Any]]:
        """The tickets that the sandbox really holds, by name."""
        return {str(one["name"]): one for one in self.place.tickets()}

    def written(self) -> list[tuple[str, str]]:
        """Method and last word of the path of what was written since this was asked for the last time."""
        written = self.place.azure.watch.written
        start, self.seen[0] = self.seen[0], len(written)
        return [(method, path.rpartition("/")[2]) for method, path in written[start:]]


@contextmanager
def beside(
    home: Path,
    *faults: Mapping[str, Any],
    estate: str = "fleet:1x2",
    config: Mapping[str, Any] | None = None,
    azure: type[WatchedAzure] = WatchedAzure,
    **support: Any,
) -> Iterator[Beside]:
    """A sandbox with these faults, whose support desk is as it is told; ``config`` is the estate's unless it is given."""
    loaded = load(estate).model_dump(by_alias=True)
    facts = {
        **loaded,
        "support": {**loaded["support"], "pollsUntilDone": 0, **support},
        "faults": [*faults, *loaded["faults"]],
    }
    wanted = loaded["config"] if config is None else config
    file = home / "phsm.yaml"
    if wanted:
        file.write_text(json.dumps(wanted), "utf-8")
    clock = Clock()
    with serving(azure(EstateFile.model_validate(facts), clock)) as place:
        yield Beside(place=place, home=home, clock=clock, config=str(file) if wanted else "")
