"""The words of a ticket about HSMs, in the order in which a support engineer reads: impact, since, what, evidence, request.

Plain text. What Azure sent is put on one line each; nothing about the contact stands in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ops.model.estate import Hsm
from ops.model.finding import Outcome
from ops.model.policy import Consent, Policy, Role, TicketSeverity
from ops.model.pool import placement
from ops.model.run import Run
from ops.model.ticket import Cause, Ticket
from ops.model.untrusted import one_line
from ops.support import told
from ops.support.causes import HSM_CHECKS, about, is_provisioning
from ops.support.impact import Impact
from ops.support.told import seen, some

TITLE_LIMIT, DESCRIPTION_LIMIT = 250, 10_000
_LIST_LENGTHS = (40, 20, 10, 5, 2)
_ROLES = {
    Role.PRODUCTION: "production pool",
    Role.DR: "disaster recovery pool",
    Role.NON_PRODUCTION: "non-production pool",
}
_EFFECTS = {
    TicketSeverity.CRITICAL: "; no working HSM left in the production pool",
    TicketSeverity.MODERATE: "; production pool degraded",
    TicketSeverity.MINIMAL: "",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Title (250 characters at most) and description (10,000 at most) of a ticket."""

    title: str
    description: str


def describe(cause: Cause, run: Run, policy: Policy, impact: Impact, earlier: Ticket | None, tool: str) -> Wording:
    """The words for a cause of kind ``hsm`` or ``pool``. Where they are too long, lists are cut and say so.

    ``earlier``: the last ticket for the same cause, closed by now. ``tool`` names what wrote it, and from which facts.
    """
    hsms = [run.estate.hsms[hsm] for hsm in cause.hsms]
    places = placement(impact.pool, run.estate).label

    def lines(most: int) -> Iterator[str]:
        yield impact_line(impact)
        yield f"Since: {_since(cause, hsms, run.estate.observed_at)}."
        yield from told.earlier(earlier)
        yield from _resources(hsms, places, most)
        yield "What we see:"
        yield from some(map(seen, cause.findings), most)
        yield from checked(run, cause.hsms, most)
        yield f"HA: {_ha(impact)}."
        if impact.would_be:
            yield (
                f"Severity: {impact.severity.letter}. By its impact it would be {impact.would_be.letter}; we ask for "
                f"{impact.severity.letter}, because this production pool is not highly available."
            )
        yield f"Request: {_request(len(hsms), policy.support.consent)}"
        yield from _request_ids(hsms, most)
        yield from told.ending(cause.findings, tool)

    return Wording(title=one_line(_title(cause, hsms, places, impact), TITLE_LIMIT), description=fitted(lines))


def fitted(lines: Callable[[int], Iterator[str]]) -> str:
    """The text with the longest lists that let it fit; the shortest always do, for every line is bounded."""
    texts = ("\n".join(lines(most)) for most in _LIST_LENGTHS)
    return next(text for text in texts if len(text) <= DESCRIPTION_LIMIT)


def _title(cause: Cause, hsms: Sequence[Hsm], places: Mapping[str, str], impact: Impact) -> str:
    effect = _EFFECTS[impact.by_impact]
    if len(hsms) > 1:
        return f"{len(hsms)} of {impact.total} payment HSMs of {_pool(impact)} ({impact.pool.region}) are out of order{effect}"
    hsm = hsms[0]
    return f"Payment HSM {one_line(hsm.name, 60)} ({_where(hsm, places)}) {_trouble(cause, hsm)}{effect}"


def _pool(impact: Impact) -> str:
    return f"{_ROLES[impact.pool.role]} {one_line(impact.pool.name, 80)}"


def _region(impact: Impact) -> str:
    return one_line(impact.pool.region, 60)


def _where(hsm: Hsm, places: Mapping[str, str]) -> str:
    return ", ".join(one_line(part, 60) for part in (hsm.location, places.get(hsm.key)) if part)


def _trouble(cause: Cause, hsm: Hsm) -> str:
    checks = {finding.check for finding in cause.findings}
    if "PHSM-HSM-001" in checks:
        state = one_line(hsm.provisioning_state or "not provisioned", 40)
        ended = hsm.is_in_state("Failed") or hsm.is_in_state("Canceled")
        return f"is {state}" if ended else f"does not leave the state {state}"
    return "does not answer" if "PHSM-HSM-007" in checks else "is not attached to its network as it should be"


def impact_line(impact: Impact) -> str:
    """The line that says what is left of the pool."""
    return f"Impact: {_impact(impact)}."


def _impact(impact: Impact) -> str:
    untold = f", {impact.untold} not known" if impact.untold else ""
    if impact.pool.unplaced:
        untold += ", and it may have others: not all HSMs tell their region"
    elif impact.pool.may_have_more:
        untold += ", and it may have more that were not read"
    text = f"{_pool(impact)} has {impact.working} of {impact.total} HSMs working in {_region(impact)}{untold}"
    if impact.by_impact is TicketSeverity.CRITICAL:
        return f"{text}; none is left"
    return f"{text}; nothing works in {_listed(impact.lost)}" if impact.lost else text


def _since(cause: Cause, hsms: Sequence[Hsm], observed_at: datetime) -> str:
    looked = f"seen {moment(observed_at)}"
    changes = [(hsm.last_modified_at, hsm) for hsm in hsms if hsm.last_modified_at and is_provisioning(cause, hsm.key)]
    if not changes:
        return looked
    first, hsm = min(changes, key=lambda change: change[0])
    whose = f", the first of them {one_line(hsm.name, 60)}" if len(hsms) > 1 else ""
    return f"{looked}, systemData.lastModifiedAt {moment(first)}{whose}"


def moment(at: datetime) -> str:
    """A moment in UTC, to the minute."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _resources(hsms: Sequence[Hsm], places: Mapping[str, str], most: int) -> Iterator[str]:
    lines = [f"{one_line(hsm.id, 400)}, SKU {one_line(hsm.sku, 60)}, {_where(hsm, places)}" for hsm in hsms]
    if len(lines) == 1:
        yield f"Resource: {lines[0]}"
    else:
        yield "Resources (the ticket is opened on the first):"
        yield from some((f"- {line}" for line in lines), most)


def checked(run: Run, hsms: Sequence[str], most: int) -> Iterator[str]:
    """What our own checks of network and subscription answered about these HSMs, the bad as well as the good."""
    ours = [
        finding
        for finding in about(run, hsms)
        if finding.check.startswith(("PHSM-NET-", "PHSM-SUB-")) and finding.check not in HSM_CHECKS
    ]
    for outcome, heading in (
        (Outcome.PASS, "What we checked on our side:"),
        (Outcome.FAIL, "Not in order on our side:"),
        (Outcome.UNKNOWN, "What we could not read:"),
    ):
        lines = [seen(finding) for finding in ours if finding.outcome is outcome]
        if lines:
            yield heading
            yield from some(lines, most)
        elif outcome is Outcome.PASS:
            yield f"{heading} no check of network or subscription passed"


def _request_ids(hsms: Sequence[Hsm], most: int) -> Iterator[str]:
    """The ids of the answers that told about the HSMs: by them Microsoft finds what Azure saw when we looked."""
    known = [one_line(hsm.request_id, 60) for hsm in hsms if hsm.request_id]
    if known:
        yield f"Azure request ids: {', '.join(known[:most])}"


def _ha(impact: Impact) -> str:
    where = f"HSMs of {_pool(impact)} stand in {_listed(impact.placements)} of {_region(impact)}"
    if impact.entitlement is None:
        return where
    if impact.entitlement.severity_a is None:
        return f"{where}; not all of it could be read, so whether Severity A (S2 level) applies is not known"
    granted = "eligible" if impact.entitlement.severity_a else "not highly available, so not eligible"
    return f"{where}; {granted} for Severity A (deployment scenarios), S2 level in the words of the support guide"


def _listed(places: Sequence[str]) -> str:
    if len(places) > 4:
        return f"{len(places)} stamps or zones"
    return " and ".join(one_line(place, 60) for place in places) or "no known stamp or zone"


def _request(count: int, consent: Consent) -> str:
    device = "the device and its" if count == 1 else "the devices and their"
    reboot = "We agree to a soft reboot" if consent.soft_reboot else "We do not agree to a soft reboot"
    look = "You may collect diagnostic information" if consent.diagnostics else "Do not collect diagnostic information"
    return (
        f"please check {device} network attachment. {reboot}. {look}{'' if consent.diagnostics else ' without asking us'}. "
        "Ask us before anything else that touches a device or its data: nothing may be reallocated, released or deleted."
    )
