"""Signs of Azure: who we are to it, whether it is there, what can be seen, what is allowed, and its support desk.

Reads only, and ends at the first sign without which the rest could not be read.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from azure.core.exceptions import HttpResponseError
from azure.core.rest import AsyncHttpResponse, HttpRequest
from azure.mgmt.resource.subscriptions.aio import SubscriptionClient

from ops.adapters import failure
from ops.adapters.arm_facts import ArmFacts
from ops.adapters.connection import Connection, is_loopback
from ops.adapters.credential import cloud_name, read_claims
from ops.adapters.discovery import Discovery, discover
from ops.adapters.identity import SEE_DOCTOR, Identity
from ops.adapters.scope import tip as tip_for
from ops.adapters.together import attempt, together
from ops.errors import CloudUnreadable
from ops.model import arm_id
from ops.model.diagnosis import Grant, Sign, not_known, problem, well
from ops.model.fact import Gap
from ops.model.support_plan import TICKET_ROLE
from ops.ports import Desk, Progress
from ops.support.classification import find_service

_CLOCK_SECONDS = 60
_MOST = 20
NEEDED_TO_READ = (
    "Microsoft.Resources/subscriptions/resources/read",
    "Microsoft.HardwareSecurityModules/dedicatedHSMs/read",
    "Microsoft.Network/networkInterfaces/read",
    "Microsoft.Network/virtualNetworks/read",
    "Microsoft.Network/virtualNetworkGateways/read",
    "Microsoft.Network/routeTables/read",
    "Microsoft.Network/natGateways/read",
    "Microsoft.Network/loadBalancers/read",
    "Microsoft.Features/providers/features/read",
    "Microsoft.Resources/subscriptions/providers/read",
    "Microsoft.Authorization/locks/read",
    "Microsoft.Insights/eventtypes/values/read",
)
NEEDED_FOR_TICKETS = ("Microsoft.Support/supportTickets/read", "Microsoft.Support/supportTickets/write")


def azure_signs(
    connection: Connection,
    identity: Identity | None,
    desk: Desk,
    subscriptions: tuple[str, ...],
    groups: tuple[str, ...],
    progress: Progress,
) -> Iterator[Sign]:
    """``identity`` None = the constant token of a sandbox. Raises UsageProblem for a subscription name that is none."""
    progress("logging in")
    claims: Mapping[str, object] = {}
    try:
        token = connection.run(connection.token())
    except CloudUnreadable as error:
        yield problem("azure", "credential", error.what, error.tip.removesuffix(SEE_DOCTOR), exit_code=error.exit_code)
        return
    if identity is None:
        yield well("azure", "credential", "the constant token of the sandbox, nobody logs in")
    else:
        claims = read_claims(token.token)
        yield credential_sign(identity, claims, token.expires_on - time.time())
    facts = ArmFacts(connection)
    yield from (signs := connection.run(_answer_signs(connection)))
    if any(sign.exit_code == CloudUnreadable.exit_code for sign in signs):
        return
    try:
        found = connection.run(discover(connection, facts, subscriptions, groups, progress))
    except CloudUnreadable as error:
        yield problem("access", "scope", error.what, error.tip.removesuffix(": phsm doctor"), exit_code=error.exit_code)
        return
    yield from _scope_signs(found, groups)
    holders = sorted({arm_id.subscription(hsm.id) for hsm in found.hsms.values()})
    asked = holders or sorted(key for key, one in found.subscriptions.items() if one.gap is None)
    names = {key: one.name for key, one in found.subscriptions.items()}
    progress(f"reading the permissions on {len(asked[:_MOST])} subscriptions")
    grants = dict(zip(asked, connection.run(together([facts.permissions(one) for one in asked[:_MOST]])), strict=False))
    more = f" (of {len(asked)} the first {_MOST} were asked)" if len(asked) > _MOST else ""
    object_id = str(claims.get("oid") or "")
    for what, area, needed, role in (
        ("read access", "access", NEEDED_TO_READ, "Reader"),
        ("ticket access", "tickets", NEEDED_FOR_TICKETS, TICKET_ROLE),
    ):
        yield rights_sign(area, what, needed, role, grants, names, object_id, more)
    yield _service_sign(desk)
    yield plan_sign(desk, asked[:_MOST])


def credential_sign(identity: Identity, claims: Mapping[str, object], seconds_left: float) -> Sign:
    way = f"{identity.way.name}, as {identity.way.because}"
    who = ", ".join(
        f"{word} {value}"
        for word, value in (
            ("object", claims.get("oid")),
            ("application", claims.get("appid") or claims.get("azp")),
            ("tenant", claims.get("tid")),
        )
        if value
    )
    left = f"ends in {seconds_left / 60:.0f} min"
    if not who:
        return not_known("azure", "credential", f"{way}: its token does not say whose it is; {left}", "az account show")
    return well("azure", "credential", f"{way}: {who}; {left}")


async def _answer_signs(connection: Connection) -> list[Sign]:
    """Whether ARM answers, and how far its clock is from ours; any answer tells the time."""
    client = connection.client(SubscriptionClient)

    async def ask() -> AsyncHttpResponse:
        return await client.send_request(HttpRequest("GET", "/subscriptions?api-version=2022-12-01"))

    response = await attempt(ask())
    here = datetime.now(UTC)
    if isinstance(response, Exception):
        advice = "check the network, the proxy, PHSM_CA_BUNDLE and azure.endpoint"
        return [_no_answer(connection, failure.reason(response), advice)]
    clock = clock_sign(response.headers.get("Date"), here)
    try:
        response.raise_for_status()
    except HttpResponseError as error:
        why = failure.reason(error)
        return [clock, _no_answer(connection, why, tip_for(why).removesuffix(": phsm doctor"))]
    return [clock, well("azure", "endpoint", f"{connection.endpoint} answers{_cloud(connection.endpoint)}")]


def _cloud(endpoint: str) -> str:
    name = "on this machine" if is_loopback(endpoint) else cloud_name(endpoint)
    return f", {name}" if name else ""


def _no_answer(connection: Connection, why: str, advice: str) -> Sign:
    says = f"{connection.endpoint}: {why}"
    return problem("azure", "endpoint", says, advice, exit_code=CloudUnreadable.exit_code)


def clock_sign(date: str | None, here: datetime) -> Sign:
    """``date``: the header of an answer that came ``here``."""
    try:
        skew = (here - parsedate_to_datetime(date or "")).total_seconds()
    except (TypeError, ValueError):
        return not_known("azure", "clock", "the answer holds no date to compare with", "compare it with a time server")
    if abs(skew) > _CLOCK_SECONDS:
        says = f"{abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} Azure's; tokens are refused beyond 5 min"
        return problem("azure", "clock", says, "set the clock of this machine, and keep it with NTP")
    return well("azure", "clock", f"{abs(skew):.0f} s from Azure's")


def _scope_signs(found: Discovery, groups: tuple[str, ...]) -> Iterator[Sign]:
    unread = {key: one for key, one in found.subscriptions.items() if one.gap is not None}
    holders = {arm_id.subscription(hsm.id) for hsm in found.hsms.values()}
    below = f" below {', '.join(groups)}" if groups else ""
    says = (
        f"{_counted(len(found.subscriptions), 'subscription')}{below}, "
        f"{_counted(len(found.hsms), 'payment HSM')} in {len(holders)} of them"
    )
    if unread:
        names = ", ".join(f"{one.name} ({one.gap.reason})" for one in list(unread.values())[:5] if one.gap)
        rest = f" and {len(unread) - 5} more" if len(unread) > 5 else ""
        advice = "give this identity the Reader role there, or leave them out with --subscription"
        yield not_known("access", "scope", f"{says}; {len(unread)} cannot be read: {names}{rest}", advice)
    elif not found.hsms:
        advice = "name the subscriptions that hold them; was this identity let in there?"
        yield not_known("access", "scope", says, advice)
    else:
        yield well("access", "scope", says)
    for note in found.states:
        yield problem("access", "subscription", note, "see the subscription's billing before its HSMs are gone")
    if found.without_graph:
        advice = "nothing is missing; reading takes more requests"
        says = f"cannot be used ({found.without_graph}); ARM lists of every subscription are read instead"
        yield problem("access", "Resource Graph", says, advice)
    else:
        yield well("access", "Resource Graph", "answers")


def rights_sign(
    area: str,
    what: str,
    needed: tuple[str, ...],
    role: str,
    grants: Mapping[str, tuple[Grant, ...] | Gap],
    names: Mapping[str, str],
    object_id: str,
    more: str,
) -> Sign:
    """Whether the roles on these subscriptions allow what is needed. ``more`` is said where not all were asked."""
    missing: dict[str, list[str]] = {}
    unread: dict[str, str] = {}
    for key, granted in grants.items():
        if isinstance(granted, Gap):
            unread[key] = granted.reason
        else:
            lacking = [action for action in needed if not any(grant.allows(action) for grant in granted)]
            missing |= {key: lacking} if lacking else {}
    if missing:
        key = min(missing)
        others = f", and {len(missing) - 1} more" if len(missing) > 1 else ""
        says = f"not on the whole of {names[key]}{others}: no {', '.join(missing[key])}{more}"
        who = object_id or "OBJECT-ID"
        advice = f"az role assignment create --role '{role}' --assignee {who} --scope /subscriptions/{key}"
        return problem(area, what, says, advice)
    if unread:
        key = min(unread)
        others = f", and {len(unread) - 1} more" if len(unread) > 1 else ""
        return not_known(
            area, what, f"{names[key]}{others}: {unread[key]}{more}", f"give this identity the role {role} there"
        )
    if not grants:
        return not_known(area, what, "there is no subscription to ask about", "see the scope above")
    return well(area, what, f"on {_counted(len(grants), 'subscription')}{more}")


def _service_sign(desk: Desk) -> Sign:
    services = desk.services()
    if isinstance(services, Gap):
        return not_known("tickets", "service", f"the support desk did not answer: {services.reason}", "try again")
    service = find_service(services)
    if service is None:
        advice = "open a ticket in the portal, and say there that the API does not list the service"
        return problem("tickets", "service", f"none of {len(services)} support services is Payment HSM", advice)
    return well("tickets", "service", f"{service.display_name}, one of {_counted(len(services), 'support service')}")


def plan_sign(desk: Desk, subscriptions: list[str]) -> Sign:
    """The support plan, as existing tickets name it."""
    why = "no ticket is there that does"
    for subscription in subscriptions:
        tickets = desk.tickets(subscription, only_open=False)
        if isinstance(tickets, Gap):
            why = f"the tickets that could tell it were not read: {tickets.reason}"
            continue
        for ticket in tickets:
            if ticket.plan:
                return well("tickets", "support plan", f"{ticket.plan}, as ticket {ticket.number} says")
    advice = "see Help + support > Support plans in the portal; it must be ProDirect, Premier or Unified"
    return not_known("tickets", "support plan", f"no API tells it, and {why}", advice)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun if number == 1 else noun + 's'}"
