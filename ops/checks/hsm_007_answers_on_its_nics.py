from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, timedelta

from ops.checks.declaration import check
from ops.checks.subjects import hsm_subject, not_read
from ops.model.estate import Estate, Hsm
from ops.model.finding import IssueCategory, Party, Severity, Verdict, failed, not_applicable, passed, unknown
from ops.model.policy import Policy
from ops.model.untrusted import one_line
from ops.model.working import PROBE_HOLDS, is_fresh, is_told, probe_answers

_HOURS = PROBE_HOLDS // timedelta(hours=1)


@check(
    id="PHSM-HSM-007",
    title="The HSM answers on both host NICs and on management",
    severity=Severity.HIGH,
    category=IssueCategory.PORT_CONNECTION,
    party=Party.MICROSOFT,
    ticket=True,
    source="https://learn.microsoft.com/azure/payment-hsm/lifecycle-management",
    reviewed=date(2026, 11, 24),
)
def answers_on_its_nics(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """An HSM that Azure calls Succeeded can still be silent; only a probe from inside the network knows.

    ## Why it matters
    Microsoft watches the links of the HSM, but an HSM that no longer answers is found by those who use it. That is a
    case for a ticket: a soft reboot is quick, a hard one needs people in the datacenter, and neither should touch your
    keys. An HSM that was created before May 2023 may have one host NIC. A probe counts for a day; HSMs that nobody has
    probed are not applicable.

    ## How to fix it
    Make sure that the machine that probes reaches the subnet of the HSM, and that the HSM listens on the port under
    `hsms:`; then probe again. If it stays silent, open the ticket that was drafted:

        phsm probe
        phsm tickets plan
    """
    for hsm in estate.hsms.values():
        yield _judge(hsm, estate)


def _judge(hsm: Hsm, estate: Estate) -> Verdict:
    subject = hsm_subject(hsm)
    probe = estate.probes.get(hsm.key)
    if probe is None:
        return not_applicable(subject, "not probed")
    if hsm.gap is not None:
        return unknown(subject, not_read("payment HSM", hsm.gap))
    if not is_told(hsm.provisioning_state):
        return unknown(subject, "its provisioning state is not known")
    if not hsm.is_in_state("Succeeded"):
        state = one_line(hsm.provisioning_state, 60)
        return not_applicable(subject, f"provisioningState {state}: it need not answer (PHSM-HSM-001)")
    when = f"probed {probe.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if not is_fresh(probe, estate):
        return unknown(subject, f"{when}, more than {_HOURS} hours from this reading")
    answers = probe_answers(hsm, probe, estate)
    evidence = "; ".join((*(answer.evidence for answer in answers), when))
    if any(answer.answers is False for answer in answers):
        return failed(subject, evidence)
    return (unknown if any(answer.answers is None for answer in answers) else passed)(subject, evidence)
