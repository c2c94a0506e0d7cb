"""Advice of other scanners that contradicts these checks, and the exemptions to paste: as text, JSON (``phsm.conflicts/1``),
a script for Azure Policy, a mutelist for prowler."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote

from rich.text import Text

from ops.codec.prowler import mutelist
from ops.model import arm_id
from ops.model.estate import Estate
from ops.model.finding import Subject
from ops.model.untrusted import one_line
from ops.reports.layout import arrow, flowed, heading, moment, render, styled, where_from, wrapped
from ops.reports.run_json import dumps, source_json, timestamp
from ops.support.conflicts import (
    NSG_POLICY,
    NSG_POLICY_IN_BENCHMARK,
    PROWLER_CHECK,
    PROWLER_VERSION,
    RULES,
    SOURCE,
    WHY,
    HsmSubnets,
    ScannerRule,
)

_REASON = f"{WHY} (PHSM-NET-003): {SOURCE}"


def render_text(estate: Estate, found: HsmSubnets, width: int | None, colour: bool) -> str:
    return render(_lines(estate, found, width), colour)


def _lines(estate: Estate, found: HsmSubnets, width: int | None) -> Iterator[Text]:
    yield from heading("Advice that contradicts these checks", estate, width)
    yield styled()
    yield from wrapped(f"{WHY}. A scanner that asks for one gets an exemption, never a group: {SOURCE}", 0, width)
    for rule in RULES:
        yield styled()
        yield from _rule(rule, width)
    yield styled()
    yield styled((f"Subnets to exempt ({len(found.subnets)})", "head"))
    for subnet in found.subnets:
        yield styled("  ", (one_line(subnet.name), "head"))
        yield styled(f"{'':10}{one_line(subnet.id, 1000)}")
    if found.unread:
        yield styled()
        yield styled((f"Could not be read ({len(found.unread)}): there may be more subnets", "unknown"))
        for verdict in found.unread:
            yield from wrapped(f"{one_line(verdict.subject.name)}: {one_line(verdict.evidence)}", 2, width, hang=8)


def _rule(rule: ScannerRule, width: int | None) -> Iterator[Text]:
    yield from flowed([styled((rule.scanner, "head")), styled(rule.id)], 2, width)
    yield from wrapped(f"asks: {rule.asks}", 10, width)
    word = "agrees with" if rule.agrees else "contradicts"
    yield from wrapped(f"{word} {rule.check}: {rule.note}", 10, width)
    step = f"phsm checks conflicts --format {rule.format}" if rule.format else rule.instead
    if step:
        yield from wrapped(f"{arrow(width)}{step}", 10, width)


def render_json(estate: Estate, found: HsmSubnets) -> str:
    """Text is as Azure sent it, escaped as JSON demands."""
    return dumps(
        {
            "schema": "phsm.conflicts/1",
            "observed_at": timestamp(estate.observed_at),
            "source": source_json(estate.source),
            "why": WHY,
            "reference": SOURCE,
            "rules": [
                {
                    "scanner": rule.scanner,
                    "id": rule.id,
                    "asks": rule.asks,
                    "check": rule.check,
                    "agrees": rule.agrees,
                    "note": rule.note,
                    "format": rule.format or None,
                    "instead": rule.instead or None,
                }
                for rule in RULES
            ],
            "subnets": [{"name": subnet.name, "id": subnet.id, "hsms": list(subnet.hsms)} for subnet in found.subnets],
            "unread": [{"subject": str(verdict.subject), "reason": verdict.evidence} for verdict in found.unread],
        }
    )


def render_policy_exemption(estate: Estate, found: HsmSubnets) -> str:
    """A shell script that exempts each subnet by its id. Which assignment of the policy is meant, only its reader knows."""
    query = f"[?contains(policyDefinitionId, '{NSG_POLICY}')].id"
    lines = [
        *_origin(f"Exempts payment HSM subnets from Azure Policy {NSG_POLICY}", estate, found),
        "# Put it into a file and run it with sh -e, or paste it into a shell. It needs az, logged in, and:",
        "#   ASSIGNMENT  the id of the policy assignment. Where the policy is assigned by itself, this shows it:",
        f'#     az policy assignment list --disable-scope-strict-match --query "{query}"',
        "#     else it is the id of the assignment of an initiative, the Microsoft cloud security benchmark say",
        "#   REFERENCE   what the initiative calls the policy, by default as the benchmark does; set it empty where the",
        "#               policy is assigned by itself. Without it an initiative is waived as a whole",
        "#   EXEMPTION   its name: another one for each further assignment",
        "#   EXPIRES     if it shall end: 2027-11-30T00:00:00Z",
        "",
        "exempt() (",
        f'  reference="${{REFERENCE-{NSG_POLICY_IN_BENCHMARK}}}"',
        '  az policy exemption create --name "${EXEMPTION:-payment-hsm-no-nsg}" --exemption-category Waiver --scope "$1" \\',
        '    --policy-assignment "${ASSIGNMENT:?set it to the id of the policy assignment}" \\',
        '    ${reference:+--policy-definition-reference-ids="$reference"} ${EXPIRES:+--expires-on="$EXPIRES"} \\',
        f"    --description {quote(_REASON)}",
        ")",
        "",
        *(f"exempt {quote(one_line(subnet.id, 1000))}" for subnet in found.subnets),
    ]
    return "".join(f"{line}\n" for line in lines)


def render_prowler(estate: Estate, found: HsmSubnets) -> str:
    """YAML for ``prowler azure --mutelist-file``."""
    resources: dict[str, list[str]] = {}
    for subnet in found.subnets:
        resources.setdefault(arm_id.subscription(subnet.id or ""), []).append(_vnet_and_subnet(subnet))
    lines = [
        *_origin(f"Mutes {PROWLER_CHECK} of prowler on payment HSM subnets", estate, found),
        f"# For prowler {PROWLER_VERSION}, where a finding's account is the subscription id and its resource vnet/subnet:",
        "# a subnet of the same two names in another resource group of the subscription is muted with it.",
        "# prowler azure --mutelist-file FILE",
    ]
    return "".join(f"{line}\n" for line in lines) + mutelist(PROWLER_CHECK, resources, _REASON)


def _vnet_and_subnet(subnet: Subject) -> str:
    subnet_id = subnet.id or ""
    return f"{arm_id.name(arm_id.vnet_of_subnet(subnet_id))}/{arm_id.name(subnet_id)}"


def _origin(what: str, estate: Estate, found: HsmSubnets) -> Iterator[str]:
    yield f"# {what}."
    yield f"# {WHY}:"
    yield f"# {SOURCE}"
    yield f"# Made by phsm checks conflicts, {moment(estate.observed_at)}, {where_from(estate.source)}."
    for verdict in found.unread:
        yield f"# Could not be read, so subnets may be missing: {one_line(verdict.subject.name)}: {one_line(verdict.evidence)}"
    if not found.subnets:
        yield "# No payment HSM subnet was found."
