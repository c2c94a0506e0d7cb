from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ops.checks.declaration import check
from ops.checks.subjects import hsm_subject, not_read, subnet_name
from ops.model import arm_id
from ops.model.attachment import MANAGEMENT
from ops.model.estate import Estate, Hsm
from ops.model.fact import Absent
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
from ops.model.working import NicAnswer, is_told, nic_answers


@check(
    id="PHSM-NET-009",
    title="The HSM has two host NICs and one management NIC, each Succeeded and in its subnet",
    severity=Severity.HIGH,
    category=IssueCategory.NETWORKING,
    party=Party.MICROSOFT,
    ticket=True,
    source="https://learn.microsoft.com/azure/payment-hsm/whats-new",
    reviewed=date(2026, 11, 24),
)
def nics_in_place(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """The service gives an HSM three NICs: HSMHost1Nic, HSMHost2Nic and HSMMgmtNic, in the HSM's resource group.

    ## Why it matters
    A missing or failed host NIC halves the connections that the HSM takes (128 over both) or cuts it off; without the
    management NIC payShield Manager cannot reach it. The service makes the NICs, so their
    repair is Microsoft's. HSMs that were created before May 2023 got one host NIC, and pass with a note. While Azure is
    at work on a NIC (Updating), the answer is unknown; that takes minutes.

    ## How to fix it
    See what is there, check that no lock, policy or script of yours removes NICs in that group, then open the ticket
    that was drafted:

        az network nic list --resource-group <group> --query "[].{name:name, state:provisioningState}" --output table
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
    if not (hsm.is_in_state("Succeeded") or hsm.is_in_state("Failed")):
        state = one_line(hsm.provisioning_state, 60)
        return not_applicable(subject, f"provisioningState {state}: its NICs come and go (PHSM-HSM-001)")
    answers = [_in_place(hsm, answer) for answer in nic_answers(hsm, estate)]
    for wanted, speak in ((False, failed), (None, unknown)):
        reasons = [reason for fine, reason in answers if fine is wanted]
        if reasons:
            return speak(subject, "; ".join(reasons))
    return passed(subject, "; ".join(reason for _, reason in answers))


def _in_place(hsm: Hsm, answer: NicAnswer) -> tuple[bool | None, str]:
    """Whether the NIC works and is in the subnet that the HSM's profile names; and the evidence for it."""
    role, nic = answer.slot.role, answer.nic
    if not answer.works or nic is None:
        return answer.works, answer.reason
    profile = hsm.management if role == MANAGEMENT else hsm.host
    if profile is None:
        return None, f"{role}: which subnet it belongs in was not read"
    if not nic.subnet_ids:
        return None, f"{role}: its subnet is not told"
    if not isinstance(profile, Absent) and profile.subnet_id:
        elsewhere = [subnet for subnet in nic.subnet_ids if not arm_id.same(subnet, profile.subnet_id)]
        if elsewhere:
            return False, f"{role} is in {subnet_name(elsewhere[0])} instead of {subnet_name(profile.subnet_id)}"
    return True, f"{role} in {subnet_name(nic.subnet_ids[0])}"
