"""What a valid configuration sets, and what is wrong with one that is not, for a script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from rich.text import Text

from ops.codec import Mistake
from ops.model.policy import Contact, Policy
from ops.model.untrusted import one_line
from ops.reports.layout import counted, render, styled, wrapped
from ops.reports.run_json import dumps

_INDENT = 11
_ROWS = ("pools", "support.contact", "expected", "mutes", "readiness")


def render_text(where: str, policy: Policy, width: int | None, colour: bool) -> str:
    """That it is valid, its pools and contact, what it demands or forgives, and by key what else differs from the default."""
    pools = ", ".join(f"{one_line(pool.name)} ({pool.role.value})" for pool in policy.pools)
    others = [key for key in changed(policy) if key not in _ROWS]
    lines = [
        styled((f"{one_line(where)} is valid", "head")),
        Text(),
        *_row("pools", pools or "default: each subscription and region is one production pool", width),
        *_row("contact", _called(policy.support.contact), width),
        *(line for name, says in _demands(policy) for line in _row(name, says, width)),
        *_row("also set", ", ".join(others) or "nothing", width),
    ]
    return render(lines, colour)


def render_json(where: str, found: Policy | Sequence[Mistake]) -> str:
    """One document, ``phsm.config/1``: ``set`` lists what differs from the default, ``mistakes`` has line, key and says."""
    policy = found if isinstance(found, Policy) else None
    mistakes = () if isinstance(found, Policy) else found
    return dumps(
        {
            "schema": "phsm.config/1",
            "file": where,
            "valid": policy is not None,
            "pools": [{"name": pool.name, "role": pool.role.value} for pool in policy.pools] if policy else [],
            "contact": policy is not None and policy.support.contact is not None,
            "set": list(changed(policy)) if policy else [],
            "mistakes": [{"line": item.line, "key": item.key, "says": item.says} for item in mistakes],
        }
    )


def changed(policy: Policy) -> Iterator[str]:
    """The keys, spelled ``support.poll_seconds``, whose values differ from the default."""
    yield from _changed(policy, Policy(), ())


def _changed(value: Any, default: Any, path: tuple[str, ...]) -> Iterator[str]:
    if value == default:
        return
    if is_dataclass(value) and type(value) is type(default):
        for item in fields(value):
            yield from _changed(getattr(value, item.name), getattr(default, item.name), (*path, item.name))
    elif isinstance(value, Mapping) and all(is_dataclass(item) for item in value.values()):
        yield from (".".join((*path, one_line(key))) for key in value)
    else:
        yield ".".join(path)


def _demands(policy: Policy) -> Iterator[tuple[str, str]]:
    if policy.expected:
        yield "expected", counted(len(policy.expected), "HSM")
    if policy.mutes:
        until = min(mute.expires for mute in policy.mutes)
        yield "mutes", f"{len(policy.mutes)}, the first until {until}" if len(policy.mutes) > 1 else f"1, until {until}"
    if policy.readiness:
        items = [getattr(policy.readiness, item.name) for item in fields(policy.readiness)]
        yield "readiness", f"{sum(item is not None for item in items)} of {len(items)} attested"


def _called(contact: Contact | None) -> str:
    if contact is None:
        return "none: no ticket can be opened"
    without = "" if contact.phone.strip() else "; without a phone, so no ticket of severity A"
    name = one_line(f"{contact.first_name} {contact.last_name}")
    return f"{name}, {one_line(contact.email)}, by {contact.method}{without}"


def _row(name: str, says: str, width: int | None) -> list[Text]:
    first, *more = wrapped(says, _INDENT, width)
    return [styled(f"{name:<{_INDENT}}{first.plain[_INDENT:]}"), *more]
