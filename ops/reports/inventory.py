"""The payment HSMs that were found, as text or as JSON (``phsm.inventory/1``)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from rich.text import Text

from ops.model import arm_id
from ops.model.attachment import nic_slots
from ops.model.estate import Estate, Hsm, Nic
from ops.model.fact import Absent
from ops.model.pool import Pool, placement
from ops.model.run import Run
from ops.model.untrusted import one_line
from ops.reports.layout import counted, flowed, heading, render, styled, wrapped
from ops.reports.run_json import dumps, gaps_json, source_json, timestamp


def render_text(run: Run, width: int | None, colour: bool) -> str:
    return render(_lines(run, width), colour)


def _lines(run: Run, width: int | None) -> Iterator[Text]:
    estate = run.estate
    yield from heading("Payment HSMs", estate, width)
    for note in estate.notes:
        yield from wrapped(f"note: {one_line(note)}", 0, width, "unknown", hang=6)
    pool_of = {hsm: pool for pool in run.pools for hsm in pool.hsms}
    places = _places(run)
    longest = max((len(one_line(hsm.name, 60)) for hsm in estate.hsms.values()), default=0)
    hsms = sorted(estate.hsms.values(), key=lambda hsm: (hsm.subscription, hsm.location, hsm.name))
    for subscription, group in groupby(hsms, key=lambda hsm: hsm.subscription):
        known = estate.subscriptions.get(subscription)
        yield styled()
        yield styled((one_line(known.name if known else subscription), "head"), f"   {one_line(subscription, 60)}")
        for hsm in group:
            yield from _hsm(hsm, pool_of[hsm.key], places[hsm.key], estate, longest, width)
    if not hsms:
        yield styled()
        yield styled(("no payment HSM was found in this scope", "unknown"))
    if estate.lunas:
        yield styled()
        yield styled(f"left out: {counted(len(estate.lunas), 'Luna HSM')} of the same type, no payment HSMs")
    if estate.gaps:
        yield styled()
        yield styled((f"Could not be read ({len(estate.gaps)})", "unknown"))
        for gap in estate.gaps:
            yield from wrapped(f"{one_line(gap.what)} {one_line(gap.subject)}: {one_line(gap.reason)}", 2, width)


def _places(run: Run) -> dict[str, str | None]:
    """Where each HSM stands, by key."""
    found: dict[str, str | None] = {}
    for pool in run.pools:
        label = placement(pool, run.estate).label
        found |= {hsm: label.get(hsm) for hsm in pool.hsms}
    return found


def _hsm(hsm: Hsm, pool: Pool, place: str | None, estate: Estate, longest: int, width: int | None) -> Iterator[Text]:
    state = "not read" if hsm.gap else one_line(hsm.provisioning_state or "state not told")
    style = "ok" if hsm.is_in_state("Succeeded") else "unknown" if hsm.provisioning_state is None else "fail"
    facts = (hsm.location, place or "placement not known", hsm.sku)
    name = styled(f"  {one_line(hsm.name, 60):<{longest}}")
    cells = [name, *(styled(one_line(fact, 60)) for fact in facts), styled((state, style))]
    yield from flowed(cells, 6, width)
    host = ", ".join(addresses(hsm, estate, "host")) or "none"
    management = ", ".join(addresses(hsm, estate, "management")) or "none"
    yield from wrapped(f"host {host}   management {management}   pool {one_line(pool.name)} ({pool.role})", 6, width)


def addresses(hsm: Hsm, estate: Estate, side: str) -> tuple[str, ...]:
    """The private addresses of one side (``host`` or ``management``), from the NICs that were read."""
    found: list[str] = []
    for slot in nic_slots(hsm):
        nic = estate.nics.get(arm_id.key(slot.nic_id))
        if slot.role.startswith(side) and isinstance(nic, Nic):
            found.extend(one_line(address, 60) for address in nic.private_ips)
    return tuple(found)


def render_json(run: Run) -> str:
    estate = run.estate
    places = _places(run)
    return dumps(
        {
            "schema": "phsm.inventory/1",
            "observed_at": timestamp(estate.observed_at),
            "source": source_json(estate.source),
            "scope": {"subscriptions": list(estate.scope)},
            "hsms": [
                _hsm_json(hsm, pool, places[hsm.key], estate) for pool in run.pools for hsm in pool.members(estate)
            ],
            "luna_hsms": len(estate.lunas),
            "notes": list(estate.notes),
            "gaps": gaps_json(estate.gaps),
        }
    )


def _hsm_json(hsm: Hsm, pool: Pool, place: str | None, estate: Estate) -> dict[str, Any]:
    return {
        "name": hsm.name,
        "id": hsm.id,
        "subscription": hsm.subscription,
        "region": hsm.location,
        "placement": place,
        "stamp": None if isinstance(hsm.stamp, Absent) else hsm.stamp,
        "zones": list(hsm.zones) if isinstance(hsm.zones, tuple) else None,
        "sku": hsm.sku,
        "provisioning_state": hsm.provisioning_state,
        "status_message": hsm.status_message,
        "pool": pool.label,
        "role": pool.role.value,
        "host_addresses": list(addresses(hsm, estate, "host")),
        "management_addresses": list(addresses(hsm, estate, "management")),
        "not_read": hsm.gap.reason if hsm.gap else None,
    }
