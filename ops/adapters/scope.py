"""Which subscriptions to look at: those that were asked for by id, by name or by management group, or all visible."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from ops.adapters import failure
from ops.adapters.arm_facts import ArmFacts
from ops.adapters.together import attempt, pair, together
from ops.adapters.wire import ListedSubscription
from ops.errors import CloudUnreadable, UsageProblem
from ops.model.untrusted import one_line

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_GROUP = re.compile(r"[\w().-]{0,89}[\w()-]")  # as Azure allows, and so no path in a path
Named = Mapping[str, ListedSubscription | None]
"""Subscriptions by id (lower case), with what a list told of each; None = no list was read."""


async def wanted(facts: ArmFacts, subscriptions: tuple[str, ...], groups: tuple[str, ...]) -> Named:
    """What was asked for; nothing asked for = nothing in it. Ids alone cost no request.

    Raises UsageProblem for a name that is none or not unique, and for a group id that cannot be. Raises CloudUnreadable
    where the names, or the subscriptions below a group, could not be read: what is missing could not be told then.
    """
    if groups:
        return await _below(facts, groups)
    if all(_GUID.fullmatch(one.strip()) for one in subscriptions):
        return {one.strip().lower(): None for one in subscriptions}
    listed = await visible(facts)
    found: dict[str, ListedSubscription | None] = {}
    for one in subscriptions:
        key = one.strip().lower()
        found |= {key: listed.get(key)} if _GUID.fullmatch(key) else _by_name(one, listed)
    return found


async def visible(facts: ArmFacts) -> dict[str, ListedSubscription]:
    """All subscriptions that this identity sees. Raises CloudUnreadable."""
    listed = await attempt(facts.subscriptions())
    if isinstance(listed, Exception):
        # which subscriptions there are cannot be told, so nothing that follows could be complete
        why = failure.reason(listed)
        raise CloudUnreadable(f"the subscriptions could not be listed: {why}", tip(why)) from listed
    return listed


def nothing_visible() -> CloudUnreadable:
    return CloudUnreadable(
        "no subscription is visible to this identity",
        "give it the Reader role on the subscriptions that hold payment HSMs: phsm doctor",
    )


async def _below(facts: ArmFacts, groups: tuple[str, ...]) -> Named:
    for group in groups:
        if not _GROUP.fullmatch(group.strip()):
            raise UsageProblem(
                f"{one_line(group, 100)} is no id of a management group",
                tip="its id, without /providers/... and not its display name: az account management-group list",
            )
    answers, listed = await pair(
        together([attempt(facts.below(group.strip())) for group in groups]), attempt(facts.subscriptions())
    )
    found: dict[str, ListedSubscription | None] = {}
    for group, answer in zip(groups, answers, strict=True):
        if isinstance(answer, Exception):
            why = failure.reason(answer)
            advice = (
                "name its id, not its display name, and give this identity Reader or Management Group Reader on it"
                if why.startswith(("403", "404"))
                else tip(why)
            )
            raise CloudUnreadable(
                f"management group {one_line(group, 100)} could not be read: {why}", advice
            ) from answer
        if not answer:
            raise CloudUnreadable(
                f"there is no subscription below management group {one_line(group, 100)}", "name another group"
            )
        found |= answer
    told = {} if isinstance(listed, Exception) else listed  # only for their states; the group tells the names
    return {key: told.get(key, one) for key, one in found.items()}


def _by_name(name: str, listed: Mapping[str, ListedSubscription]) -> dict[str, ListedSubscription]:
    folded = name.strip().casefold()
    matching = {key: one for key, one in listed.items() if one.name.strip().casefold() == folded}
    if not matching:
        raise UsageProblem(
            f"no visible subscription is called {one_line(name, 100)}", tip=_nearest(folded, listed.values())
        )
    if len(matching) > 1:
        raise UsageProblem(
            f"{len(matching)} subscriptions are called {one_line(name, 100)}", tip=f"give the id: {', '.join(matching)}"
        )
    return matching


def _nearest(folded: str, listed: Iterable[ListedSubscription]) -> str:
    names = {one.name.strip().casefold(): one.name for one in listed}
    close = get_close_matches(folded, names, n=3, cutoff=0.5)
    shown = ", ".join(one_line(names[one], 100) for one in close)
    return f"did you mean {shown}?" if close else "give its id, or leave --subscription out: phsm inventory names all"


def tip(why: str) -> str:
    """The next step after a failed reading, from its reason."""
    if why.startswith("401"):
        return "az login again, or check the tenant and the clock of this machine: phsm doctor"
    if why.startswith("403"):
        return "give this identity the Reader role on the subscriptions, then try again: phsm doctor"
    if why.startswith("404"):
        return "check the subscription id, and that this identity is of its tenant: phsm doctor"
    if why.startswith("429"):
        return "wait a few minutes; another process uses up the request budget of this identity"
    return "check the network, HTTPS_PROXY and azure.endpoint: phsm doctor"
