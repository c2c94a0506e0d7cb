from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from ops.checks.declaration import check
from ops.checks.few_names import few_names
from ops.checks.subjects import hsm_subject, not_read, subnet_name
from ops.model import arm_id
from ops.model.attachment import NicSlot, attachment
from ops.model.estate import Estate, Hsm, NetworkProfile, Nic
from ops.model.fact import Absent, Gap
from ops.model.finding import (
    IssueCategory,
    Party,
    Severity,
    Verdict,
    failed,
    not_applicable,
    passed,
    unknown,
)
from ops.model.policy import Policy
from ops.model.untrusted import one_line
from ops.model.working import is_told

_Answer = tuple[bool | None, str]
"""Whether the two sides agree (None = not known), and the evidence."""


@check(
    id="PHSM-NET-010",
    title="Addresses and subnets on the HSM's profiles agree with its NICs",
    severity=Severity.MEDIUM,
    category=IssueCategory.NETWORKING,
    party=Party.MICROSOFT,
    ticket=True,
    source="https://learn.microsoft.com/azure/payment-hsm/whats-new",
    reviewed=date(2026, 11, 24),
)
def profiles_agree_with_nics(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """The HSM's own resource and its NICs tell the same addresses and subnets, where both tell them.

    ## Why it matters
    The service fills in both. Where they differ one of them is stale, and clients that were set up by it talk to an
    address that does not answer, or that something else will get. Host addresses may be static or dynamic; with dynamic
    ones the profile may name none, and then there is nothing to compare. That both have to agree follows from how the
    service makes them and is own advice; the source page tells which addresses there can be.

    ## How to fix it
    Compare the two, see that no script of yours has changed a NIC, then open the ticket that was drafted:

        az network nic list --resource-group <group> --query "[].{name:name, ip:ipConfigurations[].privateIPAddress}"
        phsm tickets plan
    """
    for hsm in estate.hsms.values():
        yield _judge(hsm, estate)


def _judge(hsm: Hsm, estate: Estate) -> Verdict:
    subject = hsm_subject(hsm)
    if hsm.gap is not None:
        return unknown(subject, not_read("payment HSM", hsm.gap))
    if not is_told(hsm.provisioning_state):
        return unknown(subject, "its provisioning state is not known")
    if not hsm.is_in_state("Succeeded"):
        state = one_line(hsm.provisioning_state, 60)
        return not_applicable(subject, f"provisioningState {state}: its addresses come and go (PHSM-HSM-001)")
    answers = list(_answers(hsm, estate))
    for wanted, speak in ((False, failed), (None, unknown)):
        reasons = [reason for agree, reason in answers if agree is wanted]
        if reasons:
            return speak(subject, _evidence(reasons))
    if not answers:
        return not_applicable(subject, "no address and no subnet is told by both its profiles and its NICs")
    return passed(subject, _evidence(reason for _, reason in answers))


def _evidence(reasons: Iterable[str]) -> str:
    return one_line("; ".join(reasons), 600)  # once for all: the reasons hold Azure's words as they came


def _answers(hsm: Hsm, estate: Estate) -> Iterator[_Answer]:
    """Nothing for a NIC that does not exist: that is a failure of PHSM-NET-009."""
    slots = attachment(hsm, estate).slots
    for side, profile in (("host", hsm.host), ("management", hsm.management)):
        if profile is None:
            yield None, f"{side} network profile was not read"
        elif isinstance(profile, NetworkProfile):
            yield from _compared(side, profile, [slot for slot in slots if slot.role.startswith(side)], estate)


def _compared(side: str, profile: NetworkProfile, slots: list[NicSlot], estate: Estate) -> Iterator[_Answer]:
    named = {arm_id.key(nic.nic_id): nic.private_ip for nic in profile.nics if nic.nic_id}
    nics: list[Nic] = []
    for slot in slots:
        nic, address = estate.nics.get(slot.key), named.get(slot.key)
        if isinstance(nic, Nic):
            nics.append(nic)
            yield from _subnets(slot.role, profile.subnet_id, nic)
            yield from _addresses(slot.role, address, nic)
        elif not isinstance(nic, Absent):
            yield None, not_read(slot.role, None) if nic is None else _refused(slot.role, nic)
    held = [address for nic in nics for address in nic.private_ips]
    for entry in profile.nics:
        if nics and entry.private_ip and not entry.nic_id:  # which NIC it is meant for is not said
            yield _held(side, entry.private_ip, held, complete=all(nic.private_ips for nic in nics))


def _refused(role: str, gap: Gap) -> str:
    return f"{role} could not be read: {gap.reason}"


def _held(side: str, address: str, held: list[str], *, complete: bool) -> _Answer:
    if address in held:
        return True, f"a {side} NIC has {address}"
    if not complete:
        return None, f"whether a {side} NIC has {address} is not known: not every address is told"
    return False, f"no {side} NIC has {address}, which the HSM names, but {few_names(held)}"


def _subnets(role: str, subnet_id: str | None, nic: Nic) -> Iterator[_Answer]:
    if not subnet_id:
        return
    if not nic.subnet_ids:
        yield None, f"{role}: its subnet is not told"
    elif any(arm_id.same(own, subnet_id) for own in nic.subnet_ids):
        yield True, f"{role} in {subnet_name(subnet_id)}"
    else:
        yield False, f"{role} is in {subnet_name(nic.subnet_ids[0])}, and the HSM names {subnet_name(subnet_id)}"


def _addresses(role: str, address: str | None, nic: Nic) -> Iterator[_Answer]:
    if not address:
        return
    if not nic.private_ips:
        yield None, f"{role}: its address is not told"
    elif address in nic.private_ips:
        yield True, f"{role} has {address}"
    else:
        yield False, f"{role} has {few_names(nic.private_ips)}, and the HSM names {address}"
