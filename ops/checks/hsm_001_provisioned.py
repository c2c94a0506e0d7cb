from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from ops.checks.declaration import check
from ops.checks.subjects import hsm_subject, not_read
from ops.model.estate import Estate, Hsm
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
from ops.model.policy import CheckSettings, Policy
from ops.model.untrusted import one_line
from ops.model.working import is_told

_ID = "PHSM-HSM-001"
_DEFAULT_MINUTES = 60
_IN_PROGRESS = {  # the API specification's, and those that Azure Resource Manager has for any resource
    *("checkingquota", "allocating", "connecting", "provisioning", "deleting"),
    *("accepted", "creating", "updating"),
}
_LEAVING = (
    "find out who deletes it, and press no RELEASE before it is sure that it shall go: RELEASE erases its keys for good; "
    "if it shall stay, ask Microsoft's support; if it shall go, release it in payShield Manager, then delete it again: "
    "az dedicated-hsm delete"
)


@check(
    id=_ID,
    title="The HSM is provisioned",
    severity=Severity.HIGH,
    category=IssueCategory.PROVISIONING,
    party=Party.MICROSOFT,
    ticket=True,
    source="https://learn.microsoft.com/azure/payment-hsm/support-guide",
    reviewed=date(2026, 11, 24),
    parameters={"in_progress_minutes": _DEFAULT_MINUTES},
)
def provisioned(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """An HSM is ready when its provisioningState is Succeeded; Failed, or hours in between, is a case for Microsoft.

    ## Why it matters
    Provisioning is Microsoft's part of the service. It takes minutes; an HSM that is still in progress after an hour
    (`in_progress_minutes`, counted from the last change that Azure has recorded for the HSM) is not expected to finish
    by itself. A state that is not known here is taken for work in progress for that hour, and is unknown from then on:
    it says neither that the HSM is stuck nor that it works. A delete that does not end is yours instead: Azure takes an
    HSM back only after it was released, and waits until then. If somebody deletes it by mistake, that wait is what keeps
    its keys.

    ## How to fix it
    Read what Azure says, the status message above all. Failed or stuck: open the ticket that was drafted.

        az dedicated-hsm show --resource-group <group> --name <hsm>
        phsm tickets plan

    Deleting: find out first who deletes it, and whether it shall go. RELEASE and a forced delete erase its keys for good:

        az monitor activity-log list --offset 90d --resource-id <HSM id> --query "[].{by:caller, at:eventTimestamp}"

    If it shall stay, press no RELEASE, tell everybody who could, and ask Microsoft's support. If it shall go: in
    payShield Manager remove the certificates where the firmware is older than 2.1a, bring the HSM into the Secure state
    with both the left and the right key, press RELEASE, then delete once more. If it no longer answers, ask Microsoft for
    a forced delete.

        az dedicated-hsm delete --resource-group <group> --name <hsm>
    """
    minutes = policy.checks.get(_ID, CheckSettings()).in_progress_minutes
    grace = timedelta(minutes=_DEFAULT_MINUTES if minutes is None else minutes)
    for hsm in estate.hsms.values():
        yield _judge(hsm, estate, grace)


def _judge(hsm: Hsm, estate: Estate, grace: timedelta) -> Verdict:
    subject = hsm_subject(hsm)
    if hsm.gap is not None:
        return unknown(subject, not_read("payment HSM", hsm.gap))
    if not is_told(hsm.provisioning_state):
        return unknown(subject, "its provisioning state is not known")
    state = one_line(hsm.provisioning_state, 60)
    said = f', status message "{one_line(hsm.status_message)}"' if hsm.status_message else ""
    if hsm.is_in_state("Succeeded"):
        return passed(subject, f"provisioningState {state}{said}")
    if hsm.is_in_state("Failed") or hsm.is_in_state("Canceled"):
        return failed(subject, f"provisioningState {state}{said}")
    if hsm.last_modified_at is None:
        return unknown(subject, f"provisioningState {state}, and not known since when{said}")
    doing = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", state).lower()  # CheckingQuota: checking quota
    age = max(estate.observed_at - hsm.last_modified_at, timedelta())
    if age <= grace:
        return not_applicable(subject, f"{doing} for {_long(age)} of {_long(grace)}{said}")
    if hsm.provisioning_state.strip().lower() not in _IN_PROGRESS:
        return unknown(subject, f"provisioningState {state} for {_long(age)}, a state that is not known here{said}")
    spent = f"{doing} for {_long(age)}, longer than {_long(grace)}{said}"
    if hsm.is_in_state("Deleting"):
        evidence = f"{spent}; the delete waits for RELEASE"
        return failed(subject, evidence, fix=_LEAVING, party=Party.CUSTOMER, ticket=False)
    return failed(subject, spent)


def _long(span: timedelta) -> str:
    """``12 minutes``, ``5 hours``, ``23 days``: in the largest unit that fills twice."""
    for unit, length in (("days", timedelta(days=1)), ("hours", timedelta(hours=1))):
        if span >= 2 * length:
            return f"{span // length} {unit}"
    return f"{span // timedelta(minutes=1)} minutes"
