"""What is in a snapshot, as text or as JSON (``phsm.snapshot/1``)."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote

from rich.text import Text

from ops.codec.snapshot import Snapshot
from ops.model.estate import Estate, Nic, Vnet
from ops.model.untrusted import one_line
from ops.reports.layout import arrow, counted, heading, render, styled, wrapped
from ops.reports.run_json import dumps, gaps_json, source_json, timestamp


def render_text(snapshot: Snapshot, file: str, width: int | None, colour: bool) -> str:
    return render(_lines(snapshot, file, width), colour)


def _lines(snapshot: Snapshot, file: str, width: int | None) -> Iterator[Text]:
    estate, pools = snapshot.estate, snapshot.policy.pools
    yield from heading(f"Snapshot {one_line(file, 120)}", estate, width)
    for note in estate.notes:
        yield from wrapped(f"note: {one_line(note)}", 0, width, "unknown", hang=6)
    yield styled()
    yield styled(f"{counted(_nics(estate), 'network interface')}, {counted(_vnets(estate), 'virtual network')}")
    if estate.lunas:
        yield styled(f"left out: {counted(len(estate.lunas), 'Luna HSM')} of the same type, no payment HSMs")
    rules = f"{counted(len(pools), 'declared pool')}: {', '.join(one_line(pool.name, 60) for pool in pools)}"
    yield from wrapped(
        f"judged by the policy it was saved with: {rules if pools else 'no declared pool'}", 0, width, hang=2
    )
    if not snapshot.redacted:
        yield from wrapped("names, ids, addresses and tags are the real ones: --redact replaces them", 0, width)
    yield from wrapped(f"saved by {one_line(snapshot.tool, 60)}, {snapshot.digest}", 0, width, hang=2)
    if estate.gaps:
        yield styled()
        yield styled((f"Could not be read ({len(estate.gaps)})", "unknown"))
        for gap in estate.gaps:
            yield from wrapped(f"{one_line(gap.what)} {one_line(gap.subject)}: {one_line(gap.reason)}", 2, width)
    yield styled()
    yield styled((f"{arrow(width)}phsm --snapshot {quote(one_line(file, 300))} check", "quiet"))


def _nics(estate: Estate) -> int:
    return sum(isinstance(nic, Nic) for nic in estate.nics.values())


def _vnets(estate: Estate) -> int:
    return sum(isinstance(vnet, Vnet) for vnet in estate.vnets.values())


def render_json(snapshot: Snapshot) -> str:
    estate = snapshot.estate
    return dumps(
        {
            "schema": "phsm.snapshot/1",
            "observed_at": timestamp(estate.observed_at),
            "source": source_json(estate.source),
            "scope": {"subscriptions": list(estate.scope)},
            "tool": snapshot.tool,
            "digest": snapshot.digest,
            "redacted": snapshot.redacted,
            "pools": [pool.name for pool in snapshot.policy.pools],
            "hsms": len(estate.hsms),
            "network_interfaces": _nics(estate),
            "virtual_networks": _vnets(estate),
            "luna_hsms": len(estate.lunas),
            "notes": list(estate.notes),
            "gaps": gaps_json(estate.gaps),
        }
    )
