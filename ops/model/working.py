"""Whether an HSM works, as far as Azure and a probe can tell: provisioned, its NICs there, Succeeded, and answering.

Source of the date: https://learn.microsoft.com/azure/payment-hsm/whats-new (May 2023: two host NICs).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeGuard

from ops.model import arm_id
from ops.model.attachment import HOST_1, HOST_2, MANAGEMENT, NicSlot, attachment
from ops.model.estate import Estate, Hsm, Nic, Probe
from ops.model.fact import Absent, Gap
from ops.model.once import once
from ops.model.untrusted import one_line

TWO_HOST_NICS_SINCE = datetime(2023, 5, 1, tzinfo=UTC)
PROBE_HOLDS = timedelta(days=1)
"""How far from the reading of the estate a probe may be and still count."""
_WORKS = {"succeeded": True, "failed": False, "canceled": False, "deleting": False}  # the others pass by themselves


@dataclass(frozen=True, slots=True, kw_only=True)
class NicAnswer:
    """Whether one NIC of an HSM is there and Succeeded (None = not known), and why not.

    ``works`` is true without a ``nic`` where the HSM is older than the second host NIC; then ``reason`` says so.
    """

    slot: NicSlot
    nic: Nic | None
    works: bool | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeAnswer:
    """Whether an HSM answered on one of its NICs (None = not known), in words in ``evidence``.

    ``answers`` is true for a host NIC that the HSM is too old to have; then ``evidence`` says so.
    """

    role: str
    answers: bool | None
    evidence: str


def is_told(state: str | None) -> TypeGuard[str]:
    """Whether a provisioning state says anything: neither missing, nor empty, nor ``Unknown``."""
    return state is not None and state.strip().lower() not in ("", "unknown")


def nic_answers(hsm: Hsm, estate: Estate) -> tuple[NicAnswer, ...]:
    """One answer for each of the three NICs of an HSM of the estate.

    A missing NIC does not work, nor one that failed or is being deleted; in any other state but Succeeded, such as
    Updating, it may. One host NIC of two may be missing where the HSM was created before May 2023 and does not name it
    itself; where it is not known when it was created, it is not known whether the NIC is due.
    """
    return _all_nic_answers(estate)[hsm.id]


@once
def _all_nic_answers(estate: Estate) -> Mapping[str, tuple[NicAnswer, ...]]:
    return {hsm.id: _nic_answers(hsm, estate) for hsm in estate.hsms.values()}


def _nic_answers(hsm: Hsm, estate: Estate) -> tuple[NicAnswer, ...]:
    slots = attachment(hsm, estate).slots
    facts = [(slot, estate.nics.get(slot.key)) for slot in slots]
    missing = [slot for slot, fact in facts if isinstance(fact, Absent) and slot.role in (HOST_1, HOST_2)]
    spare = missing[0].role if len(missing) == 1 and not missing[0].named else ""
    return tuple(_answer(hsm, slot, fact, slot.role == spare) for slot, fact in facts)


def _answer(hsm: Hsm, slot: NicSlot, fact: Nic | Absent | Gap | None, spare: bool) -> NicAnswer:
    nic = fact if isinstance(fact, Nic) else None
    works: bool | None = None
    if isinstance(fact, Nic):
        works = _WORKS.get((fact.provisioning_state or "").strip().lower())
        reason = "" if works else f"{slot.role} is {one_line(fact.provisioning_state or 'in no known state', 60)}"
    elif fact is None:
        reason = f"{slot.role} was not read"
    elif isinstance(fact, Gap):
        reason = f"{slot.role} could not be read: {one_line(fact.reason)}"
    elif spare and hsm.created_at is None:
        reason = f"{_missing(slot)}, and not known whether the HSM is older than May 2023"
    elif spare and hsm.created_at is not None and hsm.created_at < TWO_HOST_NICS_SINCE:
        works, reason = True, f"one host NIC, as it was created in {hsm.created_at:%Y-%m}, before May 2023"
    else:
        works, reason = False, _missing(slot)
    return NicAnswer(slot=slot, nic=nic, works=works, reason=reason)


def _missing(slot: NicSlot) -> str:
    return f"{slot.role} missing: {one_line(arm_id.name(slot.nic_id), 120)} not found"


def is_fresh(probe: Probe, estate: Estate) -> bool:
    """Whether a probe tells of the time at which the estate was read."""
    return abs(estate.observed_at - probe.at) <= PROBE_HOLDS


def probe_answers(hsm: Hsm, probe: Probe, estate: Estate) -> tuple[ProbeAnswer, ...]:
    """One answer for each of the three NICs."""
    return tuple(_probed(answer, probe, _is_due(hsm, answer)) for answer in nic_answers(hsm, estate))


def _is_due(hsm: Hsm, answer: NicAnswer) -> bool | None:
    """Whether the HSM has to have this NIC; None where it may be older than its second host NIC."""
    if answer.slot.role == MANAGEMENT or answer.slot.named or answer.nic is not None:
        return True
    if answer.works is not None:  # the NIC is missing, with an excuse or without
        return not answer.works
    return True if hsm.created_at is not None and hsm.created_at >= TWO_HOST_NICS_SINCE else None


def _probed(answer: NicAnswer, probe: Probe, due: bool | None) -> ProbeAnswer:
    role = answer.slot.role
    answers = probe.answers.get(role)
    evidence = f"{role} answers" if answers else f"{role} does not answer"
    if due is False and not answers:
        answers, evidence = True, answer.reason
    elif answers is None:
        evidence = f"{role} was not probed"
    elif due is None and not answers:
        answers, evidence = None, f"{evidence}, and not known whether the HSM has it"
    return ProbeAnswer(role=role, answers=answers, evidence=evidence)


def working(hsm: Hsm, estate: Estate) -> bool | None:
    """Whether the HSM works: provisioning Succeeded and every NIC that is due there and Succeeded; None = not known.

    What is definitely broken wins over what is not known. In which subnet the NICs are does not count here. An HSM
    whose NICs make PHSM-NET-009 fail for any other reason does not work, nor does one that is silent on a host NIC by a
    fresh probe; without such a probe Azure's word holds.
    """
    answers = [works for works, _ in _answers(hsm, estate)]
    if False in answers:
        return False
    return None if None in answers else True


def why_not(hsm: Hsm, estate: Estate) -> str:
    """Why the HSM does not work, or why that is not known; ``""`` when it works."""
    answer = working(hsm, estate)
    return next((reason for works, reason in _answers(hsm, estate) if works is answer), "") if not answer else ""


def _answers(hsm: Hsm, estate: Estate) -> list[tuple[bool | None, str]]:
    if hsm.gap is not None:
        return [(None, f"{hsm.gap.what} could not be read: {one_line(hsm.gap.reason)}")]
    if not is_told(hsm.provisioning_state):
        return [(None, "its provisioning state is not known")]
    if not hsm.is_in_state("Succeeded"):
        return [(False, f"provisioningState {one_line(hsm.provisioning_state, 60)}")]
    return [*((answer.works, answer.reason) for answer in nic_answers(hsm, estate)), *_silent(hsm, estate)]


def _silent(hsm: Hsm, estate: Estate) -> list[tuple[bool, str]]:
    """The host NICs on which the HSM does not answer. It can serve without management, and without ever being probed."""
    probe = estate.probes.get(hsm.key)
    if probe is None or not is_fresh(probe, estate) or False not in probe.answers.values():
        return []
    answers = probe_answers(hsm, probe, estate)
    return [(False, one.evidence) for one in answers if one.role != MANAGEMENT and one.answers is False]
