"""Whether what the guide asks of the customer is attested, by whom, and within its validity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from enum import StrEnum

from ops.checks.duties import Duty
from ops.model.estate import Estate
from ops.model.finding import Outcome, Subject, Verdict, failed, not_applicable, passed
from ops.model.notice import ends_soon
from ops.model.policy import Attestation, CheckSettings, Policy
from ops.model.untrusted import one_line

_NAME_LENGTH = 80
_WORDS = {"customer_id": "customer id", "device_licence": "device licence"}


class State(StrEnum):
    """How a duty stands. What runs out within a month still holds; ``undeclared``: there is no readiness section."""

    ATTESTED = "attested"
    RUNS_OUT = "runs_out"
    NOT_NEEDED = "not_needed"
    MISSING = "missing"
    RAN_OUT = "ran_out"
    NOT_ACCEPTED = "not_accepted"
    UNDECLARED = "undeclared"

    @property
    def outcome(self) -> Outcome:
        if self in (State.ATTESTED, State.RUNS_OUT, State.NOT_NEEDED):
            return Outcome.PASS
        return Outcome.NOT_APPLICABLE if self is State.UNDECLARED else Outcome.FAIL


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a duty stands on a day. ``last`` is the last day on which its attestation holds; None without one."""

    duty: Duty
    state: State
    evidence: str
    fix: str = ""
    attestation: Attestation | None = None
    last: date | None = None


def attested(estate: Estate, policy: Policy, duty: Duty) -> Iterator[Verdict]:
    """The verdict about a duty, for all HSMs at once; none where there is no HSM that it could be for."""
    if not estate.hsms:
        return
    hsms = tuple(sorted(estate.hsms))
    found = standing(duty, policy, estate.observed_at.astimezone(UTC).date())
    subject = Subject(name=f"readiness: {duty.name}", hsms=hsms)
    match found.state.outcome:
        case Outcome.PASS:
            yield passed(subject, found.evidence, note=found.state is State.RUNS_OUT)
        case Outcome.FAIL:
            yield failed(subject, found.evidence, fix=found.fix)
        case _:
            yield not_applicable(Subject(name="readiness", hsms=hsms), found.evidence)


def standing(duty: Duty, policy: Policy, day: date) -> Standing:
    """How a duty stands on a day (UTC)."""
    if policy.readiness is None:
        evidence = "the configuration has no readiness: section; phsm readiness prints one to start with"
        return Standing(duty=duty, state=State.UNDECLARED, evidence=evidence)
    attestation: Attestation | None = getattr(policy.readiness, duty.key)
    if attestation is None:
        fix = f"{duty.task}, then attest it in the configuration: readiness.{duty.key}"
        return Standing(duty=duty, state=State.MISSING, evidence="nobody has attested it", fix=fix)
    last = attestation.valid_until or _last_day(attestation.on, valid_days(duty, policy))
    state, evidence = _state(duty, attestation, last, day)
    fix = ""
    if state is State.RAN_OUT:
        again = "see whether it still holds" if duty.is_prerequisite else duty.task
        fix = f"{again}, then renew readiness.{duty.key} in the configuration"
    elif state is State.NOT_ACCEPTED:
        fix = f"{duty.task}, then correct readiness.{duty.key} in the configuration"
    return Standing(duty=duty, state=state, evidence=evidence, fix=fix, attestation=attestation, last=last)


def valid_days(duty: Duty, policy: Policy) -> int:
    """How many days an attestation of this duty holds that names no end itself."""
    days = policy.checks.get(duty.check, CheckSettings()).valid_days
    return duty.days if days is None else days


def _state(duty: Duty, attestation: Attestation, last: date, day: date) -> tuple[State, str]:
    who, on = one_line(attestation.by, _NAME_LENGTH), attestation.on
    if not who:
        return State.NOT_ACCEPTED, f"attested on {on}, but not by whom"
    said = f"{'attested' if attestation.needed else 'declared as not needed'} by {who} on {on}"
    if not attestation.needed and not duty.may_be_unneeded:
        return State.NOT_ACCEPTED, f"{said}, but it cannot be declared as not needed"
    if on > day:
        return State.NOT_ACCEPTED, f"{said}, dated in the future"
    if last < day:
        return State.RAN_OUT, f"{said}, ran out on {last}"
    if attestation.needed and duty.wants:
        wanted = one_line(getattr(attestation, duty.wants), _NAME_LENGTH)
        if not wanted:
            return State.NOT_ACCEPTED, f"{said}, without a {_WORDS[duty.wants]}"
        said = f"{said}, {_WORDS[duty.wants]} {wanted}"
    if when := ends_soon(last, day):
        return State.RUNS_OUT, f"{said}, runs out {when}"
    return State.ATTESTED if attestation.needed else State.NOT_NEEDED, f"{said}, through {last}"


def _last_day(on: date, days: int) -> date:
    return on + timedelta(days=min(days, (on.max - on).days))  # who grants a million days means for ever
