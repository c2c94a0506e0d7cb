"""A small estate on a bad day: two tickets have to be opened, and three that are open have to be told something.

In subscription 1 an HSM is Failed and has lost a NIC, the ticket of another HSM tells of one NIC that is missing while
now a second one is, and a third works again. In subscription 2 FastPath waits for its approval, and the ticket of an HSM
has a lower severity than it should have.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ops.codec import policy_from_mapping
from ops.model.policy import Policy
from ops.sandbox.estate_values import EstateFile
from ops.sandbox.example_config import EXAMPLE_CONFIG
from ops.sandbox.fleet import fleet

CONFIG: Mapping[str, Any] = {
    "support": {**EXAMPLE_CONFIG["support"], "poll_seconds": 0.01, "close_when_gone": True},
}
POLICY: Policy = policy_from_mapping(CONFIG)
FIRST, SECOND = (f"f1ee7000-0000-4000-8000-{number:012d}" for number in (1, 2))
_HSMS = "Microsoft.HardwareSecurityModules/dedicatedHSMs"


@dataclass(frozen=True, slots=True)
class Hsm:
    """An HSM of a fleet: the ``number``-th of its subscription."""

    subscription: str
    number: int

    @property
    def name(self) -> str:
        return f"payshield-{int(self.subscription[-12:]):04d}-{self.number:02d}"

    @property
    def _providers(self) -> str:
        group = (self.number + 1) // 2
        return f"/subscriptions/{self.subscription}/resourceGroups/rg-hsm-{group:02d}/providers"

    @property
    def id(self) -> str:
        return f"{self._providers}/{_HSMS}/{self.name}"

    def nic(self, suffix: str) -> str:
        return f"{self._providers}/Microsoft.Network/networkInterfaces/{self.name}_{suffix}"

    @property
    def nics(self) -> tuple[str, ...]:
        return tuple(self.nic(suffix) for suffix in ("HSMHost1Nic", "HSMHost2Nic", "HSMMgmtNic"))


NEW, CHANGED, MENDED, RAISED = Hsm(FIRST, 1), Hsm(FIRST, 3), Hsm(FIRST, 5), Hsm(SECOND, 1)
"""The HSM that gets a ticket, and those whose tickets are open, by what has happened since."""
ALL = (NEW, CHANGED, MENDED, RAISED)


@dataclass(frozen=True, slots=True)
class World:
    """What an Azure holds. ``tickets`` as the Support API has them."""

    hsms: tuple[Hsm, ...] = ALL
    lost: frozenset[str] = frozenset()
    failed: tuple[Hsm, ...] = ()
    pending: frozenset[str] = frozenset()
    tickets: tuple[Mapping[str, Any], ...] = ()
    support: Mapping[str, Any] = field(default_factory=dict)

    def estate(self) -> EstateFile:
        """Each HSM is alone in its pool."""
        raw = fleet("fleet:2x6").model_dump(by_alias=True)
        gone = {one for hsm in _others(self.hsms) for one in (hsm.id, *hsm.nics)} | self.lost
        resources = [one for one in raw["resources"] if one["id"] not in gone]
        for one in resources:
            if any(hsm.id == one["id"] for hsm in self.failed):
                one["properties"] = {**one["properties"], "provisioningState": "Failed"}
        for one in raw["subscriptions"]:
            if one["id"] in self.pending:
                one["features"] = {**one["features"], "Microsoft.Network/FastPathEnabled": "Pending"}
        support = {"pollsUntilDone": 1, **self.support, "tickets": list(self.tickets)}
        return EstateFile.model_validate({**raw, "resources": resources, "support": support})


def _others(hsms: Iterable[Hsm]) -> list[Hsm]:
    wanted = set(hsms)
    return [hsm for sub in (FIRST, SECOND) for hsm in (Hsm(sub, n) for n in range(1, 7)) if hsm not in wanted]


YESTERDAY = World(lost=frozenset({CHANGED.nic("HSMHost1Nic"), MENDED.nic("HSMHost1Nic"), RAISED.nic("HSMHost1Nic")}))


def today(tickets: Iterable[Mapping[str, Any]], **support: Any) -> World:
    """The bad day, with the tickets that ``YESTERDAY`` made."""
    return World(
        lost=frozenset({
            NEW.nic("HSMHost2Nic"),
            CHANGED.nic("HSMHost1Nic"), CHANGED.nic("HSMHost2Nic"),
            RAISED.nic("HSMHost1Nic"),
        }),
        failed=(NEW,),
        pending=frozenset({SECOND}),
        tickets=tuple(_as_it_is_today(one) for one in tickets),
        support=support,
    )  # fmt: skip


def small(**support: Any) -> World:
    """As much of it as two new tickets need."""
    return World(
        hsms=(NEW, RAISED),
        lost=frozenset({NEW.nic("HSMHost2Nic")}),
        failed=(NEW,),
        pending=frozenset({SECOND}),
        support=support,
    )


def _as_it_is_today(ticket: Mapping[str, Any]) -> Mapping[str, Any]:
    facts = {key: value for key, value in ticket.items() if key not in ("communications", "files")}
    if RAISED.name in ticket["name"]:
        facts["properties"] = {**ticket["properties"], "severity": "Minimal"}
    return facts
